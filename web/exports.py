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
from itertools import islice
from typing import Any, Final

from index.markup import text_of_html
from index.question import RECORD_FIELDS
from index.stores.manifest import program_version
from search.corpus import Corpus
from search.description import describe, french_date
from search.engine import Listing

LIST_SEPARATOR: Final = " | "
"""Stands between the values that one cell holds."""

SEPARATORS: Final[Mapping[str, str]] = {"virgule": ","}
"""The values of `sep` with what each puts between cells."""

_FRENCH_SEPARATOR: Final = ";"
"""What spreadsheets in French expect, where the comma is the decimal sign."""

_BOM: Final = "\ufeff"
"""Without it, spreadsheets take UTF-8 for an older encoding."""

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
    yield _BOM
    yield from _write_rows(listing, _FRENCH_SEPARATOR)


def write_csv_with_commas(listing: Listing) -> Iterator[str]:
    """A table as programs expect it: commas, no byte order mark."""
    return _write_rows(listing, SEPARATORS["virgule"])


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
        "citation": f"{description}, {_count(listing.total)}, {url}. {mention(listing)}.",
        "mention": mention(listing),
    }


def mention(listing: Listing) -> str:
    """What whoever publishes these data must say of them."""
    words = f"Source : Assemblée nationale, {LICENCE}"
    if listing.donnees_au is None:
        return words
    return f"{words}, données au JO du {french_date(listing.donnees_au)}"


def _archives(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Each archive that questions came from or that a build read, with its checksum if known."""
    counts: dict[str, int] = dict.fromkeys(corpus.checksums, 0)
    for holding in corpus.holdings:
        for name, count in holding.archives.items():
            counts[name] = counts.get(name, 0) + count
    for name, count in sorted(counts.items()):
        yield {"nom": name, "questions": count, "sha256": corpus.checksums.get(name)}


def _write_rows(listing: Listing, separator: str) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, delimiter=separator, lineterminator="\r\n")
    for row in _rows(listing):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _rows(listing: Listing) -> Iterator[Iterable[str]]:
    yield RECORD_FIELDS
    for question in listing.questions:
        record = question.as_record(listing.donnees_au)
        yield [_cell(name, record[name]) for name in RECORD_FIELDS]


def _cell(name: str, value: Any) -> str:
    """A value as a cell shows it; text that a spreadsheet would compute is made plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return defuse(LIST_SEPARATOR.join(map(_item, value)))
    return defuse(text_of_html(value) if name in _TEXTS else value)


def _item(value: str | Mapping[str, str | None]) -> str:
    """One value of a list: a date, or a ministère after the date from which it was in charge."""
    if isinstance(value, str):
        return value
    return " ".join(part for part in (value["date"], value["ministere"]) if part)


def defuse(text: str) -> str:
    """The text behind an apostrophe when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA) else text


def _count(total: int) -> str:
    return f"{total} question" if total < 2 else f"{total} questions"
