"""Words that a query of several words does not require."""

from __future__ import annotations

import pytest

from index.french.analyzer import analyze
from index.french.stopwords import OPTIONAL_WORDS


@pytest.mark.parametrize("word", sorted(OPTIONAL_WORDS))
def test_an_optional_word_is_indexed_like_any_other(word: str) -> None:
    """Nothing is dropped from a text: a name made of such words must be findable."""
    assert len(analyze(word)) == 1


@pytest.mark.parametrize("word", ["mes", "mais", "maïs", "est", "grand", "ne", "pas", "où", "son"])
def test_words_that_may_be_names_are_required(word: str) -> None:
    """The list holds articles and prepositions, not all that grammars call stop words."""
    assert word not in OPTIONAL_WORDS


def test_optional_words_are_in_lower_case() -> None:
    """They are compared with tokens, which are."""
    assert {word.lower() for word in OPTIONAL_WORDS} == OPTIONAL_WORDS
