"""One request looked up in one generation: what matches, what is shown of it, what is said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from index.cluster.shape import COLUMN, RECORD, UID
from index.fields import MARKED_FIELDS
from index.french.fold import fold
from index.question import Question
from search.corrections import better_query
from search.description import describe
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_generation import Generation, prefixes_of
from search.engines.opensearch_hits import build_hit
from search.engines.opensearch_months import count_months
from search.engines.opensearch_query import EVERYTHING, Body, Weights, matching, scoring, unrounded
from search.engines.opensearch_snapshot import KEYS_ONLY, WINDOW, Snapshot, question_of
from search.engines.opensearch_sorting import sort_of
from search.engines.opensearch_vocabulary import AskedWords, Vocabulary
from search.expansion import (
    Clause,
    Expanded,
    TermsBeginning,
    Unit,
    expand,
    positive_units,
    widenings,
)
from search.facets import FacetCounts
from search.forms import show_forms, widened_units
from search.nearness import Pair, count_near, successive_words
from search.occurrences import AnalysedQuestion
from search.query.nodes import Node
from search.ranking import FOREMOST, SCORE_DECIMALS
from search.request import SearchRequest
from search.results import Hit, SearchResults
from search.timeline import Timeline
from search.understanding import MOST_APPROCHES, indications, read_query

_UNFILTERED: Final = "unfiltered"
_TIMELINE: Final = "timeline"
_BY_SCORE: Final = "pertinence"
_ASKED: Final = "date_question"


@dataclass(frozen=True, slots=True)
class Search:
    """A request as it is understood in one generation; for one thread.

    Attributes:
        request: with its facet values in canonical form.
        tree: the query as parsed.
        hints: French sentences about the query.
    """

    generation: Generation
    request: SearchRequest
    tree: Node
    hints: tuple[str, ...]
    expanded: Expanded
    _analysed: dict[str, AnalysedQuestion] = field(default_factory=dict)

    @classmethod
    def of(cls, request: SearchRequest, generation: Generation) -> Search:
        """Understand a request; nothing is looked up yet but words and facet values."""
        tree, hints = read_query(request)
        share = generation.snapshot.ranking.closest_share
        expanded = _expand(tree, generation.vocabulary, request.champ, share)
        return cls(generation, generation.table.canonical(request), tree, hints, expanded)

    @property
    def snapshot(self) -> Snapshot:
        """What is asked."""
        return self.generation.snapshot

    @property
    def filters(self) -> Body | None:
        """What passes the filters; None when there is none."""
        return self.generation.table.filter_query(self.request)

    def results(self, *, with_timeline: bool) -> SearchResults:
        """Everything that a page of results shows; `duree_ms` is left at 0."""
        formes = self.formes()
        first = (self.request.page - 1) * self.request.par
        ranks, sort = range(first, first + self.request.par), self.request.sort
        page = self._find(self.expanded.root, sort, ranks, self._counting(with_timeline))
        total, counted = page.total, page.counted
        unfiltered = counted[_UNFILTERED]["doc_count"]
        return SearchResults(
            request=self.request,
            description=describe(self.request),
            total=total,
            unfiltered=unfiltered,
            duree_ms=0.0,
            donnees_au=self.snapshot.donnees_au,
            indications=tuple(self.indications(unfiltered, total)),
            suggestion=self.suggestion(total),
            formes=formes,
            widenings=widenings(self.expanded.root),
            hits=self._hits(self.expanded.root, page.hits),
            approches=() if unfiltered else self.approches(),
            facets=self.generation.table.read(self.request, counted),
            timeline=self._timeline(counted) if with_timeline else None,
        )

    def matching(self) -> Body:
        """The questions that match the words, whatever the filters."""
        return matching(self.expanded.root)

    def query(self, clause: Clause, sort: str) -> Body:
        """The questions that match a clause, scored where that puts them in order."""
        if sort == _BY_SCORE:
            return scoring(clause, self.generation.weights(clause))
        return matching(clause)

    def nearness(
        self, clause: Clause, foremost: Iterable[Body] | None = None
    ) -> Mapping[str, float]:
        """What pairs of words add to the scores of the foremost questions, by uid.

        Args:
            clause: what they match: the query, or what the closest questions do.
            foremost: the hits of these, whatever the filters; asked for when they aren't given.
        """
        pairs = successive_words(self.expanded.root)
        if not pairs:
            return {}
        if foremost is None:
            foremost = self.snapshot.search(self._foremost(clause))["hits"]["hits"]
        weights = self.generation.weights(clause)
        found = [self._analyse(question_of(hit)) for hit in foremost]
        added = {one.question.uid: worth_of_pairs(pairs, one, weights) for one in found}
        return {uid: points for uid, points in added.items() if points}

    def scores(self, clause: Clause, uids: Iterable[str]) -> Mapping[str, float]:
        """What words alone give some questions that match a clause, not rounded, by uid."""
        query = unrounded(clause, self.generation.weights(clause))
        wanted = list(uids)
        body = {
            "query": {"bool": {"must": [query], "filter": [{"terms": {UID: wanted}}]}},
            "size": len(wanted),
            "docvalue_fields": [UID],
            **KEYS_ONLY,
        }
        hits = self.snapshot.search(body)["hits"]["hits"] if wanted else ()
        return {hit["fields"][UID][0]: hit["_score"] for hit in hits}

    def raised(self, clause: Clause, foremost: Iterable[Body] | None = None) -> Mapping[str, float]:
        """The scores of the foremost questions that words standing together raise, by uid.

        See `nearness`.
        """
        added = self.nearness(clause, foremost)
        scores = self.scores(clause, added)
        return {uid: round(score + added[uid], SCORE_DECIMALS) for uid, score in scores.items()}

    def sort(self, name: str) -> Sequence[Body]:
        """A sort as the cluster is told it."""
        return sort_of(name, self.snapshot.donnees_au)

    @property
    def is_scored(self) -> bool:
        """Whether scores put the results in order."""
        return self.request.sort == _BY_SCORE

    def count(self) -> int:
        """How many questions match the words and pass the filters."""
        body = {"query": self.matching(), "size": 0, "track_total_hits": True}
        total: int = self.snapshot.search(self._filtered(body))["hits"]["total"]["value"]
        return total

    def passes(self, uid: str) -> bool:
        """Whether the question with this uid passes the filters."""
        kept = [{"term": {UID: uid}}, self.filters or EVERYTHING]
        return self.snapshot.count({"kept": {"bool": {"filter": kept}}})["kept"] > 0

    def walk(self) -> Iterator[Question]:
        """Every question of the search, in its order."""
        return map(question_of, self._walk({"_source": [RECORD]}))

    def rank_of(self, uid: str) -> int | None:
        """The place of a question among the results, from 1; None when it is none of them."""
        hits = self._walk(KEYS_ONLY, WINDOW)
        return next((rank for rank, hit in enumerate(hits, 1) if hit["sort"][-1] == uid), None)

    def approches(self) -> tuple[Hit, ...]:
        """The closest questions that pass the filters, where none has all the words."""
        closest = self.expanded.closest
        if closest is None:
            return ()
        found = self._find(closest, _BY_SCORE, range(MOST_APPROCHES), {})
        return self._hits(closest, found.hits)

    def count_facet(self, name: str, prefix: str) -> FacetCounts:
        """One facet, its values limited to those with a word starting by `prefix`."""
        table = self.generation.table
        body = {
            "query": self.matching(),
            "size": 0,
            "track_total_hits": False,
            "aggs": table.aggregations(self.request, [name]),
        }
        counted = self.snapshot.search(body)["aggregations"]
        return table.read(self.request, counted, [name], prefix)[name]

    def formes(self) -> Mapping[str, Mapping[str, int]]:
        """For each word searched with other forms, those forms and in how many questions."""
        units = widened_units(self.expanded.root)
        vocabulary = self.generation.vocabulary
        beginnings = vocabulary.beginnings(prefixes_of(units))
        forms = {unit: _forms_of(unit, beginnings) for unit in units}
        counted = vocabulary.frequencies.of(
            [
                *map(Sought.of_unit, units),
                *(Sought.of_term(form, unit.fields) for unit in units for form in forms[unit]),
            ]
        )
        ranked = {
            unit: sorted(
                (-counted[Sought.of_term(form, unit.fields)], form) for form in forms[unit]
            )
            for unit in units
        }
        nowhere = {form for held in ranked.values() for count, form in held if not count}
        dead = nowhere - vocabulary.held(nowhere) - {f for unit in units for f in _typed_of(unit)}
        shown = {
            unit: [(count, form) for count, form in held if form not in dead]
            for unit, held in ranked.items()
        }
        vocabulary.spellings(form for held in shown.values() for _, form in held)
        return {
            unit.label.lower(): show_forms(
                unit, counted[Sought.of_unit(unit)], shown[unit], vocabulary
            )
            for unit in units
        }

    def indications(self, unfiltered: int, total: int) -> Iterator[str]:
        """What was ignored, or could be done."""
        return indications(self.request, self.hints, self.expanded, unfiltered, total)

    def suggestion(self, total: int) -> str | None:
        """Another query, with words that were perhaps meant, that finds more than this one."""
        return better_query(
            self.request,
            self.tree,
            self.generation.spelling,
            total,
            lambda other: Search.of(other, self.generation).count(),
        )

    def found_by(self, question: AnalysedQuestion) -> Clause | None:
        """What a question may have been found by: the query, or what the closest ones match."""
        if question.holds(self.expanded.root):
            return self.expanded.root
        closest = self.expanded.closest
        if closest is None or not question.holds(closest):
            return None
        found = self.snapshot.count({"root": self.matching()})
        return None if found["root"] else closest

    def units_of(self, question: AnalysedQuestion) -> list[Unit]:
        """The units that make a question match; all of them when it doesn't match any more."""
        clause = self.found_by(question)
        if clause is None:
            return list(positive_units(self.expanded.root))
        return list(question.matching_units(clause))

    def _timeline(self, counted: Body) -> Timeline:
        return self.generation.months.timeline(_ASKED, counted[_TIMELINE][_ASKED])

    def _counting(self, with_timeline: bool) -> Body:
        """The aggregations of a page; the filters are theirs to apply."""
        aggs: Body = {
            _UNFILTERED: {"filter": EVERYTHING},
            **self.generation.table.aggregations(self.request),
        }
        if with_timeline:
            aggs[_TIMELINE] = {
                "filter": self.filters or EVERYTHING,
                "aggs": {_ASKED: count_months(_ASKED)},
            }
        return aggs

    def _find(self, clause: Clause, sort: str, ranks: range, aggs: Body) -> _Page:
        """The hits of these ranks among those that match a clause and pass the filters.

        The foremost are put in order by words that stand together: that adds to their scores, so
        that no other comes before them.
        """
        near = self._is_near(sort) and ranks.start < FOREMOST
        asked = range(max(ranks.stop, FOREMOST)) if near else ranks
        reached = asked.stop <= WINDOW
        body = self._filtered(
            {
                "query": self.query(clause, sort),
                "sort": self.sort(sort),
                "from": asked.start if reached else 0,
                "size": len(asked) if reached else 0,
                "_source": [RECORD],
                "track_total_hits": True,
                "aggs": aggs,
            }
        )
        apart = [self._foremost(clause)] if near and self.filters else []
        answer, *others = self.snapshot.search_all([body, *apart])
        hits, total = answer["hits"]["hits"], answer["hits"]["total"]["value"]
        if near:
            foremost = others[0]["hits"]["hits"] if others else hits[:FOREMOST]
            hits = _in_order(hits, self.raised(clause, foremost))[ranks.start : ranks.stop]
        if not reached and ranks.start < total:
            hits = self._far_hits(body, ranks)
        return _Page(hits, total, answer.get("aggregations", {}))

    def _is_near(self, sort: str) -> bool:
        """Whether words that stand together put the foremost in order."""
        return sort == _BY_SCORE and bool(successive_words(self.expanded.root))

    def _foremost(self, clause: Clause) -> Body:
        """What asks for the foremost questions, whatever the filters."""
        return {
            "query": self.query(clause, _BY_SCORE),
            "sort": self.sort(_BY_SCORE),
            "size": FOREMOST,
            "_source": [RECORD],
            "track_total_hits": False,
        }

    def _walk(self, shown: Body, *step: int) -> Iterator[Body]:
        """The hits of the whole search, in its order."""
        root, sort = self.expanded.root, self.request.sort
        body = {"query": self.query(root, sort), "sort": self.sort(sort), **shown}
        hits = self.snapshot.walk(self._filtered(body), *step)
        if self._is_near(sort):
            foremost = list(islice(hits, FOREMOST))
            yield from _in_order(foremost, self.raised(root))
        yield from hits

    def _far_hits(self, body: Body, ranks: range) -> list[Body]:
        """The hits of these ranks, walked to: the cluster reaches no further by itself."""
        walked = self.snapshot.walk(
            {name: body[name] for name in ("query", "sort", "post_filter") if name in body}
            | KEYS_ONLY,
            WINDOW,
        )
        hits = list(islice(walked, ranks.start, ranks.stop))
        uids = [hit["sort"][-1] for hit in hits]
        asked = {"query": {"terms": {UID: uids}}, "size": len(uids), "_source": [RECORD, UID]}
        found = {
            hit["_source"][UID]: hit["_source"]
            for hit in self.snapshot.search(asked)["hits"]["hits"]
        }
        return [
            {**hit, "_source": found[uid]}
            for hit, uid in zip(hits, uids, strict=True)
            if uid in found
        ]

    def _filtered(self, body: Body) -> Body:
        """A search of what passes the filters; its aggregations don't know them."""
        filters = self.filters
        return body if filters is None else {**body, "post_filter": filters}

    def _hits(self, clause: Clause, hits: Iterable[Body]) -> tuple[Hit, ...]:
        return tuple(
            build_hit(
                self._analyse(question_of(hit)),
                clause,
                self.request.champ,
                self.snapshot.donnees_au,
                round(hit["sort"][0], SCORE_DECIMALS) if self.is_scored else None,
            )
            for hit in hits
        )

    def _analyse(self, question: Question) -> AnalysedQuestion:
        """A question analysed; once in a search, unless the index has another record by now."""
        known = self._analysed.get(question.uid)
        if known is None or known.question != question:
            known = self._analysed[question.uid] = AnalysedQuestion(question)
        return known


