"""Which query was meant: what is offered, what never is."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.question import Question, make_question
from index.stores.whoosh_store import open_store
from search.engine import Engine, open_engine
from search.request import SearchRequest
from tests.conftest import MakeEngine
from tests.publishing import publish

TEXTS = {
    1: "Les cotisations sociales des retraités",
    2: "La retraite et la santé à l’hôpital",
    3: "Les médecins généralistes et les infirmières de l’hôpital",
    4: "La santé des médecins",
    5: "Un site de santé",
}


def question(number: int, text: str, legislature: int = 17) -> Question:
    """A question of one text."""
    return make_question(
        legislature=legislature, type="QE", numero=number, texte_question=f"<p>{text}</p>"
    )


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """A few questions, and many with the word that a rare one is a slip for."""
    many = [question(number, "Un bâtiment") for number in range(100, 320)]
    slip = question(99, "Un batimant")
    return make_engine([*(question(*one) for one in TEXTS.items()), *many, slip])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cotizations sociales", "cotisations sociales"),
        ("COTIZATION", "cotisation"),  # in any form
        ("retraitte", "retraite"),
        ("sante hopitall", "sante hôpital"),  # what is right stays as typed
        ("infrimière", "infirmière"),
        ("l’hopitall", "l’hôpital"),
        ("cotisationssociales", "cotisations sociales"),
        ("medecinsgeneralistes", "médecins généralistes"),
        ("coti sations sociales", "cotisations sociales"),
        ('"cotizations sociales"', '"cotisations sociales"'),
        ("question:retraitte -santé", "question:retraite -santé"),
        ("xyzzy OU retraitte", "xyzzy OU retraite"),
        ("(médecins OU infrimieres) généralistess", "(médecins OU infirmières) généralistes"),
        ("batimant", "bâtiment"),  # a question has it, two hundred have the other
    ],
)
def test_a_slip_is_answered_by_what_was_meant(engine: Engine, typed: str, meant: str) -> None:
    """The suggestion finds more than what was typed, which is searched all the same."""
    found = engine.search(SearchRequest(q=typed))

    assert found.suggestion is not None
    assert found.suggestion.casefold() in {meant.casefold(), f"{meant}s".casefold()}
    assert engine.search(SearchRequest(q=found.suggestion)).total > found.total
    assert found.request.q == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "santé",  # found
        "cotisation",  # found in another form
        "retraite médecins",  # words that no question has together
        "xyzzyxyzzy",  # near nothing
        "retr*",
        "retrx*",  # a beginning is no word
        "-retraitte",
        "20255",
        "titre:retraitte",  # the correction would find nothing there
        " ".join(["xretraite"] * 40),  # a pasted draft
    ],
)
def test_nothing_is_suggested_without_a_reason(engine: Engine, typed: str) -> None:
    """No word is doubtful, or nothing better is found."""
    assert engine.search(SearchRequest(q=typed)).suggestion is None


def test_a_suggestion_passes_the_filters(make_engine: MakeEngine) -> None:
    """Its link keeps them: what only they hide would be an empty page."""
    engine = make_engine([question(1, "La retraite", 16), question(2, "La santé", 17)])

    def suggestion(legislature: str) -> str | None:
        params = [("q", "retraitte"), ("legislature", legislature)]
        return engine.search(SearchRequest.from_params(params)).suggestion

    assert suggestion("16") == "retraite"
    assert suggestion("17") is None


def test_words_of_replaced_questions_are_not_suggested(tmp_path: Path) -> None:
    """Only what a live question holds."""
    for text, expected in (("La retraite", "retraite"), ("La gare", None)):
        with open_store(tmp_path, fictional=False, today=date(2026, 5, 12)) as store:
            publish(store, [question(1, text), question(2, "La santé")])
        with closing(open_engine(tmp_path)) as engine:
            assert engine.search(SearchRequest(q="retraitte")).suggestion == expected
