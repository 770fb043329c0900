"""`/api/openapi.json`: valid, complete, and true of every answer."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from search.engine import Engine
from tests.browsing import listening
from tests.conftest import HYPOTHESIS_PROFILE
from tests.test_docs import api_examples
from tests.web.conftest import MakeClient
from web.api.examples import EXAMPLES
from web.api.openapi import (
    CONDITION,
    OPENAPI_PATH,
    OPERATIONS,
    SUGGESTIONS_PATH,
    openapi_document,
)
from web.api.schemas import SCHEMAS
from web.errors import FOR_PROGRAMS
from web.settings import Settings

DOCUMENT = openapi_document(Settings())

PARAMETERS = DOCUMENT["components"]["parameters"]

LEFT_OUT = {
    "/opensearch.xml": "Browsers find it from every page; OpenSearch 1.1 says what it is.",
    "/sitemap.xml": "Crawlers look for it; the sitemap protocol says what it is.",
    "/sitemap-{number}.xml": "The parts of `/sitemap.xml`, which names them.",
    "/robots.txt": "Crawlers look for it; RFC 9309 says what it is.",
}
"""Addresses of files that the document doesn't have, with the reason."""


def address_of(path: str) -> str:
    """Where something is found, for a path of the document: its parameters have their examples."""
    names = [name for _, name, _, _ in string.Formatter().parse(path) if name]
    return path.format(**{name: PARAMETERS[name]["example"] for name in names})


FOUND = [address_of(operation.path) for operation in OPERATIONS]
"""An address for each operation."""

REVALIDATED = [address_of(operation.path) for operation in OPERATIONS if operation.revalidated]
"""The addresses that answer 304 to whoever has the newest answer."""

EXCLUDED_CHECKS = {
    "negative_data_rejection": "Searches forgive what random negation makes most of: spaces and "
    "control characters around a value, an open facet's value that is null or false in words. "
    "The coverage phase, which negates one rule at a time, keeps the check.",
}
"""What schemathesis doesn't check in its random phases, with the reason."""

UNREAD_SCHEMAS = {
    SUGGESTIONS_PATH: "Schemathesis 4 writes `prefixItems` of answers as `items`, then refuses it. "
    "`test_answers_are_as_documented` reads these answers as OpenAPI 3.1 does.",
}
"""Where schemathesis doesn't check the content against its schema, with the reason."""

EXAMPLES_PER_OPERATION = {"fixed": "6", "nightly": "1000"}


def document_path(address: str) -> str:
    """The path of the document that an address is one of."""
    path = address.partition("?")[0]
    return next(
        known
        for known in DOCUMENT["paths"]
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(known)), path)
    )


def mistakes(schema: Any, value: Any) -> list[str]:
    """Where a value isn't as a schema of the document says."""
    whole = {"components": DOCUMENT["components"], **schema}
    validator = OAS31Validator(whole, format_checker=oas31_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def undocumented(address: str, answer: TestResponse) -> list[str]:
    """What an answer has that the document doesn't say, or lacks that it promises."""
    responses = DOCUMENT["paths"][document_path(address)]["get"]["responses"]
    response = responses.get(str(answer.status_code))
    if response is None:
        return [f"status {answer.status_code}"]
    promised = [link["$ref"].rpartition("/")[2] for link in response.get("headers", {}).values()]
    headers = {name: DOCUMENT["components"]["headers"][name] for name in promised}
    wrong = [
        f"no {name}"
        for name, header in headers.items()
        if header.get("required") and name not in answer.headers
    ]
    content = response.get("content", {})
    if answer.mimetype not in content:
        return wrong if not content and not answer.data else [*wrong, f"type {answer.mimetype}"]
    if answer.is_json:
        wrong += mistakes(content[answer.mimetype]["schema"], answer.json)
    return wrong


# The document


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(url="https://questions.example.org/", contact="contact@example.org"),
        Settings(contact="https://example.org/contact"),
        Settings(contact="3 rue de l’Université, Paris"),
    ],
    ids=["as it comes", "e-mail", "page", "post"],
)
def test_the_document_is_valid(settings: Settings) -> None:
    """Whoever runs the site, tools for OpenAPI 3.1 read it."""
    errors = OpenAPIV31SpecValidator(openapi_document(settings)).iter_errors()

    assert [error.message for error in errors] == []


def test_the_document_says_where_the_site_is() -> None:
    """The public address and whom to write to are those of the settings."""
    settings = Settings(url="https://questions.example.org/", contact="contact@example.org")
    document = openapi_document(settings)

    assert document["servers"] == [{"url": "https://questions.example.org"}]
    assert document["info"]["contact"] == {"email": "contact@example.org"}


