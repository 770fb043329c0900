"""Operations on arrays of numbers in order: groups of equal ones, common ones, the greatest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.intp]
Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

_GROUPS: Final = 256
_GROUPS_EACH: Final = 16
"""Groups among which the greatest numbers are looked for: in all, and for each one sought."""


def places_of(mask: NDArray[Any]) -> Ints:
    """Where a mask holds, ascending.

    What `np.flatnonzero` gives, without three Python calls that cost as much as a short array.
    """
    return mask.nonzero()[0]


def mask_of(numbers: Ints, size: int) -> Mask:
    """For each number less than `size`, whether it is among some."""
    mask = np.zeros(size, np.bool_)
    mask[numbers] = True
    return mask


def places_of_greatest(values: NDArray[Any], k: int) -> Ints:
    """Where the `k` greatest numbers stand, in no order; all of them when there are fewer."""
    if values.size <= k:
        return np.arange(values.size)
    return np.argpartition(values, values.size - k)[values.size - k :]


def union_of(parts: Iterable[Ints], size: int) -> Ints:
    """The numbers of all parts, ascending, each once; all are less than `size`.

    No number is put in order: it is for many of them, in any order.
    """
    held = np.zeros(size, np.bool_)
    for numbers in parts:
        held[numbers] = True
    return places_of(held)


def ranks_of(numbers: Ints, size: int) -> NDArray[np.int32]:
    """For each number less than `size`, its place among some; −1 for those that aren't among them.

    Narrow, since it is as long as a collection and read here and there.
    """
    ranks = np.full(size, -1, np.int32)
    ranks[numbers] = np.arange(numbers.size, dtype=np.int32)
    return ranks


def starts_of_groups(ordered: NDArray[Any]) -> Ints:
    """Where each group of equal numbers begins."""
    first = np.empty(ordered.size, np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return places_of(first)


def count_groups(ordered: Ints) -> tuple[Ints, Ints]:
    """Numbers, ascending, as often as they come, into each once and how often it came."""
    starts = starts_of_groups(ordered)
    return ordered.take(starts), np.diff(starts, append=ordered.size)


def sum_groups(numbers: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Numbers in any order, as often as they come, into each once, ascending, and its sum.

    Args:
        numbers: shape (n,).
        values: shape (..., n), summed along the last axis.
    """
    order = numbers.argsort(kind="stable")
    ordered = numbers.take(order)
    starts = starts_of_groups(ordered)
    values = values.take(order, axis=-1)
    if starts.size == ordered.size:
        return ordered, values
    return ordered.take(starts), np.add.reduceat(values, starts, axis=-1)


def align(held: Ints, values: Floats, numbers: Ints) -> Floats:
    """The values of some numbers; 0 for those that aren't held.

    Args:
        held: ascending, each once.
        values: float64, one for each that is held.
        numbers: ascending, each once.
    """
    aligned = np.zeros(numbers.size)
    places, found = common_places(numbers, held)
    aligned[places] = values.take(found)
    return aligned


def common_places(some: NDArray[Any], others: NDArray[Any]) -> tuple[Ints, Ints]:
    """Where the numbers that two arrays share stand in each.

    Args:
        some: ascending, each number once.
        others: the same, of the same type: numpy would else convert the whole of the longer one.

    Returns:
        Places in `some` and places in `others`, both ascending.
    """
    if some.size > others.size:
        second, first = common_places(others, some)
        return first, second
    if not some.size:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    found = others.searchsorted(some)
    np.minimum(found, others.size - 1, out=found)
    places = places_of(others.take(found) == some)
    return places, found.take(places)


def kth_greatest_bound(values: NDArray[Any], k: int) -> Any:
    """A number that at least `k` of these reach, and not many more when they are many.

    Each of many groups has a greatest number: the k-th of those is a bound, and finding it takes
    far less than putting all in order.

    Args:
        values: at least `k` of them.
        k: from 1.
    """
    groups = max(_GROUPS, _GROUPS_EACH * k)
    if values.size < 4 * groups:
        return np.partition(values, values.size - k)[values.size - k]
    rows = values.size // groups
    greatest = values[: rows * groups].reshape(rows, groups).max(axis=0)
    return np.partition(greatest, groups - k)[groups - k]
