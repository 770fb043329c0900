"""One request looked up in one generation: what matches, what is shown of it, what is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.corrections import better_query
from search.description import describe
from search.engines.sorted_arrays import Floats, Ints
from search.engines.whoosh_evaluator import Evaluator, Matches
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_filters import Narrowed, canonical, narrow
from search.engines.whoosh_forms import list_forms
from search.engines.whoosh_hits import Found, build_hits, locate_words
from search.engines.whoosh_months import count_months
from search.engines.whoosh_nearness import nearness
from search.engines.whoosh_page_places import FieldPlaces
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_sorting import page_of
from search.expansion import (
    Clause,
    Expanded,
    Unit,
    expand,
    positive_units,
    widenings,
)
from search.facet_lines import begins
from search.facets import FacetCounts
from search.forms import widened_units
from search.nearness import successive_words
from search.query.nodes import Node
from search.ranking import FOREMOST, SCORE_DECIMALS
from search.request import SearchRequest
from search.results import Hit, SearchResults
from search.timeline import Timeline
from search.understanding import MOST_APPROCHES, indications, read_query


@dataclass(frozen=True, slots=True)
class Search:
    """A request as it is understood in one generation; for one thread.

    Attributes:
        request: with its facet values in canonical form.
        tree: the query as parsed.
        hints: French sentences about the query.
        places: where its words stand in the documents that were looked at, by their numbers.
    """

    snapshot: Snapshot
    facets: Facets
    request: SearchRequest
    tree: Node
    expanded: Expanded
    hints: tuple[str, ...]
    evaluator: Evaluator
    places: dict[int, FieldPlaces] = field(default_factory=dict)

    @classmethod
    def of(cls, request: SearchRequest, snapshot: Snapshot, facets: Facets) -> Search:
        """Understand a request; nothing is looked up yet but words and facet values."""
        tree, hints = read_query(request)
        share = snapshot.collection.ranking.closest_share
        return cls(
            snapshot,
            facets,
            canonical(request, facets),
            tree,
            expand(tree, snapshot.vocabulary, request.champ, share),
            hints,
            Evaluator(snapshot.collection),
        )

    def results(self, *, with_timeline: bool) -> SearchResults:
        """Everything that a page of results shows; `duree_ms` is left at 0."""
        matches = self.find_ranked()
        narrowed = self.narrow(matches)
        unfiltered, total = matches.documents.size, narrowed.documents.size
        return SearchResults(
            request=self.request,
            description=describe(self.request),
            total=total,
            unfiltered=unfiltered,
            duree_ms=0.0,
            donnees_au=self.snapshot.donnees_au,
            indications=tuple(self.indications(unfiltered, total)),
            suggestion=self.suggestion(total),
            formes=self.formes(),
            widenings=widenings(self.expanded.root),
            hits=self.page(matches, narrowed),
            approches=self.approches(matches),
            facets=self.count_facets(narrowed),
            timeline=self.timeline(narrowed.documents) if with_timeline else None,
        )

    def find(self) -> Matches:
        """The questions that match the words, whatever the filters; scored by the words alone."""
        return self.evaluator.find(self.expanded.root)

    def find_ranked(self) -> Matches:
        """The same, scored as they are shown; by the words alone for a sort that needs no score."""
        return self.find_near(self.expanded.root) if self._is_scored() else self.find()

    def find_near(self, clause: Clause) -> Matches:
        """The questions that match the query, or the closest ones, as they are ranked.

        Words that stand together add to the scores of the foremost.
        """
        matches = self.evaluator.find(clause)
        pairs = successive_words(self.expanded.root)
        if pairs and matches.documents.size:
            found = page_of(self.snapshot, *matches, "pertinence", range(FOREMOST))
            documents = matches.documents.take(found)
            matches.scores[found] += nearness(
                self.evaluator, pairs, documents.tolist(), self._locate(documents)
            )
        return matches

    def narrow(self, matches: Matches) -> Narrowed:
        """Those of some matches that pass the filters."""
        return narrow(matches.documents, self.request, self.snapshot, self.facets)

    def page(self, matches: Matches, narrowed: Narrowed) -> tuple[Hit, ...]:
        """The hits of the page asked for."""
        first = (self.request.page - 1) * self.request.par
        ranks = range(first, first + self.request.par)
        return self._hits(self.expanded.root, matches, narrowed, self.request.sort, ranks)

    def timeline(self, documents: Ints) -> Timeline:
        """How many of some live documents were asked in each month."""
        return count_months(self.snapshot.months("date_question"), documents)

    def ordered(self) -> Ints:
        """Every document of the search, in its order."""
        matches = self.find_ranked()
        narrowed = self.narrow(matches)
        documents = narrowed.documents
        order = page_of(
            self.snapshot,
            documents,
            _scores_of(matches, narrowed),
            self.request.sort,
            range(documents.size),
        )
        return documents.take(order)

    def approches(self, matches: Matches) -> tuple[Hit, ...]:
        """The closest questions that pass the filters, when none has all the words."""
        closest = self.expanded.closest
        if closest is None or matches.documents.size:
            return ()
        near = self.find_near(closest)
        return self._hits(closest, near, self.narrow(near), "pertinence", range(MOST_APPROCHES))

    def count_facets(self, narrowed: Narrowed) -> Mapping[str, FacetCounts]:
        """All facets, each regardless of its own filter."""
        counts = self.facets.count(narrowed.documents).copy()
        for name in narrowed.without:
            part = self.facets.columns[name].part
            counts[part] = self.facets.count_one(name, narrowed.others(name))
        return self.facets.show(counts, narrowed.others, self.request.filters)

    def count_facet(self, narrowed: Narrowed, name: str, prefix: str) -> FacetCounts:
        """One facet, its values limited to those with a word starting by `prefix`."""
        column, counts = self.facets.columns[name], self.facets.count(narrowed.documents).copy()
        counts[column.part] = self.facets.count_one(name, narrowed.others(name))
        counts[column.part] *= column.beginning(prefix)
        choices = self.request.filters.get(name, ())
        listed = [choice for choice in choices if begins(choice.valeur, prefix)]
        return self.facets.show(counts, narrowed.others, {name: listed})[name]

    def formes(self) -> Mapping[str, Mapping[str, int]]:
        """For each word searched with other forms, those forms and in how many questions."""
        units = widened_units(self.expanded.root)
        collection, vocabulary = self.snapshot.collection, self.snapshot.vocabulary
        return {
            unit.label.lower(): list_forms(
                unit, self.evaluator.frequency(unit), collection, vocabulary
            )
            for unit in units
        }

    def indications(self, unfiltered: int, total: int) -> Iterator[str]:
        """What was ignored, or could be done."""
        return indications(self.request, self.hints, self.expanded, unfiltered, total)

    def suggestion(self, total: int) -> str | None:
        """Another query, with words that were perhaps meant, that finds more than this one."""

        def count(request: SearchRequest) -> int:
            other = Search.of(request, self.snapshot, self.facets)
            return other.narrow(other.find()).documents.size

        return better_query(self.request, self.tree, self.snapshot.spelling, total, count)

    def units_of(self, documents: Sequence[int | None]) -> list[list[Unit]]:
        """The units that make each question match; all of them when it doesn't match any more."""
        left = np.array(sorted({number for number in documents if number is not None}), np.intp)
        known: dict[int | None, list[Unit]] = {}
        for clause, matching in self.found_by(left):
            units = self.evaluator.matching_units(clause, matching)
            known.update(zip(matching.tolist(), units, strict=True))
        every = list(positive_units(self.expanded.root))
        return [known.get(number, every) for number in documents]

    def found_by(self, documents: Ints) -> Iterator[tuple[Clause, Ints]]:
        """What some live documents, ascending, may have been found by; some by nothing."""
        for clause in self._clauses():
            held = self.evaluator.holds(clause, documents)
            yield clause, documents[held]
            documents = documents[~held]
            if not documents.size:
                return

    def _clauses(self) -> Iterator[Clause]:
        """What questions may have been found by."""
        yield self.expanded.root
        if self.expanded.closest is not None and not self.find().documents.size:
            yield self.expanded.closest

    def _hits(
        self, clause: Clause, matches: Matches, narrowed: Narrowed, sort: str, ranks: range
    ) -> tuple[Hit, ...]:
        """The questions of these ranks among those that match a clause and pass the filters."""
        documents, scores = narrowed.documents, _scores_of(matches, narrowed)
        page = page_of(self.snapshot, documents, scores, sort, ranks)
        documents, scores = documents.take(page), scores.take(page).round(SCORE_DECIMALS)
        units = self.evaluator.matching_units(clause, documents)
        return build_hits(
            [
                self._found(*one)
                for one in zip(documents.tolist(), scores.tolist(), units, strict=True)
            ],
            self._locate(documents),
            self.request.champ,
        )

    def _locate(self, documents: Ints) -> list[FieldPlaces]:
        """Where the words of the query stand in a few documents; once for each document."""
        numbers = documents.tolist()
        unknown = [number for number in numbers if number not in self.places]
        located = [self.snapshot.collection.locate(number) for number in unknown]
        found = locate_words(located, dict.fromkeys(positive_units(self.expanded.root)))
        self.places.update(zip(unknown, found, strict=True))
        return [self.places[number] for number in numbers]

    def _found(self, document: int, score: float, units: list[Unit]) -> Found:
        overdue = bool(self.snapshot.overdue[document])
        arrays, number = self.snapshot.collection.locate(document)
        return Found(arrays, number, units, overdue, score if self._is_scored() else None)

    def _is_scored(self) -> bool:
        """Whether scores put the results in order."""
        return self.request.sort == "pertinence"


def _scores_of(matches: Matches, narrowed: Narrowed) -> Floats:
    """The scores of those matches that pass the filters."""
    return matches.scores if narrowed.places is None else matches.scores.take(narrowed.places)


def same_answer(snapshot: Snapshot, empreinte: str) -> Ints:
    """The documents that received an answer, newest first."""
    documents = snapshot.documents_answered(empreinte)
    scores, ranks = np.zeros(documents.size), range(documents.size)
    order = page_of(snapshot, documents, scores, "recent", ranks)
    return documents.take(order)
