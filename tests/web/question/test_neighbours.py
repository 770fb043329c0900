"""The neighbours of a question are those of the list it was found in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from index.question import make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine
from web.question.neighbours import Place, find_place

QUESTIONS = 41


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """Questions about water, more and less of it."""
    return make_engine(
        make_question(
            uid=f"QANR5L17QE{number}",
            titre="Eau " * (number % 7) + "potable",
            texte_question=f"<p>L’eau {'et l’eau ' * (number % 5)}des communes.</p>",
            date_question=date(2025, 1, 1) + timedelta(days=number % 11),
            source="a",
        )
        for number in range(1, QUESTIONS + 1)
    )


@pytest.mark.parametrize(
    "asked",
    [
        SearchRequest(q="eau"),
        SearchRequest(q="eau communes", page=3, par=7),
        SearchRequest(tri="ancien"),
    ],
    ids=["by relevance", "by words that follow", "by date"],
)
def test_neighbours_are_those_of_the_whole_list(engine: Engine, asked: SearchRequest) -> None:
    """At every rank, whatever the page that was read, ties included."""
    hits = engine.search(asked.replace(par=100)).hits
    uids = [hit.question.uid for hit in hits]
    around = [None, *uids, None]

    assert len(uids) == QUESTIONS
    assert [find_place(engine, asked, uid, rank) for rank, uid in enumerate(uids, 1)] == [
        Place(rank, QUESTIONS, closest=False, before=around[rank - 1], after=around[rank + 1])
        for rank in range(1, QUESTIONS + 1)
    ]


def test_the_closest_questions_have_neighbours_too(engine: Engine) -> None:
    """Those that lack a word are numbered apart, all on one page."""
    asked = SearchRequest(q="eau potable licornes")
    uids = [hit.question.uid for hit in engine.search(asked).approches]

    assert len(uids) > 12
    assert find_place(engine, asked, uids[11], 12) == Place(
        12, len(uids), closest=True, before=uids[10], after=uids[12]
    )


@pytest.mark.parametrize("rank", [-1, 0, 2, QUESTIONS, QUESTIONS + 1, QUESTIONS + 2, 999_999_999])
def test_a_place_where_another_stands_is_none(engine: Engine, rank: int) -> None:
    """A rank that is made up, or was true of another generation, leads nowhere."""
    asked = SearchRequest(q="eau")
    first = engine.search(asked).hits[0].question.uid

    assert find_place(engine, asked, first, rank) is None
