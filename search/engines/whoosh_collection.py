"""The segments of one generation as one collection: documents numbered through, lists, weights.

Documents keep the order of the segments: a document's number is its place there, counted on from
the segments before. Posting lists stay where they are mapped, and nothing is copied at opening.
Fields are known by the names that segments give them; none in particular.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import gathered
from index.columnar.index import OpenSegment
from index.columnar.layout import TERM_BITS
from index.columnar.segment_arrays import SegmentArrays
from search.budget import spend
from search.engines.memo import Memo
from search.engines.sorted_arrays import (
    Floats,
    Ints,
    Mask,
    align,
    common_places,
    places_of,
    ranks_of,
    starts_of_groups,
    sum_groups,
)
from search.engines.whoosh_postings import PostingRange, count_found, find_postings
from search.expansion import Slot
from search.ranking import RANKING, Ranking

Ranges = Sequence[PostingRange]

MOST_FIELDS: Final = 1 << 8
"""Fields of which lengths and weights are kept: all those of any index."""

MOST_FREQUENCIES: Final = 1 << 14
"""Frequencies that are remembered, since no index keeps those of a family over fields."""

BATCH: Final = 1 << 16
"""Postings that are weighed at once: what is computed for them fits the processor's cache."""

SPARSE: Final = 32
"""Fewer postings than one for this many documents are put in order rather than spread over all."""

MOST: Final = 2
"""More documents than one of so many are most of them."""

LOOKUP_COST: Final = 16
"""How many postings are read in the time that one document is looked up in a list."""


_MARKED: Final = 4
"""Postings whose documents are marked in the time that one is weighed."""

_TERMS_FOUND: Final = 1_000
"""Postings that are weighed in the time that the lists of a word's forms are found."""

_LOOKED_UP: Final = 8
"""Postings that are weighed in the time that one document is looked up in a list."""


