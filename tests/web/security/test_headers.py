"""What browsers are told, whatever is asked and whatever went wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import LoopEngine, MakeClient
from tests.web.security.addresses import addresses
from tests.web.test_markup import Page
from web.application import create_app
from web.security import FOR_OTHER_SITES, HEADERS, STRICT_TRANSPORT_SECURITY
from web.settings import Settings

ANSWERS = {
    "page": ("/", 200),
    "results": ("/?q=cotisations", 200),
    "JSON": ("/api/v1/questions", 200),
    "download": ("/recherche.csv", 200),
    "feed": ("/recherche.atom", 200),
    "file": ("/static/site.css", 200),
    "moved": ("/q17/17-2621QE.htm", 301),
    "API moved": ("/api/v1/questions/qanr5l17qe2621", 301),
    "found": ("/?q=17-2621QE", 302),
    "refused": ("/?page=x", 400),
    "API refused": ("/api/v1/questions?page=x", 400),
    "not there": ("/nulle-part", 404),
    "API not there": ("/api/v1/rien", 404),
    "file not there": ("/static/rien.css", 404),
}
"""Kinds of answers, each with an address and its status."""


def check(answer: TestResponse, path: str) -> None:
    """Each header is there, once, and none that would say more than is wanted."""
    others = FOR_OTHER_SITES if path.startswith("/api/") else {}
    for name, value in (HEADERS | others).items():
        assert answer.headers.getlist(name) == [value], name
    unwanted = {"Set-Cookie", "X-Powered-By", "X-Frame-Options", "X-XSS-Protection", "Server"}
    assert not unwanted & set(answer.headers.keys())
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed == ("*" if path.startswith("/api/") else None)


@pytest.mark.parametrize(("path", "status"), ANSWERS.values(), ids=ANSWERS)
def test_headers_stand_on_every_kind_of_answer(client: FlaskClient, path: str, status: int) -> None:
    """To GET and to HEAD; to other methods too, which are refused."""
    for method in ("GET", "HEAD", "POST", "OPTIONS", "TRACE"):
        answer = client.open(path, method=method, buffered=True)

        assert answer.status_code == (status if method in ("GET", "HEAD") else 405)
        check(answer, path)


def test_headers_stand_on_every_address(app: Flask, client: FlaskClient) -> None:
    """Whatever is added to the site has them."""
    for path in addresses(app):
        check(client.get(path, buffered=True), path)


@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/recherche.csv", "/static/site.css"])
def test_headers_stand_on_what_is_known_already(client: FlaskClient, path: str) -> None:
    """A cache takes those of a 304 for those of what it keeps."""
    known = client.get(path, buffered=True).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": known}, buffered=True)

    assert answer.status_code == 304
    check(answer, path)


@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/recherche.csv"])
def test_headers_stand_on_failures(
    client_of: MakeClient, missing_index: FlaskClient, path: str
) -> None:
    """Of the index, of the program, and of whoever names a host that can't be."""
    failed = missing_index.get(path), client_of(RuntimeError("a bug")).get(path)
    named = client_of([], settings=Settings(hosts=("questions.example.org",))).get(path)

    assert [answer.status_code for answer in (*failed, named)] == [503, 500, 400]
    for answer in (*failed, named):
        check(answer, path)


def test_headers_stand_on_parts_of_files(client: FlaskClient) -> None:
    """Which are answered by Flask itself."""
    answers = [
        client.get("/static/site.css", headers={"Range": f"bytes={part}"}, buffered=True)
        for part in ("0-9", "999999999-")
    ]

    assert [answer.status_code for answer in answers] == [206, 416]
    for answer in answers:
        check(answer, "/static/site.css")


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://questions.example.org", STRICT_TRANSPORT_SECURITY),
        ("HTTPS://questions.example.org", STRICT_TRANSPORT_SECURITY),
        ("http://questions.example.org", None),
        ("", None),
    ],
)
def test_browsers_come_by_https_alone_where_the_address_says_so(
    engine: LoopEngine, url: str, header: str | None
) -> None:
    """For this host, not those below it; a site without https would be lost to them."""
    client = create_app(engine, settings=Settings(url=url)).test_client()

    for path in ("/", "/static/site.css", "/nulle-part", "/api/v1/questions"):
        answer = client.get(path, buffered=True)
        assert answer.headers.get("Strict-Transport-Security") == header


def directives() -> Iterator[tuple[str, list[str]]]:
    for directive in HEADERS["Content-Security-Policy"].split("; "):
        name, *sources = directive.split(" ")
        yield name, sources


def test_the_policy_lets_nothing_in() -> None:
    """Closed by default, it opens to this site alone; pictures may stand in the style sheet."""
    policy = dict(directives())
    sources = {source for sources in policy.values() for source in sources}

    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
    assert sources == {"'none'", "'self'", "data:"}
    assert [name for name, given in policy.items() if "data:" in given] == ["img-src"]


def test_nothing_is_loaded_from_elsewhere(client: FlaskClient) -> None:
    """Files, pictures and scripts of pages are those of the site."""
    for path in ("/", "/?q=cotisations", "/statistiques", "/aide", "/nulle-part"):
        page = Page(client.get(path).text)
        loaded = [
            attrs.get("src") or attrs.get("href") or ""
            for tag, attrs in page.tags
            if "src" in attrs or (tag == "link" and attrs.get("rel") in ("icon", "stylesheet"))
        ]

        assert len(loaded) >= 3
        assert all(address.startswith("/static/") for address in loaded)
