"""What may complete a query, from the words, the facets and the titles of one snapshot.

Whatever is suggested is counted as the search that its address leads to, and is left out when that
finds nothing. What the words before the last one and the filters leave is found once and
remembered for the letters to come.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.segment_arrays import SegmentArrays
from index.fields import UNFIELDED
from index.french.fold import fold
from index.french.stopwords import is_optional
from search.completion import (
    COMPLETED_FACETS,
    EXPRESSION,
    SHARES,
    TITLE,
    WORD,
    Suggestion,
    Tail,
    Typed,
    mix,
    read_typed,
)
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
from search.engines.whoosh_spelling import SHORTEST
from search.expansion import QUERY_FIELDS, AllOf, Clause, Slot, TermsBeginning, Unit, expand
from search.facets import FACET, identity
from search.query.nodes import Fielded, Node
from search.query.parser import parse_lenient
from search.request import PER_PAGE, SearchRequest
from search.results import question_url

_FEW_TERMS: Final = 1 << 9
"""Terms that begin alike and are ranked one by one: among more, only the frequent words are."""

_TRIED: Final = 16
"""Words that are tried for one beginning, the most frequent first."""

_TITLES_READ: Final = 8
"""Titles that are read for one beginning: those of the newest questions."""

_SHORTEST_TITLE: Final = 3
"""Letters that a title is looked for by: fewer would begin a word of nearly any."""

_MANY: Final = 1 << 15
"""Documents of an index: among more, one letter of the next word is completed to words only."""

_SAID_BY: Final = 2
"""Titles among those read that say an expression, for it to be one."""

_REMEMBERED: Final = 1 << 12
_CONTEXTS: Final = 8
_MARKED: Final = 1 << 8
"""What is remembered: answers; what queries leave for their last word to complete; and which
questions have a frequent word, a bit each, as the same few words complete many queries."""

_LAST: Final = "\x7f"
"""Comes after every letter of an identity, which is ASCII."""

_WRITTEN: Final = {fold("aujourd’hui"): "aujourd’hui"}
"""The word that an apostrophe stands in: its folded form isn't how anyone writes it."""


class _Filters(NamedTuple):
    """What narrows every search that is suggested.

    Attributes:
        request: of which nothing but its filters matters. params: the filters.
    """

    request: SearchRequest
    params: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: SearchRequest) -> _Filters:
        """The filters of a request."""
        filtered = request.replace(q="", champ=None, tri=None, par=PER_PAGE)
        return cls(filtered, tuple(filtered.to_params()))


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


class _Values:
    """The values of a facet, to be found by the beginning of any of their words."""

    def __init__(self, name: str, valeurs: Sequence[str]) -> None:
        ends = sorted(
            (key[place:], number)
            for number, key in enumerate(map(FACET[name].key, valeurs))
            for place in _beginnings(key)
        )
        self._ends = [end for end, _ in ends]
        self._numbers = np.array([number for _, number in ends], np.intp)

    def beginning(self, prefix: str) -> Ints:
        """The numbers of the values with a word that begins so, ascending, each once."""
        first = bisect_left(self._ends, prefix)
        last = bisect_left(self._ends, prefix + _LAST)
        return np.unique(self._numbers[first:last])


