"""Texts cut into chunks, which white space separates, by operations on whole arrays of characters.

A chunk has the same tokens wherever it stands, which makes its analysis worth remembering; its
hash tells it from others. White space that a number or an elided article reaches over separates
nothing, and a sign that no token needs is left out at either end, so that a word is one chunk with
its comma or without. More may be kept together than tokens need, never less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.french.elision import OPENING_SIGNS
from index.french.segment import APOSTROPHES, GROUP_SPACES

Integers = NDArray[np.int64]

_WHITE, _GROUP_SPACE, _DIGIT, _APOSTROPHE, _OPENING, _CLOSING = (1 << bit for bit in range(6))
_KINDS: Final = (
    (_WHITE, r"\s"),
    (_GROUP_SPACE, f"[{GROUP_SPACES}]"),
    (_DIGIT, r"\d"),
    (_APOSTROPHE, f"[{APOSTROPHES}]"),
    (_OPENING, f"[{OPENING_SIGNS}]"),
    (_CLOSING, "[.,;:!?…)»”%]"),
)
"""What matters of a character, as bits."""

_CHARACTERS: Final = 0x110000
_BETWEEN: Final = "\n.\n"
"""Follows each text, so that no number and no article reaches into the next."""

_BASE: Final = 0x9E3779B97F4A7C15
"""Odd, and otherwise any 64-bit number: powers of it stand for places in a chunk."""
_INVERSE: Final = pow(_BASE, -1, 1 << 64)

_WINDOW: Final = 1 << 13
"""How many chunks are hashed at a time: what that takes then stays in a processor's cache."""

_ROOM: Final = 1 << 17
"""Powers that are always at hand; chunks are seldom so long that more are needed."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of some texts, in order.

    Attributes:
        text: all the texts.
        origins: int64, one a text: where it begins in `text`, in characters.
        bounds: int64, one more than there are texts; text `i` has the chunks
            `bounds[i]:bounds[i + 1]`.
        starts, ends: int64, one a chunk: it is `text[start:end]`.
        hashes: uint64, one a chunk: odd, equal for equal chunks, other ones in each process. Among
            a million different chunks, the odds that two have the same are 1 to 10 million.
    """

    text: str
    origins: Integers
    bounds: Integers
    starts: Integers
    ends: Integers
    hashes: NDArray[np.uint64]


def cut(texts: Sequence[str]) -> Chunks:
    """Cut texts into chunks.

    Args:
        texts: NFC texts. While this runs it takes some 20 bytes for each of their characters.
    """
    text = "".join(f"{each}{_BETWEEN}" for each in texts)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = _kind_table().take(codes)
    starts, ends = _without_signs(kinds, *_joined(kinds, *_between_white(kinds)))
    limits = np.cumsum([0, *(len(each) + len(_BETWEEN) for each in texts)])
    bounds = np.searchsorted(starts, limits)
    return Chunks(text, limits[:-1], bounds, starts, ends, _hashes(codes, starts, ends))


def _between_white(kinds: NDArray[np.uint8]) -> tuple[Integers, Integers]:
    """Where what stands between white space starts and ends."""
    edges = np.flatnonzero(np.diff(kinds & _WHITE == 0, prepend=False))
    return edges[::2], edges[1::2]


def _joined(
    kinds: NDArray[np.uint8], starts: Integers, ends: Integers
) -> tuple[Integers, Integers]:
    """The same without the white space that separates nothing."""
    first, last = kinds.take(starts), kinds.take(ends - 1)
    before, after = last[:-1], first[1:]
    # One space parts the groups of a number; an article and its opening sign, any white space.
    joined = (before & after & _DIGIT != 0) & (kinds.take(ends[:-1]) & _GROUP_SPACE != 0)
    joined &= starts[1:] - ends[:-1] == 1
    joined |= (before & _APOSTROPHE != 0) & (after & _OPENING != 0)
    # After that sign too there may be some; the apostrophe stands before it in the same chunk, or
    # ends the one before.
    opened = np.flatnonzero(before & _OPENING)
    alone = ends[opened] - starts[opened] == 1
    previous = np.where(alone, last.take(opened - 1), kinds.take(ends[opened] - 2))
    joined[opened] |= previous & _APOSTROPHE != 0
    begins, finishes = np.ones((2, len(starts)), np.bool)
    begins[1:] = finishes[:-1] = ~joined
    return starts[begins], ends[finishes]


def _without_signs(
    kinds: NDArray[np.uint8], starts: Integers, ends: Integers
) -> tuple[Integers, Integers]:
    """The same without an opening sign before and a closing one after, unless nothing is left."""
    opened = (kinds.take(starts) & _OPENING != 0) & (ends - starts > 1)
    starts = starts + opened
    closed = (kinds.take(ends - 1) & _CLOSING != 0) & (ends - starts > 1)
    return starts, ends - closed


def _hashes(codes: NDArray[np.uint32], starts: Integers, ends: Integers) -> NDArray[np.uint64]:
    """A number for what stands between each start and end, wherever that is."""
    hashes = np.empty(len(starts), np.uint64)
    for first in range(0, len(starts), _WINDOW):
        part = slice(first, first + _WINDOW)
        hashes[part] = _window_hashes(codes, starts[part], ends[part])
    return hashes


def _window_hashes(
    codes: NDArray[np.uint32], starts: Integers, ends: Integers
) -> NDArray[np.uint64]:
    """The hashes of neighbouring chunks.

    A hash is the sum of the random numbers of the characters, each times a power of `_BASE` for
    its place. Sums over parts of the text are differences of sums from its beginning; the place
    of the first character is then divided out. All of it is modulo 2 to the power of 64.
    """
    origin, end = starts[0], ends[-1]
    room = max(_ROOM, 1 << int(end - origin).bit_length())
    weights = _weights().take(codes[origin:end]) * _powers(_BASE, room)[: end - origin]
    sums = np.zeros(len(weights) + 1, np.uint64)
    np.cumsum(weights, out=sums[1:])
    parts = sums.take(ends - origin) - sums.take(starts - origin)
    hashes: NDArray[np.uint64] = parts * _powers(_INVERSE, room).take(starts - origin)
    return hashes | np.uint64(1)


@lru_cache(maxsize=4)
def _powers(base: int, count: int) -> NDArray[np.uint64]:
    return np.cumprod(np.full(count, base, np.uint64), dtype=np.uint64)


@cache
def _weights() -> NDArray[np.uint64]:
    # Not seeded: nobody can write two words that are sure to be taken for one another.
    weights: NDArray[np.uint64]
    weights = np.random.default_rng().integers(1 << 64, size=_CHARACTERS, dtype=np.uint64)
    return weights


@cache
def _kind_table() -> NDArray[np.uint8]:
    """The bits of every character."""
    table = np.zeros(_CHARACTERS, np.uint8)
    every = "".join(map(chr, range(_CHARACTERS)))
    for kind, pattern in _KINDS:
        table[[found.start() for found in re.finditer(pattern, every)]] |= kind
    return table
