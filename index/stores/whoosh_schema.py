"""The Whoosh schema, derived from the fields and columns; nothing here names one of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any, Final

from whoosh import columns
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema
from whoosh.formats import Positions

from index.fields import COLUMNS, NO_INTEGER, TEXT_FIELDS, Column
from index.french.analyzer import Token, analyze, count_positions
from index.question import Question, Version

UID: Final = "uid"
RECORD: Final = "record"
VERSION: Final = "version"


def length_column(field: str) -> str:
    """The column that holds the length of a text field, in words."""
    return f"{field}_length"


class TokensField(TEXT):
    """A text field that is given tokens instead of a text.

    Analysis happens before Whoosh, so that the schema, which Whoosh pickles into every index,
    holds neither our language nor a lexicon.
    """

    def index(
        self, value: Sequence[Token], **_: Any
    ) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """The postings of one document: term, frequency, weight, encoded positions.

        An accented form stands at the same position as its folded form.
        """
        assert isinstance(self.format, Positions)
        places: dict[str, list[int]] = {}
        for token in value:
            for term in filter(None, (token.term, token.accented)):
                places.setdefault(term, []).append(token.position)
        for term, positions in places.items():
            count = len(positions)
            yield term.encode(), count, float(count), self.format.encode(positions)


def make_schema() -> Schema:
    """The schema of an index, the same for writing and for reading."""
    schema = Schema()
    schema.add(UID, ID(unique=True, stored=True))
    schema.add(RECORD, STORED())
    schema.add(VERSION, COLUMN(columns.VarBytesColumn()))
    for field in TEXT_FIELDS:
        schema.add(field.name, TokensField(stored=False, phrase=True))
        schema.add(length_column(field.name), _integer_column())
    for column in COLUMNS:
        schema.add(column_name(column.name), _column_type(column))
    return schema


def make_document(question: Question, record: str) -> dict[str, Any]:
    """The Whoosh document of a question.

    Args:
        question: what is indexed.
        record: its record as JSON, kept whole.
    """
    document: dict[str, Any] = {
        UID: question.uid,
        RECORD: record,
        VERSION: write_version(question.version),
    }
    for field in TEXT_FIELDS:
        tokens = analyze(field.text(question) or "")
        document[length_column(field.name)] = count_positions(tokens)
        if tokens:
            document[field.name] = tokens
    for column in COLUMNS:
        document[column_name(column.name)] = _column_value(column, question)
    return document


def column_name(name: str) -> str:
    """The Whoosh field of a column; text fields bear the plain names."""
    return f"column_{name}"


def write_version(version: Version) -> bytes:
    """A version as a column holds it; `read_version` reads it back."""
    named = int(version.named)
    return f"{version.last_event} {version.source_rank} {named} {version.content_hash}".encode()


def read_version(stored: bytes) -> Version:
    """The version that `write_version` wrote."""
    day, rank, named, content_hash = stored.decode().split()
    return Version(date.fromisoformat(day), int(rank), named == "1", content_hash)


def _column_value(column: Column, question: Question) -> int | bytes:
    value = column.value(question)
    if column.integer:
        return NO_INTEGER if value is None else int(value)
    return str(value or "").encode()


def _integer_column() -> COLUMN:
    return COLUMN(columns.NumericColumn("i", default=NO_INTEGER))


def _column_type(column: Column) -> COLUMN:
    return _integer_column() if column.integer else COLUMN(columns.VarBytesColumn())
