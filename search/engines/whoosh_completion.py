"""What may complete a query, from the words, the facets and the titles of one snapshot.

What the words before the last one and the filters leave is found once and remembered for the
letters to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.segment_arrays import SegmentArrays
from search.completion import COMPLETED_FACETS, SHARES, Suggestion, Tail, read_typed
from search.completion_lines import TITLES_READ, TRIED, Asked, Filters
from search.engines.beginnings import Beginnings
from search.engines.memo import Memo
from search.engines.sorted_arrays import (
    Ints,
    Mask,
    kth_greatest_bound,
    mask_of,
    places_of,
)
from search.engines.whoosh_evaluator import Evaluator
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_filters import canonical, narrow
from search.engines.whoosh_forms import terms_by_postings
from search.engines.whoosh_snapshot import Snapshot
from search.expansion import Clause, Slot, TermsBeginning, Unit
from search.facets import FACET
from search.request import SearchRequest
from search.spelling import SHORTEST

_FEW_TERMS: Final = 1 << 9
"""Terms that begin alike and are ranked one by one: among more, only the frequent words are."""

_REMEMBERED: Final = 1 << 12
_CONTEXTS: Final = 8
_MARKED: Final = 1 << 8
"""What is remembered: answers; what queries leave for their last word to complete; and which
questions have a frequent word, a bit each, as the same few words complete many queries."""

_Context: TypeAlias = tuple[tuple[Clause, ...], tuple[tuple[str, str], ...]]
"""What a word is completed in: the other parts of the query, all of which must match, and the
filters."""


class _Found(NamedTuple):
    """The live documents that a word is completed in.

    Attributes:
        mask: bool, over all documents; None when these are all live ones.
        documents: ascending.
        bits: the mask, a bit each; empty without one.
    """

    mask: Mask | None
    documents: Ints
    bits: NDArray[np.uint8]


class Completion:
    """See `search.engine.Engine.suggest`; shared by threads. Nothing in it changes but memos.

    Attributes:
        finds: how many questions a query finds, by query, field and filters.
    """

    def __init__(self, snapshot: Snapshot, facets: Facets) -> None:
        self.snapshot, self.facets = snapshot, facets
        self._known: Memo[tuple[object, ...], tuple[Suggestion, ...]] = Memo(_REMEMBERED)
        self._found: Memo[_Context, _Found] = Memo(_CONTEXTS)
        self._counts: Memo[tuple[str, _Context], Ints] = Memo(_CONTEXTS * len(COMPLETED_FACETS))
        self._bits: Memo[tuple[tuple[str, ...], Slot], NDArray[np.uint8]] = Memo(_MARKED)
        self.finds: Memo[tuple[object, ...], int] = Memo(_REMEMBERED)
        self._glued: Memo[str, bool] = Memo(_REMEMBERED)
        self._titles: Memo[int, tuple[str, str]] = Memo(_REMEMBERED)

    def suggest(self, request: SearchRequest, limit: int) -> tuple[Suggestion, ...]:
        """At most `limit` lines that complete the query of a request."""
        typed = read_typed(request.q)
        if typed is None:
            return ()
        request = canonical(request.replace(), self.facets)
        asked = _Asked(
            request,
            Filters.of(request),
            typed,
            self.snapshot.vocabulary,
            self.snapshot.collection.size,
            self,
        )
        return self._known.get((*request.to_params(), limit), lambda: asked.lines(limit))

    @cached_property
    def values(self) -> dict[str, Beginnings]:
        """The values of each facet that is completed."""
        columns = self.facets.columns
        return {name: Beginnings(FACET[name], columns[name].valeurs) for name in COMPLETED_FACETS}

    def found(self, clauses: tuple[Clause, ...], filters: Filters) -> _Found:
        """The live documents that match all of some clauses and pass the filters."""
        if not (clauses or filters.params):
            return _Found(None, self.snapshot.collection.everything, np.empty(0, np.uint8))
        return self._found.get((clauses, filters.params), lambda: self._find(clauses, filters))

    def count(self, clause: Clause, found: _Found) -> int:
        """How many of some documents match a clause."""
        collection = self.snapshot.collection
        if not isinstance(clause, Unit):
            return int(np.count_nonzero(Evaluator(collection).holds(clause, found.documents)))
        if not clause.is_one_word:
            # Of all documents, few have the words of a sequence: these are looked up first.
            documents = Evaluator(collection).find(clause).documents
            return documents.size if found.mask is None else int(found.mask.take(documents).sum())
        (slot,) = clause.single_slots
        if found.mask is None:
            return collection.document_frequency(clause.fields, slot)
        ranges = collection.ranges(clause.fields, slot)
        if collection.are_few(found.documents.size, ranges):
            return int(np.count_nonzero(collection.mark_at(ranges, found.documents)))
        bits = self._bits.get((clause.fields, slot), lambda: np.packbits(collection.mark(ranges)))
        return int(np.bitwise_count(bits & found.bits).sum())

    def counts(self, name: str, clauses: tuple[Clause, ...], filters: Filters) -> Ints:
        """How many of the documents that a word is completed in bear each value of a facet."""

        def count() -> Ints:
            return self.facets.count_one(name, self.found(clauses, filters).documents)[1:]

        return self._counts.get((name, (clauses, filters.params)), count)

    def find(self, clauses: tuple[Clause, ...], filters: Filters) -> Ints:
        """The live documents that match all of some clauses and pass the filters, ascending."""
        matching = self.snapshot.collection.everything
        if clauses:
            matching = places_of(reduce(np.logical_and, map(self._mark, clauses)))
        return narrow(matching, filters.request, self.snapshot, self.facets).documents

    def forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """The folded words that begin so, the most frequent first; `TRIED` of very many.

        A word with postings for half of the questions narrows little: it comes last.
        """
        collection = self.snapshot.collection
        bounds = [arrays.terms.range(prefix.encode()) for arrays in collection.segments]
        if sum(last - first for first, last in bounds) <= _FEW_TERMS:
            ranked = terms_by_postings(collection, fields, TermsBeginning(prefix))
            counted = [(form, -rank) for rank, form in ranked if len(form) >= SHORTEST]
        else:
            words = self.snapshot.spelling.words
            counted = words.most_frequent(prefix, 2 * TRIED)  # some are left out
        live = collection.live_count
        counted.sort(key=lambda one: 2 * one[1] > live)
        return [form for form, _ in counted[:TRIED]]

    def is_glued(self, form: str) -> bool:
        """Whether a word is but the glued form of a hyphenated one, where it occurs first."""
        return self._glued.get(form, lambda: self._stands_with_parts(form))

    def title(self, document: int) -> tuple[str, str]:
        """The title and the uid of a document; it is one that has a title."""
        return self._titles.get(document, lambda: self._read_title(document))

    def _find(self, clauses: tuple[Clause, ...], filters: Filters) -> _Found:
        documents = self.find(clauses, filters)
        mask = mask_of(documents, self.snapshot.collection.size)
        return _Found(mask, documents, np.packbits(mask))

    def _mark(self, clause: Clause) -> Mask:
        """Which live documents match a clause; shape (size,). No score is computed of a word."""
        collection = self.snapshot.collection
        if isinstance(clause, Unit) and clause.is_words:
            slots = clause.single_slots
            return collection.mark([r for s in slots for r in collection.ranges(clause.fields, s)])
        return mask_of(Evaluator(collection).find(clause).documents, collection.size)

    def _stands_with_parts(self, form: str) -> bool:
        """A glued form has the place of its first part, which begins it."""
        for arrays in self.snapshot.collection.segments:
            for field in arrays.fields:
                row = arrays.row(field, form.encode())
                if row is not None:
                    posting = int(arrays.postings.list_starts[row])
                    return any(
                        _stands_at(arrays, field, form[:size].encode(), posting)
                        for size in range(1, len(form))
                    )
        return False

    def _read_title(self, document: int) -> tuple[str, str]:
        question = self.snapshot.question(document)
        return question.titre or "", question.uid


def _stands_at(arrays: SegmentArrays, field: str, term: bytes, posting: int) -> bool:
    """Whether a term stands where another one does first.

    Args:
        arrays: of a segment.
        field: of both.
        term: the term.
        posting: of the other one.
    """
    row = arrays.row(field, term)
    if row is None:
        return False
    start, end = arrays.postings.list_starts[row : row + 2].tolist()
    documents, document = arrays.postings.documents, arrays.postings.documents[posting]
    place = start + int(documents[start:end].searchsorted(document))
    if place == end or documents[place] != document:
        return False
    return bool((arrays.positions_of(place) == arrays.positions_of(posting)[0]).any())


@dataclass(frozen=True, slots=True)
class _Asked(Asked):
    """One query that is being completed; for one thread."""

    completion: Completion

    def forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """See `search.completion_lines.Asked`, here and below."""
        return self.completion.forms(prefix, fields)

    def is_glued(self, form: str) -> bool:
        """Whether a word is but the glued form of a hyphenated one."""
        return self.completion.is_glued(form)

    def first_found(self, queries: Iterable[str], most: int) -> list[tuple[str, int]]:
        """The first queries that find something; the others aren't counted."""
        counted = ((query, count) for query in queries if (count := self._count(query)))
        return list(islice(counted, most))

    def borne(self, name: str, tail: Tail) -> list[tuple[str, int]]:
        """The values of a facet that questions bear, and that the end of the query begins."""
        numbers = self.completion.values[name].beginning(FACET[name].key(tail.text))
        if not numbers.size:
            return []
        clauses = self.clauses_of(tail.before)
        counts = self.completion.counts(name, clauses, self.filters).take(numbers)
        first = np.lexsort((numbers, -counts))[: SHARES[name]]
        valeurs = self.completion.facets.columns[name].valeurs
        found = zip(numbers[first].tolist(), counts[first].tolist(), strict=True)
        return [(valeurs[number], count) for number, count in found if count]

    def newest(self, clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
        """The title and the uid of the newest questions that match all of some clauses."""
        documents = self.completion.find(tuple(clauses), self.filters)
        return map(self.completion.title, self._newest(documents))

    def _count(self, query: str) -> int:
        """How many questions a query finds, with the filters of the request.

        Remembered: one letter more leaves much of what was suggested.
        """
        key = (query, self.request.champ, self.filters.params)
        return self.completion.finds.get(key, lambda: self._count_anew(query))

    def _count_anew(self, query: str) -> int:
        clauses = self.clauses_of(query)
        if not clauses:
            return 0
        *others, last = clauses
        return self.completion.count(last, self.completion.found(tuple(others), self.filters))

    def _newest(self, documents: Ints) -> list[int]:
        """The newest of some documents, `TITLES_READ` at most."""
        dates = self.completion.snapshot.integers["date_question"].take(documents)
        if documents.size > TITLES_READ:
            late = dates >= kth_greatest_bound(dates, TITLES_READ)
            documents, dates = documents[late], dates[late]
        order = np.lexsort((-documents, -dates))
        newest: list[int] = documents[order[:TITLES_READ]].tolist()
        return newest
