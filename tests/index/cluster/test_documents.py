"""What is sent of questions and of words."""

from __future__ import annotations

import json
from datetime import date
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cluster.documents import documents_of, version_number, words_of
from index.cluster.shape import document_of
from index.question import Version, make_question
from index.stores.version_key import version_key
from tests.hostile_texts import HARMS

TEXTS = (
    "",
    "Va-t-il à l’école, aujourd'hui ? Prud'hommes et auto-entrepreneurs de 2014-2020.",
    "infirmier-e-s, 1 000 euros, L. 123-4 du code, e-mail, S.N.C.F. " * 20,
    *map(escape, HARMS.values()),
)

KEYS = st.builds(
    Version,
    st.dates(),
    st.integers(0, 9),
    st.booleans(),
    st.text("0123456789abcdef", min_size=64, max_size=64),
).map(version_key)


@given(KEYS, KEYS)
def test_numbers_compare_as_versions_do(one: bytes, other: bytes) -> None:
    """Within what a cluster takes for a number; the ends of two hashes may be left out."""
    numbers = version_number(one), version_number(other)

    assert 0 < max(numbers) < 1 << 63
    if one[:18] != other[:18]:
        assert (numbers[0] < numbers[1]) == (one < other)


def test_a_question_is_sent_once_with_its_words() -> None:
    """Its record comes back as it was; a word is sent once however often it occurs."""
    question = make_question(
        uid="QANR5L17QE1", titre="L’été, l’été", date_question=date(2026, 3, 3)
    )
    batch = [(question.to_stored(), version_key(question.version))]

    (item,), words = documents_of(batch, "questions", "words")

    assert item.is_question and item.question == question
    assert words.keys() >= {"ete", "été"}


@pytest.mark.parametrize("text", TEXTS)
def test_batches_are_analysed_as_questions_are(text: str) -> None:
    """Many together, whose texts are cut into chunks, give what each gives by itself."""
    questions = [
        make_question(uid=f"QANR5L17QE{n}", titre="Les apprentis", texte_question=f"<p>{text}</p>")
        for n in (1, 2)
    ]
    batch = [(question.to_stored(), version_key(question.version)) for question in questions]

    items, words = documents_of(batch, "questions", "words")

    alone = [document_of(q, version) for q, (_, version) in zip(questions, batch, strict=True)]
    assert [json.loads(item.document) for item in items] == [document for document, _ in alone]
    assert words.keys() == set.union(*(own for _, own in alone))


def test_a_word_of_any_length_has_a_name() -> None:
    """A name has 512 bytes at most, and a term 32,766: longer ones can't be held by any index."""
    words = words_of({"a", "b" * 600, "c" * 40_000}, "words")
    actions = [json.loads(item.action) for item in words.values()]
    names = [action["create"]["_id"] for action in actions]

    assert [len(name) for name in names] == [1, 64]
