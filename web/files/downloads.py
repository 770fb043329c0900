"""A whole search to take away: `/recherche.ndjson`, `.csv`, and `.meta.json` about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain, islice
from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from search.request import SearchRequest
from web.files.exports import (
    CSV,
    CSV_WITH_COMMAS,
    NDJSON,
    SEPARATORS,
    ExportFormat,
    describe_listing,
)
from web.files.places import take_place
from web.query_string import read_both, read_keys, read_params, without
from web.site import current_site, public_url

downloads = Blueprint("downloads", __name__)

SEPARATOR: Final = "sep"
"""The parameter that chooses what stands between the cells of a table."""


@downloads.get("/recherche.ndjson")
def download_ndjson() -> Response:
    """Every record of the search, one a line."""
    asked = SearchRequest.from_params(read_params(request.query_string))
    return _streamed(asked, NDJSON)


@downloads.get("/recherche.csv")
def download_csv() -> Response:
    """Every record of the search, as a table."""
    params, own = read_params(request.query_string), {SEPARATOR: SEPARATORS}
    (given, _), asked = read_both(
        lambda: read_keys(params, own),
        lambda: SearchRequest.from_params(without(params, own)),
    )
    format_ = CSV_WITH_COMMAS if SEPARATOR in given else CSV
    return _streamed(asked, format_)


@downloads.get("/recherche.meta.json")
def describe_download() -> ResponseReturnValue:
    """What the search is, of which data, and how to quote it."""
    params = without(read_params(request.query_string), [SEPARATOR])
    engine = current_site().engine
    listing = engine.listing(SearchRequest.from_params(params))
    return jsonify(describe_listing(listing, engine.corpus(), public_url))


def _streamed(asked: SearchRequest, format_: ExportFormat) -> Response:
    """The file, sent as it is written; a failure on the way cuts it short, never ends it well.

    Its beginning is written before anything is sent: what can't be read from the start is said.

    Raises:
        TooManyDownloads: others are being sent; see `web.files.places`.
        QuestionsError: the index can't be read.
    """
    take_place()
    listing = current_site().engine.listing(asked)
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
