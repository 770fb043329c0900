"""From clauses to the query language of OpenSearch: what matches, and how well.

Pure functions from values to JSON values. The score is the formula of `search.ranking`: Lucene
gives how often a unit occurs in a field (see `index.cluster.shape`), and scripts make T of it, then
what the unit is worth. Every number is a parameter of a script, so that each is compiled once.

What is not counted to the last occurrence:

- words near each other count once a field, however often they stand so;
- of two ways to write a hyphenated word, the one that a field has more often counts;
- a star that stands for more than `MOST_BEGINNINGS` words counts once a field;
- in a query of some hundred words, nothing is added for the form as typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from index.cluster.shape import APART, LENGTHS, TOKENS, UID, any_of
from index.french.fold import fold
from search.budget import SearchTooLong
from search.expansion import (
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    NoneOf,
    Slot,
    TermsBeginning,
    Unit,
)
from search.expansion import Sequence as WordSequence
from search.ranking import SCORE_DECIMALS, Ranking

Body = dict[str, Any]

MOST_BEGINNINGS: Final = 1_000
"""Words that a star is replaced by: Lucene takes no more than 1,024 for one term of the score."""

MOST_LEAVES: Final = 1_000
"""Terms and phrases of one query, each in one field: Lucene takes 1,024, and some are added."""

EVERYTHING: Final[Body] = {"match_all": {}}
NOTHING: Final[Body] = {"match_none": {}}

_MOST_EXPANSIONS: Final = 1 << 20
"""Words that the star at the end of several words stands for: all there are."""

_ONCE: Final = "Math.max(1, Math.rint(_score / Math.floor(_score / params.apart) - params.apart))"
"""Of n terms, `n * (apart + occurrences)` is given; n is unknown, being that of a shard."""

_NORM: Final = """
    _score * params.boost / (1 - params.b + params.b * doc[params.length].value / params.average)
"""
_SATURATION: Final = "params.idf * _score / (params.k1 + _score)"
_ROUNDED: Final = "Math.round(_score * params.scale) / params.scale"


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of the formula, for the units of one query.

    Attributes:
        ranking: its parameters.
        averages: the average length of each field, in words.
        idf, typed_idf: what the rarity of each unit, and of its form as typed, is worth.
        beginnings: the words that each star stands for; without those of too many.
    """

    ranking: Ranking
    averages: Mapping[str, float]
    idf: Mapping[Unit, float]
    typed_idf: Mapping[Unit, float]
    beginnings: Mapping[str, frozenset[str]]


def matching(clause: Clause) -> Body:
    """The questions that match a clause, for where no score is wanted.

    Raises:
        SearchTooLong: the clause holds more than OpenSearch takes.
    """
    return _bounded(_matching(clause))


def matching_typed(unit: Unit) -> Body:
    """The questions that have the form as typed of a unit, which has one."""
    return _any([_sequence(field, unit.typed, {}) for field in unit.fields] if unit.typed else [])


def scoring(clause: Clause, weights: Weights, added: Mapping[str, float] | None = None) -> Body:
    """The questions that match a clause, with their scores as they are shown: rounded.

    Args:
        clause: what they match.
        weights: of all its units, but those under what must not match.
        added: what is added to the scores of some of them, by uid.

    Raises:
        SearchTooLong: the clause holds more than OpenSearch takes.
    """
    query = unrounded(clause, weights, added)
    return _scripted(query, _ROUNDED, scale=float(10**SCORE_DECIMALS))


def unrounded(clause: Clause, weights: Weights, added: Mapping[str, float] | None = None) -> Body:
    """The same, their scores as they are computed."""
    query = _scoring(clause, _Scores(weights, typed=True))
    if leaves(query) > MOST_LEAVES:
        query = _bounded(_scoring(clause, _Scores(weights, typed=False)))
    if added:
        extra = [_worth({"term": {UID: uid}}, points) for uid, points in sorted(added.items())]
        query = {"bool": {"must": [query], "should": extra}}
    return query


def _bounded(query: Body) -> Body:
    if leaves(query) > MOST_LEAVES:
        raise SearchTooLong
    return query


