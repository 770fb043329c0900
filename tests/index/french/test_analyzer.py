"""The whole chain: a text into tokens with positions and offsets."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.analyzer import Token, analyze, fingerprint
from index.french.fold import fold

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "french.tsv"
ESCAPES = {"\\u0301": "\u0301", "\\u00a0": "\u00a0", "\\u202f": "\u202f", "\\u00ad": "\u00ad"}

ANY_TEXT = st.text(st.characters(codec=None), max_size=120)
"""Any text, lone surrogates and NUL included."""

FRENCH_TEXT = st.lists(
    st.sampled_from(
        [*" -'’.,°\n\u00a0\u202f\u2011\u00ad\u0301", "l", "qu", "n°", "aujourd", "hui", "12", "345",
         "Île", "prud", "hommes", "arc", "en", "ciel", "œ", "É"]
    ),
    max_size=25,
).map("".join)  # fmt: skip
"""Texts made of what the steps of the chain look at."""

LARGEST = 100_000


def read_golden() -> list[tuple[str, str]]:
    """The texts of the golden file with their tokens as written there."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [
        (_unescaped(text), tokens)
        for text, tokens in (line.split("\t") for line in lines if not line.startswith("#"))
    ]


def _unescaped(text: str) -> str:
    for escape, char in ESCAPES.items():
        text = text.replace(escape, char)
    return text


def write_token(token: Token) -> str:
    """A token as the golden file writes it."""
    accented = f"/{token.accented}" if token.accented else ""
    glued = "+" if token.glued else ""
    return f"{glued}{token.term}{accented}@{token.position}[{token.start}:{token.end}]"


@pytest.mark.parametrize(("text", "tokens"), read_golden())
def test_golden(text: str, tokens: str) -> None:
    """Each text of the golden file gives the tokens written beside it."""
    assert " ".join(map(write_token, analyze(text))) == tokens


def test_the_fingerprint_names_the_libraries_that_decide() -> None:
    """An index is made again when a library that folds or lemmatises changes."""
    assert "unidecode" in fingerprint()
    assert "simplemma" in fingerprint()


@given(ANY_TEXT | FRENCH_TEXT)
def test_offsets_slice_the_text(text: str) -> None:
    """A token lies inside the text, and its slice has the term for folded form."""
    for token in analyze(text):
        assert 0 <= token.start < token.end <= len(text)
        part = text[token.start : token.end]
        if "," not in token.term and not token.glued:
            assert fold(part) == token.term


@given(ANY_TEXT | FRENCH_TEXT)
def test_terms_are_ascii_and_accented_forms_are_not(text: str) -> None:
    """A term is never empty, and its alphabet tells it from an accented form."""
    for token in analyze(text):
        assert token.term != ""
        assert token.term.isascii()
        assert token.accented is None or not token.accented.isascii()


@given(ANY_TEXT | FRENCH_TEXT)
def test_an_accented_form_folds_to_its_term(text: str) -> None:
    """Whoever types a word without its accents finds it."""
    for token in analyze(text):
        assert fold(token.accented or token.term) == token.term


@given(ANY_TEXT | FRENCH_TEXT)
def test_positions_count_words(text: str) -> None:
    """Words stand at 0, 1, 2…; a glued form at the position of the word right after it."""
    tokens = analyze(text)

    words = [token.position for token in tokens if not token.glued]
    assert words == list(range(len(words)))
    for token, following in pairwise(tokens):
        if token.glued:
            assert (token.position, token.start) == (following.position, following.start)


@given(ANY_TEXT | FRENCH_TEXT)
def test_words_do_not_overlap(text: str) -> None:
    """Each word begins where the one before has ended, so that marks never cross."""
    words = [token for token in analyze(text) if not token.glued]

    assert all(before.end <= after.start for before, after in pairwise(words))


@given(ANY_TEXT | FRENCH_TEXT, ANY_TEXT | FRENCH_TEXT)
def test_lines_are_analysed_apart(first: str, second: str) -> None:
    """A line break ends every word, number and compound: texts can be joined by lines."""
    apart = [token.term for text in (first, second) for token in analyze(text)]

    assert [token.term for token in analyze(f"{first}\n{second}")] == apart


@given(FRENCH_TEXT)
def test_composition_does_not_count(text: str) -> None:
    """Decomposed accents give the same terms once the text is normalised, as records are."""
    decomposed = unicodedata.normalize("NFD", text)
    renormalised = unicodedata.normalize("NFC", decomposed)

    composed = analyze(unicodedata.normalize("NFC", text))
    assert analyze(renormalised) == composed
    assert [token.term for token in analyze(decomposed)] == [token.term for token in composed]


@pytest.mark.parametrize(
    "unit",
    ["a", "é", " ", "-", "a-", "l'", "1 ", "1,", "1 000 ", "A.", "n°", "\u0301", "aujourd'", "🙂",
     "\x00", "\ud800", "'", "mot ", "\u00ad", "1.000"],
)  # fmt: skip
def test_a_long_text_has_no_more_tokens_than_characters(unit: str) -> None:
    """No text makes the chain repeat what it has read: one token a character, glued ones aside."""
    text = (unit * LARGEST)[:LARGEST]

    assert sum(not token.glued for token in analyze(text)) <= LARGEST
