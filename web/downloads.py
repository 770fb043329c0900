"""A whole search to take away: `/recherche.ndjson`, `.csv`, and `.meta.json` about them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from search.engine import Listing
from search.request import BadRequest, ParameterError, SearchRequest, given_twice
from web.exports import CSV, CSV_WITH_COMMAS, NDJSON, SEPARATORS, ExportFormat, describe_listing
from web.query_string import Params, read_params, without
from web.site import current_site

downloads = Blueprint("downloads", __name__)

SEPARATOR: Final = "sep"
"""The parameter that chooses what stands between the cells of a table."""


@downloads.get("/recherche.ndjson")
def download_ndjson() -> Response:
    """Every record of the search, one a line."""
    return _streamed(_listing(read_params(request.query_string)), NDJSON)


@downloads.get("/recherche.csv")
def download_csv() -> Response:
    """Every record of the search, as a table."""
    params = read_params(request.query_string)
    separators = [value.strip() for name, value in params if name == SEPARATOR and value.strip()]
    format_ = _table_format(separators)
    return _streamed(_listing(without(params, [SEPARATOR])), format_)


@downloads.get("/recherche.meta.json")
def describe_download() -> ResponseReturnValue:
    """What the search is, of which data, and how to quote it."""
    site = current_site()
    listing = _listing(without(read_params(request.query_string), [SEPARATOR]))
    return jsonify(describe_listing(listing, site.engine.corpus(), site.settings.absolute))


def _listing(params: Params) -> Listing:
    """Raises BadRequest when a value is malformed, QuestionsError when the index can't be read."""
    return current_site().engine.listing(SearchRequest.from_params(params))


def _table_format(separators: list[str]) -> ExportFormat:
    """The table that some values of `sep` ask for; raises BadRequest when there is none."""
    if len(separators) > 1:
        raise BadRequest([given_twice(SEPARATOR)])
    if not separators:
        return CSV
    if separators[0] not in SEPARATORS:
        expected = ", ".join(SEPARATORS)
        message = f"Valeur « {separators[0]} » inconnue. Valeurs possibles : {expected}."
        raise BadRequest([ParameterError(SEPARATOR, message)])
    return CSV_WITH_COMMAS


def _streamed(listing: Listing, format_: ExportFormat) -> Response:
    """The file, sent as it is written; a failure on the way cuts it short, never ends it well."""
    response = Response(format_.encode(listing), mimetype=format_.mimetype)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{_file_name(listing, format_)}"'
    )
    return response


def _file_name(listing: Listing, format_: ExportFormat) -> str:
    day = f"-{listing.donnees_au.isoformat()}" if listing.donnees_au else ""
    return f"questions{day}.{format_.suffix}"
