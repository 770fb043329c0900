"""tantivy, by its Python wheel: the same fields, boosts and filters, in its own queries.

Words are folded, then stemmed for French; each is required in one of the fields. The page comes
from its top-k collector, which skips what cannot be among the best; total and counts from one
aggregation, which visits every match once. Filters score nothing. Indexing has two threads, and
memory enough for few segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import tantivy

from benchmarks.peers import FacetCounts, Outcome, Peer
from benchmarks.peers.document import ASCENDING, DATES, OPENING, TEXTS, Document, read_documents
from benchmarks.words import without_accents
from benchmarks.workload import COUNTED, PER_PAGE, Query

HEAP_BYTES: Final = 1_000_000_000
THREADS: Final = 2
LISTED: Final = 20
PASSAGE_CHARACTERS: Final = 300

_ANALYZER: Final = "fr"
_SHOWN: Final = ("titre", "question", "reponse")


class Tantivy(Peer):
    """An index of tantivy, one searcher kept open."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index with two threads, then wait for the merges."""
        directory.mkdir()
        index = _with_analyzer(tantivy.Index(_schema(), path=str(directory)))
        writer = index.writer(HEAP_BYTES, THREADS)
        for document in read_documents(source):
            writer.add_document(_tantivy_document(document))
        writer.commit()
        writer.wait_merging_threads()

    def __init__(self, directory: Path) -> None:
        self._index = _with_analyzer(tantivy.Index.open(str(directory)))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def search(self, query: Query) -> Outcome:
        """One search for the page, and an aggregation for each set of filters that facets need."""
        text = self._text(query)
        filters = {name: self._one_of(name, values) for name, values in query.filters.items()}
        facets = dict(self._counts(text, filters))
        matched = _all_of([*text, *map(_unscored, filters.values())])
        total, addresses = self._page(query, matched)
        shown = [self._searcher.doc(address) for address in addresses]
        return Outcome(
            total,
            [document["uid"][0] for document in shown],
            self._passages(text, shown),
            facets,
        )

    def close(self) -> None:
        """Let go of the index."""
        del self._searcher, self._index

    def _text(self, query: Query) -> list[tantivy.Query]:
        """What is searched, each a requirement."""
        words = [self._somewhere([word]) for word in query.words]
        if query.phrase:
            words.append(self._somewhere(query.phrase))
        if query.prefix:
            words.append(self._beginning(query.prefix))
        if query.either:
            words.append(_any_of([self._somewhere([word]) for word in query.either]))
        if query.without:
            excluded = (tantivy.Occur.MustNot, self._somewhere([query.without]))
            words = [tantivy.Query.boolean_query([(tantivy.Occur.Must, _all_of(words)), excluded])]
        return words

    def _somewhere(self, words: Iterable[str]) -> tantivy.Query:
        """One word, or several side by side, in any field."""
        typed = " ".join(words)
        return self._index.parse_query(f'"{typed}"', list(TEXTS), field_boosts=dict(TEXTS))

    def _beginning(self, prefix: str) -> tantivy.Query:
        # A prefix is no word: it is looked up as it is typed, among stems.
        pattern = re.escape(without_accents(prefix.lower())) + ".*"
        return _any_of(
            [
                tantivy.Query.boost_query(
                    tantivy.Query.regex_query(self._schema, name, pattern), boost
                )
                for name, boost in TEXTS.items()
            ]
        )

    def _one_of(self, name: str, values: Iterable[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, name, list(values))

    def _page(self, query: Query, matched: tantivy.Query) -> tuple[int, list[Any]]:
        sort = query.sort or ("" if query.has_text else "recent")
        found: Any = self._searcher.search(
            matched,
            PER_PAGE,
            count=True,
            offset=PER_PAGE * (query.page - 1),
            order_by_field=DATES.get(sort),
            order=tantivy.Order.Asc if sort == ASCENDING else tantivy.Order.Desc,
        )
        return found.count, [address for _, address in found.hits]

    def _counts(
        self, text: list[tantivy.Query], filters: dict[str, tantivy.Query]
    ) -> Iterator[tuple[str, dict[str, int]]]:
        """The counts of all facets; those that are filtered are each asked without their own."""
        free = [name for name in COUNTED if name not in filters]
        yield from self._aggregate(text, filters, free).items()
        for name in filters:
            others = {other: own for other, own in filters.items() if other != name}
            yield from self._aggregate(text, others, [name]).items()

    def _aggregate(
        self, text: list[tantivy.Query], filters: dict[str, tantivy.Query], names: list[str]
    ) -> FacetCounts:
        asked = {name: {"terms": {"field": name, "size": LISTED}} for name in names}
        found = self._searcher.aggregate(_all_of([*text, *filters.values()]), asked)
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
            for name in names
        }

    def _passages(self, text: list[tantivy.Query], shown: list[Any]) -> list[list[str]]:
        if not text:
            return [["".join(document[name])[:OPENING] for name in _SHOWN] for document in shown]
        searched = _all_of(text)
        generators = [self._snippets(searched, name) for name in _SHOWN]
        return [
            [generator.snippet_from_doc(document).to_html() for generator in generators]
            for document in shown
        ]

    def _snippets(self, searched: tantivy.Query, name: str) -> tantivy.SnippetGenerator:
        generator = tantivy.SnippetGenerator.create(self._searcher, searched, self._schema, name)
        generator.set_max_num_chars(PASSAGE_CHARACTERS)
        return generator


def _all_of(queries: list[tantivy.Query]) -> tantivy.Query:
    if not queries:
        return tantivy.Query.all_query()
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any_of(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("uid", stored=True, tokenizer_name="raw")
    for name in TEXTS:
        stored = name in _SHOWN
        builder.add_text_field(name, stored=stored, tokenizer_name=_ANALYZER)
    for name in COUNTED:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in dict.fromkeys(DATES.values()):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def _with_analyzer(index: tantivy.Index) -> tantivy.Index:
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("french"),
    ):  # fmt: skip
        analyzer = analyzer.filter(step)
    index.register_tokenizer(_ANALYZER, analyzer.build())
    return index


def _tantivy_document(document: Document) -> tantivy.Document:
    given = document.values | document.numbers
    return tantivy.Document(
        uid=document.uid,
        **{name: text for name, text in document.texts.items() if text},
        **{name: value for name, value in given.items() if value is not None},
    )
