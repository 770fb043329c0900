"""Sorted strings as bytes: terms, keys of relations, values of columns.

Each string is followed by 0xFF, which no UTF-8 holds, and where every 64th begins is kept: a
string is found by bisection over those, then by one search in a block; both run in C.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints
from index.columnar.layout import SEPARATOR, TERMS_IN_BLOCK

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.uint64]


class Dictionary(Sequence[bytes]):
    """Strings in byte order, each with its number.

    Attributes:
        data: uint8, the strings, each followed by 0xFF.

    Args:
        data: see above.
        blocks: uint64, where every `TERMS_IN_BLOCK`th string begins in `data`.
    """

    def __init__(self, data: Bytes, blocks: Offsets) -> None:
        self.data = data
        self._bytes = data.data
        self._blocks = blocks

    @cached_property
    def _starts(self) -> list[int]:
        return [*self._blocks.tolist(), len(self._bytes)]

    @cached_property
    def _firsts(self) -> list[bytes]:
        """The first string of each block."""
        longest = 64
        heads = (bytes(self._bytes[start : start + longest]) for start in self._starts[:-1])
        cut = (head.split(SEPARATOR, 1) for head in heads)
        return [
            parts[0] if len(parts) == 2 else self._block(number)[0]
            for number, parts in enumerate(cut)
        ]

    @cached_property
    def _count(self) -> int:
        if not self._firsts:
            return 0
        last = len(self._firsts) - 1
        return last * TERMS_IN_BLOCK + len(self._block(last))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            first, last, step = number.indices(len(self))
            return self.slice(first, last)[::step]
        if not 0 <= number < len(self):
            raise IndexError(number)
        block, place = divmod(number, TERMS_IN_BLOCK)
        return self._block(block)[place]

    def slice(self, first: int, last: int) -> list[bytes]:
        """The strings numbered from `first` up to but not including `last`."""
        if first >= last:
            return []
        block = first // TERMS_IN_BLOCK
        end = min(-(-last // TERMS_IN_BLOCK), len(self._firsts))
        held = bytes(self._bytes[self._starts[block] : self._starts[end]]).split(SEPARATOR)
        skipped = first - block * TERMS_IN_BLOCK
        return held[skipped : skipped + last - first]

    def number(self, string: bytes) -> int | None:
        """The number of a string; None when it isn't there."""
        block = bisect_right(self._firsts, string) - 1
        if block < 0:
            return None
        if self._firsts[block] == string:
            return block * TERMS_IN_BLOCK
        held = bytes(self._bytes[self._starts[block] : self._starts[block + 1]])
        place = held.find(SEPARATOR + string + SEPARATOR)
        if place < 0:
            return None
        return block * TERMS_IN_BLOCK + held.count(SEPARATOR, 0, place) + 1

    def range(self, prefix: bytes) -> tuple[int, int]:
        """The numbers of the strings that begin so: from the first up to, not including, the last.

        The prefix and all strings are UTF-8, of which 0xFF is greater than any byte.
        """
        return self._place(prefix), self._place(prefix + SEPARATOR)

    def _place(self, string: bytes) -> int:
        """How many strings stand before this one."""
        block = max(bisect_right(self._firsts, string) - 1, 0)
        if not self._firsts:
            return 0
        return block * TERMS_IN_BLOCK + bisect_left(self._block(block), string)

    def _block(self, number: int) -> list[bytes]:
        held = bytes(self._bytes[self._starts[number] : self._starts[number + 1]])
        return held.split(SEPARATOR)[:-1]


def encode_strings(strings: Sequence[bytes]) -> Bytes:
    """Strings as a dictionary keeps them.

    Raises:
        ValueError: a string holds 0xFF, so it isn't UTF-8.
    """
    data = b"".join(string + SEPARATOR for string in strings)
    if data.count(SEPARATOR) != len(strings):
        raise ValueError("a string holds the byte 0xFF: only UTF-8 can be indexed")
    return np.frombuffer(data, np.uint8)


def decode_strings(data: Bytes) -> list[bytes]:
    """All the strings of a dictionary."""
    return data.tobytes().split(SEPARATOR)[:-1]


def string_bounds(data: Bytes) -> Ints:
    """Where each string of a dictionary begins, and behind them all where the last ends."""
    ends = np.flatnonzero(data == SEPARATOR[0]) + 1
    return np.concatenate((np.zeros(1, np.int64), ends))


def string_rows(data: Bytes, starts: Ints, sizes: Ints, width: int) -> Bytes:
    """The first bytes of strings as rows of one width, 0 after the end of each.

    Args:
        data: what they stand in.
        starts: where each begins.
        sizes: how long each is, without its separator.
        width: of a row.

    Returns:
        uint8, shape (strings, width).
    """
    rows = np.zeros((starts.size, width), np.uint8)
    end = max(data.size - 1, 0)
    for place in range(width):  # a column at a time: their places would take eight times the rows
        rows[:, place] = data.take(np.minimum(starts + place, end)) * (sizes > place)
    return rows


def count_strings(data: Bytes) -> int:
    """How many strings a dictionary holds."""
    return int(np.count_nonzero(data == SEPARATOR[0]))


def block_starts(data: Bytes) -> Offsets:
    """Where every `TERMS_IN_BLOCK`th string of a dictionary begins."""
    return string_bounds(data)[:-1:TERMS_IN_BLOCK].astype(np.uint64)
