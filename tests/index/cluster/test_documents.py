"""What is sent of questions and of words."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.cluster.documents import documents_of, version_number, words_of
from index.question import Version, make_question
from index.stores.version_key import version_key

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

    (item,), words = documents_of(batch, "questions-000001")

    assert item.is_question and item.question == question
    assert words >= {"ete", "été"}


def test_a_word_of_any_length_has_a_name() -> None:
    """A name has 512 bytes at most, and a term 32,766: longer ones can't be held by any index."""
    actions = [json.loads(i.action) for i in words_of({"a", "b" * 600, "c" * 40_000}, "words")]
    names = [action["create"]["_id"] for action in actions]

    assert [len(name) for name in names] == [1, 64]
