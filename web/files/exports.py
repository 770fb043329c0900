"""A whole search as a file: NDJSON for programs, CSV for spreadsheets, and what describes either.

Records are read, written and let go of one after the other: the largest export takes no more
memory than the smallest.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from index.markup import text_of_html
from index.question import RECORD_FIELDS
from index.stores.manifest import program_version
from search.corpus import Corpus
from search.description import describe, french_date
from search.engine import Listing

LIST_SEPARATOR: Final = " | "
"""Stands between the values that one cell holds."""


class Dialect(NamedTuple):
    """How tables are written.

    Attributes:
        separator: stands between cells.
        decimal: the decimal sign.
        mark: what the file begins with.
    """

    separator: str
    decimal: str
    mark: str


FRENCH: Final = Dialect(";", ",", "\ufeff")
"""What spreadsheets in French expect; without the mark they take UTF-8 for an older encoding."""

COMMAS: Final = Dialect(",", ".", "")
"""What programs expect."""

SEPARATORS: Final[Mapping[str, Dialect]] = {"virgule": COMMAS}
"""The values of `sep` with the tables that each gives; `FRENCH` ones without."""

Cell = str | int | float | None
"""What one cell of a table holds; a flag is a word."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet would compute, or pass over before it does."""

_TEXTS: Final = ("texte_question", "texte_reponse")
_WRITTEN_AT_ONCE: Final = 64
"""Records; a server sends what it is given, and one by one would be many small packets."""

LICENCE: Final = "Licence Ouverte"
LICENCE_URL: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One way to write a listing.

    Attributes:
        suffix: of the file's name, and of the address.
        mimetype: what a server says it is.
        write: the file's text in pieces.
    """

    suffix: str
    mimetype: str
    write: Callable[[Listing], Iterator[str]]

    def encode(self, listing: Listing) -> Iterator[bytes]:
        """The file's bytes, several records at a time."""
        pieces = self.write(listing)
        while text := "".join(islice(pieces, _WRITTEN_AT_ONCE)):
            yield text.encode()


def write_ndjson(listing: Listing) -> Iterator[str]:
    """One record a line, every name present."""
    for question in listing.questions:
        record = question.as_record(listing.donnees_au)
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_csv(listing: Listing) -> Iterator[str]:
    """A table that spreadsheets in French open: semicolons and a byte order mark."""
    return write_table(_rows(listing), FRENCH)


def write_csv_with_commas(listing: Listing) -> Iterator[str]:
    """A table as programs expect it: commas, no byte order mark."""
    return write_table(_rows(listing), COMMAS)


def write_table(rows: Iterable[Iterable[Cell]], dialect: Dialect) -> Iterator[str]:
    """The text of a table, a row at a time; no cell is a formula."""
    if dialect.mark:
        yield dialect.mark
    line = io.StringIO()
    writer = csv.writer(line, delimiter=dialect.separator, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(cell, dialect) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


NDJSON: Final = ExportFormat("ndjson", "application/x-ndjson", write_ndjson)
CSV: Final = ExportFormat("csv", "text/csv", write_csv)
CSV_WITH_COMMAS: Final = ExportFormat("csv", "text/csv", write_csv_with_commas)


def describe_listing(
    listing: Listing, corpus: Corpus, absolute: Callable[[str], str]
) -> dict[str, Any]:
    """What `/recherche.meta.json` says: which search, of which data, and how to quote it.

    Args:
        listing: the search; its questions are not read.
        corpus: what the index holds.
        absolute: makes a public address of a path.
    """
    url = absolute(listing.request.url())
    description = describe(listing.request)
    return {
        "requete": listing.request.as_json(),
        "description": description,
        "url": url,
        "total": listing.total,
        "generation": listing.generation,
        "donnees_au": listing.donnees_au and listing.donnees_au.isoformat(),
        "archives": list(_archives(corpus)),
        "version": program_version(),
        "citation": (
            f"{description}, {_count(listing.total)}, {url}. {mention(listing.donnees_au)}."
        ),
        "mention": mention(listing.donnees_au),
    }


def mention(donnees_au: date | None) -> str:
    """What whoever publishes these data must say of them."""
    words = f"Source : Assemblée nationale, {LICENCE}"
    return words if donnees_au is None else f"{words}, données au JO du {french_date(donnees_au)}"


def _archives(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Each archive that questions came from or that a build read, with its checksum if known."""
    counts: dict[str, int] = dict.fromkeys(corpus.checksums, 0)
    for holding in corpus.holdings:
        for name, count in holding.archives.items():
            counts[name] = counts.get(name, 0) + count
    for name, count in sorted(counts.items()):
        yield {"nom": name, "questions": count, "sha256": corpus.checksums.get(name)}


def _rows(listing: Listing) -> Iterator[Iterable[Cell]]:
    yield RECORD_FIELDS
    for question in listing.questions:
        record = question.as_record(listing.donnees_au)
        yield [_cell(name, record[name]) for name in RECORD_FIELDS]


def _cell(name: str, value: Any) -> Cell:
    """A value of a record as one cell: texts plain, lists joined."""
    if isinstance(value, list):
        return LIST_SEPARATOR.join(map(_item, value))
    return text_of_html(value) if name in _TEXTS and value is not None else value


def _item(value: str | Mapping[str, str | None]) -> str:
    """One value of a list: a date, or a ministère after the date from which it was in charge."""
    if isinstance(value, str):
        return value
    return " ".join(part for part in (value["date"], value["ministere"]) if part)


def _written(value: Cell, dialect: Dialect) -> str:
    """A cell as a file shows it; text that a spreadsheet would compute is made plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", dialect.decimal)
    return str(value) if isinstance(value, int) else defuse(value)


def defuse(text: str) -> str:
    """The text behind an apostrophe when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA) else text


def _count(total: int) -> str:
    return f"{total} question" if total < 2 else f"{total} questions"