class _Page(NamedTuple):
    """What is found at some ranks, how much there is in all, and what was counted."""

    hits: list[Body]
    total: int
    counted: Body


def _in_order(hits: Iterable[Body], raised: Mapping[str, float]) -> list[Body]:
    """The hits of a sort by score in the order of scores of which some are raised."""

    def key(hit: Body) -> tuple[float, float, str]:
        score, day, uid = hit["sort"]
        return -score, math.inf if day is None else -day, uid

    moved = [
        {**hit, "sort": [raised.get(hit["sort"][-1], hit["sort"][0]), *hit["sort"][1:]]}
        for hit in hits
    ]
    return sorted(moved, key=key)


def _expand(tree: Node, vocabulary: Vocabulary, champ: str | None, share: float) -> Expanded:
    """The clauses of a query, its words asked for together.

    It is expanded twice: first to see which words it has.
    """
    asked = AskedWords()
    expand(tree, asked, champ, share)
    vocabulary.families(asked.words)
    return expand(tree, vocabulary, champ, share)


def _forms_of(unit: Unit, beginnings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The forms that a unit is shown to stand for; none of a star that stands for too many."""
    forms = (
        beginnings.get(slot.prefix, frozenset()) if isinstance(slot, TermsBeginning) else slot
        for slot in unit.single_slots
    )
    return frozenset().union(*forms)


def _typed_of(unit: Unit) -> Iterator[str]:
    """The folded terms of what was typed."""
    for slot in unit.typed.slots if unit.typed else ():
        if isinstance(slot, frozenset):
            yield from map(fold, slot)


def worth_of_pairs(pairs: Iterable[Pair], found: AnalysedQuestion, weights: Weights) -> float:
    """What pairs of words add to the score of a question; the formula is in `search.ranking`."""
    ranking = weights.ranking
    added = 0.0
    for pair in pairs:
        total = sum(
            count_near(*(_positions(unit, found, name) for unit in pair))
            * field_weight(weights, name, found.length(name))
            for name in MARKED_FIELDS
            if name in pair.first.fields and name in pair.second.fields
        )
        rarer = min(weights.idf[unit] for unit in pair)
        added += ranking.near_weight * rarer * total / (ranking.k1 + total)
    return added


def field_weight(weights: Weights, name: str, length: int) -> float:
    """What one occurrence adds to T, in a field of this length."""
    field = weights.ranking.fields[name]
    return field.boost / (1 - field.b + field.b * length / weights.averages[name])


def _positions(unit: Unit, found: AnalysedQuestion, name: str) -> set[int]:
    return set().union(*(found.positions(slot, name) for slot in unit.single_slots))


def find_question(snapshot: Snapshot, uid: str) -> Question | None:
    """The question with exactly this uid, or None."""
    try:
        uid.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None
    body = {"query": {"term": {UID: uid}}, "size": 1, "_source": [RECORD]}
    hits = snapshot.search(body)["hits"]["hits"]
    return question_of(hits[0]) if hits else None


def same_answer(snapshot: Snapshot, empreinte: str) -> list[Question]:
    """The questions that received an answer, newest first."""
    body = {
        "query": {"term": {f"{COLUMN}.empreinte_reponse": empreinte}},
        "sort": sort_of("recent", snapshot.donnees_au),
        "_source": [RECORD],
    }
    return list(map(question_of, snapshot.walk(body)))