def paths_of(rule: str) -> Iterator[str]:
    """The paths of a rule of Flask as OpenAPI writes them; one for each value of an `any`."""
    if choice := re.search(r"<any\(([^)]*)\):\w+>", rule):
        for value in choice[1].split(","):
            yield from paths_of(rule.replace(choice[0], value.strip()))
    else:
        yield re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule)


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        ("/sante", ["/sante"]),
        ("/questions/<uid>", ["/questions/{uid}"]),
        ("/<string(maxlength=3):a>/<path:b>", ["/{a}/{b}"]),
        ("/questions/<uid>.<any(bib, ris):s>", ["/questions/{uid}.bib", "/questions/{uid}.ris"]),
    ],
)
def test_rules_are_paths(rule: str, paths: list[str]) -> None:
    """Whatever converters an address has, the test below recognises it."""
    assert list(paths_of(rule)) == paths


def test_every_address_for_programs_is_documented(app: Flask) -> None:
    """What isn't a page is in the document, or is left out of it for a reason; nothing else is."""
    paths = {path for rule in app.url_map.iter_rules() for path in paths_of(rule.rule)}
    files = {path for path in paths if re.search(r"\.\w+$", path)}
    for_programs = {path for path in paths if path.startswith(FOR_PROGRAMS)}

    assert (files | for_programs) - set(DOCUMENT["paths"]) == set(LEFT_OUT)
    assert set(DOCUMENT["paths"]) - (files | for_programs) == set()


def test_operations_have_different_names() -> None:
    """Generated clients call them by it."""
    names = {operation.name for operation in OPERATIONS}

    assert len(names) == len(OPERATIONS) == len(DOCUMENT["paths"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_as_their_schema_says(name: str) -> None:
    """Every name is there, and no other."""
    assert mistakes(SCHEMAS[name], EXAMPLES[name]) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_strict(name: str) -> None:
    """A name too many is a mistake: generated clients know them all."""
    example = EXAMPLES.get(name, {})
    extra = [*example, "inconnu"] if isinstance(example, list) else example | {"inconnu": 1}

    assert any("inconnu" in mistake for mistake in mistakes(SCHEMAS[name], extra))


def test_the_document_is_what_the_site_sends(client: FlaskClient) -> None:
    """The whole of it, for the settings of the site."""
    document = openapi_document(Settings(url="https://questions.example.org/"))

    assert client.get(OPENAPI_PATH).json == document


@pytest.mark.parametrize("address", REVALIDATED)
def test_what_is_already_there_is_asked_for_in_vain(demo_client: FlaskClient, address: str) -> None:
    """A program that has the newest answer is told so, without it, as documented."""
    etag = demo_client.get(address).headers["ETag"]
    again = demo_client.get(address, headers={CONDITION: etag})

    assert (again.status_code, again.data) == (304, b"")
    assert undocumented(address, again) == []


# The answers


def documented_searches() -> Iterator[str]:
    """An address for each example of a parameter, at each path that takes it."""
    for operation in OPERATIONS:
        for name in operation.parameters:
            parameter = PARAMETERS[name]
            if parameter["in"] == "query" and "example" in parameter:
                values = parameter["example"]
                given = values if isinstance(values, list) else [values]
                query = "&".join(f"{parameter['name']}={value}" for value in given)
                yield f"{address_of(operation.path)}?{query}"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        *(("GET", address) for address in (*FOUND, *documented_searches())),
        *((method, address) for method, address, _ in api_examples() if "/v2" not in address),
    ],
)
def test_answers_are_as_documented(demo_client: FlaskClient, method: str, address: str) -> None:
    """Status, type, headers and every value, for all examples of the document and of its page."""
    assert undocumented(address, demo_client.open(address, method=method)) == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        *((address, 405) for address in FOUND),
        ("/api/v1/questions/qanr5l17qe900074", 301),
        ("/api/v1/questions/QANR5L17QE1", 404),
        ("/api/v1/questions/%00", 404),
        ("/api/v1/facettes/couleur", 404),
        ("/api/v1/questions?page=0&du=hier&q=a&q=b", 400),
        ("/api/v1/suggestions?tri=couleur", 400),
        ("/api/v1/facettes/auteur?prefixe=a&prefixe=b", 400),
        ("/recherche.csv?sep=point", 400),
        ("/recherche.ndjson?annee=hier", 400),
        ("/recherche.meta.json?par=0", 400),
        ("/recherche.atom?statut=perdu", 400),
        ("/statistiques.csv?tableau=rien", 400),
        ("/suggestions.json?q=a&q=b", 400),
        ("/questions/qanr5l17qe13353.bib", 301),
        ("/questions/qanr5l17qe13353.ris", 301),
        ("/questions/QANR5L17QE1.bib", 404),
        ("/questions/%00.ris", 404),
        ("/api/v1/questions?q=" + "a" * 40_000, 400),
    ],
)
def test_refusals_are_as_documented(client: FlaskClient, address: str, code: int) -> None:
    """What isn't found, or can't be, is told in the documented shape."""
    answer = client.open(address, method="POST" if code == 405 else "GET")

    assert answer.status_code == code
    assert undocumented(address, answer) == []


