"""Which documents match a clause, and how well: BM25F with a family as one term.

A conjunction begins with its rarest part and asks the others about what is left. The formula
stands in `search.ranking`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from search.engines.sorted_arrays import Floats, Ints, Mask
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_terms import Term, make_terms
from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Unit
from search.ranking import K1, TYPED_WEIGHT


class Matches(NamedTuple):
    """The outcome for one clause.

    Attributes:
        documents: intp, ascending: the live documents that match.
        scores: float64, one for each.
    """

    documents: Ints
    scores: Floats


class _Outcome(NamedTuple):
    """What a clause says of some documents: which match, and with which score, 0 if none."""

    mask: Mask
    scores: Floats


class Evaluator:
    """Evaluates the clauses of one search over one collection; for one thread."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._terms: dict[Unit, tuple[Term, Term | None]] = {}

    def find(self, clause: Clause) -> Matches:
        """The documents that match a clause, with their scores."""
        match clause:
            case Unit():
                documents, totals = self._terms_of(clause)[0].find()
                return Matches(documents, self._score(clause, documents, totals))
            case AllOf(()):
                return self._everything()
            case AllOf(children):
                first, *others = sorted(children, key=self._most)
                return reduce(self._narrow, others, self.find(first))
            case AnyOf(children):
                return self._join(list(map(self.find, children)), 1)
            case NoneOf():
                return self._narrow(self._everything(), clause)
            case AtLeast(minimum, children, ()):
                return self._join(list(map(self.find, children)), minimum)
            case AtLeast(minimum, children, required):
                return self._narrow(self.find(AllOf(required)), AtLeast(minimum, children))

    def holds(self, clause: Clause, documents: Ints) -> Mask:
        """Which of some live documents, ascending, match a clause."""
        match clause:
            case Unit():
                return self._terms_of(clause)[0].holds(documents)
            case AllOf(children):
                return self._count(children, documents) == len(children)
            case AnyOf(children):
                return self._count(children, documents) > 0
            case NoneOf(child):
                return ~self.holds(child, documents)
            case AtLeast(minimum, children, required):
                relaxed = self._count(children, documents) >= minimum
                return relaxed & self.holds(AllOf(required), documents)

    def matching_units(self, clause: Clause, documents: Ints) -> list[list[Unit]]:
        """The units that make each of some documents match; none of a branch that doesn't.

        Args:
            clause: that all of them match.
            documents: live ones, in any order.
        """
        order = np.argsort(documents)
        units: list[list[Unit]] = [[] for _ in order]
        for unit, places in self._matching(clause, documents.take(order), order):
            for place in places.tolist():
                units[place].append(unit)
        return units

    def frequency(self, unit: Unit) -> int:
        """How many live documents a unit occurs in."""
        return self._terms_of(unit)[0].frequency

    def _matching(
        self, clause: Clause, documents: Ints, places: Ints
    ) -> Iterator[tuple[Unit, Ints]]:
        """Each unit below a clause with the places of the documents where it makes it match."""
        match clause:
            case Unit():
                yield clause, places
            case AllOf(children):
                for child in children:
                    yield from self._matching(child, documents, places)
            case AnyOf(children) | AtLeast(_, children):
                for child in children:
                    kept = np.flatnonzero(self.holds(child, documents))
                    yield from self._matching(child, documents.take(kept), places.take(kept))
                if isinstance(clause, AtLeast):
                    yield from self._matching(AllOf(clause.required), documents, places)
            case NoneOf():
                return

    def _count(self, children: Iterable[Clause], documents: Ints) -> Ints:
        """How many of some clauses each document matches."""
        counts = np.zeros(documents.size, np.intp)
        for child in children:
            counts += self.holds(child, documents)
        return counts

    def _narrow(self, matches: Matches, clause: Clause) -> Matches:
        """Those of some matches that match a clause too, with both scores."""
        if not matches.documents.size:
            return matches
        mask, scores = self._evaluate(clause, matches.documents)
        kept = np.flatnonzero(mask)
        scores += matches.scores
        return Matches(matches.documents.take(kept), scores.take(kept))

    def _evaluate(self, clause: Clause, documents: Ints) -> _Outcome:
        """What a clause says of some live documents, ascending."""
        match clause:
            case Unit():
                totals = self._terms_of(clause)[0].weigh(documents)
                return _Outcome(totals > 0, self._score(clause, documents, totals))
            case NoneOf():
                return _Outcome(self.holds(clause, documents), np.zeros(documents.size))
            case AllOf(children):
                return self._combine(children, len(children), documents)
            case AnyOf(children):
                return self._combine(children, 1, documents)
            case AtLeast(minimum, children, required):
                relaxed = self._combine(children, minimum, documents)
                needed = self._combine(required, len(required), documents)
                mask = relaxed.mask & needed.mask
                return _Outcome(mask, (relaxed.scores + needed.scores) * mask)

    def _combine(self, children: Sequence[Clause], minimum: int, documents: Ints) -> _Outcome:
        """What at least `minimum` of some clauses say together."""
        counts, scores = np.zeros(documents.size, np.intp), np.zeros(documents.size)
        for child in children:
            outcome = self._evaluate(child, documents)
            counts += outcome.mask
            scores += outcome.scores
        mask = counts >= minimum
        scores *= mask
        return _Outcome(mask, scores)

    def _join(self, parts: Sequence[Matches], minimum: int) -> Matches:
        """The documents of at least `minimum` of some matches, with the sum of their scores."""
        counts = np.zeros(self._collection.size, np.uint16)
        totals = np.zeros(self._collection.size)
        for part in parts:
            counts[part.documents] += 1
            np.add.at(totals, part.documents, part.scores)
        documents = np.flatnonzero(counts >= minimum)
        return Matches(documents, totals.take(documents))

    def _everything(self) -> Matches:
        documents = self._collection.everything
        return Matches(documents, np.zeros(documents.size))

    def _score(self, unit: Unit, documents: Ints, totals: Floats) -> Floats:
        """The scores of a unit, from its T in these documents, which is overwritten."""
        term, typed = self._terms_of(unit)
        if typed is None:
            return self._saturate(totals, term)
        if typed is term:
            return (1 + TYPED_WEIGHT) * self._saturate(totals, term)
        bonus = self._saturate(typed.weigh(documents), typed)
        bonus *= TYPED_WEIGHT
        bonus += self._saturate(totals, term)
        return bonus

    def _saturate(self, totals: Floats, term: Term) -> Floats:
        """`idf · T / (k1 + T)`."""
        count, found = self._collection.live_count, term.frequency
        idf = math.log1p((count - found + 0.5) / (found + 0.5))
        scores = totals / (totals + K1)
        scores *= idf
        return scores

    def _terms_of(self, unit: Unit) -> tuple[Term, Term | None]:
        """A unit's terms; looked up once, however often the query repeats it."""
        if unit not in self._terms:
            self._terms[unit] = make_terms(self._collection, unit)
        return self._terms[unit]

    def _most(self, clause: Clause) -> int:
        """No more documents than this match a clause."""
        match clause:
            case Unit():
                return self._terms_of(clause)[0].most
            case AllOf(children):
                return min(map(self._most, children), default=self._collection.live_count)
            case AnyOf(children) | AtLeast(_, children, ()):
                return sum(map(self._most, children))
            case AtLeast(_, _, required):
                return self._most(AllOf(required))
            case NoneOf():
                return self._collection.live_count
