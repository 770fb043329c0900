"""Where words stand in sequence or near each other, in one field.

Documents come first: only those that hold every word have their positions read. Within a block of
those, each position of each document is one place on a line, with a gap after each document that
no window reaches across; a word is a mask over that line, and words in sequence are found by
looking places up in masks: nothing is sorted, however common the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from search.engines.sorted_arrays import Ints, Mask
from search.engines.whoosh_collection import LOOKUP_COST, Collection, Ranges, count_postings
from search.engines.whoosh_postings import PostingRange
from search.expansion import Sequence as WordSequence
from search.expansion import Slot

POSITION_BITS: Final = 32
"""An occurrence is one integer: the document's number above, the position below."""

BLOCK: Final = 1 << 22
"""Places on a line: a mask of so many bytes fits the processor's cache."""

_POSTINGS_READ: Final = 128
"""How many frequencies are read to find where the positions of one posting begin."""


class _Line(NamedTuple):
    """Some documents, ascending, and the place where each begins on their line of `size` places."""

    documents: Ints
    begins: Ints
    size: int


def find_sequence(collection: Collection, sequence: WordSequence, field: str) -> Ints:
    """Where a sequence of words begins in a field of live documents.

    Returns:
        `document << POSITION_BITS | position`, ascending, each once.
    """
    ranges = {slot: collection.ranges((field,), slot) for slot in sequence.slots}
    documents = _common_documents(collection, list(ranges.values()))
    width = len(sequence.slots) + (sequence.slop or 0)
    found = [
        _found_on(line, _begin_on(collection, line, sequence, ranges))
        for line in _lines(collection, documents, field, width)
    ]
    return np.concatenate(found) if found else np.empty(0, np.intp)


def count_rarest(collection: Collection, sequence: WordSequence, fields: Sequence[str]) -> int:
    """How many postings the rarest word of a sequence has: as many documents at most match."""
    return min(count_postings(collection.ranges(fields, slot)) for slot in sequence.slots)


def _common_documents(collection: Collection, ranges: list[Ranges]) -> Ints:
    """The live documents that every one of these has, ascending."""
    rarest, *others = sorted(ranges, key=count_postings)
    documents = collection.distinct(rarest)
    for other in others:
        documents = documents.take(np.flatnonzero(collection.mark_at(other, documents)))
    return documents


def _lines(
    collection: Collection, documents: Ints, field: str, width: int
) -> Iterator[_Line]:
    """The documents in blocks of about `BLOCK` places, `width` of them between two documents."""
    lengths = collection.lengths(field).take(documents).astype(np.intp) + width
    ends = np.cumsum(lengths)
    first = 0
    while first < documents.size:
        before = int(ends[first] - lengths[first])
        last = max(first + 1, int(ends.searchsorted(before + BLOCK)))
        begins = ends[first:last] - lengths[first:last] - before + width
        yield _Line(documents[first:last], begins, int(ends[last - 1]) - before + width)
        first = last


def _begin_on(
    collection: Collection, line: _Line, sequence: WordSequence, ranges: Mapping[Slot, Ranges]
) -> Ints:
    """The places on a line where a sequence begins, ascending."""
    places = {slot: _places_on(collection, line, own) for slot, own in ranges.items()}
    if sequence.slop is not None:
        return _near(sequence, places, line.size)
    rarest = min(range(len(sequence.slots)), key=lambda place: places[sequence.slots[place]].size)
    begins = places[sequence.slots[rarest]] - rarest
    for offset, slot in enumerate(sequence.slots):
        if offset != rarest and begins.size:
            holds = _mask_of(places[slot], line.size)
            begins = begins.take(np.flatnonzero(holds.take(begins + offset)))
    return begins


