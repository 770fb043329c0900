"""Where the words of a query stand in one question, found by analysing its texts.

For engines that keep no positions to be read: what made a few questions match, how often, and
which of their words stand together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Ordered
from typing import TypeAlias

from index.fields import TEXT_FIELD
from index.french.analyzer import Token, analyze
from index.question import Question
from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Sequence, Slot, Unit

Places: TypeAlias = Mapping[Slot, Ordered[int]]
"""Where the terms of each slot stand in one text: positions in words from 0, ascending. The glued
form of a compound stands where its first part does. A slot that stands nowhere may be missing."""

ByTerm: TypeAlias = Mapping[str | None, Ordered[int]]
"""Where each term of one text stands, ascending; a term may stand twice at one place."""


class AnalysedQuestion:
    """The texts of a question, each analysed once, when it is first asked about.

    Attributes:
        question: whose texts they are.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self._tokens: dict[str, list[Token]] = {}
        self._by_term: dict[str, ByTerm] = {}

    def tokens(self, field: str) -> list[Token]:
        """The tokens of a field's text."""
        if field not in self._tokens:
            self._tokens[field] = analyze(TEXT_FIELD[field].text(self.question) or "")
        return self._tokens[field]

    def by_term(self, field: str) -> ByTerm:
        """Where each term of a field's text stands."""
        if field not in self._by_term:
            self._by_term[field] = by_term(self.tokens(field))
        return self._by_term[field]

    def length(self, field: str) -> int:
        """The words of a field's text."""
        tokens = self.tokens(field)
        return tokens[-1].position + 1 if tokens else 0

    def positions(self, slot: Slot, field: str) -> Ordered[int]:
        """Where the terms of a slot stand in a field, ascending."""
        return places_among(self.by_term(field), [slot])[slot]

    def forms(self, slot: Slot, field: str) -> Counter[str]:
        """How often each term of a slot occurs in a field."""
        return Counter(
            term
            for token in self.tokens(field)
            for term in (token.term, token.accented)
            if term is not None and term in slot
        )

    def occurrences(self, unit: Unit, field: str) -> int:
        """How often a unit occurs in a field: its forms together, or where its words begin."""
        if unit.is_one_word:
            return self.forms(unit.single_slots[0], field).total()
        return len({place for one in unit.alternatives for place in self._begins(one, field)})

    def holds(self, clause: Clause) -> bool:
        """Whether the question matches a clause."""
        match clause:
            case Unit(fields=fields, alternatives=alternatives):
                return any(self._begins(one, f) for f in fields for one in alternatives)
            case AllOf(children):
                return all(map(self.holds, children))
            case AnyOf(children):
                return any(map(self.holds, children))
            case NoneOf(child):
                return not self.holds(child)
            case AtLeast(minimum, children, required):
                return sum(map(self.holds, children)) >= minimum and all(map(self.holds, required))

    def matching_units(self, clause: Clause) -> Iterator[Unit]:
        """The units that make the question match a clause that it matches."""
        match clause:
            case Unit():
                yield clause
            case AllOf(children):
                for child in children:
                    yield from self.matching_units(child)
            case AnyOf(children) | AtLeast(_, children):
                for child in filter(self.holds, children):
                    yield from self.matching_units(child)
                if isinstance(clause, AtLeast):
                    yield from self.matching_units(AllOf(clause.required))
            case NoneOf():
                return

    def _begins(self, sequence: Sequence, field: str) -> Ordered[int]:
        places = places_among(self.by_term(field), sequence.slots)
        return begins_of(sequence, [places[slot] for slot in sequence.slots])


def by_term(tokens: Iterable[Token]) -> ByTerm:
    """Where each term of a text stands."""
    places: dict[str | None, list[int]] = {}
    for token in tokens:
        for term in {token.term, token.accented}:
            places.setdefault(term, []).append(token.position)
    places.pop(None, None)
    return places


def places_among(terms: ByTerm, slots: Iterable[Slot]) -> dict[Slot, Ordered[int]]:
    """Where slots stand among the terms of a text."""
    return {
        slot: sorted({place for term in _terms_in(slot, terms) for place in terms[term]})
        for slot in slots
    }


def begins_of(sequence: Sequence, held: Ordered[Ordered[int]]) -> Ordered[int]:
    """Where a sequence begins in a text, from where the terms of each of its slots stand.

    With a slop: the words from which a window of `words + slop` places holds each of them. A word
    given twice must occur twice in it.
    """
    if sequence.slop is None:
        shifted = ({place - offset for place in own} for offset, own in enumerate(held))
        return sorted(set.intersection(*shifted))
    slots, width = sequence.slots, len(sequence.slots) + sequence.slop
    return [
        start
        for start in sorted(set().union(*held))
        if all(
            bisect_left(own, start + width) - bisect_left(own, start) >= slots.count(slot)
            for slot, own in zip(slots, held, strict=True)
        )
    ]


def _terms_in(slot: Slot, terms: ByTerm) -> Iterable[str | None]:
    """Those of some terms that a slot allows."""
    if isinstance(slot, frozenset):
        return slot & terms.keys()
    return [term for term in terms if term in slot]
