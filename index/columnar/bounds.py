"""Things of many sizes, one after the other in one array: where each begins and ends.

The sizes of n things give n + 1 bounds: thing i is `array[bounds[i]:bounds[i + 1]]`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]


def bounds_of(sizes: NDArray[Any]) -> NDArray[np.uint64]:
    """The bounds of things of these sizes."""
    bounds = np.zeros(sizes.size + 1, np.uint64)
    np.cumsum(sizes, out=bounds[1:])
    return bounds


def sizes_of(bounds: NDArray[Any]) -> Ints:
    """The sizes of things with these bounds."""
    signed = bounds.astype(np.int64)
    return signed[1:] - signed[:-1]


def gathered(array: NDArray[Any], starts: Ints, sizes: Ints) -> NDArray[Any]:
    """Things from here and there in an array, one after the other; a view when they are so already.

    Args:
        array: what they stand in.
        starts: where each begins.
        sizes: how long each is.
    """
    if not starts.size:
        return array[:0]
    if (starts[1:] == starts[:-1] + sizes[:-1]).all():
        return array[int(starts[0]) : int(starts[-1] + sizes[-1])]
    return array[ranges(starts, sizes)]


def ranges(starts: Ints, sizes: Ints) -> Ints:
    """The numbers start, start + 1, … of each range, one range after the other."""
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(sizes.sum())
