"""Many texts into the postings of their tokens, as arrays: what indexing feeds on.

The language is that of `analyzer.analyze`, and so are the tokens. Texts are cut into chunks (see
`chunks`), each of which is analysed when it is first met and then remembered as numbers: a batch
of texts takes a few operations on arrays, with no object for each token.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

import numpy as np

from index.french.analyzer import analyze, plain_word
from index.french.chunks import Chunks, Integers, cut
from index.french.fold import accented, fold
from index.tokens import TokenBatch

SLOT_BITS: Final = 21
"""A chunk is remembered in the slot that the first bits of its hash name, until another one with
the same slot is met. Frequent chunks that must share a slot are few, and rare ones cost little."""

MOST_CHUNKS: Final = 1 << 21
"""How many analyses are kept, at some 50 bytes each, before all are forgotten."""


class TokenTable:
    """Analyses batches of texts, and numbers the terms it meets.

    One table serves one process for as many batches as it likes: the numbers of terms never
    change, so that they mean the same in all its batches.

    Attributes:
        terms: every term met so far, of all three kinds; its place is its number.
    """

    def __init__(self) -> None:
        self.terms: list[str] = []
        self._numbers: dict[str, int] = {}
        self._forget()

    def analyze(self, texts: Sequence[str]) -> TokenBatch:
        """The tokens of some texts, each from position 0.

        Args:
            texts: NFC texts, as records hold them; offsets point into them as given. While this
                runs it takes some 20 bytes for each of their characters.
        """
        if len(self._row_bounds) > MOST_CHUNKS:
            self._forget()
        chunks = cut(texts)
        return self.gather(self.number_chunks(chunks), chunks)

    def _forget(self) -> None:
        """Forget all chunks, but no term.

        The analysis of chunk `number` stands in the rows `bounds[number]:bounds[number + 1]` of
        longer arrays.
        """
        self._hashes = np.zeros(1 << SLOT_BITS, np.uint64)
        self._chunk_in = np.zeros(1 << SLOT_BITS, np.int32)
        self._row_bounds = array("q", [0])
        self._row_terms = array("I")
        self._row_positions = array("I")
        self._start_bounds = array("q", [0])
        self._starts = array("I")

    def number_chunks(self, chunks: Chunks) -> Integers:
        """The number of each chunk, after an analysis of those not remembered."""
        slots = (chunks.hashes >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
        numbers = self._chunk_in.take(slots).astype(np.int64)
        unknown = np.flatnonzero(self._hashes.take(slots) != chunks.hashes)
        hashes = chunks.hashes[unknown]
        _, first, which = np.unique(hashes, return_index=True, return_inverse=True)
        numbers[unknown] = self._learn(chunks, unknown[first])[which]
        self._hashes[slots[unknown]] = hashes
        self._chunk_in[slots[unknown]] = numbers[unknown]
        return numbers

    def _learn(self, chunks: Chunks, places: Integers) -> Integers:
        """Analyse the chunks at some places; the numbers they get, the first in the text first."""
        order = np.argsort(places)
        starts, ends = chunks.starts[places[order]], chunks.ends[places[order]]
        numbers = np.empty(len(places), np.int64)
        numbers[order] = np.arange(len(places)) + len(self._row_bounds) - 1
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            self._learn_chunk(chunks.text[start:end])
        return numbers

    def _learn_chunk(self, chunk: str) -> None:
        word = plain_word(chunk)
        if word is None:
            self._learn_tokens(chunk)
        else:
            self._add_word(fold(word[1]), accented(word[1]), 0)
            self._starts.append(word.start(1))
        self._row_bounds.append(len(self._row_terms))
        self._start_bounds.append(len(self._starts))

    def _learn_tokens(self, chunk: str) -> None:
        for token in analyze(chunk):
            self._add_word(token.term, token.accented, token.position)
            if not token.glued:
                self._starts.append(token.start)

    def _add_word(self, term: str, accented_term: str | None, position: int) -> None:
        self._add_row(term, position)
        if accented_term is not None:
            self._add_row(accented_term, position)

    def _add_row(self, term: str, position: int) -> None:
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self.terms)
            self.terms.append(term)
        self._row_terms.append(number)
        self._row_positions.append(position)

    def gather(self, numbers: Integers, chunks: Chunks) -> TokenBatch:
        """The postings of texts whose chunks have these numbers."""
        counts = np.diff(chunks.bounds)
        words, start_rows = _rows_of(numbers, self._start_bounds)
        first_words = _bounds_of(words)
        start_bounds = first_words[chunks.bounds]
        offsets = chunks.starts - np.repeat(chunks.origins, counts)
        starts = np.asarray(self._starts).take(start_rows) + np.repeat(offsets, words)
        rows, posting_rows = _rows_of(numbers, self._row_bounds)
        places = first_words[:-1] - np.repeat(start_bounds[:-1], counts)
        positions = np.asarray(self._row_positions).take(posting_rows) + np.repeat(places, rows)
        return TokenBatch(
            bounds=_bounds_of(rows)[chunks.bounds],
            terms=np.asarray(self._row_terms).take(posting_rows),
            positions=positions.astype(np.uint32),
            lengths=np.diff(start_bounds).astype(np.uint32),
            start_bounds=start_bounds,
            starts=starts.astype(np.uint32),
        )


def _bounds_of(counts: Integers) -> Integers:
    """Where each of successive runs begins, and where the last ends."""
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def _rows_of(numbers: Integers, bounds: array[int]) -> tuple[Integers, Integers]:
    """How many rows each number has between its bounds, and all these rows one after another."""
    all_bounds = np.asarray(bounds)
    firsts = all_bounds.take(numbers)
    counts = all_bounds.take(numbers + 1) - firsts
    before = _bounds_of(counts)
    rows = np.repeat(firsts - before[:-1], counts) + np.arange(before[-1])
    return counts, rows
