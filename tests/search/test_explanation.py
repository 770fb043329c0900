"""What is said of a score is what made it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from index.question import Question, make_question
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine

TITLES = ("Retraite des apiculteurs", "Écoles", None)
TEXTS = (
    "Les retraités et la retraite des élèves",
    "Un élève élevé en plein air, au-dessus de tout, et la santé",
    "La santé des abeilles : les abeilles, la retraite",
    "Rien qui compte ici",
)
QUERIES = (
    "retraite",
    "élève",
    "eleve santé",
    "abeilles retraites",
    '"la retraite"',
    '"santé abeilles"~2',
    "retrait*",
    "au-dessus",
    "titre:retraite OU santé",
    "(élève OU abeilles) -tout",
    "apiculteurs question:retraite",
    "retraite xyzzy abeilles",
    "numero:7",
)


def question(number: int) -> Question:
    """A question whose title, texts and legislature come with its number."""
    return make_question(
        legislature=16 + number % 2,
        type="QE",
        numero=number,
        titre=TITLES[number % 3],
        texte_question=f"<p>{TEXTS[number % 4]}</p>",
        texte_reponse=f"<p>{TEXTS[number % 3]}</p>" if number % 5 else None,
    )


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """Thirty questions, a few like each other."""
    return make_engine(map(question, range(1, 31)))


@pytest.mark.parametrize("typed", QUERIES)
def test_the_points_of_the_words_are_the_score(engine: Engine, typed: str) -> None:
    """Of each hit, and of each of the closest questions: rank and points are as it was found."""
    request = SearchRequest(q=typed, par=100)
    found = engine.search(request)
    assert found.hits or found.approches

    for rank, hit in enumerate((*found.hits, *found.approches), 1):
        told = engine.explain(request, hit.question.uid)
        assert told is not None
        assert (told.rank, told.total) == (rank if found.hits else None, found.total)
        assert told.closest == (not found.hits)
        assert round(told.score, 4) == hit.score
        points = sum(unit.points + unit.bonus for unit in told.units if unit.fields)
        assert points + told.nearness == pytest.approx(told.score, abs=1e-4)
        assert bool(told.missing) == told.closest or " OU " in typed


@pytest.mark.parametrize("typed", QUERIES)
def test_forms_add_up(engine: Engine, typed: str) -> None:
    """Each field's share is its forms'; the most frequent comes first."""
    request = SearchRequest(q=typed)
    for number in range(1, 31):
        told = engine.explain(request, question(number).uid)
        assert told is not None
        for share in (share for unit in told.units for share in unit.fields):
            assert sum(share.forms.values()) in {0, share.occurrences}
            assert all(one >= other for one, other in pairwise(share.forms.values()))
            assert share.occurrences > 0


def test_forms_are_told_by_field(engine: Engine) -> None:
    """The title has one form and the text another one."""
    told = engine.explain(SearchRequest(q="retraites"), question(12).uid)

    assert told is not None
    (unit,) = told.units
    assert {share.field: dict(share.forms) for share in unit.fields} == {
        "titre": {"retraite": 1},
        "question": {"retraite": 1, "retraites": 1},
        "reponse": {"retraite": 1, "retraites": 1},
    }
    assert unit.typed > 0
    assert unit.questions == engine.search(SearchRequest(q="retraites")).total


def test_why_a_question_is_not_found(engine: Engine) -> None:
    """A word that it lacks, one that it must not have, a filter; or it isn't there."""

    def told(typed: str, **filters: str) -> object:
        request = SearchRequest.from_params([("q", typed), *filters.items()])
        found = engine.explain(request, question(1).uid)
        assert found is not None
        assert found.rank is None
        return found.missing, found.excluded, found.filtered

    assert told("santé abeilles") == (("abeilles",), (), False)
    assert told("santé -élève") == ((), ("élève",), False)
    assert told("santé -(élève OU abeilles)") == ((), ("élève",), False)
    assert told("santé", legislature="16") == ((), (), True)
    assert engine.explain(SearchRequest(q="santé"), "QANR5L17QE999") is None


def test_without_a_word_there_is_no_score(engine: Engine) -> None:
    """And still a rank."""
    told = engine.explain(SearchRequest(), question(1).uid)

    assert told is not None
    assert (told.score, told.units, told.total) == (0.0, (), 30)
    assert told.rank is not None
