"""Every array of a segment, declared once: name, types, shape, meaning.

What is written, what is expected at opening and docs/index-format.md derive from `ARRAYS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

POSTINGS_IN_BLOCK: Final = 128
"""Postings between two entries of `position_blocks`."""

TERMS_IN_BLOCK: Final = 64
"""Terms between two entries of a dictionary's `blocks`."""

TERM_BITS: Final = 32
"""A posting list's key is one uint64: its field's number above, its term's number below."""

TERM_MASK: Final = (1 << TERM_BITS) - 1
"""The part of such a key that is the number of the term; also more than any such number."""

CONTINUED: Final = 255
"""A byte of `token_starts` that adds to the next one, for gaps of 255 characters or more."""

SEPARATOR: Final = b"\xff"
"""Ends every string of a dictionary; no byte of UTF-8 is equal to it."""

UNSIGNED: Final = ("uint8", "uint16", "uint32")
"""The types of an array of which the smallest sufficient one is taken."""

Each = Literal["", "integers", "texts", "keys", "relations"]


@dataclass(frozen=True, slots=True)
class SegmentShape:
    """The names of what a segment holds; the number of a field is its place in `fields`.

    Attributes:
        fields: indexed text fields.
        marked_fields: those of them whose token starts are kept, to show excerpts.
        integers, texts: columns of int32 and of text.
        keys: columns of fixed-width bytes whose documents can be looked up by value.
        relations: what groups terms under keys, such as their lemmas.
    """

    fields: tuple[str, ...]
    marked_fields: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrayLayout:
    """One array of a segment, or one for each name of a kind.

    Attributes:
        name: of the array, and the ending of its file's name; `*` stands for a column's name.
        dtypes: numpy types it may have; `S` is any width of bytes.
        shape: in letters that docs/index-format.md explains.
        meaning: what an entry says.
        each: the kind of names that `*` stands for; empty when there is one array.
    """

    name: str
    dtypes: tuple[str, ...]
    shape: str
    meaning: str
    each: Each = ""

    def names(self, shape: SegmentShape) -> Iterator[str]:
        """The names of its arrays in a segment of this shape."""
        if not self.each:
            yield self.name
        else:
            for name in getattr(shape, self.each):
                yield self.name.replace("*", name)

    def admits(self, dtype: str) -> bool:
        """Whether an array of this numpy type can be it."""
        return dtype in self.dtypes or ("S" in self.dtypes and dtype[:1] == "S")


ARRAYS: Final = (
    ArrayLayout(
        "terms",
        ("uint8",),
        "bytes",
        "The term dictionary of all fields: the UTF-8 of every term in byte order, "
        "each followed by 0xFF.",
    ),
    ArrayLayout(
        "terms.blocks",
        ("uint64",),
        f"⌈T/{TERMS_IN_BLOCK}⌉",
        f"Where each {TERMS_IN_BLOCK}th term begins in `terms`.",
    ),
    ArrayLayout(
        "list_keys",
        ("uint64",),
        "L",
        f"One row per posting list, ascending: field number << {TERM_BITS} | term number.",
    ),
    ArrayLayout(
        "list_starts",
        ("uint64",),
        "L + 1",
        "The first posting of each list; the last entry is P.",
    ),
    ArrayLayout(
        "documents",
        ("uint32",),
        "P",
        "The postings: documents that hold the list's term in its field, ascending in a list.",
    ),
    ArrayLayout(
        "frequencies",
        UNSIGNED,
        "P",
        "How often the term occurs there.",
    ),
    ArrayLayout(
        "position_blocks",
        ("uint64",),
        f"⌊P/{POSTINGS_IN_BLOCK}⌋ + 1",
        f"Where the positions of each {POSTINGS_IN_BLOCK}th posting begin.",
    ),
    ArrayLayout(
        "positions",
        UNSIGNED,
        "Q",
        "Where the term occurs, in words from 0: as many for each posting as its frequency.",
    ),
    ArrayLayout(
        "lengths",
        UNSIGNED,
        "N, F",
        "How many words each field of each document has.",
    ),
    ArrayLayout(
        "token_starts",
        ("uint8",),
        "bytes",
        "For each marked field of each document, the distance in characters from the start of "
        "one word to the start of the next, from the start of the text for the first; "
        f"{CONTINUED} adds to the byte that follows.",
    ),
    ArrayLayout(
        "token_starts.bounds",
        ("uint64",),
        "N · M + 1",
        "Where each marked field of each document begins in `token_starts`.",
    ),
    ArrayLayout(
        "records",
        ("uint8",),
        "bytes",
        "The stored record of each document, one zstd frame each.",
    ),
    ArrayLayout(
        "records.bounds",
        ("uint64",),
        "N + 1",
        "Where each record begins in `records`.",
    ),
    ArrayLayout(
        "records.dictionary",
        ("uint8",),
        "bytes",
        "What the frames were compressed against: a zstd dictionary, or raw content as one.",
    ),
    ArrayLayout(
        "integer.*",
        ("int32",),
        "N",
        "An integer column.",
        "integers",
    ),
    ArrayLayout(
        "text.*",
        UNSIGNED,
        "N",
        "A text column: which of its distinct values each document has.",
        "texts",
    ),
    ArrayLayout(
        "text.*.values",
        ("uint8",),
        "bytes",
        "The distinct values of a text column in byte order, each followed by 0xFF.",
        "texts",
    ),
    ArrayLayout(
        "key.*",
        ("S",),
        "N",
        "A key column: fixed-width bytes, padded with zeros.",
        "keys",
    ),
    ArrayLayout(
        "key.*.order",
        ("uint32",),
        "N",
        "The documents in the order of their keys.",
        "keys",
    ),
    ArrayLayout(
        "relation.*",
        ("uint8",),
        "bytes",
        "The keys of a relation, in byte order, each followed by 0xFF.",
        "relations",
    ),
    ArrayLayout(
        "relation.*.blocks",
        ("uint64",),
        f"⌈K/{TERMS_IN_BLOCK}⌉",
        f"Where each {TERMS_IN_BLOCK}th key begins.",
        "relations",
    ),
    ArrayLayout(
        "relation.*.bounds",
        ("uint32",),
        "T + 1",
        "Where the keys of each term begin in `relation.*.numbers`.",
        "relations",
    ),
    ArrayLayout(
        "relation.*.numbers",
        ("uint32",),
        "pairs",
        "The numbers of each term's keys.",
        "relations",
    ),
    ArrayLayout(
        "relation.*.member_bounds",
        ("uint32",),
        "K + 1",
        "Where the terms of each key begin in `relation.*.members`.",
        "relations",
    ),
    ArrayLayout(
        "relation.*.members",
        ("uint32",),
        "pairs",
        "The numbers of each key's terms.",
        "relations",
    ),
)
"""The arrays of a segment."""

SHAPE_LETTERS: Final = {
    "N": "documents, deleted ones included",
    "F": "indexed fields",
    "M": "marked fields",
    "T": "terms",
    "L": "posting lists",
    "P": "postings",
    "Q": "occurrences: the sum of the frequencies",
    "K": "keys of a relation",
}
"""What the letters of the shapes count."""


def array_layouts(shape: SegmentShape) -> dict[str, ArrayLayout]:
    """The layout of every array of a segment of this shape, by the array's name."""
    return {name: layout for layout in ARRAYS for name in layout.names(shape)}
