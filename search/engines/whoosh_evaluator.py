"""Which questions match a clause, and how well: BM25F with a family as one term.

The formula stands in `search.ranking`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from index.fields import TEXT_FIELD
from search.engines.whoosh_snapshot import (
    POSITION_BITS,
    Floats,
    Ints,
    Mask,
    Postings,
    Snapshot,
)
from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Sequence, Unit
from search.ranking import K1, TYPED_WEIGHT


@dataclass(frozen=True, slots=True)
class Matches:
    """The outcome for one clause.

    Attributes:
        mask: bool, shape (size,): which documents match; deleted ones never do.
        scores: float64, shape (size,): zero where `mask` is False.
        clause, children: the clause, and the outcomes of its parts in the same order.
    """

    mask: Mask
    scores: Floats
    clause: Clause
    children: tuple[Matches, ...] = ()

    def walk(self) -> Iterator[Matches]:
        """This outcome and those of all its parts; what a NoneOf excludes isn't among them."""
        yield self
        for child in self.children:
            yield from child.walk()

    def matching_units(self, document: int) -> Iterator[Unit]:
        """The units that made a document match; none of a branch that did not."""
        if not self.mask[document]:
            return
        if isinstance(self.clause, Unit):
            yield self.clause
        for child in self.children:
            yield from child.matching_units(document)


class Evaluator:
    """Evaluates the clauses of one search over one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._units: dict[Unit, Matches] = {}
        self._postings: dict[tuple[str, str], Postings] = {}

    def evaluate(self, clause: Clause) -> Matches:
        """The documents that match a clause, with their scores."""
        match clause:
            case Unit():
                return self._unit(clause)
            case AllOf(children):
                parts = tuple(map(self.evaluate, children))
                mask = self._count(parts) == len(parts)
                return self._sum(mask & self._snapshot.live, clause, parts)
            case AnyOf(children):
                parts = tuple(map(self.evaluate, children))
                return self._sum(self._count(parts) > 0, clause, parts)
            case NoneOf(child):
                part = self.evaluate(child)
                return self._sum(~part.mask & self._snapshot.live, clause, ())
            case AtLeast(minimum, children, required):
                relaxed = tuple(map(self.evaluate, children))
                needed = self.evaluate(AllOf(required))
                mask = (self._count(relaxed) >= minimum) & needed.mask
                return self._sum(mask, clause, (*relaxed, needed))

    def _count(self, parts: tuple[Matches, ...]) -> Ints:
        total = np.zeros(self._snapshot.size, np.int64)
        for part in parts:
            total += part.mask
        return total

    def _sum(self, mask: Mask, clause: Clause, parts: tuple[Matches, ...]) -> Matches:
        scores = np.zeros(self._snapshot.size)
        for part in parts:
            scores += part.scores
        return Matches(mask, scores * mask, clause, parts)

    def _unit(self, unit: Unit) -> Matches:
        """A unit's outcome; looked up once, however often the query repeats it."""
        if unit not in self._units:
            self._units[unit] = self._looked_up(unit)
        return self._units[unit]

    def _looked_up(self, unit: Unit) -> Matches:
        scores = self._scores(unit.alternatives, unit.fields)
        mask = scores > 0
        if unit.typed is not None:
            scores = scores + TYPED_WEIGHT * self._scores((unit.typed,), unit.fields)
        return Matches(mask, scores, unit)

    def _scores(self, alternatives: tuple[Sequence, ...], fields: tuple[str, ...]) -> Floats:
        snapshot = self._snapshot
        weighted = np.zeros(snapshot.size)
        for name in fields:
            average = snapshot.average_lengths[name]
            if not average:
                continue
            field = TEXT_FIELD[name]
            documents, frequencies = self._frequencies(alternatives, name)
            norms = 1 - field.b + field.b * snapshot.lengths[name][documents] / average
            weighted[documents] += field.boost * frequencies / norms
        matching = int(np.count_nonzero(weighted))
        idf = math.log1p((snapshot.live_count - matching + 0.5) / (matching + 0.5))
        return idf * weighted / (K1 + weighted)

    def _frequencies(self, alternatives: tuple[Sequence, ...], field: str) -> tuple[Ints, Ints]:
        """The documents where any alternative occurs in a field, and how often."""
        if len(alternatives) == 1 and len(alternatives[0].slots) == 1:
            return self._term_frequencies(alternatives[0].slots[0], field)
        starts = [self._starts(sequence, field) for sequence in alternatives]
        return _counted(np.unique(np.concatenate(starts)) >> POSITION_BITS)

    def _term_frequencies(self, terms: frozenset[str], field: str) -> tuple[Ints, Ints]:
        found = [self._term_postings(field, term) for term in sorted(terms)]
        totals = np.zeros(self._snapshot.size, np.int64)
        for postings in found:
            totals[postings.documents] += postings.frequencies
        documents = np.flatnonzero(totals)
        return documents, totals[documents]

    def _term_postings(self, field: str, term: str) -> Postings:
        """A term's postings, read once: the form as typed is most often one of its family."""
        key = (field, term)
        if key not in self._postings:
            self._postings[key] = self._snapshot.postings(field, term)
        return self._postings[key]

    def _starts(self, sequence: Sequence, field: str) -> Ints:
        """Where a sequence begins: one number a place, ascending (see `occurrences`)."""
        places = [self._places(slot, field) for slot in sequence.slots]
        if sequence.slop is not None:
            return _near_starts(sequence, places)
        starts = places[0]
        for offset, following in enumerate(places[1:], start=1):
            starts = np.intersect1d(starts, following - offset, assume_unique=True)
        return starts

    def _places(self, terms: frozenset[str], field: str) -> Ints:
        found = [self._snapshot.occurrences(field, term) for term in sorted(terms)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _near_starts(sequence: Sequence, places: list[Ints]) -> Ints:
    """The places from which a window of `words + slop` positions holds every word.

    A window begins at one of the words; a word given twice must occur twice in it.
    Adding to a place never reaches the next document: positions have 32 bits to themselves.
    """
    candidates = np.unique(np.concatenate(places))
    ends = candidates + len(places) + (sequence.slop or 0)
    holds_all = np.ones(candidates.size, np.bool_)
    for terms, own in zip(sequence.slots, places, strict=True):
        inside = np.searchsorted(own, ends) - np.searchsorted(own, candidates)
        holds_all &= inside >= sequence.slots.count(terms)
    return candidates[holds_all]


def _counted(documents: Ints) -> tuple[Ints, Ints]:
    numbers, counts = np.unique(documents, return_counts=True)
    return numbers, counts
