"""Folding: accents, ligatures and case of one word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.fold import accented, fold, fold_words, transcribe

WORDS = st.text(st.characters(categories=["Ll", "Lu", "Lt", "Lo", "Nd"]), min_size=1, max_size=12)
FRENCH_WORDS = st.text("abcdefghijklmnopqrstuvwxyzàâäæçéèêëîïôöœùûüÿ", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Forêt", "foret"),
        ("NOËL", "noel"),
        ("Œdème", "oedeme"),
        ("ex-æquo", "exaequo"),
        ("garçon", "garcon"),
        ("ŒIL", "oeil"),
        ("Straße", "strasse"),
        ("km²", "km2"),
        ("A.D.N.", "adn"),
        ("no\u00adël", "noel"),
        ("e\u0301pi", "epi"),
        ("ﬁnal", "final"),
        ("5", "5"),
        ("4,75", "4,75"),
        ("1,2é", "1,2e"),
        (",4,", "4"),
        ("4,a", "4a"),
        ("🙂", "u1f642"),
    ],
)
def test_folded_forms(word: str, folded: str) -> None:
    """A folded form keeps letters and digits of ASCII only."""
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("Forêt", "forêt"),
        ("FORÊT", "forêt"),
        ("FORET", None),
        ("Foret", None),
        ("Œdème", "œdème"),
        ("km²", "km²"),
        ("no\u00adël", "noël"),
        ("so\u00adft", None),
        ("2024", None),
    ],
)
def test_accented_forms(word: str, form: str | None) -> None:
    """The accented form is in lower case, and absent when there is nothing to keep."""
    assert accented(word) == form


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_folding_is_idempotent(text: str) -> None:
    """A folded form is its own folded form."""
    assert fold(fold(text)) == fold(text)


@given(WORDS)
def test_a_folded_word_is_ascii_and_not_empty(word: str) -> None:
    """Every word has a folded form, in whatever alphabet it is written."""
    assert fold(word) != ""
    assert fold(word).isascii()


@given(WORDS)
def test_an_accented_form_is_never_ascii(word: str) -> None:
    """Folded and accented forms cannot be confused in one field."""
    form = accented(word)

    assert form is None or not form.isascii()


@given(FRENCH_WORDS)
def test_case_and_composition_do_not_count(word: str) -> None:
    """Capitals and decomposed accents fold like the word itself."""
    assert fold(word.upper()) == fold(word)
    assert fold(unicodedata.normalize("NFD", word)) == fold(word)


@given(FRENCH_WORDS)
def test_an_accented_word_folds_to_its_unaccented_spelling(word: str) -> None:
    """What a keyboard without accents types is the folded form."""
    bare = "".join(
        char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char)
    )

    assert fold(word) == bare.replace("œ", "oe").replace("æ", "ae")


@given(st.lists(st.text(alphabet=st.characters(categories=["L"]), min_size=1)))
def test_many_words_fold_as_each_does(words: list[str]) -> None:
    """Those too that are written with a space, or with no letter at all."""
    assert fold_words(words) == [fold(word) for word in words]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_long_texts_are_written_as_short_ones(text: str) -> None:
    """Character by character, however many there are."""
    long = text + "é’œ\u00a0–" * 30

    assert transcribe(long) == "".join(map(transcribe, long))