@pytest.mark.parametrize("address", [a for a in FOUND if a != OPENAPI_PATH])
def test_a_lost_index_is_as_documented(missing_index: FlaskClient, address: str) -> None:
    """Nothing but the document itself can be had without an index."""
    answer = missing_index.get(address)

    assert answer.status_code == 503
    assert undocumented(address, answer) == []


def test_each_line_of_an_export_is_a_question(demo_client: FlaskClient) -> None:
    """Every record of the corpus, value by value."""
    lines = demo_client.get("/recherche.ndjson").text.splitlines()

    assert len(lines) == 180
    assert [m for line in lines for m in mistakes(SCHEMAS["Question"], json.loads(line))] == []


@pytest.mark.parametrize("address", FOUND)
def test_head_is_get_without_a_body(demo_client: FlaskClient, address: str) -> None:
    """The same status and headers at every address, but for its length and the request's id."""
    asked, told = demo_client.get(address), demo_client.head(address)
    measured = ("Content-Length", "X-Request-ID")

    assert told.data == b""
    assert told.status_code == asked.status_code == 200
    assert [h for h in told.headers if h[0] not in measured] == [
        h for h in asked.headers if h[0] not in measured
    ]


@pytest.mark.parametrize(
    ("address", "method"),
    [
        *((address, "GET") for address in FOUND if address.startswith("/api/")),
        *((address, "OPTIONS") for address in FOUND if address.startswith("/api/")),
        ("/api/v1/questions?page=0", "GET"),
        ("/api/v1/rien", "GET"),
        ("/api/v1/questions/qanr5l17qe900074", "GET"),
        ("/api/v1/questions", "TRACE"),
    ],
)
def test_pages_of_other_sites_may_read_the_api(
    client: FlaskClient, missing_index: FlaskClient, address: str, method: str
) -> None:
    """Its errors too, and the links to other pages and to the document."""
    for site, base in ((client, "https://questions.example.org"), (missing_index, "")):
        headers = site.open(address, method=method).headers

        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in headers["Access-Control-Expose-Headers"]
        assert f'<{base}{OPENAPI_PATH}>; rel="service-desc"' in headers.getlist("Link")


def test_an_unforeseen_failure_can_be_read_too(client_of: MakeClient) -> None:
    """A bug is one of the API's errors."""
    answer = client_of(RuntimeError("a bug")).get("/api/v1/questions")

    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (500, "*")
    assert mistakes(SCHEMAS["Erreurs"], answer.json) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"first": "", "next": "?page=2", "last": "?page=18"}),
        (
            "?par=100&page=2",
            {"first": "?par=100", "prev": "?par=100", "last": "?page=2&par=100"},
        ),
        ("?page=9999", {"first": "", "prev": "?page=18", "last": "?page=18"}),
        ("?q=licornes", {}),
    ],
)
def test_a_page_of_results_links_to_the_others(
    demo_client: FlaskClient, query: str, expected: dict[str, str]
) -> None:
    """Following `next` from the first page reads a whole search."""
    headers = demo_client.get(f"/api/v1/questions{query}").headers.getlist("Link")
    links = [re.fullmatch(r'<(.*)>; rel="([\w-]+)"', header) for header in headers]
    found = {match[2]: match[1] for match in links if match}

    assert found.pop("service-desc") == OPENAPI_PATH
    assert found == {name: f"/api/v1/questions{page}" for name, page in expected.items()}


# Whatever is asked


def schemathesis_settings() -> Iterator[str]:
    """The lines of a `schemathesis.toml`: the checks that it leaves out."""
    for check in EXCLUDED_CHECKS:
        for phase in ("fuzzing", "stateful"):
            yield f"[phases.{phase}.checks.{check}]\nenabled = false"
    for path in UNREAD_SCHEMAS:
        yield f'[[operations]]\ninclude-path = "{path}"'
        yield "[operations.checks.response_schema_conformance]\nenabled = false"


def test_whatever_is_asked_is_answered_as_documented(demo_engine: Engine, tmp_path: Path) -> None:
    """Schemathesis finds no failure, nor an answer that the document doesn't say.

    It has its own process: its settings of Hypothesis, and its loops, stay out of this one.
    """
    settings = tmp_path / "schemathesis.toml"
    settings.write_text("\n".join(schemathesis_settings()))
    number = EXAMPLES_PER_OPERATION[HYPOTHESIS_PROFILE]
    # Every check is on from the start; `--checks all` would bring back those that are left out.
    options = ["--mode", "all", "--max-examples", number, "--no-color"]
    if HYPOTHESIS_PROFILE == "fixed":
        options.append("--generation-deterministic")
    with listening(demo_engine) as site:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)]
        outcome = subprocess.run(
            [*command, "run", f"{site}{OPENAPI_PATH}", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert f"Tested: {len(OPERATIONS) - 1}" in outcome.stdout