def _beginnings(key: str) -> Iterator[int]:
    """Where a value begins, and each of its words that means something."""
    words = re.finditer(r"\w+", key)
    return (word.start() for word in words if not (word.start() and is_optional(word[0])))


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
        asked = _Asked(self, request, _Filters.of(request), typed)
        return self._known.get((*request.to_params(), limit), lambda: asked.lines(limit))

    @cached_property
    def values(self) -> dict[str, _Values]:
        """The values of each facet that is completed."""
        columns = self.facets.columns
        return {name: _Values(name, columns[name].valeurs) for name in COMPLETED_FACETS}

    def found(self, clauses: tuple[Clause, ...], filters: _Filters) -> _Found:
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

    def counts(self, name: str, clauses: tuple[Clause, ...], filters: _Filters) -> Ints:
        """How many of the documents that a word is completed in bear each value of a facet."""

        def count() -> Ints:
            return self.facets.count_one(name, self.found(clauses, filters).documents)[1:]

        return self._counts.get((name, (clauses, filters.params)), count)

    def find(self, clauses: tuple[Clause, ...], filters: _Filters) -> Ints:
        """The live documents that match all of some clauses and pass the filters, ascending."""
        matching = self.snapshot.collection.everything
        if clauses:
            matching = places_of(reduce(np.logical_and, map(self._mark, clauses)))
        return narrow(matching, filters.request, self.snapshot, self.facets).documents

    def forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """The folded words that begin so, the most frequent first; `_TRIED` of very many.

        A word with postings for half of the questions narrows little: it comes last.
        """
        collection = self.snapshot.collection
        bounds = [arrays.terms.range(prefix.encode()) for arrays in collection.segments]
        if sum(last - first for first, last in bounds) <= _FEW_TERMS:
            ranked = terms_by_postings(collection, fields, TermsBeginning(prefix))
            counted = [(form, -rank) for rank, form in ranked if len(form) >= SHORTEST]
        else:
            words = self.snapshot.spelling.words
            counted = words.most_frequent(prefix, 2 * _TRIED)  # some are left out
        live = collection.live_count
        counted.sort(key=lambda one: 2 * one[1] > live)
        return [form for form, _ in counted[:_TRIED]]

    def is_glued(self, form: str) -> bool:
        """Whether a word is but the glued form of a hyphenated one, where it occurs first."""
        return self._glued.get(form, lambda: self._stands_with_parts(form))

    def title(self, document: int) -> tuple[str, str]:
        """The title and the uid of a document; it is one that has a title."""
        return self._titles.get(document, lambda: self._read_title(document))

    def _find(self, clauses: tuple[Clause, ...], filters: _Filters) -> _Found:
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
class _Asked:
    """One query that is being completed; for one thread.

    Attributes:
        request: with its facet values in canonical form, from its first page on.
        filters, typed: its filters and its query.
    """

    completion: Completion
    request: SearchRequest
    filters: _Filters
    typed: Typed

    def lines(self, limit: int) -> tuple[Suggestion, ...]:
        """At most `limit` lines of all genres."""
        words = self.words()
        if not self.typed.plain or self._is_vague():
            return mix({WORD: words}, limit)
        titles = self.titles()
        expressions = list(self.expressions([title.texte for title in titles]))
        told = {identity(line.texte) for line in expressions}
        words = [line for line in words if identity(line.texte) not in told]
        alone = len(self.typed.tokens) == 1
        spoken = ((WORD, words), (EXPRESSION, expressions))
        values = {name: self.values(name) for name in COMPLETED_FACETS}
        return mix({**dict(spoken if alone else spoken[::-1]), **values, TITLE: titles}, limit)

    def words(self) -> list[Suggestion]:
        """The query with its last word completed, those that find most first.

        With an operator, the most frequent words first: what is excluded finds least.
        """
        counted = (line for word in self._words() if (line := self._line(word, WORD)))
        lines = list(islice(counted, SHARES[WORD]))
        return sorted(lines, key=lambda line: -line.nombre) if self.typed.plain else lines

    def expressions(self, titles: Sequence[str]) -> Iterator[Suggestion]:
        """What these titles say with the words typed, the most frequent first.

        An expression is searched as its words are: that is what its count is of.
        """
        said = Counter(one for title in titles for one in self.typed.expressions_in(title))
        least = 1 if len(self.typed.tokens) > 1 else _SAID_BY
        for text, times in said.most_common(SHARES[EXPRESSION]):
            line = self._line(text, EXPRESSION) if times >= least else None
            if line is not None:
                yield line

    def values(self, name: str) -> list[Suggestion]:
        """The values of a facet that the end of the query begins, those that find most first.

        A facet with a filter already isn't completed: another value would be one more of it.
        """
        if name in self.request.filters:
            return []
        for tail in self.typed.tails():
            prefix = FACET[name].key(tail.text)
            numbers = self.completion.values[name].beginning(prefix)
            lines = self._borne(name, numbers, tail) if numbers.size else []
            if lines:
                return lines
        return []

    def titles(self) -> list[Suggestion]:
        """The titles with all the words typed, each once: those that begin so, then the newest."""
        if len(self.typed.text) < _SHORTEST_TITLE:
            return []
        tree = Fielded("titre", parse_lenient(f"{self.typed.text}*", QUERY_FIELDS).tree)
        documents = self.completion.find(self._clauses_of(tree), self.filters)
        lines: dict[str, Suggestion] = {}
        for document in self._newest(documents):
            title, uid = self.completion.title(document)
            lines.setdefault(identity(title), Suggestion(title, TITLE, 1, question_url(uid)))
        begun = identity(self.typed.text)
        return [lines[key] for key in sorted(lines, key=lambda key: not key.startswith(begun))]

    def _is_vague(self) -> bool:
        """Whether a second word has but a letter, of an index where that begins nearly anything."""
        many = self.completion.snapshot.collection.size > _MANY
        return many and len(self.typed.tokens) > 1 and len(self.typed.prefix) < 2

    def _words(self) -> Iterator[str]:
        """The query with each word that may be meant, one of each family."""
        typed, vocabulary = self.typed, self.completion.snapshot.vocabulary
        fields = (self.request.champ,) if self.request.champ else UNFIELDED
        seen = set()
        for form in self.completion.forms(typed.head + typed.prefix, fields):
            if typed.head:
                rest = form.removeprefix(typed.head)
                yield typed.completed(vocabulary.spelling(rest))
                continue
            word = _WRITTEN.get(form) or vocabulary.spelling(form)
            family = frozenset([form]) if typed.quoted else vocabulary.family(word)
            if not (is_optional(word) or family in seen or self._is_glued(form, word)):
                seen.add(family)
                yield typed.completed(word)

    def _is_glued(self, form: str, word: str) -> bool:
        """Whether a word is but a glued form: one without accents, that no lexicon knows."""
        known = word != form or self.completion.snapshot.vocabulary.base_forms(word)
        return not known and self.completion.is_glued(form)

    def _line(self, query: str, genre: str) -> Suggestion | None:
        """A line that leads to the search of a query; None when that finds nothing."""
        count = self._count(query)
        if not count:
            return None
        return Suggestion(query, genre, count, self.request.replace(q=query).url())

    def _count(self, query: str) -> int:
        """How many questions a query finds, with the filters of the request.

        Remembered: one letter more leaves much of what was suggested.
        """
        key = (query, self.request.champ, self.filters.params)
        return self.completion.finds.get(key, lambda: self._count_anew(query))

    def _count_anew(self, query: str) -> int:
        clauses = self._clauses_of(parse_lenient(query, QUERY_FIELDS).tree)
        if not clauses:
            return 0
        *others, last = clauses
        return self.completion.count(last, self.completion.found(tuple(others), self.filters))

    def _clauses_of(self, tree: Node) -> tuple[Clause, ...]:
        """What questions must match, all of it; nothing when there is no word to look up."""
        vocabulary = self.completion.snapshot.vocabulary
        root = expand(tree, vocabulary, self.request.champ).root
        return root.children if isinstance(root, AllOf) else (root,)

    def _borne(self, name: str, numbers: Ints, tail: Tail) -> list[Suggestion]:
        """The lines of some values of a facet, of those that questions bear."""
        clauses = self._clauses_of(parse_lenient(tail.before, QUERY_FIELDS).tree)
        counts = self.completion.counts(name, clauses, self.filters).take(numbers)
        first = np.lexsort((numbers, -counts))[: SHARES[name]]
        asked = self.request.replace(q=tail.before)
        valeurs = self.completion.facets.columns[name].valeurs
        return [
            Suggestion(valeur, name, count, asked.with_choice(name, valeur).url())
            for number, count in zip(numbers[first].tolist(), counts[first].tolist(), strict=True)
            if count
            for valeur in (valeurs[number],)
        ]

    def _newest(self, documents: Ints) -> list[int]:
        """The newest of some documents, `_TITLES_READ` at most."""
        dates = self.completion.snapshot.integers["date_question"].take(documents)
        if documents.size > _TITLES_READ:
            late = dates >= kth_greatest_bound(dates, _TITLES_READ)
            documents, dates = documents[late], dates[late]
        order = np.lexsort((-documents, -dates))
        newest: list[int] = documents[order[:_TITLES_READ]].tolist()
        return newest
