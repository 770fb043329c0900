"""The two engines, doing the same work: an index of the same file, then the same searches.

The work of a search is what a results page shows: the exact total, the ten best questions with
their passages, and the counts of the eleven facets, each regardless of its own filter.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Protocol

from generator import DATA_UNTIL
from queries import Filters, Query

from index.builder import build
from index.fields import TEXT_FIELDS, UNFIELDED
from index.question import answer_deadline
from search.engine import Engine, open_engine
from search.facets import EN_RETARD, FACETS, LISTED_VALUES
from search.request import PER_PAGE, SearchRequest

FacetCounts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search found: the total, and the ten best with their titles and passages."""

    total: int
    uids: list[str]
    passages: list[list[str]]
    facets: FacetCounts


class Candidate(Protocol):
    """An engine to measure: open on an index made by `make_index`."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the NDJSON file `source` into `directory`."""

    def __init__(self, directory: Path) -> None: ...

    def search(self, query: Query) -> Outcome:
        """Do one search whole."""

    def close(self) -> None:
        """Let go of the index."""


class ThisEngine:
    """This program, through its own doors: `build` and `open_engine`."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file as `qe index` does."""
        build([source], directory, today=DATA_UNTIL, progress=lambda *_: None)

    def __init__(self, directory: Path) -> None:
        self._engine: Engine = open_engine(directory)

    def search(self, query: Query) -> Outcome:
        """Search as the site does."""
        chosen = ((name, value) for name, values in query.filters.items() for value in values)
        results = self._engine.search(SearchRequest.from_params([("q", query.q), *chosen]))
        return Outcome(
            results.total,
            [hit.question.uid for hit in results.hits],
            [[*hit.extraits.question, *hit.extraits.reponse] for hit in results.hits],
            {
                name: {value.valeur: value.nombre for value in counts.valeurs}
                for name, counts in results.facets.items()
            },
        )

    def close(self) -> None:
        """Let go of the index."""
        self._engine.close()


_FACETS: Final = tuple(facet.name for facet in FACETS)
_TEXTS: Final = tuple(field.name for field in TEXT_FIELDS)
_WEIGHTS: Final = ", ".join(str(field.boost) for field in TEXT_FIELDS)

_SCHEMA: Final = f"""
CREATE TABLE question (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL, {", ".join(f'"{name}" TEXT' for name in _TEXTS)}
);
CREATE VIRTUAL TABLE words USING fts5(
    {", ".join(_TEXTS)},
    content='question', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25({_WEIGHTS})');
CREATE TABLE facet (
    id INTEGER PRIMARY KEY, {", ".join(f"f_{name}" for name in _FACETS)},
    en_retard INTEGER NOT NULL, date_question TEXT
);
"""


