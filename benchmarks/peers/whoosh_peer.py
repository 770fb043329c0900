"""Whoosh as it comes: its own codec, analysis, collectors, facets and highlights.

Words are folded, then stemmed for French, as tantivy's are; each is required in one of the
fields. Two processes write. What is counted and sorted by stands in columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from whoosh import index, sorting
from whoosh.analysis.acore import Composable
from whoosh.analysis.filters import CharsetFilter, LowercaseFilter
from whoosh.analysis.morph import StemFilter
from whoosh.analysis.tokenizers import RegexTokenizer
from whoosh.fields import ID, NUMERIC, TEXT, Schema
from whoosh.highlight import ContextFragmenter
from whoosh.query.compound import And, AndNot, Or
from whoosh.query.positional import Phrase
from whoosh.query.qcore import Every
from whoosh.query.qcore import Query as WhooshQuery
from whoosh.query.terms import Prefix, Term
from whoosh.support.charset import accent_map

from benchmarks.peers import Outcome, Peer
from benchmarks.peers.document import ASCENDING, DATES, OPENING, TEXTS, read_documents
from benchmarks.workload import COUNTED, PER_PAGE, Query

PROCESSES: Final = 2
MEMORY_MB: Final = 512
LISTED: Final = 20

_SHOWN: Final = ("titre", "question", "reponse")


class StockWhoosh(Peer):
    """An index of stock Whoosh, one searcher kept open."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index with two processes, then merge what they wrote."""
        directory.mkdir()
        writer = index.create_in(str(directory), _schema()).writer(
            procs=PROCESSES, limitmb=MEMORY_MB
        )
        for document in read_documents(source):
            given = {**document.texts, **document.values, **document.numbers}
            writer.add_document(
                uid=document.uid, **{name: value for name, value in given.items() if value}
            )
        writer.commit()

    def __init__(self, directory: Path) -> None:
        self._index = index.open_dir(str(directory))
        self._searcher = self._index.searcher()
        self._analyzer = _analyzer()

    def search(self, query: Query) -> Outcome:
        """One search for page, total and counts; another for each facet that is filtered."""
        searched = self._text(query)
        filters = {name: _one_of(name, values) for name, values in query.filters.items()}
        free = [name for name in COUNTED if name not in filters]
        sort = query.sort or ("" if query.has_text else "recent")
        results = self._searcher.search(
            searched,
            limit=PER_PAGE * query.page,
            filter=_all_of(filters.values()),
            groupedby=_facets(free),
            sortedby=_order(sort) if sort else None,
        )
        facets = {name: _listed(results.groups(name)) for name in free}
        facets |= dict(self._filtered_counts(searched, filters))
        results.fragmenter = ContextFragmenter(maxchars=OPENING)
        # Whoosh keeps every match when it groups, whatever the limit.
        kept = min(results.scored_length(), PER_PAGE * query.page)
        shown = [results[place] for place in range(PER_PAGE * (query.page - 1), kept)]
        return Outcome(
            len(results),
            [hit["uid"] for hit in shown],
            [list(_passages(hit, marked=query.has_text)) for hit in shown],
            facets,
        )

    def close(self) -> None:
        """Let go of the index."""
        self._searcher.close()
        self._index.close()

    def _filtered_counts(
        self, searched: WhooshQuery, filters: dict[str, WhooshQuery]
    ) -> Iterator[tuple[str, dict[str, int]]]:
        for name in filters:
            others = _all_of(own for other, own in filters.items() if other != name)
            found = self._searcher.search(
                searched, limit=1, filter=others, groupedby=_facets([name])
            )
            yield name, _listed(found.groups(name))

    def _text(self, query: Query) -> WhooshQuery:
        needed = [self._somewhere([word]) for word in query.words]
        if query.phrase:
            needed.append(self._somewhere(query.phrase))
        if query.prefix:
            needed.append(
                Or([Prefix(name, query.prefix, boost=boost) for name, boost in TEXTS.items()])
            )
        if query.either:
            needed.append(Or([self._somewhere([word]) for word in query.either]))
        searched = And(needed) if needed else Every()
        if query.without:
            return AndNot(searched, self._somewhere([query.without]))
        return searched.normalize()

    def _somewhere(self, words: Iterable[str]) -> WhooshQuery:
        """One word, or several side by side, in any field."""
        terms = [token.text for token in self._analyzer(" ".join(words))]
        if len(terms) == 1:
            return Or([Term(name, terms[0], boost=boost) for name, boost in TEXTS.items()])
        return Or([Phrase(name, terms, boost=boost) for name, boost in TEXTS.items()])


def _schema() -> Schema:
    schema = Schema(uid=ID(stored=True, unique=True))
    for name in TEXTS:
        schema.add(name, TEXT(analyzer=_analyzer(), stored=name in _SHOWN))
    for name in COUNTED:
        schema.add(name, ID(sortable=True))
    for name in dict.fromkeys(DATES.values()):
        schema.add(name, NUMERIC(sortable=True))
    return schema


def _analyzer() -> Composable:
    return RegexTokenizer() | LowercaseFilter() | CharsetFilter(accent_map) | StemFilter(lang="fr")


def _one_of(name: str, values: Iterable[str]) -> WhooshQuery:
    return Or([Term(name, value) for value in values])


def _all_of(filters: Iterable[WhooshQuery]) -> WhooshQuery | None:
    given = list(filters)
    return And(given) if given else None


def _facets(names: Iterable[str]) -> dict[str, sorting.FacetType]:
    return {name: sorting.FieldFacet(name, maptype=sorting.Count) for name in names}


def _order(sort: str) -> sorting.FacetType:
    return sorting.FieldFacet(DATES[sort], reverse=sort != ASCENDING)


def _listed(counts: dict[Any, int]) -> dict[str, int]:
    """The most frequent values; Whoosh counts questions without one under an empty value."""
    known = {str(value): number for value, number in counts.items() if value}
    best = sorted(known, key=lambda value: (-known[value], value))[:LISTED]
    return {value: known[value] for value in best}


def _passages(hit: Any, *, marked: bool) -> Iterator[str]:
    for name in _SHOWN:
        text = hit.get(name, "")
        yield hit.highlights(name, text=text, top=1) if marked and text else text[:OPENING]
