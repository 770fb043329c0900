"""The words of a collection that look like another one: what may have been meant.

The folded words are kept as one matrix of letters. Of a few hundred thousand, those that share
neither length nor letters with what was typed are left out by two comparisons of arrays, and the
distances of the rest are computed together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import DamagedFile
from index.columnar.bounds import sizes_of
from index.columnar.dictionary import string_bounds, string_rows
from index.columnar.layout import SEPARATOR
from index.columnar.postings import term_numbers
from index.columnar.segment_arrays import SegmentArrays
from search.budget import spend
from search.engines.memo import Memo
from search.engines.sorted_arrays import places_of, places_of_greatest
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_vocabulary import Vocabulary
from search.spelling import (
    LONGEST,
    SHORTEST,
    Candidate,
    halves,
    is_corrected,
    most_edits,
    rank,
)

MOST_WORDS: Final = 1 << 18
"""The most frequent words of each segment, which may be suggested: rarer ones are mostly slips."""

_RANKED: Final = 64
"""Words at the least distance whose likelihood is computed."""

_REMEMBERED: Final = 1 << 10
"""Words whose corrections are remembered."""

_CORRECTED: Final = 0.5
"""Postings that are weighed in the time that one word is compared with another."""

_FAR: Final = 99
_A, _Z = b"az"

Letters = NDArray[np.uint8]


class Words(NamedTuple):
    """The words that may be suggested, in the order of the alphabet.

    Attributes:
        letters: uint8, shape (words, LONGEST), 0 after the last letter.
        lengths: uint8. signatures: uint32, a bit for each letter that a word has.
        frequencies: int64: how many postings it has.
    """

    letters: Letters
    lengths: NDArray[np.uint8]
    signatures: NDArray[np.uint32]
    frequencies: NDArray[np.int64]

    def most_frequent(self, prefix: str, most: int) -> list[tuple[str, int]]:
        """The most frequent words that begin so, each with its frequency; at most so many."""
        keys, begun = _keys_of(self.letters), prefix.encode()
        first, last = keys.searchsorted([begun, begun + SEPARATOR]).tolist()
        counts = self.frequencies[first:last]
        some = places_of_greatest(counts, most)
        found = zip(keys[first:last][some].tolist(), counts[some].tolist(), strict=True)
        return sorted(((key.decode(), n) for key, n in found), key=lambda one: (-one[1], one[0]))


class Spelling:
    """See `search.corrections.Lexicon`; shared by threads.

    Args:
        collection: whose words may be suggested.
        vocabulary: of the collection.
        fields: in which a word that is suggested must occur.
    """

    def __init__(
        self, collection: Collection, vocabulary: Vocabulary, fields: tuple[str, ...]
    ) -> None:
        self._collection, self._vocabulary, self._fields = collection, vocabulary, fields
        self._corrections: Memo[str, list[Candidate]] = Memo(_REMEMBERED)

    def corrections(self, word: str) -> list[Candidate]:
        """What may have been meant by a folded word, the likeliest first; never itself."""
        if not is_corrected(word):
            return []
        return self._corrections.get(word, lambda: self._find(word))

    def frequency(self, word: str, fields: tuple[str, ...]) -> int:
        """In how many questions a word is in any form, in these fields."""
        return self._collection.document_frequency(fields, self._vocabulary.family(word))

    def written(self, word: str) -> str:
        """A folded word as a person would write it."""
        return self._vocabulary.spelling(word)

    def _questions(self, form: str) -> int:
        """In how many questions a folded word is in this form."""
        return self._collection.document_frequency(self._fields, frozenset([form]))

    def _find(self, word: str) -> list[Candidate]:
        spend(_CORRECTED * self.words.lengths.size)
        near = (one for one in self._near(word) if one.text != word and self._questions(one.text))
        return rank(word, [*near, *self._halves(word)])

    def _near(self, word: str) -> Iterator[Candidate]:
        """The words within one or two edits, at most `_RANKED`, the nearest and most frequent."""
        most = most_edits(word)
        words, typed = self.words, np.frombuffer(word.encode(), np.uint8)
        alike = np.abs(words.lengths.astype(np.int16) - typed.size) <= most
        # An edit gives a word one letter more, or one less, or both.
        alike &= np.bitwise_count(words.signatures ^ _signatures(typed[None, :])) <= 2 * most
        places = places_of(alike)
        distances = _distances(typed, words.letters[places], words.lengths[places], most)
        places, distances = places[distances <= most], distances[distances <= most]
        nearest = np.lexsort((-words.frequencies[places], distances))[:_RANKED]
        for place in places[nearest].tolist():
            letters = words.letters[place, : words.lengths[place]].tobytes()
            yield Candidate(letters.decode(), int(words.frequencies[place]))

    def _halves(self, word: str) -> Iterator[Candidate]:
        """Two words that were written as one."""
        for first, second in halves(word):
            frequency = min(self._questions(first), self._questions(second))
            if frequency:
                yield Candidate(f"{first} {second}", frequency)

    @cached_property
    def words(self) -> Words:
        """The words of all segments, each once."""
        parts = [_words_of(arrays) for arrays in self._collection.segments]
        if not parts:
            return Words(*(np.empty((0, *shape), np.uint8) for shape in ((LONGEST,), (), (), ())))
        letters = np.concatenate([letters for letters, _ in parts])
        counts = np.concatenate([counts for _, counts in parts])
        _, first, which = np.unique(_keys_of(letters), return_index=True, return_inverse=True)
        letters = letters[first]
        frequencies = np.bincount(which, counts, minlength=first.size).astype(np.int64)
        lengths = (letters > 0).sum(axis=1, dtype=np.uint8)
        return Words(letters, lengths, _signatures(letters), frequencies)


def _keys_of(letters: Letters) -> NDArray[np.bytes_]:
    """Rows of letters as strings, which are in the order of the alphabet."""
    return np.ascontiguousarray(letters).view(f"S{LONGEST}").ravel()


def _words_of(arrays: SegmentArrays) -> tuple[Letters, NDArray[np.int64]]:
    """The most frequent words of a segment: their letters, and how many postings each has."""
    data, postings = arrays.arrays["terms"], arrays.postings
    bounds = string_bounds(data)
    starts, sizes = bounds[:-1], np.diff(bounds) - 1
    numbers = term_numbers(postings.list_keys)
    if int(numbers.max(initial=-1)) >= starts.size:  # counting up to it would take gigabytes
        raise DamagedFile(f"list_keys names the term {numbers.max()} of {starts.size}")
    counts = np.bincount(numbers, sizes_of(postings.list_starts), minlength=starts.size)
    places = places_of((sizes >= SHORTEST) & (sizes <= LONGEST) & (counts > 0))
    # Before their letters are looked at: of millions, most are met once.
    places = places[places_of_greatest(counts[places], 2 * MOST_WORDS)]
    letters = string_rows(data, starts[places], sizes[places], LONGEST)
    written = ((letters >= _A) & (letters <= _Z) | (letters == 0)).all(axis=1)
    places, letters = places[written], letters[written]
    kept = places_of_greatest(counts[places], MOST_WORDS)
    places, letters = places[kept], letters[kept]
    return letters, counts[places].astype(np.int64)


def _signatures(letters: Letters) -> NDArray[np.uint32]:
    """A bit for each letter of each row."""
    bits = np.where(letters, np.uint32(1) << (letters.astype(np.uint32) - _A) % 32, 0)
    signatures: NDArray[np.uint32] = np.bitwise_or.reduce(bits.astype(np.uint32), axis=1)
    return signatures


def _distances(
    typed: Letters, letters: Letters, lengths: NDArray[np.uint8], most: int
) -> NDArray[Any]:
    """The optimal string alignment distance of a word from each of others.

    Only what lies within `most` of the diagonal is computed: a greater distance is told as `_FAR`
    or as some number above `most`.
    """
    rows, width = typed.size, min(typed.size + most, LONGEST)
    table = np.full((rows + 1, width + 1, lengths.size), _FAR, np.uint8)
    for edge in range(most + 1):
        table[0, edge] = table[min(edge, rows), 0] = edge
    for i in range(1, rows + 1):
        for j in range(max(1, i - most), min(width, i + most) + 1):
            cell = table[i, j]
            column = letters[:, j - 1]
            np.minimum(table[i - 1, j] + 1, table[i, j - 1] + 1, out=cell)
            np.minimum(cell, table[i - 1, j - 1] + (column != typed[i - 1]), out=cell)
            if i > 1 and j > 1:
                exchanged = (letters[:, j - 2] == typed[i - 1]) & (column == typed[i - 2])
                np.minimum(cell, np.where(exchanged, table[i - 2, j - 2] + 1, _FAR), out=cell)
    ends: NDArray[Any] = table[rows, np.minimum(lengths, width), np.arange(lengths.size)]
    return ends