class Sqlite:
    """SQLite's FTS5, by the means its manual advises.

    The texts stand once, in a table that the words refer to (external content); what facets count
    stands in a narrow table of its own.
    """

    NAME: Final = "questions.sqlite"

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file in one transaction, then merge what was written into one segment."""
        directory.mkdir()
        with closing(sqlite3.connect(directory / cls.NAME)) as database:
            database.executescript(_SCHEMA)
            with database, source.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    _insert(database, number, SimpleNamespace(**json.loads(line)))
                database.execute("INSERT INTO words (words) VALUES ('optimize')")
            database.execute("ANALYZE")

    def __init__(self, directory: Path) -> None:
        self._database = sqlite3.connect(directory / self.NAME)
        self._database.execute("PRAGMA temp_store = MEMORY")
        columns = ", ".join(f"f_{name}" for name in _FACETS)
        self._database.execute(
            "CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, score REAL, "
            f"{columns}, en_retard INTEGER, date_question TEXT)"
        )

    def search(self, query: Query) -> Outcome:
        """Look the words up once, into a temporary table from which all the rest is asked."""
        match = query.match and f"{{{' '.join(UNFIELDED)}}} : ({query.match})"
        self._collect(match)
        kept, values = _where(query.filters)
        (total,) = self._ask(f"SELECT count(*) FROM hit WHERE {kept}", values)[0]
        order = "score" if match else "date_question DESC"
        best = self._ask(
            f"SELECT id FROM hit WHERE {kept} ORDER BY {order}, id LIMIT {PER_PAGE}", values
        )
        shown = [self._show(number, match) for (number,) in best]
        facets = {name: self._count(name, query.filters) for name in _FACETS}
        return Outcome(total, [uid for uid, *_ in shown], [list(p) for _, *p in shown], facets)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _collect(self, match: str) -> None:
        columns = ", ".join(f"f_{name}" for name in _FACETS)
        self._ask("DELETE FROM hit")
        if match:
            self._ask(
                f"INSERT INTO hit SELECT id, words.rank, {columns}, en_retard, date_question "
                "FROM words JOIN facet ON facet.id = words.rowid WHERE words MATCH ?",
                (match,),
            )
        else:
            self._ask(
                f"INSERT INTO hit SELECT id, 0, {columns}, en_retard, date_question FROM facet"
            )

    def _show(self, number: int, match: str) -> tuple[str, ...]:
        if not match:
            return self._ask(
                "SELECT uid, titre, substr(question, 1, 260), substr(reponse, 1, 260) "
                "FROM question WHERE id = ?",
                (number,),
            )[0]
        question, reponse = _TEXTS.index("question"), _TEXTS.index("reponse")
        return self._ask(
            "SELECT uid, highlight(words, 0, '<mark>', '</mark>'), "
            f"snippet(words, {question}, '<mark>', '</mark>', '…', 40), "
            f"snippet(words, {reponse}, '<mark>', '</mark>', '…', 40) "
            "FROM words JOIN question ON question.id = words.rowid "
            "WHERE words MATCH ? AND words.rowid = ?",
            (match, number),
        )[0]

    def _count(self, name: str, filters: Filters) -> dict[str, int]:
        others, values = _where({other: v for other, v in filters.items() if other != name})
        counts = dict(
            self._ask(
                f"SELECT f_{name}, count(*) AS n FROM hit WHERE {others} AND f_{name} IS NOT NULL "
                f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LISTED_VALUES}",
                values,
            )
        )
        if name == "statut":
            ((overdue,),) = self._ask(
                f"SELECT count(*) FROM hit WHERE {others} AND en_retard", values
            )
            counts |= {EN_RETARD: overdue} if overdue else {}
        return {str(value): number for value, number in counts.items()}

    def _ask(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        return self._database.execute(sql, tuple(values)).fetchall()


def _where(filters: Filters) -> tuple[str, list[str]]:
    tests = [f"f_{name} IN ({', '.join('?' * len(chosen))})" for name, chosen in filters.items()]
    values = [value for chosen in filters.values() for value in chosen]
    return " AND ".join(tests) or "1", values


def _insert(database: sqlite3.Connection, number: int, record: SimpleNamespace) -> None:
    texts = [field.text(record) for field in TEXT_FIELDS]
    marks = ", ".join("?" * (len(texts) + 1))
    database.execute(f"INSERT INTO question VALUES (?, {marks})", (number, record.uid, *texts))
    database.execute(
        f"INSERT INTO words (rowid, {', '.join(_TEXTS)}) VALUES ({marks})", (number, *texts)
    )
    values = _facet_values(record)
    database.execute(
        f"INSERT INTO facet VALUES ({', '.join('?' * (len(values) + 1))})", (number, *values)
    )


def _facet_values(record: SimpleNamespace) -> tuple[Any, ...]:
    given: Mapping[str, Any] = vars(record) | {
        "annee": record.date_question[:4],
        "signalee": "1" if record.date_signalement else None,
    }
    asked = date.fromisoformat(record.date_question)
    waits = record.type == "QE" and record.statut == "en_attente"
    overdue = waits and answer_deadline(asked) < DATA_UNTIL
    # Filters come as text; SQLite would find no integer equal to one.
    facets = (given[name] if given[name] is None else str(given[name]) for name in _FACETS)
    return (*facets, int(overdue), record.date_question)


ENGINES: Final[Mapping[str, type[Candidate]]] = {
    "questions-ecrites": ThisEngine,
    "sqlite-fts5": Sqlite,
}
"""What is compared; the ratios are those of the first to the second."""
