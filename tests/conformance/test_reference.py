"""The reference engine is right: its scores are those a person works out on paper."""

from __future__ import annotations

import math

import pytest

from search.request import SearchRequest
from tests.conformance.cases import read_question
from tests.conformance.reference_engine import ReferenceEngine


def scores(query: str, *titles: str) -> list[float | None]:
    """The scores of questions that have only a title, in the order given."""
    questions = [read_question({"numero": n, "titre": t}) for n, t in enumerate(titles, start=1)]
    hits = ReferenceEngine(questions).search(SearchRequest(q=query)).hits
    by_number = {hit.question.numero: hit.score for hit in hits}
    return [by_number.get(question.numero) for question in questions]


def test_a_word_alone_in_a_title() -> None:
    """One of two titles, of average length: ln 2 · 2.5 / (1.2 + 2.5), and 0.3 as much as typed."""
    expected = 1.3 * math.log(2) * 2.5 / 3.7

    assert scores("phare", "Phare", "Bouée") == [pytest.approx(expected, abs=1e-4), None]


def test_a_longer_title_weighs_less() -> None:
    """With lengths 3 and 1, and so an average of 2, b = 0.5 makes the norms 1.25 and 0.75."""
    idf = math.log(1 + 0.5 / 2.5)
    long, short = 2.5 / 1.25, 2.5 / 0.75
    expected = [1.3 * idf * weight / (1.2 + weight) for weight in (long, short)]

    assert scores("phare", "Phare rouge vif", "Phare") == pytest.approx(expected, abs=1e-4)


def test_a_family_is_one_term() -> None:
    """Both forms count in the family's frequency and rarity; only the one typed in the bonus."""
    family = math.log(1 + 0.5 / 2.5) * 2.5 / 3.7
    typed = 0.3 * math.log(2) * 2.5 / 3.7
    expected = [family + typed, family]

    assert scores("chat", "Chat", "Chats") == pytest.approx(expected, abs=1e-4)


def test_scores_of_several_words_add_up() -> None:
    """A question that has two words has the sum of what each is worth."""
    (both,) = scores("bouée phare", "Phare bouée")
    (first,) = scores("phare", "Phare bouée")
    (second,) = scores("bouée", "Phare bouée")

    assert first is not None and second is not None
    assert both == pytest.approx(first + second, abs=1e-4)


def test_words_in_the_order_typed_add_a_pair() -> None:
    """A quarter of what one more word in the title of the only question would be worth."""
    (apart,) = scores("bouée phare", "Phare bouée")
    (near,) = scores("phare bouée", "Phare bouée")

    assert apart is not None and near is not None
    assert near - apart == pytest.approx(0.25 * math.log(1 + 0.5 / 1.5) * 2.5 / 3.7, abs=2e-4)


def test_an_average_is_of_the_questions_that_have_the_field() -> None:
    """One answer of two words: its length is the average, whatever else has no answer."""
    answered = {"numero": 1, "texte_reponse": "<p>Phare rouge</p>"}
    questions = [read_question(answered), read_question({"numero": 2, "titre": "Bouée"})]
    (hit,) = ReferenceEngine(questions).search(SearchRequest(q="phare")).hits

    assert hit.score == pytest.approx(1.3 * math.log(2) * 0.8 / 2.0, abs=1e-4)


def test_a_phrase_counts_the_places_where_it_begins() -> None:
    """Twice the phrase is a frequency of two, whatever its words count alone."""
    idf = math.log(1 + 0.5 / 1.5)
    expected = 1.3 * idf * 5 / 6.2

    assert scores('"mer mer"', "Mer mer mer") == [pytest.approx(expected, abs=1e-4)]
