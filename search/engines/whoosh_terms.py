"""The terms of the score: where a unit occurs and how much, as `T` of `search.ranking`.

A unit is one term with all its forms; the form as typed, which earns a bonus, is another one.
Each question is answered in the way that costs least: a few postings are put in order, many are
spread over all documents, and of a common term a few documents are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from search.engines.sorted_arrays import (
    Floats,
    Ints,
    Mask,
    align,
    count_groups,
    starts_of_groups,
    sum_groups,
)
from search.engines.whoosh_collection import Collection, Ranges, count_postings
from search.engines.whoosh_places import (
    POSITION_BITS,
    Words,
    count_sequence,
    find_sequence,
    look_up_words,
)
from search.expansion import Unit


class Weighed(NamedTuple):
    """What a unit weighs in some documents.

    Attributes:
        totals: float64, the T of each document; 0 for those that lack the unit.
        typed: the same of the form as typed; None where it weighs nothing.
    """

    totals: Floats
    typed: Floats | None


class Term(Protocol):
    """A unit looked up in a collection."""

    @property
    def most(self) -> int:
        """No more documents than this have it; known before any is looked at."""
        ...

    @property
    def frequency(self) -> int:
        """How many live documents have it: the n of the formula."""
        ...

    @property
    def typed_frequency(self) -> int:
        """How many live documents have the form as typed."""
        ...

    def find(self) -> tuple[Ints, Weighed]:
        """The live documents that have it, ascending, and what it weighs there."""
        ...

    def weigh(self, documents: Ints) -> Weighed:
        """What it weighs in some live documents, ascending."""
        ...

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        ...


def look_up(collection: Collection, unit: Unit) -> Term:
    """A unit in a collection: its postings are found, and not read yet."""
    if unit.is_one_word:
        return _FormsTerm(collection, unit)
    return _SequencesTerm(collection, unit)


class _FormsTerm:
    """Any of some forms, whose occurrences add up: those as typed, and the rest."""

    def __init__(self, collection: Collection, unit: Unit) -> None:
        self._collection, self._fields = collection, unit.fields
        (self._forms,) = unit.single_slots
        self._typed = unit.typed and unit.typed.slots[0]
        rest = self._forms
        # Forms are folded: a form typed with accents is none of them, and stands where one does.
        self._is_form = False
        if isinstance(self._typed, frozenset) and isinstance(rest, frozenset):
            self._is_form = self._typed <= rest
            rest = rest - self._typed
        self._own: Ranges = collection.ranges(unit.fields, self._typed) if self._typed else ()
        self._rest: Ranges = collection.ranges(unit.fields, rest)
        self._all: Ranges = [*self._own, *self._rest] if self._is_form else self._rest
        self.most = min(count_postings(self._all), collection.live_count)

    @cached_property
    def frequency(self) -> int:
        """How many live documents have it."""
        return self._collection.document_frequency(self._fields, self._forms)

    @cached_property
    def typed_frequency(self) -> int:
        """How many live documents have the form as typed."""
        if not self._typed:
            return 0
        return self._collection.document_frequency(self._fields, self._typed)

    def find(self) -> tuple[Ints, Weighed]:
        """The live documents that have it, ascending, and what it weighs there."""
        # A form typed with accents has postings only where another form has some.
        documents, (own, rest) = self._collection.find_weights((self._own, self._rest))
        self.frequency = documents.size
        self.typed_frequency = int(np.count_nonzero(own))
        return documents, self._together(own, rest)

    def weigh(self, documents: Ints) -> Weighed:
        """What it weighs in some live documents, ascending."""
        own, rest = (
            self._collection.weights_at(part, documents) for part in (self._own, self._rest)
        )
        return self._together(own, rest)

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        return self._collection.mark_at(self._all, documents)

    def _together(self, own: Floats, rest: Floats) -> Weighed:
        if not self._own:
            return Weighed(rest, None)
        if not self._is_form:
            return Weighed(rest, own)
        return Weighed(own + rest if self._rest else own, own)


class _SequencesTerm:
    """Any of some sequences of words, each occurrence counted where it begins."""

    def __init__(self, collection: Collection, unit: Unit) -> None:
        self._collection, self._unit = collection, unit
        self._words = [
            words
            for sequence in unit.alternatives
            for words in look_up_words(collection, sequence, unit.fields)
        ]
        self.most = sum(words.most for words in self._words)

    @property
    def frequency(self) -> int:
        """How many live documents have it."""
        return self._found[0].size

    @property
    def typed_frequency(self) -> int:
        """How many live documents have the form as typed."""
        return self._found_typed[0].size

    def find(self) -> tuple[Ints, Weighed]:
        """The live documents that have it, ascending, and what it weighs there."""
        documents, totals = self._found
        if self._found_typed is self._found:
            return documents, Weighed(totals, totals)
        return documents, Weighed(totals, align(*self._found_typed, documents))

    def weigh(self, documents: Ints) -> Weighed:
        """What it weighs in some live documents, ascending."""
        return Weighed(align(*self._found, documents), align(*self._found_typed, documents))

    def holds(self, documents: Ints) -> Mask:
        """Which of some live documents, ascending, have it."""
        if "_found" in vars(self) or not self._collection.is_sparse(documents.size):
            return align(*self._found, documents) > 0
        held = np.zeros(documents.size, np.bool_)
        for words in self._words:
            found, _ = count_sequence(self._collection, words, documents)
            held[documents.searchsorted(found)] = True
        return held

    @cached_property
    def _found(self) -> tuple[Ints, Floats]:
        """The live documents that have any of the sequences, and the T of each."""
        places: dict[tuple[str, int], list[Words]] = {}
        for words in self._words:
            places.setdefault(words.place, []).append(words)
        return self._weigh({place: self._count(words) for place, words in places.items()})

    @cached_property
    def _found_typed(self) -> tuple[Ints, Floats]:
        """The same of the form as typed, which stands where one of the sequences does."""
        typed = self._unit.typed
        if self._unit.alternatives == (typed,):
            return self._found
        held, collection = self._found[0], self._collection
        words = look_up_words(collection, typed, self._unit.fields) if typed else ()
        return self._weigh({one.place: count_sequence(collection, one, held) for one in words})

    def _count(self, words: Sequence[Words]) -> tuple[Ints, Ints]:
        """In one place, how often: two sequences that begin at one word occur once there."""
        if len(words) == 1:
            return count_sequence(self._collection, words[0])
        found = [find_sequence(self._collection, one) for one in words]
        occurrences = np.sort(np.concatenate(found))
        return count_groups(occurrences.take(starts_of_groups(occurrences)) >> POSITION_BITS)

    def _weigh(self, counted: Mapping[tuple[str, int], tuple[Ints, Ints]]) -> tuple[Ints, Floats]:
        """The T of each document from how often it has the unit in each place."""
        documents, weights = [np.empty(0, np.intp)], [np.empty(0)]
        for (field, _), (held, counts) in counted.items():
            documents.append(held)
            weights.append(counts * self._collection.weights(field).take(held))
        return sum_groups(np.concatenate(documents), np.concatenate(weights))