class Collection:
    """What the evaluator reads; shared by threads.

    Nothing in it changes but memos of what never does.

    Args:
        segments: of the generation.
        ranking: how documents are scored.

    Attributes:
        size: how many document numbers there are, deleted ones included.
        live: bool, shape (size,); None when no document is deleted.
        live_count: how many documents are live: the N of every formula.
        segments, bases: each segment, and the number of its first document.
        ranking: how its documents are scored.
    """

    def __init__(self, segments: Sequence[OpenSegment], ranking: Ranking = RANKING) -> None:
        self.segments = [segment.arrays for segment in segments]
        bounds: list[int] = np.cumsum(
            [0, *(segment.size for segment in self.segments)], dtype=np.intp
        ).tolist()
        self.bases, self.size = bounds[:-1], bounds[-1]
        self.live = _live(segments, self.bases, self.size)
        self._deleted = [segment.deleted.size for segment in segments]
        self.live_count = self.size if self.live is None else int(np.count_nonzero(self.live))
        self.ranking = ranking
        self._lengths: Memo[str, NDArray[Any]] = Memo(MOST_FIELDS)
        self._weights: Memo[str, Floats] = Memo(MOST_FIELDS)
        self._frequencies: Memo[tuple[tuple[str, ...], Slot], int] = Memo(MOST_FREQUENCIES)
        self._posting_counts: Memo[tuple[tuple[str, ...], frozenset[str]], int] = Memo(
            MOST_FREQUENCIES
        )
        self._held: Memo[int, Mask] = Memo(len(segments))

    @cached_property
    def everything(self) -> Ints:
        """Every live document, ascending."""
        return np.arange(self.size) if self.live is None else places_of(self.live)

    def locate(self, document: int) -> tuple[SegmentArrays, int]:
        """The segment that holds a document, and the document's number there."""
        number = bisect_right(self.bases, document) - 1
        return self.segments[number], document - self.bases[number]

    def join(self, of_segment: Callable[[SegmentArrays], NDArray[Any]]) -> NDArray[Any]:
        """An array over all documents from one of each segment; the very one of a single one."""
        parts = [of_segment(segment) for segment in self.segments]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, np.int32)

    def ranges(self, fields: Sequence[str], slot: Slot) -> list[PostingRange]:
        """The postings of a slot's terms in these fields; none of a slot without any."""
        if not slot:
            return []
        spend(_TERMS_FOUND)
        return [
            found
            for number, arrays in enumerate(self.segments)
            for found in find_postings(arrays, fields, slot, number)
        ]

    def posting_count(self, fields: tuple[str, ...], terms: frozenset[str]) -> int:
        """How many postings some terms have in these fields; those of deleted documents too."""
        return self._posting_counts.get(
            (fields, terms),
            lambda: sum(count_found(arrays, fields, terms) for arrays in self.segments),
        )

    def documents(self, postings: PostingRange) -> Ints:
        """The documents of some postings, one for each."""
        held = self.segments[postings.segment].postings.documents
        found = held[postings.start : postings.end].astype(np.intp)
        base = self.bases[postings.segment]
        if base:
            found += base
        return found

    def frequencies(self, postings: PostingRange) -> NDArray[Any]:
        """How often each of some postings' terms occurs, as an unsigned type."""
        held = self.segments[postings.segment].postings.frequencies
        return held[postings.start : postings.end]

    def lengths(self, field: str) -> NDArray[Any]:
        """How many words a field has in each document, as an unsigned type."""

        def of_segment(arrays: SegmentArrays) -> NDArray[Any]:
            if field not in arrays.fields:
                return np.zeros(arrays.size, np.uint8)
            lengths: NDArray[Any] = arrays.lengths[arrays.fields.index(field)]
            return lengths

        return self._lengths.get(field, lambda: np.ascontiguousarray(self.join(of_segment)))

    def weights(self, field: str) -> Floats:
        """What one occurrence in a field adds to the T of each document: boost / norm."""
        return self._weights.get(field, lambda: self._compute_weights(field))

    def weigh(self, postings: PostingRange) -> tuple[Ints, Floats]:
        """The documents of some postings, and what each adds to its document's T."""
        spend(postings.size)
        documents = self.documents(postings)
        weighed = self.weights(postings.field).take(documents)
        weighed *= self.frequencies(postings)
        return documents, weighed

    def find_weights(self, parts: Sequence[Ranges]) -> tuple[Ints, Floats]:
        """The live documents of some postings, in parts.

        Returns:
            The documents of any part, ascending; and the total over each part of each document,
            shape (parts, documents).
        """
        ranges = [postings for part in parts for postings in part]
        if self.is_sparse(count_postings(ranges)):
            return self._ordered_weights(parts)
        documents = self.distinct(ranges)
        return documents, self._summed_weights(parts, documents)

    def weights_at(self, ranges: Ranges, documents: Ints) -> Floats:
        """The totals over some postings of some live documents, ascending."""
        if self.are_few(documents.size, ranges):
            return self._looked_up_weights(ranges, documents)
        if self.is_sparse(count_postings(ranges)):
            held, (ordered,) = self._ordered_weights((ranges,))
            return align(held, ordered, documents)
        totals: Floats
        (totals,) = self._summed_weights((ranges,), documents)
        return totals

    def look_up(self, postings: PostingRange, documents: Ints) -> tuple[Ints, Ints]:
        """Which of some documents an ascending range of postings has.

        Args:
            postings: of one list.
            documents: ascending, each once.

        Returns:
            Places in `documents` and places in the range, both ascending.
        """
        held = self.segments[postings.segment].postings.documents[postings.start : postings.end]
        base = self.bases[postings.segment]
        first = int(documents.searchsorted(base)) if base else 0
        spend(_LOOKED_UP * min(postings.size, documents.size))
        places, found = common_places((documents[first:] - base).astype(held.dtype), held)
        return places + first, found

    def are_few(self, documents: int, ranges: Ranges) -> bool:
        """Whether so many documents are better looked up than all these postings read."""
        looked_up = LOOKUP_COST * sum(min(documents, postings.size) for postings in ranges)
        return looked_up < count_postings(ranges) and all(r.ascending for r in ranges)

    def is_sparse(self, count: int) -> bool:
        """Whether so many postings are better put in order than spread over all documents."""
        return count * SPARSE < self.size

    def mark(self, ranges: Ranges) -> Mask:
        """Which live documents some postings are of; shape (size,)."""
        marked = np.zeros(self.size, np.bool_)
        for postings in ranges:
            spend(postings.size / _MARKED)
            for batch in _in_batches(postings):
                marked[self.documents(batch)] = True
        if self.live is not None:
            marked &= self.live
        return marked

    def mark_at(self, ranges: Ranges, documents: Ints) -> Mask:
        """Which of some live documents, ascending, these postings are of."""
        if not self.are_few(documents.size, ranges):
            return self.mark(ranges).take(documents)
        marked = np.zeros(documents.size, np.bool_)
        for postings in ranges:
            marked[self.look_up(postings, documents)[0]] = True
        return marked

    def distinct(self, ranges: Ranges) -> Ints:
        """The live documents of some postings, ascending."""
        if not self.is_sparse(count_postings(ranges)):
            return places_of(self.mark(ranges))
        parts = [np.empty(0, np.intp), *map(self.documents, ranges)]
        ordered = np.sort(np.concatenate(parts), kind="stable")
        return self.only_live(ordered.take(starts_of_groups(ordered)))

    def count(self, ranges: Ranges) -> int:
        """In how many live documents some postings are."""
        if self.live is None and is_one_list(ranges):
            return ranges[0].size
        if self.is_sparse(count_postings(ranges)):
            return self.distinct(ranges).size
        return int(np.count_nonzero(self.mark(ranges)))

    def document_frequency(self, fields: tuple[str, ...], slot: Slot) -> int:
        """In how many live documents any of a slot's terms is in any of these fields."""
        return self._frequencies.get((fields, slot), lambda: self.count(self.ranges(fields, slot)))

    def live_terms(self, segment: int, terms: NDArray[Any]) -> NDArray[Any]:
        """Those of a segment's terms, by their numbers, that a live document of it has."""
        live = self._live_of(segment)
        if live is None or not terms.size:
            return terms
        held = self._held.get(segment, lambda: _held_by_any(self.segments[segment], live))
        return terms[held.take(terms)]

    def _live_of(self, segment: int) -> Mask | None:
        """Which documents of a segment are live; None when none of it is deleted."""
        if not self._deleted[segment] or self.live is None:
            return None
        base = self.bases[segment]
        return self.live[base : base + self.segments[segment].size]

    def only_live(self, documents: Ints) -> Ints:
        """The live ones of some documents."""
        return documents if self.live is None else documents[self.live.take(documents)]

    def _ordered_weights(self, parts: Sequence[Ranges]) -> tuple[Ints, Floats]:
        """What `find_weights` gives, by putting postings in order: for few of them."""
        weighed = [self.weigh(postings) for part in parts for postings in part]
        if not weighed:
            return np.empty(0, np.intp), np.empty((len(parts), 0))
        documents, values = map(np.concatenate, zip(*weighed, strict=True))
        totals = np.zeros((len(parts), documents.size))
        start = 0
        for row, part in enumerate(parts):
            end = start + count_postings(part)
            totals[row, start:end] = values[start:end]
            start = end
        if len(weighed) > 1 or not all(r.ascending for part in parts for r in part):
            documents, totals = sum_groups(documents, totals)
        if self.live is None:
            return documents, totals
        kept = places_of(self.live.take(documents))
        return documents.take(kept), totals.take(kept, axis=1)

    def _summed_weights(self, parts: Sequence[Ranges], documents: Ints) -> Floats:
        """The total over each part of each of some live documents, ascending.

        Totals stand side by side, where adding to them doesn't wait for memory; unless most
        documents have one, when a total for every document saves looking their places up.

        Returns:
            float64, shape (parts, documents).
        """
        few = documents.size * MOST < self.size
        ranks = ranks_of(documents, self.size) if few else None
        # What isn't among the documents is at -1 of the ranks, and is added up behind the others.
        totals = np.zeros((len(parts), documents.size + 1 if few else self.size))
        for row, part in zip(totals, parts, strict=True):
            for postings in part:
                for batch in _in_batches(postings):
                    found, weighed = self.weigh(batch)
                    np.add.at(row, found if ranks is None else ranks.take(found), weighed)
        return totals[:, :-1] if few else totals.take(documents, axis=1)

    def _looked_up_weights(self, ranges: Ranges, documents: Ints) -> Floats:
        """The totals of some documents, ascending, over ascending ranges of postings."""
        totals = np.zeros(documents.size)
        for postings in ranges:
            places, found = self.look_up(postings, documents)
            if places.size:
                weighed = self.weights(postings.field).take(documents.take(places))
                weighed *= self.frequencies(postings).take(found)
                totals[places] += weighed
        return totals

    def average_length(self, field: str) -> float:
        """Words of a field in the live documents that have any there; 0 when none has."""
        lengths = self.lengths(field)
        counted = lengths if self.live is None else lengths[self.live]
        holding = int(np.count_nonzero(counted))
        return int(counted.sum(dtype=np.int64)) / holding if holding else 0.0

    def _compute_weights(self, field: str) -> Floats:
        weighting, lengths = self.ranking.fields[field], self.lengths(field)
        average = self.average_length(field)
        norms = lengths * (weighting.b / average if average else 0.0) + (1 - weighting.b)
        # Where a field has no word, it has no posting either, and may have a norm of zero.
        return np.divide(weighting.boost, norms, out=np.zeros(self.size), where=norms > 0)


