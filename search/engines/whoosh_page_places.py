"""Where searched words stand in the few documents of a page: their postings, then positions.

Lists are never read as a whole unless they are short, and all the documents of a segment are
looked up at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.segment_arrays import SegmentArrays
from search.budget import spend
from search.engines.sorted_arrays import starts_of_groups
from search.engines.whoosh_postings import PostingRange, find_postings
from search.expansion import Slot

FieldPlaces: TypeAlias = dict[str, dict[Slot, Sequence[int]]]
"""For fields of one document, where slots stand in it; see `search.marks.Places`."""

_SHORT: Final = 256
"""Postings of a list that are all read in the time that ten documents are looked up in it."""

_BISECTED: Final = 200
"""Postings that are weighed in the time that ten documents are looked up in a list."""

_POSITION_BITS: Final = 32
"""An occurrence is one int64: whose it is above, its position below."""

_Ints: TypeAlias = NDArray[np.int64]
_Documents: TypeAlias = NDArray[np.uint32]


class _Lists(NamedTuple):
    """Posting lists: arrays of one shape.

    Attributes:
        firsts, lasts: the number of the first posting of each, and the one after its last.
        owners: the place, among what is wanted, of what each was looked up for.
    """

    firsts: _Ints
    lasts: _Ints
    owners: _Ints


class _Postings(NamedTuple):
    """Postings found: arrays of one shape.

    Attributes:
        numbers: their places in the arrays of the segment.
        owners: those of their lists. documents: their places among the documents looked up.
    """

    numbers: _Ints
    owners: _Ints
    documents: _Ints


def find_places(
    arrays: SegmentArrays, documents: Iterable[int], wanted: Sequence[tuple[Slot, str]]
) -> dict[int, FieldPlaces]:
    """For each of a few documents of a segment, where slots stand in fields of it.

    Args:
        arrays: the segment.
        documents: in any order, each once.
        wanted: slots, each with one of the fields that it is looked up in; each pair once.
    """
    places: dict[int, FieldPlaces] = {document: {} for document in sorted(documents)}
    lists = _find_lists(arrays, wanted)
    if not lists.firsts.size:
        return places
    found = _find_postings(arrays, lists, np.array(list(places), np.uint32))
    held = list(places.values())
    groups = found.owners * len(held) + found.documents
    for group, positions in _read_positions(arrays, found, groups):
        owner, document = divmod(group, len(held))
        slot, field = wanted[owner]
        held[document].setdefault(field, {})[slot] = positions
    return places


def _find_lists(arrays: SegmentArrays, wanted: Sequence[tuple[Slot, str]]) -> _Lists:
    """The posting lists of all terms of the slots."""
    slots: dict[Slot, dict[str, int]] = {}
    for number, (slot, field) in enumerate(wanted):
        slots.setdefault(slot, {})[field] = number
    firsts, lasts, owners = list[int](), list[int](), list[int]()
    for slot, fields in slots.items():
        for found in find_postings(arrays, tuple(fields), slot):
            bounds = _bounds_of_lists(arrays, found)
            firsts += bounds[:-1]
            lasts += bounds[1:]
            owners += [fields[found.field]] * (len(bounds) - 1)
    return _Lists(*(np.array(values, np.int64) for values in (firsts, lasts, owners)))


def _bounds_of_lists(arrays: SegmentArrays, found: PostingRange) -> list[int]:
    """Where the lists of a range begin, and where the last ends."""
    if found.ascending:
        return [found.start, found.end]
    starts = arrays.postings.list_starts
    ends = np.array([found.start, found.end], starts.dtype)
    first, last = starts.searchsorted(ends).tolist()
    return list(starts[first : last + 1].tolist())


def _find_postings(arrays: SegmentArrays, lists: _Lists, documents: _Documents) -> _Postings:
    """The postings of some documents, ascending, in some lists.

    A prefix stands for a few long lists and thousands of short ones: to read all of the former,
    or to look the documents up in each of the latter, would take several times longer.
    """
    are_short = lists.lasts - lists.firsts <= _SHORT
    parts = [
        find(arrays, _Lists(*(values[chosen] for values in lists)), documents)
        for find, chosen in ((_look_up, ~are_short), (_read_through, are_short))
        if chosen.any()
    ]
    return _Postings(*map(np.concatenate, zip(*parts, strict=True)))


def _look_up(arrays: SegmentArrays, lists: _Lists, documents: _Documents) -> _Postings:
    """The postings of some documents in lists of which each is bisected."""
    held = arrays.postings.documents
    spend(_BISECTED * lists.firsts.size * (1 + documents.size / 10))
    bounds = zip(lists.firsts.tolist(), lists.lasts.tolist(), strict=True)
    # Both of one type: numpy would else convert each list.
    places = np.array([held[first:last].searchsorted(documents) for first, last in bounds])
    numbers = lists.firsts[:, None] + places
    there = numbers < lists.lasts[:, None]
    there &= held.take(numbers, mode="clip") == documents
    rows, columns = there.nonzero()
    return _Postings(numbers[rows, columns], lists.owners[rows], columns)


def _read_through(arrays: SegmentArrays, lists: _Lists, documents: _Documents) -> _Postings:
    """The postings of some documents in lists that are read as a whole."""
    wanted = np.zeros(arrays.size, np.bool_)
    wanted[documents] = True
    sizes = lists.lasts - lists.firsts
    spend(int(sizes.sum()))
    numbers = _ranges(lists.firsts, sizes)
    held = arrays.postings.documents.take(numbers)
    there = wanted.take(held).nonzero()[0]
    owners = lists.owners.repeat(sizes).take(there)
    return _Postings(numbers.take(there), owners, documents.searchsorted(held.take(there)))


def _read_positions(
    arrays: SegmentArrays, found: _Postings, groups: _Ints
) -> Iterator[tuple[int, list[int]]]:
    """The positions of postings, those of one group together: ascending, each once.

    A word stands at one position in several forms, such as its folded and its accented one.

    Args:
        arrays: the segment.
        found: the postings.
        groups: the number of each one's group, less than 2³¹.
    """
    counts = arrays.postings.frequencies.take(found.numbers).astype(np.int64)
    places = _ranges(arrays.postings.position_starts(found.numbers), counts)
    positions = arrays.postings.positions.take(places)
    occurrences = groups.repeat(counts) << _POSITION_BITS | positions
    occurrences.sort()
    occurrences = occurrences.take(starts_of_groups(occurrences))
    groups = occurrences >> _POSITION_BITS
    starts = starts_of_groups(groups)
    apart = (occurrences & ((1 << _POSITION_BITS) - 1)).tolist()
    bounds = pairwise([*starts.tolist(), len(apart)])
    for group, (first, last) in zip(groups.take(starts).tolist(), bounds, strict=True):
        yield group, apart[first:last]


def _ranges(firsts: _Ints, sizes: _Ints) -> _Ints:
    """Successive numbers from each of the first ones, so many, one range after the other."""
    ends = sizes.cumsum()
    return np.repeat(firsts - ends + sizes, sizes) + np.arange(ends[-1] if ends.size else 0)
