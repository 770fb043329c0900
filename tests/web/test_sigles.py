"""What a sigle adds is said on the page, in the API and in a terminal, and can be refused."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from index.question import make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine
from web.application import create_app
from web.commands.text import render_results

TEXTS = (
    "La CNAM rembourse les lunettes.",
    "La Caisse nationale de l’assurance maladie rembourse.",
    "La MSA.",
)

LINK = re.compile(r'<li>(« [^<]*?) <a href="([^"]*)">(Chercher seulement [^<]*)</a></li>')


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """A question with a sigle, one with its developed form, one with another sigle."""
    return make_engine(
        make_question(uid=f"QANR5L17QE{number}", texte_question=f"<p>{text}</p>", source="a.json")
        for number, text in enumerate(TEXTS, start=1)
    )


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[FlaskClient]:
    with create_app(engine).test_client() as client:
        yield client


def announced(client: FlaskClient, query: str) -> tuple[str, str, str]:
    """The sentence about a sigle on the page of a query, its link, and the words of that."""
    text = client.get("/", query_string={"q": query}).text
    ((sentence, url, words),) = LINK.findall(text.replace("\u00a0", " ").replace("\u202f", " "))
    return sentence, html.unescape(url), words


@pytest.mark.parametrize(
    ("query", "sentence", "words", "refused"),
    [
        ("CNAM", "« CNAM » : recherche aussi « caisse nationale d’assurance maladie ».",
         "Chercher seulement « CNAM »", '"CNAM"'),
        ("la cnam lunettes", "« cnam » : recherche aussi « caisse nationale d’assurance maladie ».",
         "Chercher seulement « cnam »", 'la "cnam" lunettes'),
        ("question:C.N.A.M.",
         "« C.N.A.M » : recherche aussi « caisse nationale d’assurance maladie ».",
         "Chercher seulement « C.N.A.M »", 'question:"C.N.A.M".'),
        ("lunettes caisse nationale de l’assurance maladie",
         "« caisse nationale de l’assurance maladie » : recherche aussi « CNAM ».",
         "Chercher seulement « caisse nationale de l’assurance maladie »",
         'lunettes "caisse nationale de l’assurance maladie"'),
    ],
)  # fmt: skip
def test_a_widened_search_says_so_and_can_be_refused(
    client: FlaskClient, query: str, sentence: str, words: str, refused: str
) -> None:
    """Beside the sentence stands the search for what was typed alone, which is not widened."""
    said, url, link = announced(client, query)

    assert (said, link) == (sentence, words)
    assert url == SearchRequest(q=refused).url()
    assert LINK.search(client.get(url).text) is None


def test_a_refusal_finds_what_was_typed_alone(engine: Engine) -> None:
    """Between quotes the sigle stands for itself."""
    assert engine.search(SearchRequest(q="CNAM")).total == 2
    assert engine.search(SearchRequest(q='"CNAM"')).total == 1


def test_a_refusal_keeps_the_filters(client: FlaskClient) -> None:
    """Only the words change."""
    text = client.get("/?q=CNAM&legislature=17&tri=recent").text

    assert 'href="/?q=%22CNAM%22&amp;legislature=17&amp;tri=recent"' in text


def test_words_joined_by_an_operator_have_no_link(client: FlaskClient) -> None:
    """Between quotes an operator would be a word: the sentence stands alone."""
    text = client.get("/", query_string={"q": "caisse ET nationale assurance maladie"}).text

    assert "recherche aussi" in text
    assert LINK.search(text) is None


def test_the_api_says_it_among_the_indications(client: FlaskClient) -> None:
    """The sentence, and no key of its own."""
    body = client.get("/api/v1/questions?q=CNAM").get_json()
    plain = client.get("/api/v1/questions?q=lunettes").get_json()

    assert body["indications"] == [
        "« CNAM » : recherche aussi « caisse nationale d’assurance maladie »."
    ]
    assert body["total"] == 2
    assert body.keys() == plain.keys()
    assert plain["indications"] == []


def test_the_page_of_a_question_marks_both(client: FlaskClient) -> None:
    """Whoever comes from a search for the sigle sees where its developed form is."""
    text = client.get("/questions/QANR5L17QE2?q=CNAM").text

    assert re.findall("<mark[^>]*>(.*?)</mark>", text) == [
        "Caisse", "nationale", "de", "assurance", "maladie",
    ]  # fmt: skip


def test_a_terminal_says_it(engine: Engine) -> None:
    """`qe search` prints the sentence above the results."""
    printed = render_results(engine.search(SearchRequest(q="CNAM")), bold=False)

    assert printed.splitlines()[2] == (
        "« CNAM » : recherche aussi « caisse nationale d’assurance maladie »."
    )


def test_a_sigle_is_no_slip(engine: Engine) -> None:
    """A sigle that no question holds is not answered by a word that looks like it."""
    assert engine.search(SearchRequest(q="MSAP")).suggestion is None
