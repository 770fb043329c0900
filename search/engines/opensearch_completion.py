"""What may complete a query, from the words, the facets and the titles of an index in a cluster.

Which words begin so, the index of words tells; of very many, those of some recent questions are
tried. Each line is counted in the questions, and all lines of one genre together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from index.cluster.shape import COLUMN, FOLDED, RECORD, TOKENS, UID
from index.fields import TEXT_FIELD
from index.french.analyzer import analyze
from index.question import Question
from search.completion import COMPLETED_FACETS, SHARES, Suggestion, Tail, read_typed
from search.completion_lines import TITLES_READ, TRIED, Asked, Filters
from search.engines.beginnings import Beginnings
from search.engines.memo import Memo
from search.engines.opensearch_facets import FacetTable
from search.engines.opensearch_filters import all_of
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_query import EVERYTHING, matching
from search.engines.opensearch_snapshot import Body, Snapshot, question_of
from search.engines.opensearch_vocabulary import Vocabulary
from search.expansion import AllOf, Clause
from search.facets import FACET, identity
from search.request import SearchRequest
from search.spelling import SHORTEST

_FEW_WORDS: Final = 1 << 8
"""Words that begin alike and are counted one by one: among more, those of some questions are."""
_SHORT: Final = 37
"""Shorter words than are suggested that one letter begins: itself, and one more letter or digit."""

_WEIGHED: Final = 2 * TRIED
"""Of these words, how many are counted in each field: those that most questions have."""

_READ: Final = 30
"""Recent questions whose words are tried where more begin so."""

_REMEMBERED: Final = 1 << 12
_CONTEXTS: Final = 1 << 6
"""What is remembered: answers and counts; what queries leave for facets to complete."""

_Context: TypeAlias = tuple[tuple[Clause, ...], tuple[tuple[str, str], ...]]
"""What a facet is completed in: what questions must match, all of it, and the filters."""

_Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""By the name of each facet that is completed, how many questions bear each value."""


