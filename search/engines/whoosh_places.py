"""Where words stand in sequence or near each other, in one field.

Documents come first: only those that hold every word have their positions read. The positions of
some such documents are then places on one line, with a gap after each document that no window
reaches across, and a word is a mask over the line: whether it stands at a place is one look-up,
and nothing is put in order, however common the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.budget import spend
from search.engines.sorted_arrays import Ints, Mask, mask_of, places_of, ranks_of, starts_of_groups
from search.engines.whoosh_collection import Collection, Ranges, count_postings, is_one_list
from search.engines.whoosh_postings import PostingRange
from search.expansion import Sequence as WordSequence
from search.expansion import Slot

POSITION_BITS: Final = 32
"""An occurrence is one integer: the document's number above, the position below."""

LINE: Final = 1 << 20
"""Places on a line, about: a mask of so many bytes fits the processor's cache."""

_POSITION: Final = 2
"""Postings that are weighed in the time that a word's position is looked at."""

_FREQUENCIES_READ: Final = 128
"""How many frequencies are read to find where the positions of one posting begin."""


class Words(NamedTuple):
    """A sequence of words to find in one field of one segment.

    Attributes:
        sequence: what is looked for.
        place: the field, and the number of the segment.
        ranges: the postings there of each slot; none is without any.
    """

    sequence: WordSequence
    place: tuple[str, int]
    ranges: Mapping[Slot, Ranges]

    @property
    def most(self) -> int:
        """No more documents than this have all words."""
        return min(map(count_postings, self.ranges.values()))


def look_up_words(
    collection: Collection, sequence: WordSequence, fields: Sequence[str]
) -> list[Words]:
    """A sequence of words in each of these fields and each segment that have all of them."""
    ranges = {slot: collection.ranges(fields, slot) for slot in sequence.slots}
    found = []
    for place in product(fields, range(len(collection.segments))):
        own = {slot: [r for r in held if r.place == place] for slot, held in ranges.items()}
        if all(own.values()):
            found.append(Words(sequence, place, own))
    return found


class _Located(NamedTuple):
    """Postings of a word in some documents.

    Attributes:
        owners: which of the documents each is of, by its place among them; ascending.
        starts, counts: its positions are `counts` entries of `positions` from `starts` on.
        positions: of the segment, an unsigned type.
        distinct: whether each document comes once, as in one list.
    """

    owners: Ints
    starts: Ints
    counts: Ints
    positions: NDArray[Any]
    distinct: bool


class _Line(NamedTuple):
    """Places for the positions of successive documents.

    Attributes:
        first, last: the documents, by their places among others.
        bounds: the place where each begins, and one for the end of the line.
    """

    first: int
    last: int
    bounds: Ints

    @property
    def size(self) -> int:
        """How many places."""
        return int(self.bounds[-1])


class _Beginnings(NamedTuple):
    """Where a sequence begins on a line.

    Attributes:
        places: ascending, each once.
        owners: the document of each, by its place among those of the line.
    """

    line: _Line
    places: Ints
    owners: Ints


def count_sequence(
    collection: Collection, words: Words, among: Ints | None = None
) -> tuple[Ints, Ints]:
    """How often a sequence of words occurs in a field of live documents.

    Args:
        collection: where it is looked for.
        words: what is looked for.
        among: documents, ascending, beside which none is looked at; None for all.

    Returns:
        The documents that have it, ascending, and how often each does.
    """
    documents = _common_documents(collection, words, among)
    counts = [
        np.bincount(begin.owners, minlength=begin.line.last - begin.line.first)
        for begin in _find(collection, words, documents)
    ]
    occurrences = np.concatenate([np.empty(0, np.intp), *counts])
    kept = places_of(occurrences)
    return documents.take(kept), occurrences.take(kept)


def find_sequence(collection: Collection, words: Words) -> Ints:
    """Where a sequence of words begins in a field of live documents.

    Returns:
        `document << POSITION_BITS | position`, ascending, each once.
    """
    documents = _common_documents(collection, words, None)
    found = [np.empty(0, np.intp)]
    for line, places, owners in _find(collection, words, documents):
        positions = places - line.bounds.take(owners)
        found.append(documents.take(owners + line.first) << POSITION_BITS | positions)
    return np.concatenate(found)


def _find(collection: Collection, words: Words, documents: Ints) -> Iterator[_Beginnings]:
    """Where the sequence begins in documents that have all words, line after line."""
    if not documents.size:
        return
    located = {
        slot: _locate(collection, ranges, documents) for slot, ranges in words.ranges.items()
    }
    width = len(words.sequence.slots) + (words.sequence.slop or 0)
    lengths = collection.lengths(words.place[0]).take(documents).astype(np.intp) + width
    begin = _begin if words.sequence.slop is None else _near
    for line in _lines(lengths, width):
        yield begin(line, words.sequence, located)


def _common_documents(collection: Collection, words: Words, among: Ints | None) -> Ints:
    """The live documents that have every word, ascending."""
    rarest, *others = sorted(words.ranges.values(), key=count_postings)
    if among is None:
        documents = collection.distinct(rarest)
    else:
        documents, others = among, [rarest, *others]
    for other in others:
        documents = documents.take(places_of(collection.mark_at(other, documents)))
    return documents


