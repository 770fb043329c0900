"""Where the postings of searched terms stand in one segment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from index.columnar.array_file import DamagedFile
from index.columnar.layout import TERM_BITS
from index.columnar.segment_arrays import SegmentArrays
from index.stores.whoosh_schema import index_term
from search.engines.sorted_arrays import Ints
from search.expansion import Slot, TermsBeginning


class PostingRange(NamedTuple):
    """Successive postings of one field in one segment: one list, or lists that stand together.

    Attributes:
        field: the field's name.
        start, end: the postings are `start:end` of the segment's arrays.
        ascending: whether they are of one list, each document once and ascending.
        segment: the segment's number in its collection.
    """

    field: str
    start: int
    end: int
    ascending: bool = True
    segment: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """The field and the segment."""
        return self.field, self.segment

    @property
    def size(self) -> int:
        """How many postings."""
        return self.end - self.start


def find_postings(
    arrays: SegmentArrays, fields: Sequence[str], slot: Slot, segment: int = 0
) -> Iterator[PostingRange]:
    """The postings of a slot's terms in these fields; `segment` is only handed on.

    The terms that begin alike stand together: in each field they are one range.
    """
    if isinstance(slot, TermsBeginning):
        yield from _beginning(arrays, fields, slot, segment)
        return
    numbers = _numbers(arrays, slot)
    names = [name for name in fields if name in arrays.fields]
    rows = _rows(arrays, names, numbers)
    starts = arrays.postings.list_starts
    held = np.maximum(rows, 0)
    found = (rows.tolist(), starts.take(held).tolist(), starts.take(held + 1).tolist())
    for place, (row, start, end) in enumerate(zip(*found, strict=True)):
        if row >= 0:
            _check_bounds(arrays, start, end)
            yield PostingRange(names[place // len(numbers)], start, end, True, segment)


def count_found(arrays: SegmentArrays, fields: Sequence[str], terms: frozenset[str]) -> int:
    """How many postings some terms have in these fields of a segment."""
    numbers = _numbers(arrays, terms)
    if not numbers:
        return 0
    rows = _rows(arrays, [name for name in fields if name in arrays.fields], numbers)
    held, starts = rows[rows >= 0], arrays.postings.list_starts
    return int(starts.take(held + 1).sum()) - int(starts.take(held).sum())


def _numbers(arrays: SegmentArrays, terms: Iterable[str]) -> list[int]:
    """The numbers of the terms that a segment has."""
    return [n for term in terms if (n := arrays.terms.number(index_term(term))) is not None]


def _rows(arrays: SegmentArrays, names: Sequence[str], numbers: Sequence[int]) -> Ints:
    """The rows of the lists of some terms in each of these fields; -1 for none."""
    keys = [arrays.fields.index(name) << TERM_BITS | n for name in names for n in numbers]
    return arrays.postings.find_rows(np.array(keys, np.uint64))


def _beginning(
    arrays: SegmentArrays, fields: Sequence[str], slot: TermsBeginning, segment: int
) -> Iterator[PostingRange]:
    first, last = arrays.terms.range(slot.prefix.encode())
    for name in fields:
        if name in arrays.fields:
            low, high = arrays.postings.rows(arrays.fields.index(name), first, last)
            start, end = arrays.postings.list_starts[[low, high]].tolist()
            if low < high:
                _check_bounds(arrays, start, end)
                yield PostingRange(name, start, end, high - low == 1, segment)


def _check_bounds(arrays: SegmentArrays, start: int, end: int) -> None:
    """See that postings are where a list says: slices past the end would be read as empty ones,
    one after the other, as far as a damaged number goes.
    """
    if not start <= end <= arrays.postings.documents.size:
        raise DamagedFile(f"a posting list is said to begin at {start} and to end at {end}")