class Completion:
    """See `search.engine.Engine.suggest`; shared by threads. Nothing in it changes but memos.

    Args:
        snapshot: what is asked.
        table: the facets of the same generation.
        vocabulary: its words.
    """

    def __init__(self, snapshot: Snapshot, table: FacetTable, vocabulary: Vocabulary) -> None:
        self.snapshot, self.table, self.vocabulary = snapshot, table, vocabulary
        self.values = {
            name: Beginnings(FACET[name], table.values[name].valeurs) for name in COMPLETED_FACETS
        }
        self.finds: Memo[tuple[object, ...], int] = Memo(_REMEMBERED)
        self._known: Memo[tuple[object, ...], tuple[Suggestion, ...]] = Memo(_REMEMBERED)
        self._counts: Memo[_Context, _Counts] = Memo(_CONTEXTS)
        self._forms: Memo[tuple[str, tuple[str, ...]], list[str]] = Memo(_REMEMBERED)
        self._glued: Memo[str, bool] = Memo(_REMEMBERED)

    def suggest(self, request: SearchRequest, limit: int) -> tuple[Suggestion, ...]:
        """At most `limit` lines that complete the query of a request."""
        typed = read_typed(request.q)
        if typed is None:
            return ()
        request = self.table.canonical(request.replace())
        filters = Filters.of(request)
        asked = _Asked(request, filters, typed, self.vocabulary, self.snapshot.questions, self)
        return self._known.get((*request.to_params(), limit), lambda: asked.lines(limit))

    def forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """The folded words that begin so, the most frequent first; `TRIED` at most.

        A word that half of the questions have narrows little: it comes last.
        """
        return self._forms.get((prefix, fields), lambda: self._find_forms(prefix, fields))

    def are_glued(self, forms: Iterable[str]) -> Mapping[str, bool]:
        """Whether each of some words is but the glued form of a hyphenated one, where it occurs."""
        return self._glued.get_all(forms, self._find_glued)

    def counts(self, clauses: tuple[Clause, ...], filters: Filters) -> _Counts:
        """How many questions bear each value of the facets that are completed.

        Of those that match all of some clauses and pass the filters.
        """
        return self._counts.get(
            (clauses, filters.params), lambda: self._count_values(clauses, filters)
        )

    def narrowed(self, clauses: Sequence[Clause], filters: Filters) -> Body:
        """The query of what matches all of some clauses and passes the filters."""
        words = matching(AllOf(tuple(clauses))) if clauses else None
        narrow = self.table.filter_query(filters.request)
        return all_of([query for query in (words, narrow) if query]) or EVERYTHING

    def _find_forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        begun = self._begun(prefix)
        if len(begun) > _FEW_WORDS:
            begun = self._recent(prefix, fields)
        elif len(begun) > _WEIGHED:
            counts = self.vocabulary.frequencies.of_terms(begun, fields)
            begun = sorted(begun, key=lambda form: (-counts[form], form))[:_WEIGHED]
        weights = self._weights(begun, fields)
        half = self.snapshot.questions / 2
        held = [form for form in begun if weights[form]]
        return sorted(held, key=lambda form: (weights[form] > half, -weights[form], form))[:TRIED]

    def _begun(self, prefix: str) -> list[str]:
        """The folded words that begin so, or some of them when there are more than few."""
        words = {"terms": {"field": FOLDED, "size": _FEW_WORDS + _SHORT + 1}}
        asked = {"query": {"prefix": {FOLDED: {"value": prefix}}}, "aggs": {"words": words}}
        (found,) = self.snapshot.search_words([{"size": 0, "track_total_hits": False, **asked}])
        begun = (bucket["key"] for bucket in found["aggregations"]["words"]["buckets"])
        return [word for word in begun if len(word) >= SHORTEST]

    def _recent(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """The words that begin so and that most of some recent questions have."""
        prefixes = [{"prefix": {f"{TOKENS}.{name}": {"value": prefix}}} for name in fields]
        word = re.compile(rf"(?<!\w){prefix}\w*")
        said = Counter(
            term
            for question in self._newest({"bool": {"should": prefixes}}, _READ)
            for term in set(word.findall(identity(" ".join(_texts(question, fields)))))
        )
        words = sorted(said, key=lambda word: (-said[word], word))
        return [word for word in words if len(word) >= SHORTEST][:_WEIGHED]

    def _weights(self, forms: Iterable[str], fields: Iterable[str]) -> Counter[str]:
        """In how many fields of questions each of some words is.

        A word of a title counts there too: it is what questions are about.
        """
        sought = {(f, name): Sought.of_term(f, (name,)) for f in forms for name in fields}
        counts = self.vocabulary.frequencies.of(sought.values())
        weights: Counter[str] = Counter()
        for (form, _), one in sought.items():
            weights[form] += counts[one]
        return weights

    def _find_glued(self, forms: Sequence[str]) -> dict[str, bool]:
        bodies = [
            {
                "query": {"multi_match": {"query": form, "fields": [f"{TOKENS}.*"]}},
                "size": 1,
                "track_total_hits": False,
                "_source": [RECORD],
            }
            for form in forms
        ]
        found = self.snapshot.search_all(bodies)
        return {
            form: any(_is_glued(form, question_of(hit)) for hit in answer["hits"]["hits"])
            for form, answer in zip(forms, found, strict=True)
        }

    def _count_values(self, clauses: tuple[Clause, ...], filters: Filters) -> _Counts:
        found = self.snapshot.search(
            {
                "size": 0,
                "track_total_hits": False,
                "query": self.narrowed(clauses, filters),
                "aggs": {name: self.table.wordings(name) for name in COMPLETED_FACETS},
            }
        )
        return {
            name: self.table.values[name].counts(found["aggregations"][name]["buckets"])
            for name in COMPLETED_FACETS
        }

    def newest(self, clauses: Sequence[Clause], filters: Filters) -> Iterator[Question]:
        """The newest questions that match all of some clauses and pass the filters."""
        return self._newest(self.narrowed(clauses, filters), TITLES_READ)

    def _newest(self, query: Body, most: int) -> Iterator[Question]:
        dated = {f"{COLUMN}.date_question": {"order": "desc", "missing": "_last"}}
        found = self.snapshot.search(
            {
                "query": query,
                "size": most,
                "track_total_hits": False,
                "sort": [dated, {UID: "desc"}],
                "_source": [RECORD],
            }
        )
        return map(question_of, found["hits"]["hits"])


@dataclass(frozen=True, slots=True)
class _Asked(Asked):
    """One query that is being completed; for one thread."""

    completion: Completion

    def forms(self, prefix: str, fields: tuple[str, ...]) -> list[str]:
        """See `search.completion_lines.Asked`, here and below."""
        forms = self.completion.forms(prefix, fields)
        self._look_up(forms)
        return forms

    def is_glued(self, form: str) -> bool:
        """Whether a word is but the glued form of a hyphenated one."""
        return self.completion.are_glued([form])[form]

    def first_found(self, queries: Iterable[str], most: int) -> list[tuple[str, int]]:
        """The first queries that find something; all of them are counted together."""
        wanted = {query: (query, self.request.champ, self.filters.params) for query in queries}
        finds = self.completion.finds.get_all(wanted.values(), self._count)
        counted = [(query, finds[key]) for query, key in wanted.items()]
        return [(query, count) for query, count in counted if count][:most]

    def borne(self, name: str, tail: Tail) -> list[tuple[str, int]]:
        """The values of a facet that questions bear, and that the end of the query begins."""
        numbers = self.completion.values[name].beginning(FACET[name].key(tail.text)).tolist()
        if not numbers:
            return []
        counts = self.completion.counts(self.clauses_of(tail.before), self.filters)[name]
        valeurs = self.completion.table.values[name].valeurs
        lines = [(valeurs[number], counts.get(valeurs[number], 0)) for number in numbers]
        lines.sort(key=lambda line: -line[1])
        return [line for line in lines if line[1]][: SHARES[name]]

    def newest(self, clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
        """The title and the uid of the newest questions that match all of some clauses."""
        questions = self.completion.newest(clauses, self.filters)
        return ((question.titre or "", question.uid) for question in questions)

    def _look_up(self, forms: Sequence[str]) -> None:
        """Ask for what will be asked of some forms, all together: it is then remembered."""
        vocabulary, head = self.completion.vocabulary, self.typed.head
        vocabulary.families([word.accented or word.term for word in self.typed.tokens[:-1]])
        spellings = vocabulary.spellings([form.removeprefix(head) for form in forms])
        if not head:
            vocabulary.families(spellings.values())
            plain = [form for form, word in spellings.items() if form == word]
            self.completion.are_glued([form for form in plain if not vocabulary.base_forms(form)])

    def _count(self, keys: Sequence[tuple[object, ...]]) -> dict[tuple[object, ...], int]:
        """How many questions each query finds, with the filters of the request."""
        clauses = {key: self.clauses_of(str(key[0])) for key in keys}
        queries = {
            str(number): self.completion.narrowed(clauses[key], self.filters)
            for number, key in enumerate(keys)
            if clauses[key]
        }
        counts = self.completion.snapshot.count(queries)
        return {key: counts.get(str(number), 0) for number, key in enumerate(keys)}


def _is_glued(form: str, question: Question) -> bool:
    """Whether a word is a glued form where a question has it first."""
    tokens = (token for text in _texts(question, TEXT_FIELD) for token in analyze(text))
    return next((token.glued for token in tokens if token.term == form), False)


def _texts(question: Question, fields: Iterable[str]) -> Iterator[str]:
    """What some fields of a question say."""
    return filter(None, (TEXT_FIELD[name].text(question) for name in fields))
