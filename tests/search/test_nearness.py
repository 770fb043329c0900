"""Words that stand together, in the scores of the foremost questions."""

from __future__ import annotations

import pytest

from index.question import Question, make_question
from search.engine import Engine
from search.ranking import FOREMOST, RANKING
from search.request import Choice, SearchRequest
from tests.conftest import MakeEngine

APART = "la retraite est due, dit-on partout, aux apiculteurs"
BESIDE = "la retraite des apiculteurs est due, dit-on partout"
"""The same words in another order: nothing else tells them apart."""


def question(number: int, text: str, legislature: int = 17) -> Question:
    """A question of this text; a greater number comes later where scores are equal."""
    return make_question(
        legislature=legislature,
        type="QE",
        numero=number,
        texte_question=f"<p>{text}</p>",
    )


def numbers(engine: Engine, typed: str, **options: int) -> list[int]:
    """The numbers of the questions found, best first."""
    found = engine.search(SearchRequest(q=typed, **options))
    return [hit.question.numero for hit in found.hits]


def scores(engine: Engine, request: SearchRequest) -> dict[str, float | None]:
    """The score of each question found."""
    return {hit.question.uid: hit.score for hit in engine.search(request).hits}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("retraite apiculteurs", 2),
        ("retraites apiculteur", 2),  # any form
        ("retraite des apiculteurs", 2),  # what is optional is no word between
        ("apiculteurs retraite", 1),  # the second word has to follow the first
        ("retraite OU apiculteurs", 1),  # no pair: the other word may be lacking
        ('retraite "apiculteurs"', 2),
        ("question:retraite question:apiculteurs", 2),
        ("retraite titre:apiculteurs OU apiculteurs", 1),
    ],
)
def test_words_that_stand_together_come_first(
    make_engine_briefly: MakeEngine, typed: str, first: int
) -> None:
    """Two words in the order typed; among equals, the first number comes first."""
    engine = make_engine_briefly([question(1, APART), question(2, BESIDE)])

    assert numbers(engine, typed) == [first, 3 - first]


@pytest.mark.parametrize(("between", "counts"), [("des vieux", True), ("des vieux bons", False)])
def test_how_near_is_near(make_engine_briefly: MakeEngine, between: str, counts: bool) -> None:
    """Two words may stand between; not three."""
    near = f"la retraite {between} apiculteurs est due"
    apart = f"la apiculteurs {between} retraite est due"
    engine = make_engine_briefly([question(1, apart), question(2, near)])

    assert numbers(engine, "retraite apiculteurs") == ([2, 1] if counts else [1, 2])


def test_only_the_foremost_are_put_in_order(make_engine_briefly: MakeEngine) -> None:
    """The one that the words alone put behind them stays there."""
    apart = [question(number, APART) for number in range(11, FOREMOST + 11)]
    engine = make_engine_briefly([*apart, question(FOREMOST + 11, BESIDE)])

    assert numbers(engine, "retraite apiculteurs", par=100)[-1] == FOREMOST + 11


def test_pages_are_those_of_one_order(make_engine_briefly: MakeEngine) -> None:
    """However many questions a page has, and in exports."""
    texts = [APART, BESIDE] * FOREMOST
    engine = make_engine_briefly([question(n, text) for n, text in enumerate(texts, 11)])
    whole = numbers(engine, "retraite apiculteurs", par=100)

    pages = [numbers(engine, "retraite apiculteurs", par=10, page=page) for page in (1, 2)]
    assert [*pages[0], *pages[1]] == whole
    listed = engine.listing(SearchRequest(q="retraite apiculteurs")).questions
    assert [one.numero for one in listed] == whole
    assert whole != sorted(whole)


def test_filters_change_no_score(make_engine_briefly: MakeEngine) -> None:
    """A question has the same score whatever else is left out."""
    texts = [APART, BESIDE, APART, BESIDE, BESIDE]
    engine = make_engine_briefly([question(n, text, 16 + n % 2) for n, text in enumerate(texts, 1)])
    request = SearchRequest(q="retraite apiculteurs")
    every = scores(engine, request)

    filtered = request.with_filters({"legislature": (Choice("17"),)})
    found = scores(engine, filtered)
    assert found == {uid: every[uid] for uid in found}
    assert 0 < len(found) < len(every)


def test_the_closest_questions_too(make_engine_briefly: MakeEngine) -> None:
    """When none has all the words."""
    engine = make_engine_briefly([question(1, APART), question(2, BESIDE)])

    found = engine.search(SearchRequest(q="retraite apiculteurs xyzzy"))
    assert [hit.question.numero for hit in found.approches] == [2, 1]


def test_what_it_adds_is_explained(make_engine_briefly: MakeEngine) -> None:
    """A part of what the rarer word is worth."""
    engine = make_engine_briefly([question(1, APART), question(2, BESIDE)])
    request = SearchRequest(q="retraite apiculteurs")

    apart, beside = (engine.explain(request, f"QANR5L17QE{number}") for number in (1, 2))
    assert apart is not None
    assert beside is not None
    assert apart.nearness == 0
    assert 0 < beside.nearness < RANKING.near_weight * min(unit.idf for unit in beside.units)


def test_the_closest_are_ranked_alike_under_any_sort(make_engine_briefly: MakeEngine) -> None:
    """They are in the order of their points whatever the results would be sorted by."""
    engine = make_engine_briefly([question(1, APART), question(2, BESIDE)])

    found = engine.search(SearchRequest(q="retraite apiculteurs xyzzy", tri="recent"))
    assert [hit.question.numero for hit in found.approches] == [2, 1]


def test_a_name_counts_as_its_sigle_does(make_engine_briefly: MakeEngine) -> None:
    """A question that says the sigle has the whole name: it lacks no pair of its words."""
    request = SearchRequest(q="caisse nationale d’assurance maladie")
    engine = make_engine_briefly([question(1, "La CNAM"), question(2, request.q)])

    told = [engine.explain(request, f"QANR5L17QE{number}") for number in (1, 2)]
    assert [one.nearness for one in told if one is not None] == [0, 0]