def count_postings(ranges: Ranges) -> int:
    """How many postings some ranges hold."""
    return sum(end - start for _, start, end, _, _ in ranges)


def is_one_list(ranges: Ranges) -> bool:
    """Whether these postings are those of one list, each document once and ascending."""
    return len(ranges) == 1 and ranges[0].ascending


def _in_batches(postings: PostingRange) -> Iterator[PostingRange]:
    if postings.size <= BATCH:
        yield postings
        return
    for start in range(postings.start, postings.end, BATCH):
        yield postings._replace(start=start, end=min(start + BATCH, postings.end))


def _held_by_any(arrays: SegmentArrays, live: Mask) -> Mask:
    """For each term of a segment, whether any live document has it, in whatever field."""
    postings, held = arrays.postings, np.zeros(len(arrays.terms), np.bool_)
    doubtful = []
    for first in range(0, postings.list_keys.size, BATCH):
        terms = _terms_of(postings.list_keys[first : first + BATCH])
        # Few documents are deleted: the first one of a list is nearly always live.
        starts = postings.list_starts[first : first + terms.size]
        first_live = live.take(postings.documents.take(starts))
        held[terms[first_live]] = True
        doubtful.append(places_of(~first_live) + first)
    for maybe in doubtful:
        rows = maybe[~held.take(_terms_of(postings.list_keys.take(maybe)))]
        begins = postings.list_starts.take(rows).astype(np.intp)
        sizes = postings.list_starts.take(rows + 1).astype(np.intp) - begins
        documents = gathered(postings.documents, begins, sizes)
        if documents.size:
            any_live = np.logical_or.reduceat(live.take(documents), np.cumsum(sizes) - sizes)
            held[_terms_of(postings.list_keys.take(rows[any_live]))] = True
    return held


def _terms_of(keys: NDArray[np.uint64]) -> Ints:
    """The numbers of the terms whose lists have some keys; see `Postings.find_rows`."""
    return (keys & np.uint64((1 << TERM_BITS) - 1)).astype(np.intp)


def _live(segments: Sequence[OpenSegment], bases: Iterable[int], size: int) -> Mask | None:
    if not any(segment.deleted.size for segment in segments):
        return None
    live = np.ones(size, np.bool_)
    for segment, base in zip(segments, bases, strict=True):
        live[segment.deleted.astype(np.intp) + base] = False
    return live
