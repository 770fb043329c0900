"""An address: whatever it asks, a search in one spelling, or a page that says what is wrong."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

from index.builder import build
from index.question import parse_uid
from search.description import describe
from search.engine import open_engine
from search.examples import EXAMPLES
from search.request import PARAMETERS, BadRequest, SearchRequest
from tests.fuzz.target import Dice, RunOne, Target
from tests.hostile_texts import HARMS, write_hostile_file
from web.application import create_app
from web.query_string import (
    LONGEST_QUERY_STRING,
    is_search,
    named_question,
    parse_leniently,
    read_both,
    read_params,
    readable_query,
)
from web.security import FOR_OTHER_SITES, HEADERS
from web.settings import Settings
from web.view import VIEW_PARAMETERS, read_view, readable_view

TODAY: Final = date(2026, 5, 12)
ONE_IN: Final = 64
"""How many addresses are read for one that is asked of the site, which takes so much longer."""

PATHS: Final = (
    *("/", "/", "/", "/recherche.csv", "/recherche.ndjson", "/recherche.atom"),
    *("/recherche.meta.json", "/statistiques", "/statistiques.csv", "/corpus", "/aide"),
    *("/a-propos", "/questions/QANR5L17QE1", "/questions/QANR5L17QE19.ris", "/sante"),
    *("/questions/QANR5L17QE103.bib", "/api/v1/questions", "/api/v1/questions/QANR5L17QE5"),
    *("/api/v1/suggestions", "/api/v1/facettes/auteur", "/suggestions.json", "/sitemap-1.xml"),
    *("/q17/", "/dyn/17/questions/", "/questions/", "/api/v1/", "/"),
)
"""Where a search may follow; after the last ones, what follows is a part of the path."""
_GOES_ON: Final = len(PATHS) - 5

FILTERS: Final = (
    *("legislature=17", "type=QE", "statut=en_retard", "statut=-repondue", "ministere=eaux"),
    *("ministere_interroge=-Justice", "rubrique=SANTE", "groupe=UDC", "auteur=PA1", "annee=2026"),
    *("departement=lot", "signalee=1", "renouvelee=1", "champ=reponse", "tri=delai", "par=100"),
    *("du=2026-01-06&au=2026-05-12", "reponse_du=2026-01-01&reponse_au=2025-01-01", "page=2"),
)
_METHODS: Final = ("GET", "GET", "GET", "HEAD", "POST")
_CANONICAL: Final = re.compile(r'<link rel="canonical" href="([^"]*)">')


def prepare(folder: Path) -> RunOne:
    index = folder / "index"
    build([write_hostile_file(folder)], index, today=TODAY, progress=lambda *_: None)
    engine = open_engine(index)
    app = create_app(engine, settings=Settings(), today=lambda: TODAY)
    # An unexpected error comes out instead of a page that says so.
    app.testing = True
    client = Client(app, TestResponse)

    def run_one(data: bytes) -> None:
        dice = Dice(data)
        path, method = PATHS[dice.number(1) % len(PATHS)], _METHODS[dice.number(1) % 5]
        query_string = dice.rest()
        _see_read(query_string)
        if zlib.crc32(data) % ONE_IN == 0:
            _see_answer(client, method, path, query_string)

    return run_one


def _see_read(query_string: bytes) -> None:
    """The search in one spelling, or the mistakes in words; either way, what can be kept of it."""
    try:
        params = read_params(query_string)
    except BadRequest as refused:
        assert len(query_string) > LONGEST_QUERY_STRING
        _see_mistakes(refused)
        return
    assert is_search(params) in {True, False}
    named = named_question(readable_query(params))
    assert named is None or parse_uid(named) is not None
    _see_canonical(parse_leniently(params))
    readable_view(params)
    try:
        view, others = read_view(params)
        request, _ = read_both(lambda: SearchRequest.from_params(others), lambda: read_view(params))
    except BadRequest as refused:
        _see_mistakes(refused)
        return
    _see_canonical(request)
    address = view.url(request)
    again, rest = read_view(read_params(urlsplit(address).query.encode()))
    assert again == view
    assert (
        SearchRequest.from_params(rest).to_params()
        == request.replace(
            page=request.page, tri="recent" if address == "/?tri=recent" else request.tri
        ).to_params()
        or address == "/?tri=recent"
    )


def _see_mistakes(refused: BadRequest) -> None:
    assert refused.errors
    assert all(error.message.endswith(".") and error.parametre for error in refused.errors)
    assert str(refused).encode()


def _see_canonical(request: SearchRequest) -> None:
    """It is read as the same search, and written as the same address again."""
    url = request.url()
    assert re.fullmatch(r"/(\?[!-~]+)?", url)
    again = SearchRequest.from_params(read_params(urlsplit(url).query.encode()))
    assert again == request
    assert again.url() == url
    assert not again.unknown
    assert describe(request).encode()
    assert json.dumps(request.as_json(), ensure_ascii=False).encode()


def _see_answer(client: Client, method: str, path: str, rest: bytes) -> None:
    """The site answers, as it promises to answer anything."""
    place = PATHS.index(path)
    if place >= _GOES_ON:
        address, _, query = rest.partition(b"?")
        path += address.decode("utf-8", "replace")
    else:
        query = rest
    with client.open(
        path,
        method=method,
        base_url="http://localhost",
        environ_overrides={"QUERY_STRING": query.decode("latin-1")},
    ) as answer:
        body = answer.get_data()
        _see_headers(answer)
        _see_body(answer, body)


def _see_headers(answer: TestResponse) -> None:
    assert answer.status_code in {200, 301, 302, 304, 308, 400, 404, 405}, answer.status
    for name, value in answer.headers:
        assert re.fullmatch(r"[A-Za-z0-9-]+", name)
        assert re.fullmatch(r"[\t -~\xa0-\xff]*", value), (name, value)
    assert all(
        answer.headers.get(name) in {value, FOR_OTHER_SITES.get(name)}
        for name, value in HEADERS.items()
    )
    assert "Set-Cookie" not in answer.headers
    location = answer.headers.get("Location", "/")
    assert re.match(r"/(?![/\\])", location), location


def _see_body(answer: TestResponse, body: bytes) -> None:
    if not body:
        return
    if answer.mimetype == "application/json":
        json.loads(body)
    if answer.mimetype == "text/html":
        page = body.decode()
        assert "<h1" in page
        assert "<script>alert" not in page
        for address in _CANONICAL.findall(page):
            assert re.fullmatch(r"[!-~]+", address)


def seeds() -> Iterator[bytes]:
    queries = [f"q={example.typed}" for example in EXAMPLES]
    views = [f"{name}={value}" for name, values in VIEW_PARAMETERS.items() for value in values]
    for number, query in enumerate((*queries, *FILTERS, *views)):
        yield bytes([number % len(PATHS), 0]) + query.replace(" ", "+").encode()
    for number, harm in enumerate(HARMS.values()):
        yield bytes([number % len(PATHS), 0]) + f"q=lisible&auteur={harm}&rubrique=-{harm}".encode()
    for number in range(_GOES_ON, len(PATHS)):
        yield bytes([number, 0]) + b"17-1QE.htm?q=lisible&rang=1"


TARGET = Target(
    name="addresses",
    prepare=prepare,
    seeds=seeds,
    words=(
        *(f"&{parameter.name}=" for parameter in PARAMETERS),
        *(f"&{name}=" for name in VIEW_PARAMETERS),
        *("&rang=", "&prefixe=", "&utm_x=", "&sep=virgule", "&", "=", "+", "%", "%00", "%C3%A9"),
        *(
            "%ED%A0%80",
            "%E2%80%90",
            "%0D%0A",
            "%2F%2F",
            "2026-01-06",
            "9999-12-31",
            "0001-01-01",
            "17-1QE",
            "QANR5L17QE1",
        ),
        *(value for asked in FILTERS for value in asked.split("=")[1:2]),
        *("-", "lisible", "en_retard", "//", "..", ".htm", ".pdf", "?"),
    ),
    longest=800,
    share=0.6,
    packages=("search", "web"),
)