def _matching(clause: Clause) -> Body:
    match clause:
        case Unit(fields=fields, alternatives=alternatives):
            return _any([_sequence(f, one, {}) for f in fields for one in alternatives])
        case AllOf(children):
            return _all_of(children, _matching, "filter")
        case AnyOf(children):
            return _any(list(map(_matching, children)))
        case NoneOf(child):
            return {"bool": {"filter": [EVERYTHING], "must_not": [_matching(child)]}}
        case AtLeast(minimum, children, required):
            return _at_least(minimum, children, required, _matching, "filter")


def _scoring(clause: Clause, scores: _Scores) -> Body:
    def child(clause: Clause) -> Body:
        return _scoring(clause, scores)

    match clause:
        case Unit():
            return scores.unit(clause)
        case AllOf(children):
            return _all_of(children, child, "must")
        case AnyOf(children):
            return _any(list(map(child, children)))
        case NoneOf():
            return _matching(clause)
        case AtLeast(minimum, children, required):
            return _at_least(minimum, children, required, child, "must")


def _all_of(children: Iterable[Clause], child: Callable[[Clause], Body], kind: str) -> Body:
    """A conjunction; what must not match is left out of it, and never stands alone."""
    wanted = [child(one) for one in children if not isinstance(one, NoneOf)]
    excluded = [_matching(one.child) for one in children if isinstance(one, NoneOf)]
    if not excluded and len(wanted) == 1:
        return wanted[0]
    parts: Body = {kind: wanted} if wanted else {"filter": [EVERYTHING]}
    return {"bool": {**parts, "must_not": excluded} if excluded else parts}


def _at_least(
    minimum: int,
    children: Sequence[Clause],
    required: Sequence[Clause],
    child: Callable[[Clause], Body],
    kind: str,
) -> Body:
    some = {"should": list(map(child, children)), "minimum_should_match": minimum}
    return {"bool": {**some, kind: [_all_of(required, child, kind)]} if required else some}


@dataclass(frozen=True, slots=True)
class _Scores:
    """How units are scored; `typed`: whether something is added for their forms as typed."""

    weights: Weights
    typed: bool

    def unit(self, unit: Unit) -> Body:
        """The score of a unit, and the bonus for the form as typed."""
        weights, typed = self.weights, unit.typed if self.typed else None
        idf, share = weights.idf[unit], weights.ranking.typed_weight
        if typed is not None and unit.alternatives == (typed,):
            return self._saturated(unit.fields, unit.alternatives, idf * (1 + share))
        family = self._saturated(unit.fields, _grouped(unit), idf)
        if typed is None or not weights.typed_idf.get(unit):
            return family
        bonus = self._saturated(unit.fields, (typed,), share * weights.typed_idf[unit])
        return {"bool": {"must": [family], "should": [bonus]}}

    def _saturated(
        self,
        fields: Iterable[str],
        alternatives: Iterable[WordSequence | tuple[WordSequence, ...]],
        worth: float,
    ) -> Body:
        """What T is worth: the greatest of alternatives that begin at one word, summed."""
        groups = [one if isinstance(one, tuple) else (one,) for one in alternatives]
        total = _any([self._field(field, groups) for field in fields])
        return _scripted(total, _SATURATION, idf=worth, k1=self.weights.ranking.k1)

    def _field(self, field: str, groups: Iterable[tuple[WordSequence, ...]]) -> Body:
        """What the occurrences in a field add to T."""
        counts = _any(
            [
                _greatest([_counted(field, one, self.weights.beginnings) for one in group])
                for group in groups
            ]
        )
        weighting = self.weights.ranking.fields[field]
        if not weighting.b and weighting.boost == 1:
            return counts
        return _scripted(
            counts,
            _NORM,
            boost=weighting.boost,
            b=weighting.b,
            length=f"{LENGTHS}.{field}",
            average=self.weights.averages[field],
        )


def _grouped(unit: Unit) -> list[tuple[WordSequence, ...]]:
    """The alternatives of a unit, those together that begin at one word.

    The ways to write a hyphenated word do; what a sigle adds stands elsewhere, and two of its
    developed forms begin at one word when they begin with the same one.
    """
    own = unit.plain.alternatives if unit.plain else unit.alternatives
    added = [one for one in unit.alternatives if one not in own]
    own = tuple(one for one in unit.alternatives if one in own)
    by_first = groupby(sorted(added, key=_first_word), key=_first_word)
    return [group for group in (own, *(tuple(held) for _, held in by_first)) if group]


