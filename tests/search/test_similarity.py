"""Which questions are like another one, and by which words."""

from __future__ import annotations

from datetime import date

import pytest

from index.question import Question, make_question
from search.engine import Engine
from search.similarity import MOST_SIMILAR, MOST_WORDS, distinctive_words
from tests.conftest import MakeEngine

BEES = "La mortalité des abeilles inquiète les apiculteurs et leurs ruchers"
TEXTS = {
    1: BEES,
    2: "Les ruchers des apiculteurs : mortalité hivernale de l’abeille",
    3: "Un apiculteur et son rucher ; les abeilles s’en vont",
    4: "Les apiculteurs et les abeilles demandent une aide",
    5: "La desserte de la gare et les horaires des trains",
    6: "Horaires des trains du soir : la gare sans desserte",
    7: "Rien de tout cela",
}
ANSWER = "<p>Une réponse faite à deux questions, mot pour mot.</p>"


def question(number: int, text: str, **others: str) -> Question:
    """A question of one text."""
    asked = date(2025, 1, 1)
    return make_question(
        legislature=17,
        type="QE",
        numero=number,
        texte_question=f"<p>{text}</p>",
        date_question=asked,
        **others,
    )


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """A few questions about two things, one of which received the same answer as another."""
    same = [question(number, BEES, texte_reponse=ANSWER) for number in (8, 9)]
    return make_engine([*(question(*one) for one in TEXTS.items()), *same])


def similar(engine: Engine, number: int) -> list[int]:
    asked = engine.get(f"QANR5L17QE{number}")
    assert asked is not None
    return [one.numero for one in engine.similar(asked).questions]


def test_questions_that_share_several_words_are_similar(engine: Engine) -> None:
    """In any form; the more and the rarer, the sooner. Two words are no likeness."""
    assert set(similar(engine, 1)) == {2, 3, 8, 9}
    assert similar(engine, 5) == [6]
    assert similar(engine, 7) == []


def test_the_same_answer_is_told_elsewhere(engine: Engine) -> None:
    """Questions that received it are no neighbours."""
    assert 9 not in similar(engine, 8)
    assert {1, 2, 3} <= set(similar(engine, 8))


def test_shared_words_are_said(engine: Engine) -> None:
    """Those that a similar question has, in the form that this one has; no little word."""
    asked = engine.get("QANR5L17QE5")
    assert asked is not None

    assert set(engine.similar(asked).words) == {"desserte", "gare", "horaires", "trains"}


def test_a_question_of_elsewhere_has_neighbours_here(engine: Engine) -> None:
    """It need not be in the index."""
    pasted = question(99, "Apiculteurs sans abeilles ni ruchers")

    assert set(engine.similar(pasted).words) == {"apiculteurs", "abeilles", "ruchers"}


def test_few_are_shown(make_engine: MakeEngine) -> None:
    """However many are alike."""
    engine = make_engine(question(number, BEES) for number in range(1, 30))

    assert len(similar(engine, 1)) == MOST_SIMILAR


class Counts:
    """A lexicon of words that have no other form."""

    def __init__(self, **postings: int) -> None:
        self._postings = postings

    def family(self, word: str) -> frozenset[str]:
        return frozenset([word])

    def postings(self, family: frozenset[str]) -> int:
        (word,) = family
        return self._postings.get(word, 1)


def test_distinctive_words_are_rare_and_repeated() -> None:
    """A word that too many questions have tells nothing; of equals, the one said more often."""
    text = "loup loup loup brebis brebis montagne ministre le 2024 l’an"
    lexicon = Counts(loup=10, brebis=10, montagne=10, ministre=900)

    found = distinctive_words(question(1, text), lexicon, 1000)
    assert [one.word for one in found] == ["loup", "brebis", "montagne"]


def test_distinctive_words_are_not_many() -> None:
    """Of a long text, the most telling."""
    text = " ".join(f"mot{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")

    assert len(distinctive_words(question(1, text), Counts(), 1000)) == MOST_WORDS


def test_a_title_tells_most() -> None:
    """More than the text does."""
    asked = question(1, "brebis", titre="Le loup")

    assert [one.word for one in distinctive_words(asked, Counts(), 1000)] == ["loup", "brebis"]
