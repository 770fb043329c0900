"""Which documents match a clause, and how well: BM25F with a family as one term.

A conjunction begins with its rarest part and asks the others about what is left. The formula
stands in `search.ranking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from search.budget import spend
from search.engines.sorted_arrays import (
    Floats,
    Ints,
    Mask,
    places_of,
    ranks_of,
    sum_groups,
    union_of,
)
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_terms import Term, Weighed, look_up
from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Unit
from search.ranking import idf

_COMBINED: Final = 4
"""Documents of which one clause is combined with another in the time that a posting is weighed."""


class Matches(NamedTuple):
    """The outcome for one clause.

    Attributes:
        documents: intp, ascending: the live documents that match.
        scores: float64, one for each.
    """

    documents: Ints
    scores: Floats


class Outcome(NamedTuple):
    """What a clause says of some documents: which match, and with which score, 0 if none."""

    mask: Mask
    scores: Floats


class Evaluator:
    """Evaluates the clauses of one search over one collection; for one thread.

    Attributes:
        collection: what it reads.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._terms: dict[Unit, Term] = {}

    def find(self, clause: Clause) -> Matches:
        """The documents that match a clause, with their scores."""
        match clause:
            case Unit():
                documents, weighed = self.term(clause).find()
                return Matches(documents, self._score(clause, weighed))
            case AllOf(children):
                return self._find_all(sorted(children, key=self._most))
            case AnyOf(children):
                return self._join(children, 1)
            case NoneOf():
                return self._narrow(self._everything(), clause)
            case AtLeast(minimum, children, ()):
                return self._join(children, minimum)
            case AtLeast(minimum, children, required):
                return self._narrow(self.find(AllOf(required)), AtLeast(minimum, children))

    def holds(self, clause: Clause, documents: Ints) -> Mask:
        """Which of some live documents, ascending, match a clause."""
        match clause:
            case Unit():
                return self.term(clause).holds(documents)
            case AllOf(children):
                return self._reached(children, len(children), documents)
            case AnyOf(children):
                return self._reached(children, 1, documents)
            case NoneOf(child):
                return ~self.holds(child, documents)
            case AtLeast(minimum, children, required):
                relaxed = self._reached(children, minimum, documents)
                return relaxed & self.holds(AllOf(required), documents)

    def matching_units(self, clause: Clause, documents: Ints) -> list[list[Unit]]:
        """The units that make each of some documents match; none of a branch that doesn't.

        Args:
            clause: that all of them match.
            documents: live ones, in any order.
        """
        order = documents.argsort()
        units: list[list[Unit]] = [[] for _ in order]
        for unit, places in self._matching(clause, documents.take(order), order):
            for place in places.tolist():
                units[place].append(unit)
        return units

    def frequency(self, unit: Unit) -> int:
        """How many live documents a unit occurs in."""
        return self.term(unit).frequency

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
                    kept = places_of(self.holds(child, documents))
                    yield from self._matching(child, documents.take(kept), places.take(kept))
                if isinstance(clause, AtLeast):
                    yield from self._matching(AllOf(clause.required), documents, places)
            case NoneOf():
                return

    def _reached(self, children: Iterable[Clause], minimum: int, documents: Ints) -> Mask:
        """Which of some documents match at least `minimum` of some clauses."""
        counts = np.zeros(documents.size, np.intp)
        for child in children:
            spend(documents.size / _COMBINED)
            counts += self.holds(child, documents)
        reached: Mask = counts >= minimum
        return reached

    def _find_all(self, children: Sequence[Clause]) -> Matches:
        """The documents that match every clause; the others narrow what the first one finds."""
        if not children:
            return self._everything()
        return reduce(self._narrow, children[1:], self.find(children[0]))

    def _narrow(self, matches: Matches, clause: Clause) -> Matches:
        """Those of some matches that match a clause too, with both scores."""
        if not matches.documents.size:
            return matches
        mask, scores = self.evaluate(clause, matches.documents)
        kept = places_of(mask)
        scores += matches.scores
        return Matches(matches.documents.take(kept), scores.take(kept))

    def evaluate(self, clause: Clause, documents: Ints) -> Outcome:
        """What a clause says of some live documents, ascending."""
        match clause:
            case Unit():
                weighed = self.term(clause).weigh(documents)
                return Outcome(weighed.totals > 0, self._score(clause, weighed))
            case NoneOf():
                return Outcome(self.holds(clause, documents), np.zeros(documents.size))
            case AllOf(children):
                return self._combine(children, len(children), documents)
            case AnyOf(children):
                return self._combine(children, 1, documents)
            case AtLeast(minimum, children, required):
                relaxed = self._combine(children, minimum, documents)
                needed = self._combine(required, len(required), documents)
                mask = relaxed.mask & needed.mask
                return Outcome(mask, (relaxed.scores + needed.scores) * mask)

    def _combine(self, children: Sequence[Clause], minimum: int, documents: Ints) -> Outcome:
        """What at least `minimum` of some clauses say together."""
        counts, scores = np.zeros(documents.size, np.intp), np.zeros(documents.size)
        for child in children:
            spend(documents.size / _COMBINED)
            outcome = self.evaluate(child, documents)
            counts += outcome.mask
            scores += outcome.scores
        mask = counts >= minimum
        scores *= mask
        return Outcome(mask, scores)

    def _join(self, children: Sequence[Clause], minimum: int) -> Matches:
        """The documents that match at least `minimum` of some clauses, with all their scores."""
        if self.collection.is_sparse(sum(map(self._most, children))):
            return self._join_few(children, minimum)
        found = [self.find(child) for child in children]
        spend(sum(part.documents.size for part in found) * 2 / _COMBINED)
        documents = union_of((part.documents for part in found), self.collection.size)
        ranks = ranks_of(documents, self.collection.size)
        counts, scores = np.zeros(documents.size, np.intp), np.zeros(documents.size)
        for part in found:
            places = ranks.take(part.documents)
            counts[places] += 1
            scores[places] += part.scores
        kept = places_of(counts >= minimum)
        return Matches(documents.take(kept), scores.take(kept))

    def _join_few(self, children: Sequence[Clause], minimum: int) -> Matches:
        """The same of clauses that few documents match."""
        found = [self.find(child) for child in children]
        scores = np.concatenate([np.empty(0), *(part.scores for part in found)])
        documents = np.concatenate([np.empty(0, np.intp), *(part.documents for part in found)])
        documents, (sums, counts) = sum_groups(documents, np.stack((scores, np.ones(scores.size))))
        kept = places_of(counts >= minimum)
        return Matches(documents.take(kept), sums.take(kept))

    def _everything(self) -> Matches:
        spend(self.collection.size / _COMBINED)
        documents = self.collection.everything
        return Matches(documents, np.zeros(documents.size))

    def _score(self, unit: Unit, weighed: Weighed) -> Floats:
        """The scores of a unit: `idf · T / (k1 + T)`, and the bonus for the form as typed."""
        term, ranking = self.term(unit), self.collection.ranking
        scores = weighed.totals / (weighed.totals + ranking.k1)
        if weighed.typed is weighed.totals:
            scores *= (1 + ranking.typed_weight) * self.idf(term.frequency)
            return scores
        scores *= self.idf(term.frequency)
        if weighed.typed is not None:
            bonus = weighed.typed / (weighed.typed + ranking.k1)
            bonus *= ranking.typed_weight * self.idf(term.typed_frequency)
            scores += bonus
        return scores

    def idf(self, frequency: int) -> float:
        """What it is worth that so many live documents have a unit."""
        return idf(frequency, self.collection.live_count)

    def term(self, unit: Unit) -> Term:
        """A unit looked up, once however often the query repeats it."""
        term = self._terms.get(unit)
        if term is None:
            term = self._terms[unit] = look_up(self.collection, unit)
        return term

    def _most(self, clause: Clause) -> int:
        """No more documents than this match a clause."""
        match clause:
            case Unit():
                return self.term(clause).most
            case AllOf(children):
                return min(map(self._most, children), default=self.collection.live_count)
            case AnyOf(children) | AtLeast(_, children, ()):
                return sum(map(self._most, children))
            case AtLeast(_, _, required):
                return self._most(AllOf(required))
            case NoneOf():
                return self.collection.live_count
