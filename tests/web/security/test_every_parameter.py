"""Whatever is written in an address stays text: through every parameter, at every address."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from search.engine import Engine
from tests.web.conftest import day_of_the_data
from tests.web.security.addresses import NAMES, addresses, addresses_with
from tests.web.test_hostile_texts import complaints
from tests.web.test_markup import Page
from web.application import create_app
from web.settings import Settings

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "unquoted": "x onfocus=alert(1) autofocus style=position:fixed ",
    "address": "javascript:alert(1)//",
    "raw text": "</title></textarea></script></style><svg onload=alert(1)>",
    "comment": "--><!--]]>*/<base href=//evil.example>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x&#62;",
    "template": "{{1337*1337}}{%raise%}${1337*1337}<%=1337*1337%>#{1337*1337}",
    "header": "x\r\nX-Injected: 1\r\n\r\n<script>alert(1)</script>",
    "header in Unicode": "x\u010d\u010aX-Injected: 1\u2028X-Injected: 1",
    "location": "//evil.example/\\evil.example",
    "formula": '=HYPERLINK("//evil.example")',
    "bytes": "\x00\x08\x1b[2J\x7f\ufffe\u202e\ufeff",
}
"""Each of the ways in which text could become something else."""

EVERYTHING = "".join(PAYLOADS.values())
"""All of them in one value."""

XML_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://a9.com/-/spec/opensearch/1.1/",
    "http://www.mozilla.org/2006/browser/search/",
    "http://www.sitemaps.org/schemas/sitemap/0.9",
}


@pytest.fixture(scope="module")
def site(demo_engine: Engine) -> Flask:
    """The site over the demo corpus; whether what is found is ours is tried elsewhere."""
    return create_app(demo_engine, settings=Settings(), today=day_of_the_data)


@pytest.fixture(scope="module")
def demo(site: Flask) -> FlaskClient:
    return site.test_client()


def foreign(answer: TestResponse) -> list[str]:
    """What stands in an answer that an address may have brought there."""
    found = [f"header {name}" for name, _ in answer.headers if "Injected" in name]
    found += [f"break in {n}" for n, v in answer.headers if re.search("[\r\n\0]", v)]
    found += [f"script in {n}" for n, v in answer.headers if n != "Location" and "<script" in v]
    if not 300 <= answer.status_code < 400:
        found += READERS[answer.mimetype](answer.text)
    elif not re.match(r"/(?![/\\])", answer.headers["Location"]):
        found.append(f"redirect to {answer.headers['Location']}")
    return found


def foreign_in_page(text: str) -> list[str]:
    computed = ["a computed template"] if str(1337 * 1337) in text else []
    return [*complaints(Page(text)), *(["a NUL"] if "\0" in text else []), *computed]


def foreign_in_json(text: str) -> list[str]:
    """Markup is only in values that say so, and marks what was found."""

    def values(node: object, name: str = "") -> Iterator[tuple[str, str]]:
        if isinstance(node, dict):
            for key, value in node.items():
                yield from values(value, key if key not in ("question", "reponse") else name)
        elif isinstance(node, list):
            for value in node:
                yield from values(value, name)
        elif isinstance(node, str):
            yield name, node

    html = [v for name, v in values(json.loads(text)) if name in ("titre_html", "extraits")]
    return [value for value in html if re.search("<(?!/?mark>)", value)]


def foreign_in_xml(text: str) -> list[str]:
    names = [element.tag for element in ElementTree.fromstring(text.encode()).iter()]
    return [name for name in names if name[1:].partition("}")[0] not in XML_NAMESPACES]


def foreign_in_table(text: str) -> list[str]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
    return [cell for row in rows for cell in row if cell.startswith(tuple("=+@\t\r＝＋－＠"))]


def nothing(_text: str) -> list[str]:
    """Plain text, which `nosniff` keeps from being anything else."""
    return []


READERS = {
    "text/html": foreign_in_page,
    "application/json": foreign_in_json,
    "application/x-suggestions+json": foreign_in_json,
    "application/atom+xml": foreign_in_xml,
    "application/xml": foreign_in_xml,
    "application/opensearchdescription+xml": foreign_in_xml,
    "text/csv": foreign_in_table,
    "application/x-ndjson": nothing,
    "application/x-bibtex": nothing,
    "application/x-research-info-systems": nothing,
    "text/plain": nothing,
    "text/css": nothing,
}
"""What reads an answer of each kind; another kind would be a mistake."""


def check(client: FlaskClient, address: str) -> None:
    answer = client.get(address, buffered=True)

    assert answer.status_code in (200, 301, 302, 400, 404), address
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert foreign(answer) == [], address


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_stays_text_at_every_address(site: Flask, demo: FlaskClient, name: str) -> None:
    """All payloads in its value, beside a search that is in order."""
    value = quote(EVERYTHING)
    for address in addresses(site):
        beside = "" if name in ("q", "par") else "q=cotisations&par=2&"
        check(demo, f"{address}?{beside}{name}={value}")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload_stays_text_wherever_it_is_written(
    site: Flask, demo: FlaskClient, payload: str
) -> None:
    """As words, as values of facets, as the name of a parameter, in every place of a path."""
    value = quote(payload)
    for address in addresses(site):
        check(demo, f"{address}?q={value}&par=2")
        check(demo, f"{address}?q=%22{value}%22+{value}*&rubrique={value}&auteur=-{value}&par=2")
        check(demo, f"{address}?q=cotisations&par=2&{value}={value}&rang={value}")
    for address in addresses_with(site, payload):
        check(demo, address)
    check(demo, f"/{value}")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload_after_what_is_found_stays_text(demo: FlaskClient, payload: str) -> None:
    """In a pasted address, after a uid, in another case: whatever redirects."""
    value = quote(payload)
    for address in (
        f"/?q=17-900074QE{value}",
        f"/?q=https://questions.assemblee-nationale.fr/q17/17-900074QE.htm%3F{value}",
        f"/questions/qanr5l17qe900074?q={value}&{value}",
        f"/questions/qanr5l17qe900074?{payload.translate(_UNSENT)}",
        f"/questions/qanr5l17qe900074{value}",
        f"/q17/17-900074QE.htm%3F{value}",
        f"/dyn/17/questions/QANR5L17QE900074.pdf%23{value}",
        f"/?q=cotisations&rubrique={value}&tout_cocher=ministere",
    ):
        check(demo, address)


_UNSENT = dict.fromkeys((*range(33), 35, 127))
"""What no request line holds as it is, and what begins a fragment."""


def test_the_list_of_parameters_is_whole(site: Flask, demo: FlaskClient) -> None:
    """Every field of every form and every parameter of every link is in it."""
    pages = (
        "/",
        "/?q=cotisations",
        "/?q=a&vue=texte&rubrique=x",
        "/?q=cotisatons",
        "/statistiques",
    )
    read = [
        Page(demo.get(address).text)
        for address in (*pages, "/aide", "/questions/QANR5L17QE900074?q=cotisations&rang=1")
    ]
    fields = {attrs["name"] for page in read for tag, attrs in page.tags if is_field(tag, attrs)}
    links = [link for page in read for link in page.values("href") if link.startswith("/")]
    linked = {
        name
        for link in links
        if not link.startswith("/static/")
        for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)
    }

    assert (fields | linked) - set(NAMES) == set()
    assert {"q", "rubrique", "filtre_rubrique", "tout_cocher"} <= fields
    assert {"rang", "surlignage", "tableau"} <= linked
    assert {"vue", "mesure"} <= fields | linked
    assert len(list(addresses(site))) == len(list(site.url_map.iter_rules()))


def is_field(tag: str, attrs: dict[str, str | None]) -> bool:
    return tag in ("input", "select", "button", "textarea") and bool(attrs.get("name"))
