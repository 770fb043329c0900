"""The help: every case of the language, and links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from search.engine import Engine
from search.examples import EXAMPLES, MISTAKES, said_of
from search.facets import FACETS, Facet
from search.request import SearchRequest
from tests.web.conftest import MakeClient
from web.display import unbreakable
from web.view import VIEW_PARAMETERS

ANCHORS = ("mots", "champs", "filtres", "tris", "adresses", "api")
"""Anchors that other pages and readers' own links lead to."""


def links(page: str) -> Iterator[str]:
    yield from (unescape(link) for link in re.findall(r'href="([^"]+)"', page))


def test_every_case_of_the_language_is_shown(demo_client: FlaskClient) -> None:
    """With what it finds, other spellings, and for mistakes what the page says of them."""
    page = unescape(demo_client.get("/aide").text)
    wanted = [
        *(text for e in EXAMPLES for text in (f">{e.shown}<", unbreakable(e.finds))),
        *(f">{spelling}<" for e in EXAMPLES for spelling in e.also),
        *(text for t in MISTAKES for text in (f">{t}<", unbreakable(said_of(t)[0]))),
    ]

    assert [text for text in wanted if text not in page] == []


def test_nothing_leads_to_an_empty_search(demo_client: FlaskClient, demo_engine: Engine) -> None:
    """Whatever search the help links to finds something in the corpus at hand."""
    searches = [link for link in links(demo_client.get("/aide").text) if link.startswith("/?")]
    empty = [
        link
        for link in searches
        if not demo_engine.search(SearchRequest.from_params(parse_qsl(urlsplit(link).query))).total
    ]

    assert len(searches) > len(EXAMPLES)
    assert empty == []


def test_a_case_without_a_question_is_no_link(client: FlaskClient) -> None:
    """It is still shown: the language is the same whatever the corpus."""
    page = client.get("/aide").text

    assert 'href="/?q=cotisations+sociales">cotisations sociales</a>' in page
    assert '<code class="requete">infirm*</code>' in page


def test_a_number_is_a_link_where_its_question_is_held(client: FlaskClient) -> None:
    """The number that the help gives is one of the small corpus, and not of the demo."""
    assert 'href="/?q=17-2621QE">17-2621QE</a>' in client.get("/aide").text
    assert client.get("/?q=17-2621QE").location == "/questions/QANR5L17QE2621"


def test_an_empty_index_has_a_help(client_of: MakeClient) -> None:
    """Without a question to point at."""
    page = client_of([]).get("/aide")

    assert page.status_code == 200
    assert "/api/v1/questions/QANR" not in page.text


def test_the_table_of_contents_leads_to_every_heading(client: FlaskClient) -> None:
    """In the order of the page, and the anchors that were there before still are."""
    page = client.get("/aide").text
    contents = page[page.index('class="sommaire"') : page.index("</nav>", page.index("sommaire"))]
    listed = re.findall(r'href="#([\w-]+)"', contents)

    assert listed == re.findall(r'<h2 id="([\w-]+)"', page)
    assert set(ANCHORS) <= set(listed)


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.name)
def test_every_filter_is_shown_by_a_value_of_the_corpus(
    facet: Facet, demo_client: FlaskClient
) -> None:
    """Each list has a link to its first value."""
    assert any(link.startswith(f"/?{facet.name}=") for link in links(demo_client.get("/aide").text))


def test_every_view_is_explained(client: FlaskClient) -> None:
    """Each parameter of presentation with its values and their words."""
    page = client.get("/aide").text
    names = [*VIEW_PARAMETERS, *(value for values in VIEW_PARAMETERS.values() for value in values)]

    assert [name for name in names if f"<code>{name}</code>" not in page] == []


@pytest.mark.parametrize("prefix", ["/api/v1/", "/recherche.", "/sante", "/questions/"])
def test_the_addresses_shown_answer(demo_client: FlaskClient, prefix: str) -> None:
    """Examples of the API and files to take away run as they stand."""
    shown = [link for link in links(demo_client.get("/aide").text) if link.startswith(prefix)]

    assert shown
    assert {demo_client.get(link).status_code for link in shown} == {200}
