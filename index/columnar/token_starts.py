"""Where each word of a text begins, in one byte a word.

Kept as the distance from the start of one word to the start of the next. A distance of 255 or
more is a run of 255s and then the rest, so that distance 255 is written 255, 0.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import bounds_of, sizes_of
from index.columnar.layout import CONTINUED

Starts: TypeAlias = NDArray[np.uint32]


def encode_starts(
    starts: Starts, bounds: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Token starts as bytes.

    Args:
        starts: uint32, the starts of many texts one after the other, ascending in each.
        bounds: int64, shape (texts + 1,): where each text begins in `starts`.

    Returns:
        The bytes, and int64 of shape (texts,): how many bytes each text has.
    """
    gaps = starts.astype(np.int64)
    gaps[1:] -= starts[:-1]
    firsts = bounds[:-1][bounds[:-1] < bounds[1:]]
    gaps[firsts] = starts[firsts]
    sizes = gaps // CONTINUED + 1
    ends = bounds_of(sizes).astype(np.int64)
    encoded = np.full(ends[-1], CONTINUED, np.uint8)
    encoded[ends[1:] - 1] = gaps % CONTINUED
    return encoded, sizes_of(ends[bounds])


def decode_starts(encoded: NDArray[np.uint8]) -> Starts:
    """The starts of one text's tokens."""
    places: Starts = encoded.cumsum(dtype=np.uint32)
    if CONTINUED in encoded.tobytes():
        places = places[encoded != CONTINUED]
    return places
