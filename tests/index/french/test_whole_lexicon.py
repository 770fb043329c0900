"""What holds of every form of the lexicon, not of chosen words only.

A run tries every fifth one, and `HYPOTHESIS_PROFILE=nightly` all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from index.french.analyzer import analyze
from index.french.families import Families
from index.french.fold import accented, fold, transcribe
from index.french.lexicon import STEM_MARK, lemmas
from tests.conftest import HYPOTHESIS_PROFILE

STEP = {"fixed": 5, "nightly": 1}
LARGEST = 80
"""Folded terms: a verb has some fifty forms, and a form may be of two verbs."""


@pytest.fixture(scope="module")
def forms() -> list[str]:
    """Of a quarter of a million, as the lexicon writes them."""
    return list(DefaultDictionaryFactory().get_dictionary("fr"))[:: STEP[HYPOTHESIS_PROFILE]]


def terms(text: str) -> list[str]:
    """The folded terms of a text."""
    return [token.term for token in analyze(text)]


def test_accents_change_no_term(forms: list[str]) -> None:
    """What is typed without any finds what is written with them, in as many tokens."""
    different = [form for form in forms if terms(form) != terms(transcribe(form))]

    assert different == []


def test_a_term_is_its_own_term(forms: list[str]) -> None:
    """Searching what a page shows as a form searched finds the same."""
    found = {term for form in forms for term in terms(form)}

    assert {term for term in found if terms(term) != [term] or fold(term) != term} == set()


def test_without_accents_a_form_keeps_its_lemmas(forms: list[str]) -> None:
    """Those of every form that is written so; unless one of these is a little word.

    `etait` would find every form of *être*, and `la` of *là*: such a spelling has no lemma at all.
    """
    words = [form for form in forms if form.isalpha() and form.islower()]
    lost = [word for word in words if not lemmas(word) <= lemmas(fold(word))]

    assert {word for word in lost if not is_stem(lemmas(fold(word)))} == set()
    assert len(lost) < 50


def test_no_family_is_large(forms: list[str]) -> None:
    """A word that stands for hundreds would find anything."""
    every = DefaultDictionaryFactory().get_dictionary("fr")
    families = Families.build(dict.fromkeys(written(every)))
    large = {form for form in forms if len(families.family(form)) > LARGEST}

    assert large == set()


def is_stem(found: frozenset[str]) -> bool:
    """Whether a word has no lemma of the lexicon."""
    return all(lemma.startswith(STEM_MARK) for lemma in found)


def written(forms: Iterable[str]) -> Iterator[str]:
    """The terms of an index that holds all the forms."""
    for form in forms:
        yield fold(form)
        with_accents = accented(form)
        if with_accents is not None:
            yield with_accents
