"""One request looked up in one generation: what matches, what is shown of it, what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from index.cluster.shape import COLUMN, RECORD, UID
from index.fields import MARKED_FIELDS
from index.french.fold import fold
from index.question import Question
from search.corrections import MOST_TRIED, corrected_queries
from search.description import describe
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_generation import Generation, prefixes_of
from search.engines.opensearch_hits import build_hit
from search.engines.opensearch_months import count_months
from search.engines.opensearch_query import EVERYTHING, Body, Weights, matching, scoring
from search.engines.opensearch_snapshot import KEYS_ONLY, WINDOW, Snapshot, question_of
from search.engines.opensearch_sorting import sort_of
from search.engines.opensearch_vocabulary import Vocabulary
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
from search.forms import show_forms
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
        query = self.query()
        first = (self.request.page - 1) * self.request.par
        ranks = range(first, first + self.request.par)
        answer = self.snapshot.search(self._page_body(query, ranks, with_timeline=with_timeline))
        counted = answer["aggregations"]
        unfiltered, total = counted[_UNFILTERED]["doc_count"], answer["hits"]["total"]["value"]
        hits = answer["hits"]["hits"]
        if ranks.stop > WINDOW and ranks.start < total:
            hits = self._far_hits(query, ranks)
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
            hits=self._hits(self.expanded.root, hits),
            approches=() if unfiltered else self.approches(),
            facets=self.generation.table.read(self.request, counted),
            timeline=self._timeline(counted) if with_timeline else None,
        )

    def matching(self) -> Body:
        """The questions that match the words, whatever the filters."""
        return matching(self.expanded.root)

    def query(self) -> Body:
        """The same, scored as they are shown where that puts them in order."""
        return self.ranked(self.expanded.root) if self.is_scored else self.matching()

    def ranked(self, clause: Clause) -> Body:
        """The questions that match the query, or the closest ones, as they are ranked.

        Words that stand together add to the scores of the foremost.
        """
        weights = self.generation.weights(clause)
        return scoring(clause, weights, self.nearness(clause, weights))

    def nearness(self, clause: Clause, weights: Weights) -> Mapping[str, float]:
        """What pairs of words add to the scores of the foremost questions, by uid.

        The formula stands in `search.ranking`.
        """
        pairs = successive_words(self.expanded.root)
        if not pairs:
            return {}
        foremost = self.snapshot.search(
            {
                "query": scoring(clause, weights),
                "sort": self.sort("pertinence"),
                "size": FOREMOST,
                "_source": [RECORD],
                "track_total_hits": False,
            }
        )
        found = map(self._analyse, map(question_of, foremost["hits"]["hits"]))
        added = {one.question.uid: _worth_of_pairs(pairs, one, weights) for one in found}
        return {uid: points for uid, points in added.items() if points}

    def sort(self, name: str) -> Sequence[Body]:
        """A sort as the cluster is told it."""
        return sort_of(name, self.snapshot.donnees_au)

    @property
    def is_scored(self) -> bool:
        """Whether scores put the results in order."""
        return self.request.sort == "pertinence"

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
        body = {"query": self.query(), "sort": self.sort(self.request.sort), "_source": [RECORD]}
        return map(question_of, self.snapshot.walk(self._filtered(body)))

    def rank_of(self, uid: str) -> int | None:
        """The place of a question among the results, from 1; None when it is none of them."""
        body = {"query": self.query(), "sort": self.sort(self.request.sort), **KEYS_ONLY}
        hits = self.snapshot.walk(self._filtered(body), WINDOW)
        return next((rank for rank, hit in enumerate(hits, 1) if hit["sort"][-1] == uid), None)

    def approches(self) -> tuple[Hit, ...]:
        """The closest questions that pass the filters, where none has all the words."""
        closest = self.expanded.closest
        if closest is None:
            return ()
        body = {
            "query": self.ranked(closest),
            "sort": self.sort("pertinence"),
            "size": MOST_APPROCHES,
            "_source": [RECORD],
            "track_total_hits": False,
        }
        return self._hits(closest, self.snapshot.search(self._filtered(body))["hits"]["hits"])

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
        """For each word searched with other forms, those forms and in how many questions.

        What a sigle adds is no form of a word: an indication tells it.
        """
        units = dict.fromkeys(
            unit.plain or unit for unit in positive_units(self.expanded.root) if unit.widened
        )
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
        request, spelling = self.request, self.generation.spelling
        queries = corrected_queries(request.q, self.tree, spelling, request.champ)
        for query in islice(queries, MOST_TRIED):
            if Search.of(replace(request, q=query), self.generation).count() > total:
                return query
        return None

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

    def _page_body(self, query: Body, ranks: range, *, with_timeline: bool) -> Body:
        """What a page of results asks: its hits if they can be reached, and all that is counted."""
        reached = ranks.stop <= WINDOW
        aggs: Body = {
            _UNFILTERED: {"filter": EVERYTHING},
            **self.generation.table.aggregations(self.request),
        }
        if with_timeline:
            aggs[_TIMELINE] = {
                "filter": self.filters or EVERYTHING,
                "aggs": {_ASKED: count_months(_ASKED)},
            }
        return self._filtered(
            {
                "query": query,
                "sort": self.sort(self.request.sort),
                "from": ranks.start if reached else 0,
                "size": len(ranks) if reached else 0,
                "_source": [RECORD],
                "track_total_hits": True,
                "aggs": aggs,
            }
        )

    def _far_hits(self, query: Body, ranks: range) -> list[Body]:
        """The hits of these ranks, walked to: the cluster reaches no further by itself."""
        body = {"query": query, "sort": self.sort(self.request.sort), **KEYS_ONLY}
        walked = self.snapshot.walk(self._filtered(body), WINDOW)
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
        return body if self.filters is None else {**body, "post_filter": self.filters}

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


class _Asked:
    """A vocabulary that knows nothing, and remembers what it was asked."""

    def __init__(self) -> None:
        self.words: dict[str, None] = {}

    def family(self, word: str) -> frozenset[str]:
        self.words[word] = None
        return frozenset([fold(word)])


def _expand(tree: Node, vocabulary: Vocabulary, champ: str | None, share: float) -> Expanded:
    """The clauses of a query, its words asked for together.

    It is expanded twice: first to see which words it has.
    """
    asked = _Asked()
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


def _worth_of_pairs(pairs: Iterable[Pair], found: AnalysedQuestion, weights: Weights) -> float:
    """What pairs of words add to the score of a question."""
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
