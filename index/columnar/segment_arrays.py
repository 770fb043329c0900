"""The arrays of one segment, and what they mean together: the reading side of the codec."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import MappedArray
from index.columnar.columns import KeyColumn, TextColumn, Unsigned
from index.columnar.dictionary import Dictionary
from index.columnar.layout import TERM_BITS, SegmentShape
from index.columnar.postings import Postings
from index.columnar.records import Records
from index.columnar.relation import Relation
from index.columnar.token_starts import Starts, decode_starts

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""Every array of `layout.array_layouts`, by name."""


class SegmentArrays:
    """One segment, mapped from files or just built in memory; read-only, shared by threads.

    Deletions are no part of it: they change, and what is here never does.

    Args:
        shape: the names of what it holds.
        size: how many documents it has, deleted ones included.
        arrays: every array of a segment of this shape, by name.
        files: those that the arrays are mapped from; none when they were built in memory.
    """

    def __init__(
        self,
        shape: SegmentShape,
        size: int,
        arrays: Arrays,
        files: tuple[MappedArray, ...] = (),
    ) -> None:
        self.shape = shape
        self.size = size
        self.arrays = arrays
        self.files = files
        self.postings = Postings(
            *(
                arrays[name]
                for name in (
                    "list_keys",
                    "list_starts",
                    "documents",
                    "frequencies",
                    "position_blocks",
                    "positions",
                )
            )
        )
        self.terms = Dictionary(arrays["terms"], arrays["terms.blocks"])
        self.records = Records(
            arrays["records"], arrays["records.bounds"], arrays["records.dictionary"]
        )
        self.integers: Mapping[str, NDArray[np.int32]] = {
            name: arrays[f"integer.{name}"] for name in shape.integers
        }
        self.texts = {
            name: TextColumn(arrays[f"text.{name}"], arrays[f"text.{name}.values"])
            for name in shape.texts
        }
        self.keys = {
            name: KeyColumn(arrays[f"key.{name}"], arrays[f"key.{name}.order"])
            for name in shape.keys
        }
        self.relations = {name: _relation(arrays, name) for name in shape.relations}

    def check_pages(self) -> None:
        """See that whatever was read of the files was there to be read.

        Raises:
            DamagedFile: zeros were read in the place of some of it; the message names the file.
        """
        for file in self.files:
            file.check_pages()

    @property
    def fields(self) -> tuple[str, ...]:
        """The indexed fields; the number of a field is its place here."""
        return self.shape.fields

    @property
    def lengths(self) -> Unsigned:
        """Words in each field of each document, shape (fields, documents)."""
        return self.arrays["lengths"].T

    @cached_property
    def _marked(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self.shape.marked_fields)}

    def token_starts(self, document: int, field: str) -> Starts:
        """Where each word of a marked field begins, in characters of the text as analysed."""
        bounds = self.arrays["token_starts.bounds"]
        place = document * len(self._marked) + self._marked[field]
        start, end = int(bounds[place]), int(bounds[place + 1])
        return decode_starts(self.arrays["token_starts"][start:end])

    def row(self, field: str, term: bytes) -> int | None:
        """The row of the posting list of a term in a field; None when the field lacks it."""
        number = self.terms.number(term)
        if number is None or field not in self.fields:
            return None
        key = np.array([self.fields.index(field) << TERM_BITS | number], np.uint64)
        row = int(self.postings.find_rows(key)[0])
        return None if row < 0 else row

    def positions_of(self, posting: int) -> Unsigned:
        """The positions of one posting."""
        start = int(self.postings.position_starts(np.array([posting]))[0])
        return self.postings.positions[start : start + int(self.postings.frequencies[posting])]


def _relation(arrays: Arrays, name: str) -> Relation:
    own = f"relation.{name}"
    return Relation(
        Dictionary(arrays[own], arrays[f"{own}.blocks"]),
        arrays[f"{own}.bounds"],
        arrays[f"{own}.numbers"],
        arrays[f"{own}.member_bounds"],
        arrays[f"{own}.members"],
    )
