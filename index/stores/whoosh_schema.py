"""What the Whoosh index holds of a question, derived from the fields and columns.

Nothing here names a field: `SHAPE` is what our segments hold, and `make_schema` what Whoosh's own
searcher is told of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Positions

from index.columnar.layout import SegmentShape
from index.columnar.relation import KeysOf
from index.fields import COLUMNS, MARKED_FIELDS, TEXT_FIELDS
from index.french.families import lemmas_of
from index.french.fold import fold

UID: Final = "uid"
VERSION: Final = "version"
RECORD: Final = "record"

LEMMA: Final = "lemma"
"""The relation of words to the lemmas they may have: the families of a search."""

SPELLING: Final = "spelling"
"""The relation of accented words to their folded form."""

ACCENTED_MARK: Final = b"="
"""Begins the indexed form of an accented word, so that folded ones stand together: the words that
begin alike are then neighbours, and none of them is a second spelling of another."""

SHAPE: Final = SegmentShape(
    fields=tuple(field.name for field in TEXT_FIELDS),
    marked_fields=MARKED_FIELDS,
    integers=tuple(column.name for column in COLUMNS if column.integer),
    texts=tuple(column.name for column in COLUMNS if not column.integer),
    keys=(UID, VERSION),
    relations=(LEMMA, SPELLING),
)
"""What every segment holds."""


def index_term(term: str) -> bytes:
    """The indexed bytes of a term as the analysis writes it, folded or accented."""
    encoded = term.encode()
    return encoded if term.isascii() else ACCENTED_MARK + encoded


def written_form(indexed: bytes) -> str:
    """The term that `index_term` was given."""
    return indexed.removeprefix(ACCENTED_MARK).decode()


def lemma_keys(terms: Sequence[bytes]) -> list[list[bytes]]:
    """The lemmas of each term."""
    return [sorted(map(str.encode, lemmas_of(written_form(term)))) for term in terms]


def spelling_keys(terms: Sequence[bytes]) -> list[list[bytes]]:
    """The folded form of each accented term; none for a folded one."""
    return [
        [fold(written_form(term)).encode()] if term.startswith(ACCENTED_MARK) else []
        for term in terms
    ]


RELATION_KEYS: Final[Mapping[str, KeysOf]] = {LEMMA: lemma_keys, SPELLING: spelling_keys}
"""How the relations of `SHAPE` are computed."""


class TokensField(FieldType):
    """A text field that Whoosh searches and never analyses.

    The schema, which Whoosh pickles into every index, holds neither our language nor a lexicon.
    """

    def __init__(self) -> None:
        self.format = Positions()
        self.analyzer = None
        self.scorable = True
        self.stored = False
        self.unique = False
        self.vector = None
        self.indexed = True

    def to_bytes(self, value: str | bytes) -> bytes:
        """The indexed bytes of a term."""
        return value if isinstance(value, bytes) else index_term(value)

    def from_bytes(self, indexed: object) -> str:
        """The term of indexed bytes."""
        assert isinstance(indexed, bytes)
        return written_form(indexed)


def make_schema() -> Schema:
    """The schema of an index as Whoosh's own searcher reads it."""
    schema = Schema()
    for name in (RECORD, UID, VERSION):
        schema.add(name, STORED())
    for name in SHAPE.fields:
        schema.add(name, TokensField())
    return schema
