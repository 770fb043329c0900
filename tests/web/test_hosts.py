"""Nothing that a request says of its way here is believed, unless the settings say so."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from tests.web.conftest import LoopEngine, MakeClient, day_of_the_data
from tests.web.test_validators import PATHS
from web.application import create_app
from web.serving.request_log import REQUEST_ID
from web.settings import Settings

FORGED: Mapping[str, str] = {
    "Forwarded": "for=192.0.2.66;host=evil.example;proto=https",
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Ssl": "on",
    "X-Host": "evil.example",
    "X-Original-Url": "/evil.example",
    "X-Rewrite-Url": "/evil.example",
    "X-Http-Method-Override": "DELETE",
}
"""What proxies say, and a client may write as well."""

IMPOSSIBLE_HOSTS = (
    "evil.example/x",
    "evil.example?x",
    "evil.example#x",
    "me@evil.example",
    'evil"><script>alert(1)</script>',
    "evil.example\\x",
    "evil.example:x",
    "evil.example:99999",
    "evil example",
    "evil.example\tx",
    "évil.example",
    "[::1",
    "",
)

ALL_PATHS = (*PATHS, "/questions/qanr5l17qe13353?q=a", "/q17/17-2621QE.htm", "/nulle-part")

WITH_ADDRESSES = (
    "/recherche.atom",
    "/recherche.meta.json",
    "/sitemap.xml",
    "/opensearch.xml",
    "/robots.txt",
    "/suggestions.json?q=coti",
    "/?q=cotisations",
    "/questions/QANR5L17QE13353",
    "/questions/QANR5L17QE13353.bib",
    "/questions/qanr5l17qe13353?q=a",
    "/q17/17-2621QE.htm",
)
"""What holds whole addresses, and what redirects."""


def body_and_headers(client: FlaskClient, path: str, **options: object) -> str:
    """All that an answer says, but for what changes from one moment to the next."""
    answer = client.get(path, buffered=True, **options)
    del answer.headers[REQUEST_ID]
    return f"{answer.headers}\n{re.sub(r'duree_ms.*', '', answer.text)}"


def site(engine: LoopEngine, settings: Settings) -> FlaskClient:
    return create_app(engine, settings=settings, today=day_of_the_data).test_client()


@pytest.mark.parametrize("path", ALL_PATHS)
def test_nothing_depends_on_the_host_where_the_address_is_set(
    client: FlaskClient, path: str
) -> None:
    """Whatever the host, whoever it is said to be forwarded for: the same answer, to the byte."""
    usual = body_and_headers(client, path)

    for host in ("evil.example:8000", IMPOSSIBLE_HOSTS[0], ""):
        assert body_and_headers(client, path, headers={"Host": host, **FORGED}) == usual, host


def test_forged_headers_mean_nothing_by_default(client_of: MakeClient, engine: LoopEngine) -> None:
    """With no setting at all either: whatever proxies say is not listened to."""
    client = client_of(engine.questions)

    for path in ALL_PATHS:
        usual = body_and_headers(client, path)
        assert body_and_headers(client, path, headers=FORGED) == usual, path


@pytest.mark.parametrize("host", IMPOSSIBLE_HOSTS)
def test_an_impossible_host_is_written_nowhere(
    client_of: MakeClient, engine: LoopEngine, host: str
) -> None:
    """Not in feeds, sitemaps, previews, what is kept of a question, nor redirects."""
    client = client_of(engine.questions)

    for path in WITH_ADDRESSES:
        said = body_and_headers(client, path, headers={"Host": host})
        assert "http://localhost/" in said or path.startswith(("/q17", "/questions/qan"))
        assert not re.search("[eé]vil", said), path


@pytest.mark.parametrize("path", ["/recherche.atom", "/sitemap.xml", "/opensearch.xml"])
def test_a_scheme_that_a_proxy_lets_through_is_written_nowhere(
    engine: LoopEngine, path: str
) -> None:
    """It is http or https."""
    client = site(engine, Settings(proxies=1))
    plain, encrypted, forged = (
        client.get(path, headers={"X-Forwarded-Proto": scheme}).text
        for scheme in ("http", "https", 'javascript"><script>')
    )

    assert "http://localhost/" in plain
    assert "https://localhost/" in encrypted
    assert forged == plain


# Hosts that are named


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("questions.example.org", 200),
        ("questions.example.org:8000", 200),
        ("a.example.net", 200),
        ("example.net", 200),
        ("own.example.com", 200),
        ("example.org", 400),
        ("evilquestions.example.org", 400),
        ("evil.questions.example.org", 400),
        ("evilexample.net", 400),
        ("questions.example.org.evil.example", 400),
        ("evil.example", 400),
        *((host, 400) for host in IMPOSSIBLE_HOSTS),
    ],
)
def test_only_named_hosts_are_answered(engine: LoopEngine, host: str, status: int) -> None:
    """And that of the address; others get a worded page that says nothing of them."""
    settings = Settings(
        url="https://own.example.com", hosts=("questions.example.org", ".example.net")
    )
    client = site(engine, settings)

    for path in ("/", "/recherche.atom", "/static/site.css", "/api/v1/questions", "/sante"):
        answer = client.get(path, headers={"Host": host}, buffered=True)

        assert answer.status_code == status, path
        assert "evil" not in answer.text
        if status == 400:
            assert "Cette demande n’a pas pu être comprise." in answer.text
            assert "ETag" not in answer.headers


# Proxies


def way_seen(app: Flask, headers: Mapping[str, str]) -> tuple[str | None, str, str]:
    """The address, the scheme and the host of a request as the site sees them."""
    seen: list[tuple[str | None, str, str]] = []
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme, request.host)))
    app.test_client().get("/sante", headers=headers, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "198.51.100.1"),
        (1, None, "198.51.100.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.66, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.66, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_client_is_found_behind_the_proxies(
    engine: LoopEngine, proxies: int, forwarded: str | None, address: str
) -> None:
    """Counted from the last: what a client wrote before them is not listened to."""
    app = create_app(engine, settings=Settings(proxies=proxies))

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert way_seen(app, headers)[0] == address


def test_a_proxy_is_not_believed_of_hosts_and_paths(engine: LoopEngine) -> None:
    """It passes on what clients write there, unless told otherwise."""
    app = create_app(engine, settings=Settings(proxies=1))

    assert way_seen(app, FORGED) == ("192.0.2.66", "https", "localhost")
