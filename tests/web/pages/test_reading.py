"""A page of results as whole texts: what is read of each question, in which order."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from search.request import SearchRequest
from tests.web.conftest import LoopEngine
from web.pages.reading import Part, readings

TEXTS = "/?q=cotisations&vue=texte"


def parts_of(engine: LoopEngine, uid: str, q: str = "") -> tuple[Part, ...]:
    """The parts of one question in a page of results."""
    results = engine.search(SearchRequest(q=q))
    return next(r.parts for r in readings(engine, results) if r.hit.question.uid == uid)


def test_question_and_answer_are_read_whole(engine: LoopEngine) -> None:
    """Each with its day and page of the JO, the searched words marked."""
    question, answer = parts_of(engine, "QANR5L17QE13353", "cotisations")

    assert (question.heading, answer.heading) == ("Question", "Réponse")
    assert question.published.replace("\xa0", " ") == (
        "Question publiée au JO le 3 mars 2026, page 1840"
    )
    assert answer.published.replace("\xa0", " ") == (
        "Réponse publiée au JO le 12 mai 2026, page 4021, après 70 jours"
    )
    assert "<p>Les <mark>cotisations</mark> sociales financent" in (answer.html or "")


@pytest.mark.parametrize(
    ("uid", "missing"),
    [
        ("QANR5L17QE2621", "En attente depuis 8 mois, délai dépassé."),
        ("QANR5L16QE18111", "Question retirée le 11 juin 2024 : fin de mandat."),
        ("QANR5L16QE900001", "Restée sans réponse (législature terminée)."),
    ],
)
def test_an_answer_that_is_not_there_says_why(engine: LoopEngine, uid: str, missing: str) -> None:
    """In the words of the question's own page."""
    answer = parts_of(engine, uid)[-1]

    assert answer.html is None
    assert answer.missing.replace("\xa0", " ") == missing


def test_an_exchange_in_a_sitting_is_read_as_one(engine: LoopEngine) -> None:
    """It has one heading and one day."""
    (exchange,) = parts_of(engine, "QANR5L16QG925")

    assert exchange.heading == "Question et réponse en séance"
    assert exchange.published.replace("\xa0", " ") == "En séance le 7 juin 2023"


def test_without_words_nothing_is_looked_for(
    engine: LoopEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page without a query costs no highlighting: its texts are those that are held."""
    results = engine.search(SearchRequest())
    monkeypatch.setattr(engine, "highlight", None)
    texts = {reading.hit.question.uid: reading.parts for reading in readings(engine, results)}

    assert texts["QANR5L17QE13353"][0].html == engine.questions[0].texte_question


def test_texts_stand_in_place_of_excerpts(client: FlaskClient) -> None:
    """Tables in their frame, headings below the title, no excerpt, the panel still there."""
    text = client.get(TEXTS).text

    assert 'role="region" aria-label="Tableau" tabindex="0"><table>' in text
    assert re.findall(r"<h4>([^<]*)", text)[:2] == ["Question", "Réponse"]
    assert "Extrait de la" not in text
    assert 'id="affiner"' in text


def test_the_closest_questions_are_read_too(client: FlaskClient) -> None:
    """A search that finds nothing shows the texts of what is nearest."""
    text = client.get("/?q=cotisations+lune&vue=texte").text

    assert "Questions les plus proches" in text
    assert "<h4>Réponse</h4>" in text


def test_each_text_is_printed_with_its_address(client: FlaskClient) -> None:
    """On paper, one knows where a question was read."""
    text = client.get(TEXTS).text

    assert (
        '<p class="adresse-imprimee">https://questions.example.org/questions/QANR5L17QE13353</p>'
    ) in text


def test_one_goes_from_excerpts_to_texts_and_back(client: FlaskClient) -> None:
    """Both views are linked, on the same page of results, the current one told."""
    excerpts = client.get("/?tri=recent&par=2&page=2").text
    texts = client.get("/?tri=recent&par=2&page=2&vue=texte").text

    assert '<a href="/?page=2&amp;par=2" aria-current="true">extraits</a>' in excerpts
    assert '<a href="/?page=2&amp;par=2&amp;vue=texte">textes entiers</a>' in excerpts
    assert '<a href="/?page=2&amp;par=2">extraits</a>' in texts
    assert 'vue=texte" aria-current="true">textes entiers</a>' in texts


def test_every_link_and_form_of_the_page_keeps_the_view(client: FlaskClient) -> None:
    """Filters, sorts, sizes and pages lead to texts again; so does the way back from a question."""
    path = "/?q=e&legislature=17&legislature=16&du=2020-01-01&renouvelee=&par=2&vue=texte"
    text = client.get(path).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/\?[^"]*)"', text)}
    searches = [dict(parse_qsl(urlsplit(link).query)) for link in links]
    others = [search for search in searches if search.get("vue") != "texte"]

    assert {search.get("par", "10") for search in searches} == {"2", "10", "25", "50", "100"}
    assert {search.get("tri") for search in searches} >= {"recent", "ancien", "reponse", "delai"}
    # The canonical address aside, only the link to the excerpts leaves the texts.
    assert [list(search) for search in others] == [["q", "legislature", "du", "par"]]
    assert text.count('<input type="hidden" name="vue" value="texte">') == 2


def test_the_way_back_leads_to_the_texts(client: FlaskClient) -> None:
    """A question opened from its text is left for the same view, at its place."""
    link = re.search(r'<h3><a href="([^"]*)"', client.get(TEXTS).text)
    assert link is not None
    text = client.get(link[1].replace("&amp;", "&")).text

    assert 'href="/?q=cotisations&amp;vue=texte#r1"' in text


def test_a_malformed_view_does_not_hide_the_question(client: FlaskClient) -> None:
    """The way back is then to the usual view."""
    text = client.get("/questions/QANR5L17QE2621?q=a&vue=carte&rang=1").text

    assert 'href="/?q=a#r1"' in text
