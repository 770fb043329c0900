"""The strings of many dictionaries into one: each once, in byte order.

As Python objects, the millions of strings of a large build would take gigabytes. They stay bytes
in arrays; only those of a narrow range of the order are objects at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, gathered
from index.columnar.dictionary import (
    Bytes,
    decode_strings,
    encode_strings,
    string_bounds,
    string_rows,
)

STRINGS_AT_ONCE: Final = 1 << 16
"""Strings that are objects at once, and as many more as begin with the same `_HEAD` bytes."""

_HEAD: Final = 8
"""Bytes of each string by which all are put in a first order; they fit a uint64."""


@dataclass(frozen=True)
class KeptStrings:
    """Strings of one source.

    Attributes:
        data: as `dictionary.encode_strings` gives them, in any order.
        kept: which of them are kept.
    """

    data: Bytes
    kept: NDArray[np.bool_]


@dataclass(frozen=True)
class MergedStrings:
    """The kept strings of all sources.

    Attributes:
        data: as `dictionary.encode_strings` gives them, in byte order.
        size: how many there are.
        numbers: int64, for each source, the number of each of its strings; −1 for those that
            aren't kept.
    """

    data: Bytes
    size: int
    numbers: list[Ints]

    def decode(self, numbers: Ints) -> list[bytes]:
        """The strings with these numbers, as objects."""
        bounds = string_bounds(self.data)
        starts = bounds[numbers]
        return decode_strings(gathered(self.data, starts, bounds[numbers + 1] - starts))


def merge_strings(sources: Sequence[KeptStrings]) -> MergedStrings:
    """Merge dictionaries."""
    pool = _Pool(sources)
    numbers = np.empty(pool.starts.size, np.int64)
    merged: list[Bytes] = []
    size = 0
    for chosen in pool.in_order():
        strings = pool.decode(chosen)
        distinct = sorted(set(strings))
        place = dict(zip(distinct, range(size, size + len(distinct)), strict=True))
        numbers[chosen] = np.fromiter(map(place.__getitem__, strings), np.int64, len(strings))
        merged.append(encode_strings(distinct))
        size += len(distinct)
    data = np.concatenate(merged) if merged else np.empty(0, np.uint8)
    return MergedStrings(data, size, pool.to_sources(numbers))


class _Pool:
    """The kept strings of all sources, one after the other.

    Attributes:
        starts, sizes: int64: where in `_data` each begins, and its length with its separator.
    """

    def __init__(self, sources: Sequence[KeptStrings]) -> None:
        self._kept = [_Kept(source) for source in sources]
        parts = [gathered(kept.data, kept.starts, kept.sizes) for kept in self._kept]
        self._data = np.concatenate([*parts, np.empty(0, np.uint8)])
        self.sizes = np.concatenate([*(kept.sizes for kept in self._kept), np.empty(0, np.int64)])
        self.starts = np.cumsum(self.sizes) - self.sizes

    def in_order(self) -> Iterator[Ints]:
        """The places of all strings, some at a time: those of each time stand before the next's.

        Equal strings come at the same time.
        """
        heads = self._heads()
        order = np.argsort(heads, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(heads[order])) + 1, order.size)
        first = 0
        while first < order.size:
            least = min(first + STRINGS_AT_ONCE, order.size)
            last = int(ends[np.searchsorted(ends, least)])
            yield order[first:last]
            first = last

    def decode(self, places: Ints) -> list[bytes]:
        """The strings at these places, as objects."""
        return decode_strings(gathered(self._data, self.starts[places], self.sizes[places]))

    def to_sources(self, values: Ints) -> list[Ints]:
        """A value for each string of the pool as an array for each source; −1 where none is."""
        ends = np.cumsum([kept.starts.size for kept in self._kept])
        parts = np.split(values, ends[:-1])
        return [kept.spread(part) for kept, part in zip(self._kept, parts, strict=False)]

    def _heads(self) -> NDArray[np.uint64]:
        """The first bytes of each string as a number: in the order of the strings, if not equal."""
        rows = string_rows(self._data, self.starts, self.sizes - 1, _HEAD)
        return rows.view(">u8").ravel().astype(np.uint64)


class _Kept:
    """Where the kept strings of a source stand.

    Attributes:
        data: of the source.
        starts, sizes: int64, of each kept string.
    """

    def __init__(self, source: KeptStrings) -> None:
        bounds = string_bounds(source.data)
        self.data, self._kept = source.data, source.kept
        self.starts = bounds[:-1][source.kept]
        self.sizes = np.diff(bounds)[source.kept]

    def spread(self, values: Ints) -> Ints:
        """A value for each kept string as one for each string of the source."""
        spread = np.full(self._kept.size, -1)
        spread[self._kept] = values
        return spread
