"""A whole search to take away: `/recherche.ndjson`, `.csv`, and `.meta.json` about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain, islice
from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from search.engine import Listing
from search.request import SearchRequest
from web.files.exports import (
    CSV,
    CSV_WITH_COMMAS,
    NDJSON,
    SEPARATORS,
    ExportFormat,
    describe_listing,
)
from web.query_string import Params, read_both, read_keys, read_params, without
from web.site import current_site, public_url

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
    params, own = read_params(request.query_string), {SEPARATOR: SEPARATORS}
    (given, _), asked = read_both(
        lambda: read_keys(params, own),
        lambda: SearchRequest.from_params(without(params, own)),
    )
    format_ = CSV_WITH_COMMAS if SEPARATOR in given else CSV
    return _streamed(current_site().engine.listing(asked), format_)


@downloads.get("/recherche.meta.json")
def describe_download() -> ResponseReturnValue:
    """What the search is, of which data, and how to quote it."""
    listing = _listing(without(read_params(request.query_string), [SEPARATOR]))
    return jsonify(describe_listing(listing, current_site().engine.corpus(), public_url))


def _listing(params: Params) -> Listing:
    """Raises BadRequest when a value is malformed, QuestionsError when the index can't be read."""
    return current_site().engine.listing(SearchRequest.from_params(params))


def _streamed(listing: Listing, format_: ExportFormat) -> Response:
    """The file, sent as it is written; a failure on the way cuts it short, never ends it well.

    Its beginning is written before anything is sent: what can't be read from the start is said.
    """
    name = file_name("questions", listing.donnees_au, format_.suffix)
    pieces = format_.encode(listing)
    return attached(chain([*islice(pieces, 1)], pieces), format_.mimetype, name)


def attached(content: str | Iterable[bytes], mimetype: str, name: str) -> Response:
    """An answer that a browser saves as a file of this name."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(what: str, donnees_au: date | None, suffix: str) -> str:
    """What a file is called: what it holds, and how old its data are."""
    day = f"-{donnees_au.isoformat()}" if donnees_au else ""
    return f"{what}{day}.{suffix}"
