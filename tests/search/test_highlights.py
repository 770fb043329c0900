"""Whole texts with their words marked: from the index, and from the text when it isn't held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.markup import clean_html
from index.question import Question, make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine

TEXTS = (
    "<p>L’eau &amp; l’assainissement :\u00a0le 1<sup>er</sup> mai,&nbsp;l’eau.</p><p>  Eau </p>",
    "<table><tr><td>eau</td><td>12&nbsp;000</td></tr><tr><td>mi<em>croentreprise</em></td></tr></table>",
    "<p>micro-\nentreprise, micro<br>-entreprise, micro-<strong>entreprise</strong>\u2003eau</p>",
    "<ul><li>eau</li><li></li><li>\u00a0</li><li>Pas-de-Calais, arc-en-ciel</li></ul>&lt;eau&gt;",
    "<p></p>\n\n<p>aujourd’hui l'eau-de-vie E.H.P.A.D. œuvre 𝒜 \U0001f600 eau &#8239; eau</p>",
)
QUERIES = (
    "eau", '"l’eau"', "micro-entreprise", "eau*", "mai eau", '"eau assainissement"~5', "12 000",
    "reponse:eau titre:eau", "-eau", "arc OU pas-de-calais OU ehpad", "entreprise œuvre aujourd*",
)  # fmt: skip


def questions() -> list[Question]:
    """Each text on either side, cleaned as when it is read."""
    return [
        make_question(
            uid=f"QANR5L17QE{number}",
            titre="L’eau & la micro-entreprise",
            texte_question=clean_html(text),
            texte_reponse=clean_html(TEXTS[number - 2]),
            source="a.json",
        )
        for number, text in enumerate(TEXTS, start=1)
    ]


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    return make_engine(questions())


@pytest.mark.parametrize("query", QUERIES)
def test_marks_are_those_of_an_analysis(engine: Engine, query: str) -> None:
    """A record that isn't quite the one held is analysed; its marks are the same."""
    request = SearchRequest(q=query)
    held = [question for one in questions() if (question := engine.get(one.uid))]
    others = [replace(question, source="b.json") for question in held]

    marked = engine.highlight(held, request)
    analysed = engine.highlight(others, request)

    assert [replace(one, source="a.json") for one in analysed] == list(marked)
    assert len(marked) == len(TEXTS)


def test_words_are_marked(engine: Engine) -> None:
    """In every text that holds one, whatever stands between words."""
    held = [question for one in questions() if (question := engine.get(one.uid))]

    marked = engine.highlight(held, SearchRequest(q="eau"))

    assert all("<mark>" in str(one.texte_question).lower() for one in marked)


def test_a_text_that_changed_is_marked_as_it_is(engine: Engine) -> None:
    """Between two builds: no mark stands where another text has its words."""
    (question,) = (one for one in questions() if one.uid.endswith("QE1"))
    changed = replace(question, texte_question="<p>Bien plus loin, de l’eau.</p>")

    (marked,) = engine.highlight([changed], SearchRequest(q="eau"))

    assert marked.texte_question == "<p>Bien plus loin, de l’<mark>eau</mark>.</p>"
