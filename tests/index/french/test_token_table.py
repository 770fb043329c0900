"""Indexing sees the very tokens that `analyze` finds, whatever the text and its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french import token_table
from index.french.analyzer import analyze
from index.french.compounds import joined
from index.french.segment import token_end
from index.french.token_table import TokenTable
from index.tokens import TokenBatch

ROOT = Path(__file__).resolve().parents[3]

ANY_TEXT = st.text(st.characters(codec=None), max_size=120)
"""Any text, lone surrogates and NUL included."""

HURTING_TEXT = st.lists(
    st.sampled_from(
        [*" \n\t\r\v\f\x1c\x85\u00a0\u202f\u2009\u2007\u2028\u3000",
         *"-\u2010\u2011'’ʼ.,;%°«»“”\"()_\0", *"\u0301\u00ad\u200b\u200d\ufeff", *"0123456789",
         "  ", "n°", "N°s", "l", "qu", "D", "jusqu", "aujourd", "hui", "12", "345", "ʼ12", "6,6",
         "1.960", "E.H.P.A.D.", "Île", "prud", "hommes", "arc-en-ciel", "Val-d’Oise", "œ", "ﬁ",
         "É", "\ud800"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
"""Texts made of all that may link what white space separates."""

Row = tuple[str, int]


def expected(text: str) -> tuple[list[Row], list[int], int]:
    """What the engine keeps of a text: its postings, the starts of its words, its length."""
    tokens = analyze(text)
    rows = [
        (term, token.position)
        for token in tokens
        for term in (token.term, token.accented)
        if term is not None
    ]
    starts = [token.start for token in tokens if not token.glued]
    return rows, starts, len(starts)


def written(batch: TokenBatch, terms: Sequence[str]) -> list[tuple[list[Row], list[int], int]]:
    """The same, read from a batch, for each of its texts."""
    rows = [
        (terms[term], position)
        for term, position in zip(batch.terms.tolist(), batch.positions.tolist(), strict=True)
    ]
    starts = batch.starts.tolist()
    return [
        (rows[begin:end], starts[first:last], length)
        for (begin, end), (first, last), length in zip(
            pairwise(batch.bounds.tolist()),
            pairwise(batch.start_bounds.tolist()),
            batch.lengths.tolist(),
            strict=True,
        )
    ]


def assert_same(table: TokenTable, texts: Sequence[str]) -> None:
    """Both ways give one result for each text."""
    batch = table.analyze(texts)

    assert written(batch, table.terms) == [expected(text) for text in texts]


@given(st.lists(ANY_TEXT | HURTING_TEXT, max_size=5))
def test_tokens_are_those_of_the_analyzer(texts: list[str]) -> None:
    """Postings, starts and lengths are the same, for texts that stand beside each other too."""
    assert_same(TokenTable(), texts)


@given(st.lists(st.lists(HURTING_TEXT, max_size=3), max_size=4))
def test_batches_share_their_terms(batches: list[list[str]]) -> None:
    """What an earlier batch has taught the table changes no later one."""
    table = TokenTable()
    for texts in batches:
        assert_same(table, texts)


@pytest.mark.parametrize(
    "text",
    [
        "3 450 puits",
        "dont 12\u202f345\u00a0678,5 m³",
        "12  345",
        "de 10 000 à 20 000",
        "l’« École »",
        "l’ « École »",
        "l’ «École»",
        "l’« École »",
        "l’ « « École",
        "d' (eau)",
        "l’ école",
        "finir par l’",
        " bord\n\nà bord ",
        "Val-d’Oise, Villeneuve- d’Ascq",
        "6,6 % de n° 16792",
        "e\u0301te\u0301 mot\u00ad",
    ],
)
def test_what_white_space_does_not_separate(text: str) -> None:
    """A number and an elided article reach over the white space, and only they."""
    assert_same(TokenTable(), [text, text])


def test_a_word_without_end() -> None:
    """A chunk may be longer than all that is cut at a time."""
    assert_same(TokenTable(), ["un été", "a" * 200_000 + " à l’eau"])


@pytest.mark.parametrize("texts", [[], [""], ["", " ", "…"], ["3", "450"], ["", "l’", "« École"]])
def test_texts_stay_apart(texts: list[str]) -> None:
    """Texts without a word have no rows, and nothing reaches from one text into the next."""
    assert_same(TokenTable(), texts)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("un arc-en-ciel", 4), ("l’arc-en-ciel", 3), ("3 450 arcs", 2), ("aujourd'hui", 1)],
)
def test_length_in_words(text: str, length: int) -> None:
    """A glued form adds nothing to the length of a text, and an elided article neither."""
    assert TokenTable().analyze([text]).lengths.tolist() == [length]


def test_chunks_that_share_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk whose place another has taken is analysed again."""
    monkeypatch.setattr(token_table, "SLOT_BITS", 1)
    table = TokenTable()

    for _ in range(2):
        assert_same(table, ["Un été à l’eau, sans 3 450 puits", "puis un hiver au bord de l’eau"])
    assert len(table.terms) == len(set(table.terms))


def test_what_is_forgotten_is_learnt_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that forgets its chunks keeps the numbers of its terms."""
    monkeypatch.setattr(token_table, "MOST_CHUNKS", 2)
    table = TokenTable()
    first = table.analyze(["Un été à l’eau"])
    table.analyze(["trois autres mots"])
    again = table.analyze(["Un été à l’eau"])

    assert again.terms.tolist() == first.terms.tolist()
    assert table.terms[:3] == ["un", "ete", "été"]


def test_arrays_have_the_announced_types() -> None:
    """Whoever writes them to a file relies on it, for an empty batch too."""
    for texts in ([], ["l’eau"]):
        batch = TokenTable().analyze(texts)

        assert (batch.bounds.dtype, batch.start_bounds.dtype) == (np.int64, np.int64)
        for values in (batch.terms, batch.positions, batch.lengths, batch.starts):
            assert values.dtype == np.uint32


@given(ANY_TEXT | HURTING_TEXT)
def test_ends_and_compounds_need_no_analysis(text: str) -> None:
    """From where a word begins follow its end, and whether the next belongs to one compound."""
    words = [token for token in analyze(text) if not token.glued]

    for word in words:
        assert token_end(text, word.start) == word.end
    for word, following in pairwise(words):
        together = word.compound is not None and word.compound == following.compound
        assert joined(text, word.end, following.start) == together


def test_where_no_word_begins() -> None:
    """A place that is no word's is a fault of the caller."""
    with pytest.raises(ValueError, match="no word begins at 1 of 'a – b'"):
        token_end("a – b", 1)


def lines_of(paths: Iterable[Path]) -> list[str]:
    """The lines of some files as they are, mark-up included."""
    return [
        line
        for path in sorted(paths)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]


def test_our_own_texts() -> None:
    """The demo corpus and all cases of the language, in one table."""
    files = [*(ROOT / "demo").rglob("*.json"), *(ROOT / "tests" / "golden").glob("*.tsv")]

    assert_same(TokenTable(), lines_of(files))


def test_real_texts(shared: Path) -> None:
    """Published questions, answers and pages, as they are, and the shared cases."""
    files = [path for path in (shared / "data").rglob("*") if path.suffix in {".jsonl", ".txt"}]

    assert_same(TokenTable(), lines_of([*files, shared / "french-cases.tsv"]))
