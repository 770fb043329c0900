"""SQLite's FTS5, by the means its manual advises.

The texts stand once, in a table that the words refer to (external content); what is counted and
sorted by stands in a narrow table of its own. A search looks its words up once, into a temporary
table from which total, page and counts are then asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from benchmarks.peers import Outcome, Peer
from benchmarks.peers.document import ASCENDING, DATES, OPENING, TEXTS, Document, read_documents
from benchmarks.workload import COUNTED, PER_PAGE, Filters, Query

VERSION: Final = sqlite3.sqlite_version
LISTED: Final = 20

_NUMBERS: Final = tuple(dict.fromkeys(DATES.values()))
_VALUES: Final = ", ".join((*COUNTED, *_NUMBERS))
_SCHEMA: Final = f"""
CREATE TABLE question (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, {", ".join(TEXTS)});
CREATE VIRTUAL TABLE words USING fts5(
    {", ".join(TEXTS)},
    content='question', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25({", ".join(map(str, TEXTS.values()))})');
CREATE TABLE facet (id INTEGER PRIMARY KEY, {_VALUES});
"""
_SNIPPET: Final = "snippet(words, {}, '<mark>', '</mark>', '…', 40)"


class Sqlite(Peer):
    """A database with an FTS5 table, one connection kept open."""

    NAME: Final = "questions.sqlite"

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file in one transaction, then merge what was written into one segment."""
        directory.mkdir()
        with closing(sqlite3.connect(directory / cls.NAME)) as database:
            database.executescript(_SCHEMA)
            with database:
                for number, document in enumerate(read_documents(source), start=1):
                    _insert(database, number, document)
                database.execute("INSERT INTO words (words) VALUES ('optimize')")
            database.execute("ANALYZE")

    def __init__(self, directory: Path) -> None:
        self._database = sqlite3.connect(directory / self.NAME)
        self._database.execute("PRAGMA temp_store = MEMORY")
        self._database.execute("PRAGMA mmap_size = 30000000000")
        self._database.execute(
            f"CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, score REAL, {_VALUES})"
        )

    def search(self, query: Query) -> Outcome:
        """Look the words up once, then ask for everything else."""
        match = _match(query)
        self._collect(match)
        kept, values = _where(query.filters)
        (total,) = self._ask(f"SELECT count(*) FROM hit WHERE {kept}", values)[0]
        page = self._ask(
            f"SELECT id FROM hit WHERE {kept} ORDER BY {_order(query)}, id "
            f"LIMIT {PER_PAGE} OFFSET {PER_PAGE * (query.page - 1)}",
            values,
        )
        shown = [self._show(number, match) for (number,) in page]
        facets = {name: self._count(name, query.filters) for name in COUNTED}
        return Outcome(total, [uid for uid, *_ in shown], [list(p) for _, *p in shown], facets)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _collect(self, match: str) -> None:
        self._ask("DELETE FROM hit")
        if match:
            self._ask(
                f"INSERT INTO hit SELECT id, words.rank, {_VALUES} "
                "FROM words JOIN facet ON facet.id = words.rowid WHERE words MATCH ?",
                (match,),
            )
        else:
            self._ask(f"INSERT INTO hit SELECT id, 0, {_VALUES} FROM facet")

    def _show(self, number: int, match: str) -> Any:
        names = list(TEXTS)
        if not match:
            openings = ", ".join(f"substr({name}, 1, {OPENING})" for name in names[2:4])
            return self._ask(f"SELECT uid, titre, {openings} FROM question WHERE id = ?", [number])[
                0
            ]
        snippets = ", ".join(_SNIPPET.format(names.index(name)) for name in names[2:4])
        return self._ask(
            f"SELECT uid, highlight(words, 0, '<mark>', '</mark>'), {snippets} "
            "FROM words JOIN question ON question.id = words.rowid "
            "WHERE words MATCH ? AND words.rowid = ?",
            (match, number),
        )[0]

    def _count(self, name: str, filters: Filters) -> dict[str, int]:
        others, values = _where({other: own for other, own in filters.items() if other != name})
        return dict(
            self._ask(
                f"SELECT {name}, count(*) AS n FROM hit WHERE {others} AND {name} IS NOT NULL "
                f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LISTED}",
                values,
            )
        )

    def _ask(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        return self._database.execute(sql, tuple(values)).fetchall()


def _match(query: Query) -> str:
    """The text of a query in the language of FTS5; empty for none."""
    needed = " AND ".join(_required(query))
    return f'({needed}) NOT "{query.without}"' if query.without else needed


def _required(query: Query) -> Iterator[str]:
    yield from (f'"{word}"' for word in query.words)
    if query.phrase:
        yield f'"{" ".join(query.phrase)}"'
    if query.prefix:
        yield f'"{query.prefix}"*'
    if query.either:
        yield f"({' OR '.join(f'{chr(34)}{word}{chr(34)}' for word in query.either)})"


def _order(query: Query) -> str:
    sort = query.sort or ("" if query.has_text else "recent")
    if not sort:
        return "score"
    return f"{DATES[sort]} {'ASC' if sort == ASCENDING else 'DESC'} NULLS LAST"


def _where(filters: Filters) -> tuple[str, list[str]]:
    tests = [f"{name} IN ({', '.join('?' * len(chosen))})" for name, chosen in filters.items()]
    values = [value for chosen in filters.values() for value in chosen]
    return " AND ".join(tests) or "1", values


def _insert(database: sqlite3.Connection, number: int, document: Document) -> None:
    texts = list(document.texts.values())
    marks = ", ".join("?" * (len(texts) + 1))
    database.execute(f"INSERT INTO question VALUES (?, {marks})", (number, document.uid, *texts))
    database.execute(
        f"INSERT INTO words (rowid, {', '.join(TEXTS)}) VALUES ({marks})", (number, *texts)
    )
    values = (*document.values.values(), *document.numbers.values())
    marks = ", ".join("?" * (len(values) + 1))
    database.execute(f"INSERT INTO facet VALUES ({marks})", (number, *values))