def _near(sequence: WordSequence, places: dict[Slot, Ints], size: int) -> Ints:
    """The places from which a window of `words + slop` places holds every word.

    A window begins at one of the words; a word given twice must occur twice in it.
    """
    begins = np.flatnonzero(_mask_of(np.concatenate(list(places.values())), size))
    ends = np.minimum(begins + len(sequence.slots) + (sequence.slop or 0), size)
    for slot, own in places.items():
        before = np.zeros(size + 1, np.int32)
        np.cumsum(_mask_of(own, size), out=before[1:])
        inside = before.take(ends) - before.take(begins)
        kept = np.flatnonzero(inside >= sequence.slots.count(slot))
        begins, ends = begins.take(kept), ends.take(kept)
    return begins


def _places_on(collection: Collection, line: _Line, ranges: Ranges) -> Ints:
    """The places of a word on a line, ascending, each once."""
    found = [_places_of(collection, line, postings) for postings in ranges]
    if len(found) == 1 and ranges[0].ascending:
        return found[0]
    return np.flatnonzero(_mask_of(np.concatenate([np.empty(0, np.intp), *found]), line.size))


def _places_of(collection: Collection, line: _Line, postings: PostingRange) -> Ints:
    """The places on a line of some postings, posting after posting."""
    postings = _within(collection, line, postings)
    on_line, found = _look_up(collection, line, postings)
    if not found.size:
        return found
    counts = collection.frequencies(postings).take(found).astype(np.intp)
    positions = _positions(collection, postings, found, counts)
    return np.repeat(line.begins.take(on_line), counts) + positions


def _within(collection: Collection, line: _Line, postings: PostingRange) -> PostingRange:
    """Those postings of an ascending range whose documents lie between the line's ends."""
    if not postings.ascending:
        return postings
    arrays, base = collection.segments[postings.segment], collection.bases[postings.segment]
    held = arrays.postings.documents[postings.start : postings.end]
    ends = np.clip((line.documents[0] - base, line.documents[-1] + 1 - base), 0, arrays.size)
    first, last = held.searchsorted(ends.astype(held.dtype)).tolist()
    return postings._replace(start=postings.start + first, end=postings.start + last)


def _look_up(collection: Collection, line: _Line, postings: PostingRange) -> tuple[Ints, Ints]:
    """The places, among a line's documents and among some postings, of those that meet."""
    compared = LOOKUP_COST * min(line.documents.size, postings.size)
    if postings.ascending and compared < max(line.documents.size, postings.size):
        return collection.look_up(postings, line.documents)
    first, last = line.documents[[0, -1]].tolist()
    numbers = np.full(last - first + 2, -1, np.int32)
    numbers[line.documents - first] = np.arange(line.documents.size, dtype=np.int32)
    # The last entry stands for all documents that lie beyond the line's ends.
    shifted = collection.documents(postings) - first
    if not postings.ascending:
        shifted[(shifted < 0) | (shifted > last - first)] = last - first + 1
    on_line = numbers.take(shifted)
    found = np.flatnonzero(on_line >= 0)
    return on_line.take(found).astype(np.intp), found


def _positions(
    collection: Collection, postings: PostingRange, found: Ints, counts: Ints
) -> np.ndarray:
    """The positions of some of a range's postings, posting after posting.

    Args:
        postings: the range. found: places in it, ascending. counts: their frequencies.
    """
    held = collection.segments[postings.segment].postings
    if found.size * _POSTINGS_READ < postings.size:
        starts = held.position_starts(found + postings.start)
    else:
        frequencies = collection.frequencies(postings)
        starts = np.cumsum(frequencies, dtype=np.intp) - frequencies
        starts += held.position_starts(np.array([postings.start]))
        starts = starts.take(found)
    ends = np.cumsum(counts)
    total = int(ends[-1])
    if found.size == postings.size:
        return held.positions[int(starts[0]) : int(starts[0]) + total]
    return held.positions.take(np.repeat(starts - (ends - counts), counts) + np.arange(total))


def _found_on(line: _Line, begins: Ints) -> Ints:
    """Places on a line as documents and positions."""
    owners = line.begins.searchsorted(begins, side="right") - 1
    return line.documents.take(owners) << POSITION_BITS | begins - line.begins.take(owners)


def _mask_of(places: Ints, size: int) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[places] = True
    return mask
