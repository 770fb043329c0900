"""Posting lists as arrays: their inversion from tokens, and where their positions are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, bounds_of
from index.columnar.columns import Unsigned, smallest_unsigned
from index.columnar.layout import POSTINGS_IN_BLOCK, TERM_BITS, TERM_MASK


@dataclass(frozen=True)
class Postings:
    """All the posting lists of a segment; the arrays of the same names in `layout.ARRAYS`."""

    list_keys: NDArray[np.uint64]
    list_starts: NDArray[np.uint64]
    documents: NDArray[np.uint32]
    frequencies: Unsigned
    position_blocks: NDArray[np.uint64]
    positions: Unsigned

    def rows(self, field: int, first: int, last: int) -> tuple[int, int]:
        """The rows of a field for the terms numbered from `first` up to, not including, `last`."""
        keys = np.array([field << TERM_BITS | first, field << TERM_BITS | last], np.uint64)
        low, high = self.list_keys.searchsorted(keys).tolist()
        return low, high

    def find_rows(self, keys: NDArray[np.uint64]) -> Ints:
        """The rows of these lists.

        Args:
            keys: uint64, field number << `TERM_BITS` | term number.

        Returns:
            The rows in the order of the keys; -1 for a term that its field lacks.
        """
        if not self.list_keys.size:
            return np.full(keys.size, -1)
        rows = np.minimum(self.list_keys.searchsorted(keys), self.list_keys.size - 1)
        return np.where(self.list_keys[rows] == keys, rows, -1)

    def position_starts(self, postings: Ints) -> Ints:
        """Where the positions of these postings begin.

        For a few postings here and there: each costs a part of a block. The postings of a whole
        list are better served by one `position_starts` of its first and a cumulative sum.

        Args:
            postings: int64, numbers into `documents`.
        """
        blocks = postings // POSTINGS_IN_BLOCK
        places = np.arange(POSTINGS_IN_BLOCK)
        within = blocks[:, None] * POSTINGS_IN_BLOCK + places
        before = within < postings[:, None]
        counts = self.frequencies[np.minimum(within, max(self.frequencies.size - 1, 0))]
        skipped = np.where(before, counts, 0).sum(axis=1, dtype=np.int64)
        starts: Ints = self.position_blocks[blocks].astype(np.int64) + skipped
        return starts


def term_numbers(keys: NDArray[np.uint64]) -> Ints:
    """The numbers of the terms of some lists, by their keys."""
    return (keys & np.uint64(TERM_MASK)).astype(np.int64)


def invert_tokens(
    fields: Unsigned,
    documents: Unsigned,
    terms: Unsigned,
    positions: Unsigned,
) -> Postings:
    """The posting lists of tokens in any order.

    All four numbers of a token are packed in one uint64, so that one sort brings tokens in the
    order of the lists; frequencies are then the lengths of runs.

    Args:
        fields: unsigned, shape (tokens,): the field's number of each token.
        documents: its document's number.
        terms: its term's number.
        positions: its position in the text.

    Raises:
        OverflowError: the four need more than 64 bits together: index fewer documents at once.
    """
    widths = [int(part.max(initial=0)).bit_length() for part in (terms, documents, positions)]
    term_bits, document_bits, position_bits = widths
    if sum(widths) + int(fields.max(initial=0)).bit_length() > 64:
        raise OverflowError("too many documents for one run, or too long ones")
    packed = fields.astype(np.uint64)
    for part, width in zip((terms, documents, positions), widths, strict=True):
        packed <<= np.uint64(width)
        packed |= part
    packed.sort()
    held = (packed & _mask(position_bits)).astype(smallest_unsigned(_greatest(position_bits)))
    packed >>= np.uint64(position_bits)
    first_tokens = _first_of_each(packed)
    postings = packed.take(first_tokens)
    frequencies = np.diff(first_tokens, append=packed.size)
    found = (postings & _mask(document_bits)).astype(np.uint32)
    postings >>= np.uint64(document_bits)
    first_postings = _first_of_each(postings)
    keys = postings.take(first_postings)
    return Postings(
        list_keys=(keys >> np.uint64(term_bits)) << np.uint64(TERM_BITS) | keys & _mask(term_bits),
        list_starts=np.append(first_postings, postings.size).astype(np.uint64),
        documents=found,
        frequencies=frequencies.astype(smallest_unsigned(int(frequencies.max(initial=0)))),
        position_blocks=position_blocks(frequencies),
        positions=held,
    )


def position_blocks(frequencies: NDArray[Any]) -> NDArray[np.uint64]:
    """Where the positions of every `POSTINGS_IN_BLOCK`th posting begin."""
    return bounds_of(frequencies)[::POSTINGS_IN_BLOCK].copy()


def _first_of_each(values: NDArray[np.uint64]) -> Ints:
    """Where each run of equal values begins."""
    if not values.size:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))


def _mask(bits: int) -> np.uint64:
    return np.uint64(_greatest(bits))


def _greatest(bits: int) -> int:
    return (1 << bits) - 1
