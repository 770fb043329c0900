"""Xapian, by Debian's python3-xapian: no wheel of it installs from PyPI.

Texts are folded, then indexed as its term generator does: each word with its place, and its
French stem. All fields are searched as one, as its guide advises; a word of the title weighs
more. Filters are boolean terms, counts come from match spies that see every match.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.peers import Outcome, Peer
from benchmarks.peers.document import ASCENDING, DATES, OPENING, TEXTS, Document, read_documents
from benchmarks.words import without_accents
from benchmarks.workload import COUNTED, PER_PAGE, Query

# Debian's packages serve an interpreter of the same version, such as that of a virtual
# environment which does not look there by itself.
sys.path.append("/usr/lib/python3/dist-packages")
import xapian  # type: ignore[import-not-found]

VERSION: Final = xapian.version_string()
FLUSHED_EVERY: Final = 50_000
"""After how many questions what is held in memory is written."""
LISTED: Final = 20

_WEIGHTS: Final = {name: round(boost) for name, boost in TEXTS.items()}
_SHOWN: Final = ("titre", "question", "reponse")
_PREFIXES: Final = {name: f"X{name.upper()}:" for name in COUNTED}
_SLOTS: Final = {name: slot for slot, name in enumerate((*COUNTED, *dict.fromkeys(DATES.values())))}


class Xapian(Peer):
    """A database of Xapian, kept open."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index in one process (Xapian has one writer), then compact."""
        loose = directory.with_name(f"{directory.name}-loose")
        database = xapian.WritableDatabase(str(loose), xapian.DB_CREATE_OR_OVERWRITE)
        generator = xapian.TermGenerator()
        generator.set_stemmer(xapian.Stem("french"))
        for number, document in enumerate(read_documents(source), start=1):
            database.add_document(_xapian_document(generator, document))
            if number % FLUSHED_EVERY == 0:
                database.commit()
        database.commit()
        database.compact(str(directory))
        database.close()
        for path in loose.iterdir():
            path.unlink()
        loose.rmdir()

    def __init__(self, directory: Path) -> None:
        self._database = xapian.Database(str(directory))
        self._stem = xapian.Stem("french")
        self._parser = xapian.QueryParser()
        self._parser.set_database(self._database)
        self._parser.set_stemmer(self._stem)
        self._parser.set_stemming_strategy(xapian.QueryParser.STEM_SOME)
        self._parser.set_default_op(xapian.Query.OP_AND)

    def search(self, query: Query) -> Outcome:
        """One match for page, total and counts; another for each facet that is filtered."""
        searched = self._text(query)
        filters = {name: _one_of(name, values) for name, values in query.filters.items()}
        free = [name for name in COUNTED if name not in filters]
        found, facets = self._match(query, searched, filters, free)
        for name in filters:
            others = {other: own for other, own in filters.items() if other != name}
            facets |= self._match(query, searched, others, [name])[1]
        shown = [json.loads(match.document.get_data()) for match in found]
        return Outcome(
            found.get_matches_estimated(),
            [document["uid"] for document in shown],
            [list(self._passages(query, found, document)) for document in shown],
            facets,
        )

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _match(
        self,
        query: Query,
        searched: xapian.Query,
        filters: dict[str, xapian.Query],
        counted: list[str],
    ) -> tuple[Any, dict[str, dict[str, int]]]:
        enquire = xapian.Enquire(self._database)
        every = xapian.Query(xapian.Query.OP_AND, list(filters.values())) if filters else None
        enquire.set_query(
            xapian.Query(xapian.Query.OP_FILTER, searched, every) if every else searched
        )
        sort = query.sort or ("" if query.has_text else "recent")
        if sort:
            enquire.set_sort_by_value(_SLOTS[DATES[sort]], sort != ASCENDING)
        spies = {name: xapian.ValueCountMatchSpy(_SLOTS[name]) for name in counted}
        for spy in spies.values():
            enquire.add_matchspy(spy)
        first = PER_PAGE * (query.page - 1)
        found = enquire.get_mset(first, PER_PAGE, self._database.get_doccount())
        return found, {name: dict(_top(spy)) for name, spy in spies.items()}

    def _text(self, query: Query) -> xapian.Query:
        parts = [
            *query.words,
            query.phrase and f'"{" ".join(query.phrase)}"',
            query.prefix and f"{query.prefix}*",
            query.either and f"({' OR '.join(query.either)})",
            query.without and f"-{query.without}",
        ]
        typed = without_accents(" ".join(part for part in parts if part)).lower()
        if not typed:
            return xapian.Query.MatchAll
        flags = xapian.QueryParser
        return self._parser.parse_query(
            typed.replace(" or ", " OR "),
            flags.FLAG_BOOLEAN | flags.FLAG_PHRASE | flags.FLAG_LOVEHATE | flags.FLAG_WILDCARD,
        )

    def _passages(self, query: Query, found: Any, document: dict[str, str]) -> Iterator[str]:
        for name in _SHOWN:
            text = document[name]
            if not query.has_text:
                yield text[:OPENING]
                continue
            yield found.snippet(
                text, OPENING, self._stem, found.SNIPPET_BACKGROUND_MODEL, "<mark>", "</mark>", "…"
            ).decode()


def _folded(text: str) -> str:
    """Elided words apart: to Xapian an apostrophe is a letter."""
    return without_accents(text).lower().replace("'", " ")


def _top(spy: Any) -> Iterator[tuple[str, int]]:
    for value in spy.top_values(LISTED):
        yield value.term.decode(), value.termfreq


def _one_of(name: str, values: Iterable[str]) -> xapian.Query:
    return xapian.Query(xapian.Query.OP_OR, [_term(name, value) for value in values])


def _term(name: str, value: str) -> str:
    return f"{_PREFIXES[name]}{value}"


def _xapian_document(generator: Any, document: Document) -> Any:
    made = xapian.Document()
    generator.set_document(made)
    for name, text in document.texts.items():
        generator.index_text(_folded(text), _WEIGHTS[name])
        generator.increase_termpos()
    for name, value in document.values.items():
        if value is not None:
            made.add_boolean_term(_term(name, value))
            made.add_value(_SLOTS[name], value)
    for name, number in document.numbers.items():
        if number is not None:
            made.add_value(_SLOTS[name], xapian.sortable_serialise(number))
    shown = {name: document.texts[name] for name in _SHOWN}
    made.set_data(json.dumps({"uid": document.uid, **shown}, ensure_ascii=False))
    return made
