"""The terms of the score: where each occurs and how much, as `T` of `search.ranking`.

A term is a family of forms, or the form as typed; or a sequence of words. Each answers in the way
that costs least: rare ones sort their postings, common ones spread them over all documents, and a
common one that is asked for a few documents looks those up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from search.engines.sorted_arrays import (
    Floats,
    Ints,
    Mask,
    common_places,
    starts_of_groups,
    summed,
)
from search.engines.whoosh_collection import Collection, Ranges, count_postings
from search.engines.whoosh_places import POSITION_BITS, count_rarest, find_sequence
from search.expansion import Sequence as WordSequence
from search.expansion import Slot, Unit


class Term(Protocol):
    """One term of the score."""

    @property
    def most(self) -> int:
        """No more documents than this have it; known before it is looked up."""
        ...

    @property
    def frequency(self) -> int:
        """How many live documents have it: the n of the formula."""
        ...

    def find(self) -> tuple[Ints, Floats]:
        """The live documents that have it, ascending, and the T of each."""
        ...

    def weigh(self, documents: Ints) -> Floats:
        """The T of some live documents, ascending; 0 for those that lack it."""
        ...

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        ...


class SlotTerm:
    """Any of a slot's terms.

    Args:
        collection: where it is looked up.
        fields: in any of which it is.
        slot: its forms.
        part: a term that is one of its forms, looked up already.
    """

    def __init__(
        self,
        collection: Collection,
        fields: tuple[str, ...],
        slot: Slot,
        part: SlotTerm | None = None,
    ) -> None:
        self._collection = collection
        self._key = (fields, slot)
        self._part = part
        rest = slot - part._forms if part and isinstance(slot, frozenset) else slot
        self._rest: Ranges = collection.ranges(fields, rest)
        self._ranges: Ranges = [*(part._ranges if part else ()), *self._rest]
        self.most = min(count_postings(self._ranges), collection.live_count)

    @property
    def frequency(self) -> int:
        """How many live documents have it."""
        if self._is_sparse:
            return self._few[0].size
        if "_totals" in vars(self):
            return int(np.count_nonzero(self._totals > 0))
        return self._collection.document_frequency(*self._key)

    def find(self) -> tuple[Ints, Floats]:
        """The live documents that have it, ascending, and the T of each."""
        if self._is_sparse:
            return self._few
        documents = np.flatnonzero(self._totals > 0)
        return documents, self._totals.take(documents)

    def weigh(self, documents: Ints) -> Floats:
        """The T of some live documents, ascending; 0 for those that lack it."""
        if self._is_sparse:
            return _aligned(*self._few, documents)
        if "_totals" not in vars(self) and self._collection.are_few(documents.size, self._ranges):
            return self._collection.look_up_weights(self._ranges, documents)
        return self._totals.take(documents)

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        if self._is_sparse or "_totals" in vars(self):
            return self.weigh(documents) > 0
        return self._collection.mark_at(self._ranges, documents)

    @property
    def _forms(self) -> frozenset[str]:
        slot = self._key[1]
        assert isinstance(slot, frozenset)
        return slot

    @cached_property
    def _is_sparse(self) -> bool:
        return self._collection.are_sparse(self._ranges)

    @cached_property
    def _few(self) -> tuple[Ints, Floats]:
        """What `find` gives, when postings are few."""
        return self._collection.sum_weights(self._ranges)

    @cached_property
    def _totals(self) -> Floats:
        """The T of every document, when postings are many; 0 for deleted ones."""
        if self._part is not None and not self._rest:
            return self._part._totals
        totals = np.zeros(self._collection.size) if self._part is None else self._part._totals.copy()
        self._collection.add_weights(self._rest, totals)
        if self._collection.live is not None:
            totals *= self._collection.live
        return totals


class SequenceTerm:
    """Any of some sequences of words, at successive positions or near each other."""

    def __init__(
        self, collection: Collection, fields: tuple[str, ...], sequences: Sequence[WordSequence]
    ) -> None:
        self._collection, self._fields, self._sequences = collection, fields, sequences

    @cached_property
    def most(self) -> int:
        """No more documents than this have it."""
        return sum(count_rarest(self._collection, one, self._fields) for one in self._sequences)

    @property
    def frequency(self) -> int:
        """How many live documents have it."""
        return self._found[0].size

    def find(self) -> tuple[Ints, Floats]:
        """The live documents that have it, ascending, and the T of each."""
        return self._found

    def weigh(self, documents: Ints) -> Floats:
        """The T of some live documents, ascending; 0 for those that lack it."""
        return _aligned(*self._found, documents)

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        return self.weigh(documents) > 0

    @cached_property
    def _found(self) -> tuple[Ints, Floats]:
        parts = [self._found_in(field) for field in self._fields]
        if len(parts) == 1:
            return parts[0]
        documents, weights = map(np.concatenate, zip(*parts, strict=True))
        return summed(documents, weights)

    def _found_in(self, field: str) -> tuple[Ints, Floats]:
        """In one field: two sequences that begin at one place occur once there."""
        found = [find_sequence(self._collection, one, field) for one in self._sequences]
        begins = found[0] if len(found) == 1 else np.unique(np.concatenate(found))
        owners = begins >> POSITION_BITS
        starts = starts_of_groups(owners)
        documents = owners.take(starts)
        counts = np.diff(starts, append=owners.size)
        return documents, counts * self._collection.weights(field).take(documents)


def make_terms(collection: Collection, unit: Unit) -> tuple[Term, Term | None]:
    """The term of a unit, and that of the form as typed; the same one when there is no other."""
    if not _are_slots(unit.alternatives):
        term = SequenceTerm(collection, unit.fields, unit.alternatives)
        if unit.typed is None:
            return term, None
        if unit.alternatives == (unit.typed,):
            return term, term
        return term, _typed_term(collection, unit.fields, unit.typed)
    (slot,) = unit.alternatives[0].slots
    if unit.typed is None:
        return SlotTerm(collection, unit.fields, slot), None
    (own,) = unit.typed.slots
    typed = SlotTerm(collection, unit.fields, own)
    if own == slot:
        return typed, typed
    is_form = isinstance(slot, frozenset) and isinstance(own, frozenset) and own <= slot
    return SlotTerm(collection, unit.fields, slot, typed if is_form else None), typed


def _typed_term(
    collection: Collection, fields: tuple[str, ...], typed: WordSequence
) -> Term:
    if _are_slots((typed,)):
        return SlotTerm(collection, fields, typed.slots[0])
    return SequenceTerm(collection, fields, (typed,))


def _are_slots(alternatives: Sequence[WordSequence]) -> bool:
    """Whether the occurrences are those of single words, each counted at each of its forms."""
    return len(alternatives) == 1 and len(alternatives[0].slots) == 1


def _aligned(held: Ints, values: Floats, documents: Ints) -> Floats:
    """The values of some documents; 0 for those that aren't held."""
    aligned = np.zeros(documents.size)
    places, found = common_places(documents, held)
    aligned[places] = values.take(found)
    return aligned