def _first_word(sequence: WordSequence) -> list[str]:
    first = sequence.slots[0]
    return [first.prefix] if isinstance(first, TermsBeginning) else sorted(first)


def _sequence(field: str, sequence: WordSequence, beginnings: Mapping[str, frozenset[str]]) -> Body:
    """Where a sequence occurs in a field."""
    name = f"{TOKENS}.{field}"
    slots = [_listed(slot, beginnings) for slot in sequence.slots]
    if len(slots) == 1:
        return _slot(name, slots[0])
    if sequence.slop is not None:
        return {"constant_score": {"filter": _near(name, slots, sequence.slop)}}
    query = " ".join(map(_forms_of, slots))
    if isinstance(slots[-1], TermsBeginning):
        words = {"query": query, "max_expansions": _MOST_EXPANSIONS}
        return {"constant_score": {"filter": {"match_phrase_prefix": {name: words}}}}
    return {"match_phrase": {name: {"query": query}}}


def _counted(field: str, sequence: WordSequence, beginnings: Mapping[str, frozenset[str]]) -> Body:
    """The same, scored by how often it occurs: of a phrase, Lucene tells it once for each term."""
    query = _sequence(field, sequence, beginnings)
    if "match_phrase" not in query:
        return query
    ((name, asked),) = query["match_phrase"].items()
    phrase = {"match_phrase": {name: {**asked, "boost": 1 + APART}}}
    return _scripted(phrase, _ONCE, apart=APART)


def _listed(slot: Slot, beginnings: Mapping[str, frozenset[str]]) -> Slot:
    """A slot with its words, where they are known."""
    return beginnings.get(slot.prefix, slot) if isinstance(slot, TermsBeginning) else slot


def _slot(name: str, slot: Slot) -> Body:
    if isinstance(slot, TermsBeginning):
        return {"prefix": {name: {"value": slot.prefix}}}
    return {"match": {name: {"query": _forms_of(slot)}}}


def _near(name: str, slots: Sequence[Slot], slop: int) -> Body:
    """Words in any order, in a window of at most their number and `slop` places.

    Of a word given twice, OpenSearch takes both occurrences for one part of the window, without
    what stands between them: its width is then looked at. Its scripts there take no parameters.
    """
    width = len(slots) + slop
    words = [{"match": {"query": _forms_of(slot)}} for slot in slots]
    bound: Body = {"max_gaps": slop}
    if len(set(slots)) < len(slots):
        bound = {"filter": {"script": {"source": f"interval.end - interval.start < {width}"}}}
    return {"intervals": {name: {"all_of": {"mode": "unordered", "intervals": words, **bound}}}}


def _forms_of(slot: Slot) -> str:
    """The terms of a slot as one token.

    An accented term stands where its folded form does: beside it, it would count twice.
    """
    if isinstance(slot, TermsBeginning):
        return slot.prefix
    return any_of(sorted(term for term in slot if term.isascii() or fold(term) not in slot))


def _any(queries: Sequence[Body]) -> Body:
    """Any of some queries, their scores summed."""
    if len(queries) == 1:
        return queries[0]
    # Said although it is the default: nothing else in the `bool` may make them optional.
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else NOTHING


def _greatest(queries: Sequence[Body]) -> Body:
    """Any of some queries, of their scores the greatest."""
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": list(queries)}}


def _worth(query: Body, score: float) -> Body:
    return {"constant_score": {"filter": query, "boost": score}}


def _scripted(query: Body, source: str, **params: float | str) -> Body:
    script = {"source": source.strip(), "params": params}
    return {"script_score": {"query": query, "script": script}}


_LEAVES: Final = ("match", "prefix", "term", "match_all", "match_none")
_PHRASES: Final = ("match_phrase", "match_phrase_prefix")


def leaves(query: Any) -> int:
    """How many terms Lucene counts in a query, those that stand for one another as one."""
    return sum(_leaves_below(query))


def _leaves_below(query: Any) -> Iterator[int]:
    if isinstance(query, list):
        for one in query:
            yield from _leaves_below(one)
    elif isinstance(query, dict):
        for name, held in query.items():
            if name in _LEAVES:
                yield 1
            elif name in _PHRASES:
                ((_, asked),) = held.items()
                yield asked["query"].count(" ") + 1
            else:
                yield from _leaves_below(held)
