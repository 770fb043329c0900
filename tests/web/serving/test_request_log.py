"""What is logged of requests, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from index.errors import IndexMissing
from web.serving.logs import JsonFormatter, TextFormatter
from web.serving.request_log import FIELDS, network_of

SECRET = "motsecret"
ADDRESS = "203.0.113.77"

ADDRESSES = [
    "/",
    "/aide",
    "/corpus",
    "/statistiques",
    "/statistiques.csv",
    "/recherche.csv",
    "/recherche.ndjson",
    "/recherche.atom",
    "/recherche.meta.json",
    "/questions/QANR5L17QE13353",
    "/questions/QANR5L17QE13353.bib",
    "/api/v1/questions",
    "/api/v1/questions/QANR5L17QE13353",
    "/api/v1/suggestions",
    "/api/v1/facettes/ministere",
    "/suggestions.json",
    "/sante",
    "/static/site.css",
    "/opensearch.xml",
    "/q17/17-13353QE.htm",
    "/nulle-part",
    "/nulle-part%3Fq=motsecret",
]

FAILURES: list[Exception] = [
    IndexMissing("no index"),
    RuntimeError(f"what was searched for: {SECRET}"),
    ValueError(SECRET, f"q={SECRET}"),
    OSError(5, SECRET, f"/srv/{SECRET}"),
]


@contextmanager
def logged(formatter: logging.Formatter | None = None) -> Iterator[io.StringIO]:
    """What is written meanwhile, of whatever is logged."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter or JsonFormatter())
    requests = logging.getLogger("questions.requests")
    logging.root.addHandler(handler)
    requests.setLevel(logging.INFO)
    try:
        yield written
    finally:
        logging.root.removeHandler(handler)
        requests.setLevel(logging.NOTSET)


def ask(client: FlaskClient, path: str, *, method: str = "GET", query: str = "") -> TestResponse:
    headers = {"Referer": f"http://x/?q={SECRET}", "User-Agent": SECRET, "Cookie": SECRET}
    environ = {"REMOTE_ADDR": ADDRESS}
    address = f"{path}?{query or f'q={SECRET}'}"
    answer = client.open(address, method=method, headers=headers, environ_overrides=environ)
    assert answer.data is not None
    return answer


def lines_of(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_what_is_searched_for_is_never_logged(
    client: FlaskClient, path: str, formatter: logging.Formatter
) -> None:
    """Nor where it was linked from, by which program, nor by whom exactly; at no address."""
    with logged(formatter) as written:
        ask(client, path)
        ask(client, path, method="POST")
        ask(client, path, query=f"q={SECRET}&page=x&du={SECRET}&{SECRET}=1&q=2")

    assert written.getvalue().count("\n") == 3
    assert SECRET not in written.getvalue()
    assert ADDRESS not in written.getvalue()


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_a_failure_tells_its_place_and_nothing_of_the_search(
    client_of: Callable[..., FlaskClient], failure: Exception, formatter: logging.Formatter
) -> None:
    """The message of an exception may quote what was typed: its type and its place are told."""
    client = client_of(failure)
    with logged(formatter) as written:
        for path in ADDRESSES:
            ask(client, path)

    assert SECRET not in written.getvalue()
    assert isinstance(failure, IndexMissing) or f".{type(failure).__name__}" in written.getvalue()
    assert isinstance(failure, IndexMissing) or "conftest.py" in written.getvalue()


def test_a_line_says_what_was_answered(client: FlaskClient) -> None:
    """Every field that is documented, and an id that the answer bears too."""
    with logged() as written:
        answer = ask(client, "/api/v1/questions", query="q=retraite")
    (line,) = lines_of(written)

    assert set(FIELDS) < set(line)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["bytes"] == len(answer.data)
    told = ("method", "path", "endpoint", "status", "complete", "client", "generation")
    assert [line[name] for name in told] == [
        "GET",
        "/api/v1/questions",
        "api.search_questions",
        200,
        True,
        "203.0.113.0/24",
        3,
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("proxy-1.2026_05", True),
        ("short", False),
        ("a" * 65, False),
        ("with space", False),
        ("<script>alert(1)</script>", False),
        ("é" * 10, False),
    ],
)
def test_an_id_is_taken_from_a_proxy_if_it_looks_like_one(
    client: FlaskClient, given: str, kept: bool
) -> None:
    """Anything else is replaced by one of ours: 32 hexadecimal digits."""
    answer = client.get("/sante", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) is kept
    assert kept or len(answer.headers["X-Request-ID"]) == 32


def test_whoever_sees_an_unexpected_error_can_name_it(
    client_of: Callable[..., FlaskClient],
) -> None:
    """The page, its header and the line with the error have one reference."""
    with logged() as written:
        answer = client_of(RuntimeError("x")).get("/?q=eau")
    errors = [line for line in lines_of(written) if "error" in line]

    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert [line["request_id"] for line in errors] == [answer.headers["X-Request-ID"]]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", None),
        (None, None),
        ("unix:", None),
    ],
)
def test_a_client_is_known_by_its_network(address: str | None, network: str | None) -> None:
    """The addresses of many households, or of one at most with thousands of others."""
    assert network_of(address) == network


def test_a_line_is_one_line(client: FlaskClient) -> None:
    """A path that holds ends of lines, or what moves a terminal's cursor, makes no other line."""
    for formatter in (JsonFormatter(), TextFormatter()):
        with logged(formatter) as written:
            ask(client, "/a%0d%0aGET%20/b%1b[2J%E2%80%A8c")

        assert written.getvalue().count("\n") == 1
        assert written.getvalue().rstrip("\n").isprintable()