def _locate(collection: Collection, ranges: Ranges, documents: Ints) -> list[_Located]:
    """The postings of a word in some documents, ascending, that all have it."""
    if collection.are_few(documents.size, ranges):
        return [_located(collection, r, *collection.look_up(r, documents)) for r in ranges]
    if is_one_list(ranges):
        common = np.zeros(collection.size, np.bool_)
        common[documents] = True
        found = places_of(common.take(collection.documents(ranges[0])))
        return [_located(collection, ranges[0], np.arange(documents.size), found)]
    ranks = ranks_of(documents, collection.size)
    located = []
    for postings in ranges:
        owners = ranks.take(collection.documents(postings))
        found = places_of(owners >= 0)
        located.append(_located(collection, postings, owners.take(found).astype(np.intp), found))
    return located


def _located(collection: Collection, postings: PostingRange, owners: Ints, found: Ints) -> _Located:
    """Some postings of a range, by their places in it, with the places of their documents."""
    held = collection.segments[postings.segment].postings
    frequencies = collection.frequencies(postings)
    counts = frequencies.take(found).astype(np.intp)
    if found.size * _FREQUENCIES_READ < postings.size:
        starts = held.position_starts(found + postings.start)
    else:
        starts = frequencies.cumsum(dtype=np.intp).take(found) - counts
        starts += held.position_starts(np.array([postings.start]))
    if not postings.ascending:
        order = owners.argsort(kind="stable")
        owners, starts, counts = owners.take(order), starts.take(order), counts.take(order)
    return _Located(owners, starts, counts, held.positions, postings.ascending)


def _lines(lengths: Ints, gap: int) -> Iterator[_Line]:
    """Lines of some `LINE` places for documents that take up so many places each.

    Each begins with a gap, for what would begin before its first document.
    """
    ends = lengths.cumsum()
    first = 0
    while first < ends.size:
        before = int(ends[first] - lengths[first])
        last = max(first + 1, int(ends.searchsorted(before + LINE)))
        bounds = np.concatenate(([0], ends[first:last] - before)) + gap
        yield _Line(first, last, bounds)
        first = last


def _begin(
    line: _Line, sequence: WordSequence, located: Mapping[Slot, Sequence[_Located]]
) -> _Beginnings:
    """Where words at successive positions begin: from the rarest one, the others looked up."""
    places = {slot: _places(line, own) for slot, own in located.items()}
    slots = sequence.slots
    rarest = min(range(len(slots)), key=lambda number: places[slots[number]].size)
    owners = _owners(line, located[slots[rarest]], places[slots[rarest]])
    begins = places[slots[rarest]] - rarest
    for offset, slot in enumerate(slots):
        if offset != rarest and begins.size:
            stands = mask_of(places[slot], line.size).take(begins + offset)
            kept = places_of(stands)
            begins, owners = begins.take(kept), owners.take(kept)
    return _Beginnings(line, begins, owners)


def _near(
    line: _Line, sequence: WordSequence, located: Mapping[Slot, Sequence[_Located]]
) -> _Beginnings:
    """The places from which a window of `words + slop` places holds every word.

    A window begins at one of the words; a word given twice must occur twice in it.
    """
    places = {slot: _places(line, own) for slot, own in located.items()}
    width = len(sequence.slots) + (sequence.slop or 0)
    begins = _merged(list(places.values()))
    for slot, own in places.items():
        wanted = sequence.slots.count(slot)
        if wanted == 1:
            holds = _any_ahead(mask_of(own, line.size), width).take(begins)
        else:
            holds = _several_ahead(own, begins, width, wanted)
        begins = begins.take(places_of(holds))
    return _Beginnings(line, begins, line.bounds.searchsorted(begins, side="right") - 1)


def _any_ahead(stands: Mask, width: int) -> Mask:
    """At each place, whether a word stands in the window of `width` places that begins there."""
    ahead, reached = stands.copy(), 1
    while reached < width:
        step = min(reached, width - reached)
        ahead[:-step] |= ahead[step:]
        reached += step
    return ahead


def _several_ahead(places: Ints, begins: Ints, width: int, wanted: int) -> Mask:
    """Whether a word stands so many times in the window that begins at each of some places."""
    last_wanted = places.searchsorted(begins) + wanted - 1
    there = np.append(places, np.iinfo(places.dtype).max)
    return there.take(last_wanted, mode="clip") < begins + width


def _places(line: _Line, located: Sequence[_Located]) -> Ints:
    """The places of a word on a line, ascending, each once."""
    places = [_places_of(line, own) for own in located]
    return places[0] if _is_in_order(located) else _merged(places)


def _places_of(line: _Line, located: _Located) -> Ints:
    first, last = located.owners.searchsorted((line.first, line.last)).tolist()
    counts, starts = located.counts[first:last], located.starts[first:last]
    begins = line.bounds.take(located.owners[first:last] - line.first)
    ends: Ints = counts.cumsum()
    total = int(ends[-1]) if ends.size else 0
    spend(_POSITION * total)
    numbers = np.repeat(starts - (ends - counts), counts)
    numbers += np.arange(total)
    places = np.repeat(begins, counts)
    places += located.positions.take(numbers)
    return places


def _is_in_order(located: Sequence[_Located]) -> bool:
    """Whether the places of a word come in order as its postings are read."""
    return len(located) == 1 and located[0].distinct


def _owners(line: _Line, located: Sequence[_Located], places: Ints) -> Ints:
    """The document of each place of a word, by its place among those of the line."""
    if not _is_in_order(located):
        return line.bounds.searchsorted(places, side="right") - 1
    first, last = located[0].owners.searchsorted((line.first, line.last)).tolist()
    return np.repeat(located[0].owners[first:last] - line.first, located[0].counts[first:last])


def _merged(parts: Sequence[Ints]) -> Ints:
    """The places of all parts, ascending, each once."""
    ordered = np.sort(np.concatenate(parts), kind="stable")
    return ordered.take(starts_of_groups(ordered))
