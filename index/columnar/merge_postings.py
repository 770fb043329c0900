"""Posting lists of many segments into one list for each field and term, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, bounds_of, gathered, ranges, sizes_of
from index.columnar.columns import Unsigned
from index.columnar.layout import POSTINGS_IN_BLOCK, TERM_BITS, SegmentShape
from index.columnar.merge_source import Source, widest
from index.columnar.merge_terms import Numbering
from index.columnar.postings import term_numbers
from index.columnar.segment_files import SegmentWriter

POSTINGS_AT_ONCE: Final = 1 << 21
"""Postings of one block: a block takes some 150 bytes for each."""

Moved: TypeAlias = Callable[[int, int], None]
"""Told how many postings have been moved, of how many."""


def ignore_moved(done: int, total: int) -> None:
    """What is told when no one listens."""


class _Lists:
    """The lists of one source, as rows of the merged segment.

    The runs of a large build have tens of millions of them: no more is kept of each
    than two numbers, as narrow as they can be.

    Attributes:
        rows: uint32, ascending: the merged rows that it has postings for.
        own: uint32: its own row for each.
    """

    def __init__(self, source: Source, own: Ints, rows: NDArray[np.uint32]) -> None:
        self.source, self.own, self.rows = source, own.astype(np.uint32), rows
        if (rows[1:] < rows[:-1]).any():  # a run's are in no order
            order = np.argsort(rows)
            self.own, self.rows = self.own[order], rows[order]


@dataclass(frozen=True)
class _Piece:
    """The kept postings of one source that go into one block.

    Attributes:
        documents, frequencies: of each posting, numbered as in the merged segment.
        positions: of all of them.
        places: int64, where in the block each posting goes.
    """

    documents: Ints
    frequencies: Ints
    positions: Unsigned
    places: Ints


def merge_postings(
    shape: SegmentShape,
    sources: Sequence[Source],
    terms: Numbering,
    writer: SegmentWriter,
    moved: Moved,
) -> None:
    """Write the posting lists of the kept documents.

    Args:
        shape: of what is written, and of the sources.
        sources: the segments, in their order.
        terms: how their terms are numbered.
        writer: of the new segment.
        moved: called as postings are moved.
    """
    counts = _count_postings(shape, sources, terms)
    held = np.flatnonzero(counts)
    starts = bounds_of(counts[held]).astype(np.int64)
    fields, numbers = np.divmod(held, max(terms.count, 1))
    writer.write("list_keys", (fields << TERM_BITS | numbers).astype(np.uint64))
    writer.write("list_starts", starts.astype(np.uint64))
    lists = _number_lists(sources, terms, counts)
    documents = writer.create("documents", np.uint32)
    frequencies = writer.create("frequencies", widest(sources, "frequencies"))
    positions = writer.create("positions", widest(sources, "positions"))
    block_of_positions = _PositionBlocks()
    bases = _bases(sources)
    for first, last in _blocks(starts):
        moved(int(starts[first]), int(starts[-1]))
        free = starts[first:last] - starts[first]
        pieces = [_take(own, base, first, free) for own, base in zip(lists, bases, strict=True)]
        size = int(starts[last] - starts[first])
        documents.append(_scattered(pieces, size, "documents"))
        counted = _scattered(pieces, size, "frequencies")
        frequencies.append(counted)
        positions.append(_scattered_positions(pieces, counted))
        block_of_positions.append(counted)
    writer.write("position_blocks", block_of_positions.finish())
    moved(int(starts[-1]), int(starts[-1]))


def _count_postings(
    shape: SegmentShape, sources: Sequence[Source], terms: Numbering
) -> NDArray[np.uint32]:
    """How many postings each list has that may be: of each field, one for each term."""
    counts = np.zeros(len(shape.fields) * terms.count, np.uint32)
    for source, numbers in zip(sources, terms.numbers, strict=True):
        kept = source.count_kept()
        own = np.flatnonzero(kept)
        counts[_places_of_lists(source, own, numbers, terms.count)] += kept[own].astype(np.uint32)
    return counts


def _number_lists(
    sources: Sequence[Source], terms: Numbering, counts: NDArray[np.uint32]
) -> list[_Lists]:
    """The lists of each source, by the rows of those that are."""
    rows = np.cumsum(counts > 0, dtype=np.uint32)
    rows -= 1  # wraps before the first, where no source has a list
    lists = []
    for source, numbers in zip(sources, terms.numbers, strict=True):
        own = np.flatnonzero(source.count_kept())
        places = _places_of_lists(source, own, numbers, terms.count)
        lists.append(_Lists(source, own, rows.take(places)))
    return lists


def _places_of_lists(source: Source, own: Ints, numbers: Ints, terms: int) -> Ints:
    """Where some rows of a source stand among all lists that may be."""
    keys = source.arrays.postings.list_keys[own]
    fields = (keys >> np.uint64(TERM_BITS)).astype(np.int64)
    return fields * terms + numbers.take(term_numbers(keys))


def _take(lists: _Lists, base: int, first_row: int, free: Ints) -> _Piece:
    """The postings of one source in a block of lists.

    Args:
        lists: the source's lists.
        base: the merged number of its first document.
        first_row: the block's first list.
        free: int64, shape (block's lists,): the first place in the block that is still free in
            each list; moved on behind what this source puts there.
    """
    source, postings = lists.source, lists.source.arrays.postings
    # Of the type of the rows: numpy would else convert all of them.
    block = np.array([first_row, first_row + free.size], np.uint32)
    first, last = lists.rows.searchsorted(block).tolist()
    own = lists.own[first:last].astype(np.int64)
    starts, counts = _bounds_at(postings.list_starts, own)
    documents = gathered(postings.documents, starts, counts)
    frequencies = gathered(postings.frequencies, starts, counts).astype(np.int64)
    positions = gathered(postings.positions, *_bounds_at(source.positions_of_lists, own))
    if source.deleted.size:
        kept = source.live[documents]
        positions = positions[np.repeat(kept, frequencies)]
        documents, frequencies = documents[kept], frequencies[kept]
        counts = sizes_of(bounds_of(kept)[bounds_of(counts).astype(np.int64)])
    rows = lists.rows[first:last].astype(np.int64) - first_row
    targets = ranges(free[rows], counts)
    free[rows] += counts
    return _Piece(source.new_numbers[documents] + base, frequencies, positions, targets)


def _bounds_at(bounds: Unsigned, rows: Ints) -> tuple[Ints, Ints]:
    """Where some things begin, and their sizes, from the bounds of all."""
    starts = bounds[rows].astype(np.int64)
    return starts, bounds[rows + 1].astype(np.int64) - starts


class _PositionBlocks:
    """Collects where the positions of every `POSTINGS_IN_BLOCK`th posting begin."""

    def __init__(self) -> None:
        self._found: list[Ints] = []
        self._postings = 0
        self._positions = 0

    def append(self, frequencies: Ints) -> None:
        """Go past the postings with these frequencies."""
        starts = self._positions + np.concatenate((np.zeros(1, np.int64), np.cumsum(frequencies)))
        skipped = -self._postings % POSTINGS_IN_BLOCK
        # A copy: a slice would keep the whole block's array, gigabytes for a large build.
        self._found.append(starts[:-1][skipped::POSTINGS_IN_BLOCK].copy())
        self._postings += frequencies.size
        self._positions = int(starts[-1])

    def finish(self) -> NDArray[np.uint64]:
        """All of them; one more when the last block is full, as in `postings.position_blocks`."""
        end = [] if self._postings % POSTINGS_IN_BLOCK else [np.array([self._positions])]
        return np.concatenate([*self._found, *end]).astype(np.uint64)


def _blocks(starts: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of lists of at most `POSTINGS_AT_ONCE` postings, or of one list."""
    first, lists = 0, starts.size - 1
    while first < lists:
        limit = starts[first] + POSTINGS_AT_ONCE
        last = max(int(np.searchsorted(starts, limit, side="right")) - 1, first + 1)
        yield first, last
        first = last


def _scattered(pieces: Sequence[_Piece], size: int, name: str) -> Ints:
    block = np.empty(size, np.int64)
    for piece in pieces:
        block[piece.places] = getattr(piece, name)
    return block


def _scattered_positions(pieces: Sequence[_Piece], frequencies: Ints) -> NDArray[np.uint32]:
    starts = np.cumsum(frequencies) - frequencies
    block = np.empty(int(frequencies.sum()), np.uint32)
    for piece in pieces:
        block[ranges(starts[piece.places], piece.frequencies)] = piece.positions
    return block


def _bases(sources: Sequence[Source]) -> list[int]:
    """The merged number of the first document of each source."""
    sizes = [source.size for source in sources]
    return [sum(sizes[:number]) for number in range(len(sizes))]
