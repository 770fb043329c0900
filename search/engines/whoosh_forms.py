"""The forms that a searched word stood for, and how many questions hold each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from index.columnar.layout import TERM_BITS
from index.columnar.segment_arrays import SegmentArrays
from index.stores.whoosh_schema import written_form
from search.engines.sorted_arrays import Ints, places_of_greatest
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_vocabulary import Vocabulary
from search.expansion import Slot, TermsBeginning, Unit
from search.forms import MOST_FORMS, Ranked, show_forms

_RANKED_FIRST: Final = 64
"""Terms of each segment that are ranked before any other is looked at."""
_MORE: Final = 16
"""How many times more are ranked when that wasn't enough."""


def list_forms(
    unit: Unit, frequency: int, collection: Collection, vocabulary: Vocabulary
) -> dict[str, int]:
    """The forms of a unit as they are shown; see `search.forms.show_forms`.

    Args:
        unit: a word or a prefix.
        frequency: how many live documents it occurs in.
        collection: where it was looked up.
        vocabulary: of the collection.
    """
    slots = unit.single_slots
    most = sorted(form for slot in slots for form in _most_frequent(collection, unit.fields, slot))
    return show_forms(unit, frequency, most, vocabulary)


def _most_frequent(collection: Collection, fields: tuple[str, ...], slot: Slot) -> list[Ranked]:
    """At least the `MOST_FORMS` most frequent forms of a slot, each with its exact count."""
    if isinstance(slot, frozenset):
        return [(-_count(collection, fields, form), form) for form in slot]
    return _most_frequent_beginning(collection, fields, slot)


def _most_frequent_beginning(
    collection: Collection, fields: tuple[str, ...], slot: TermsBeginning
) -> list[Ranked]:
    """The most frequent of the terms that begin alike, without counting all of them.

    A term is in no more documents than it has postings: in descending order of those, counting
    ends when no term to come can be among the most frequent.
    """
    found: list[Ranked] = []
    for bound, form in terms_by_postings(collection, fields, slot):
        if len(found) >= MOST_FORMS and found[MOST_FORMS - 1] <= (bound, form):
            break
        count = _count(collection, fields, form)
        if count:
            insort(found, (-count, form))
    return found[:MOST_FORMS]


def terms_by_postings(
    collection: Collection, fields: tuple[str, ...], slot: TermsBeginning
) -> Iterator[Ranked]:
    """The terms that begin alike and occur in these fields, ranked by their postings.

    A letter begins tens of thousands of terms, of which a few are asked for: the foremost of each
    segment are ranked, and more of them when those have been given. What is none of them has no
    more postings than the last of each segment's together.
    """
    parts = [_Counted.of(arrays, fields, slot) for arrays in collection.segments]
    most, given = _RANKED_FIRST, 0
    while True:
        foremost = [part.foremost(most) for part in parts]
        terms = {term for found, _ in foremost for term in found}
        least = sum(bound for _, bound in foremost)
        totals = ((sum(part.count(term) for part in parts), term) for term in terms)
        ranked = sorted((-total, written_form(term)) for total, term in totals if total > least)
        yield from ranked[given:]
        if not least:
            return
        most, given = _MORE * most, len(ranked)


class _Counted(NamedTuple):
    """The terms of a segment that begin alike.

    Attributes:
        arrays: the segment.
        first: the number of the first of them.
        counts: how many postings each has.
    """

    arrays: SegmentArrays
    first: int
    counts: Ints

    @classmethod
    def of(cls, arrays: SegmentArrays, fields: tuple[str, ...], slot: TermsBeginning) -> _Counted:
        first, last = arrays.terms.range(slot.prefix.encode())
        return cls(arrays, first, _postings_of(arrays, fields, first, last))

    def foremost(self, most: int) -> tuple[list[bytes], int]:
        """The terms with the most postings, at most so many, in no order; no other has more than
        the number beside them.
        """
        if self.counts.size <= most:
            return self.arrays.terms.slice(self.first, self.first + self.counts.size), 0
        places = places_of_greatest(self.counts, most)
        terms = [self.arrays.terms[number] for number in (places + self.first).tolist()]
        return terms, int(self.counts[places].min())

    def count(self, term: bytes) -> int:
        """How many postings one of the terms has in the segment."""
        number = self.arrays.terms.number(term)
        return 0 if number is None else int(self.counts[number - self.first])


def _postings_of(arrays: SegmentArrays, fields: tuple[str, ...], first: int, last: int) -> Ints:
    """How many postings each term numbered from `first` to before `last` has in these fields."""
    counts = np.zeros(last - first, np.intp)
    for name in fields:
        if name in arrays.fields:
            field = arrays.fields.index(name)
            low, high = arrays.postings.rows(field, first, last)
            keys = arrays.postings.list_keys[low:high] - np.uint64(field << TERM_BITS | first)
            sizes = np.diff(arrays.postings.list_starts[low : high + 1])
            counts[keys.astype(np.intp)] += sizes.astype(np.intp)
    return counts


def _count(collection: Collection, fields: tuple[str, ...], form: str) -> int:
    return collection.document_frequency(fields, frozenset([form]))
