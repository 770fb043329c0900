"""Many segments into one, array by array; what is deleted is left out.

The documents of the sources follow one another. Strings are merged once in Python; everything
else moves as arrays, in blocks of bounded size, so that memory doesn't grow with the segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress as compress_by
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, bounds_of, gathered, ranges, sizes_of
from index.columnar.columns import Unsigned, smallest_unsigned
from index.columnar.dictionary import block_starts, encode_strings
from index.columnar.layout import POSTINGS_IN_BLOCK, TERM_BITS, SegmentShape
from index.columnar.records import compress
from index.columnar.relation import KeysOf, Relation, number_keys, relation_arrays
from index.columnar.run import Vocabulary, key_arrays
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.segment_files import SegmentWriter

POSTINGS_AT_ONCE: Final = 1 << 21
"""Postings of one block: a block takes some 150 bytes for each."""

RECORDS_AT_ONCE: Final = 1 << 12
"""Records compressed again at once, when sources have other dictionaries."""

_ALL_TERMS: Final = np.uint64((1 << TERM_BITS) - 1)

Moved: TypeAlias = Callable[[int, int], None]
"""Told how many postings have been moved, of how many."""


def ignore_moved(done: int, total: int) -> None:
    """What is told when no one listens."""


@dataclass(frozen=True)
class Source:
    """A segment to merge.

    Attributes:
        arrays: the segment.
        deleted: uint32, ascending: the documents to leave out.
        vocabulary: the terms that its term numbers mean, when it is a run: one object shared by
            all the runs of one process. None for a segment, which has its own dictionary.
        first_term: the place in `vocabulary` of the first of its own terms.
    """

    arrays: SegmentArrays
    deleted: NDArray[np.uint32]
    vocabulary: Vocabulary | None = None
    first_term: int = 0

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """Which documents are kept."""
        live = np.ones(self.arrays.size, np.bool_)
        live[self.deleted] = False
        return live

    @property
    def size(self) -> int:
        """How many documents are kept."""
        return self.arrays.size - self.deleted.size

    @cached_property
    def new_numbers(self) -> Ints:
        """The number of each document among the kept ones."""
        return np.cumsum(self.live) - 1

    @cached_property
    def kept_ranges(self) -> list[tuple[int, int]]:
        """The kept documents as ranges: first, last + 1."""
        edges = np.flatnonzero(np.diff(np.concatenate(([0], self.live.view(np.int8), [0]))))
        return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]

    def count_kept(self) -> Ints:
        """How many postings are kept in each list."""
        postings = self.arrays.postings
        if not self.deleted.size:
            return sizes_of(postings.list_starts)
        kept = bounds_of(self.live[postings.documents])
        return sizes_of(kept[postings.list_starts.astype(np.int64)])

    @cached_property
    def positions_of_lists(self) -> Unsigned:
        """Where the positions of each list begin, and where the last ends; narrow, to be kept."""
        postings = self.arrays.postings
        firsts = postings.list_starts[:-1].astype(np.int64)
        bounds = bounds_of(np.add.reduceat(postings.frequencies, firsts, dtype=np.int64))
        return bounds.astype(smallest_unsigned(int(bounds[-1])))

    def read_terms(self) -> Sequence[bytes]:
        """The terms that its term numbers mean; read at each call, so that they aren't held."""
        return self.arrays.terms[:] if self.vocabulary is None else self.vocabulary.read()


@dataclass(frozen=True)
class _Numbering:
    """How terms are numbered anew.

    Attributes:
        count: how many merged terms there are.
        numbers: for each source, the new number of each of its terms (-1: dropped).
    """

    count: int
    numbers: list[Ints]


@dataclass(frozen=True)
class _Terms:
    """The merged terms in order, and their numbering; `strings` are let go of before postings."""

    strings: list[bytes]
    numbering: _Numbering


class _Dictionary:
    """The terms of a source, or of the runs that share a vocabulary.

    Attributes:
        kept: which of them a kept document holds.
        numbers: int64, the merged number of each; -1 when it isn't kept.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        terms = source.arrays.terms if source.vocabulary is None else source.vocabulary
        self.kept = np.zeros(len(terms), np.bool_)
        self.numbers = np.full(self.kept.size, -1)

    def keep(self, source: Source) -> None:
        """Keep the terms of a source."""
        keys = source.arrays.postings.list_keys[source.count_kept() > 0]
        self.kept[(keys & _ALL_TERMS).astype(np.int64)] = True

    def strings(self) -> Sequence[bytes]:
        """The kept terms."""
        terms = self._source.read_terms()
        return terms if self.kept.all() else list(compress_by(terms, self.kept.tolist()))


def merge_segments(
    shape: SegmentShape,
    sources: Sequence[Source],
    relations: Mapping[str, KeysOf],
    writer: SegmentWriter,
    moved: Moved,
) -> int:
    """Write the segment that holds the kept documents of the sources, in their order.

    Args:
        shape: of what is written, and of the sources.
        sources: the segments.
        relations: for each relation, how the keys of terms are computed that no source knows.
        writer: of the new segment; its table of contents is left to the caller.
        moved: called as postings are moved.

    Returns:
        How many documents it has.
    """
    terms = _merge_strings(shape, sources, relations, writer)
    _merge_documents(shape, sources, writer)
    _merge_postings(shape, sources, terms, writer, moved)
    return sum(source.size for source in sources)


def _merge_strings(
    shape: SegmentShape,
    sources: Sequence[Source],
    relations: Mapping[str, KeysOf],
    writer: SegmentWriter,
) -> _Numbering:
    """The dictionaries, and what is numbered by them.

    Millions of strings, which are let go of before postings are moved.
    """
    terms = _merge_terms(sources)
    writer.write("terms", encode_strings(terms.strings))
    writer.write("terms.blocks", block_starts(terms.strings))
    for name in shape.relations:
        _merge_relation(sources, terms, name, relations[name], writer)
    for name in shape.texts:
        _merge_texts(sources, name, writer)
    for name in shape.keys:
        _merge_keys(sources, name, writer)
    return terms.numbering


def _merge_documents(shape: SegmentShape, sources: Sequence[Source], writer: SegmentWriter) -> None:
    """What is copied as it is, document after document."""
    _append_kept(sources, "lengths", writer, len(shape.fields))
    _merge_bytes(sources, "token_starts", len(shape.marked_fields), writer)
    _merge_records(sources, writer)
    for name in shape.integers:
        _append_kept(sources, f"integer.{name}", writer)


def _merge_terms(sources: Sequence[Source]) -> _Terms:
    shared: dict[int, _Dictionary] = {}
    dictionaries = []
    for source in sources:
        key = id(source if source.vocabulary is None else source.vocabulary)
        if key not in shared:
            shared[key] = _Dictionary(source)
        shared[key].keep(source)
        dictionaries.append(shared[key])
    strings = sorted(set[bytes]().union(*(own.strings() for own in shared.values())))
    place = dict(zip(strings, range(len(strings)), strict=True))
    for own in shared.values():
        kept = own.strings()
        own.numbers[own.kept] = np.fromiter(map(place.__getitem__, kept), np.int64, len(kept))
    return _Terms(strings, _Numbering(len(strings), [own.numbers for own in dictionaries]))


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


def _merge_postings(
    shape: SegmentShape,
    sources: Sequence[Source],
    terms: _Numbering,
    writer: SegmentWriter,
    moved: Moved,
) -> None:
    counts = _count_postings(shape, sources, terms)
    held = np.flatnonzero(counts)
    starts = bounds_of(counts[held]).astype(np.int64)
    fields, numbers = np.divmod(held, max(terms.count, 1))
    writer.write("list_keys", (fields << TERM_BITS | numbers).astype(np.uint64))
    writer.write("list_starts", starts.astype(np.uint64))
    lists = _number_lists(sources, terms, counts)
    documents = writer.create("documents", np.uint32)
    frequencies = writer.create("frequencies", _widest(sources, "frequencies"))
    positions = writer.create("positions", _widest(sources, "positions"))
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
    shape: SegmentShape, sources: Sequence[Source], terms: _Numbering
) -> NDArray[np.uint32]:
    """How many postings each list has that may be: of each field, one for each term."""
    counts = np.zeros(len(shape.fields) * terms.count, np.uint32)
    for source, numbers in zip(sources, terms.numbers, strict=True):
        kept = source.count_kept()
        own = np.flatnonzero(kept)
        counts[_places_of_lists(source, own, numbers, terms.count)] += kept[own].astype(np.uint32)
    return counts


def _number_lists(
    sources: Sequence[Source], terms: _Numbering, counts: NDArray[np.uint32]
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
    return fields * terms + numbers.take((keys & _ALL_TERMS).astype(np.int64))


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
        self._found.append(starts[:-1][skipped::POSTINGS_IN_BLOCK])
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


def _widest(sources: Sequence[Source], name: str) -> np.dtype[Any]:
    return max((source.arrays.arrays[name].dtype for source in sources), key=lambda t: t.itemsize)


def _append_kept(
    sources: Sequence[Source], name: str, writer: SegmentWriter, columns: int | None = None
) -> None:
    array = writer.create(name, _widest(sources, name), columns)
    for source in sources:
        for first, last in source.kept_ranges:
            array.append(source.arrays.arrays[name][first:last])


def _merge_bytes(sources: Sequence[Source], name: str, each: int, writer: SegmentWriter) -> None:
    """Bytes of documents with their bounds, of which each document has `each`."""
    data = writer.create(name, np.uint8)
    sizes = []
    for source in sources:
        held, bounds = source.arrays.arrays[name], source.arrays.arrays[f"{name}.bounds"]
        for first, last in source.kept_ranges:
            data.append(held[int(bounds[first * each]) : int(bounds[last * each])])
            sizes.append(sizes_of(bounds[first * each : last * each + 1]))
    writer.write(f"{name}.bounds", bounds_of(_concatenated(sizes)))


def _merge_records(sources: Sequence[Source], writer: SegmentWriter) -> None:
    dictionary = _commonest_dictionary(sources)
    writer.write("records.dictionary", np.frombuffer(dictionary, np.uint8))
    data = writer.create("records", np.uint8)
    sizes = []
    for source in sources:
        for frames, bounds in _frames(source, dictionary):
            data.append(frames)
            sizes.append(sizes_of(bounds))
    writer.write("records.bounds", bounds_of(_concatenated(sizes)))


def _frames(
    source: Source, dictionary: bytes
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint64]]]:
    """The kept records of a source compressed against this dictionary, with their bounds."""
    records = source.arrays.records
    same = records.dictionary.tobytes() == dictionary
    for first, last in source.kept_ranges:
        if same:
            bounds = records.bounds[first : last + 1]
            yield records.data[int(bounds[0]) : int(bounds[-1])], bounds
            continue
        for begin in range(first, last, RECORDS_AT_ONCE):
            end = min(begin + RECORDS_AT_ONCE, last)
            yield compress([records.read(number) for number in range(begin, end)], dictionary)


def _commonest_dictionary(sources: Sequence[Source]) -> bytes:
    largest = max(sources, key=lambda source: source.size)
    return largest.arrays.records.dictionary.tobytes()


def _merge_texts(sources: Sequence[Source], name: str, writer: SegmentWriter) -> None:
    columns = [source.arrays.texts[name] for source in sources]
    held = [_values_kept(source, name) for source in sources]
    values = sorted({value.encode() for kept in held for value in kept})
    place = {value.decode(): number for number, value in enumerate(values)}
    writer.write(f"text.{name}.values", encode_strings(values))
    ordinals = writer.create(f"text.{name}", smallest_unsigned(len(values)))
    for source, column in zip(sources, columns, strict=True):
        new = np.array([place.get(value, 0) for value in column.values], np.uint32)
        ordinals.append(new[column.ordinals[source.live]])


def _values_kept(source: Source, name: str) -> list[str]:
    """The values that a kept document has."""
    column = source.arrays.texts[name]
    kept = np.unique(column.ordinals[source.live])
    return [column.values[number] for number in kept.tolist()]


def _merge_keys(sources: Sequence[Source], name: str, writer: SegmentWriter) -> None:
    values = np.concatenate([source.arrays.keys[name].values[source.live] for source in sources])
    for array, content in key_arrays(name, values):
        writer.write(array, content)


def _merge_relation(
    sources: Sequence[Source], terms: _Terms, name: str, keys_of: KeysOf, writer: SegmentWriter
) -> None:
    """The keys of every term: copied from a source that knows them, else computed.

    A term has the same keys wherever it stands, so that any source will do.
    """
    held = [
        _KeptKeys.of_terms(source.arrays.relations[name], new[source.first_term :])
        for source, new in zip(sources, terms.numbering.numbers, strict=True)
    ]
    unknown = np.ones(len(terms.strings), np.bool_)
    for kept in held:
        unknown[kept.terms] = False
    held.append(_KeptKeys.computed(terms.strings, np.flatnonzero(unknown), keys_of))
    keys = sorted(set().union(*(kept.strings for kept in held)))
    place = dict(zip(keys, range(len(keys)), strict=True))
    counts = np.zeros(len(terms.strings), np.int64)
    for kept in held:
        counts[kept.terms] = kept.counts
    bounds = bounds_of(counts).astype(np.int64)
    numbers = np.empty(bounds[-1], np.uint32)
    for kept in held:
        new = np.fromiter(map(place.__getitem__, kept.strings), np.uint32, len(kept.strings))
        numbers[ranges(bounds[kept.terms], kept.counts)] = new[kept.keys]
    for array, content in relation_arrays(name, keys, bounds.astype(np.uint32), numbers):
        writer.write(array, content)


@dataclass(frozen=True)
class _KeptKeys:
    """The keys of some of the merged terms.

    Attributes:
        strings: the keys, each once.
        terms: int64, the merged numbers of the terms.
        counts: int64, how many keys each has.
        keys: for each of those keys its place in `strings`.
    """

    strings: Sequence[bytes]
    terms: Ints
    counts: Ints
    keys: NDArray[Any]

    @classmethod
    def of_terms(cls, relation: Relation, new: Ints) -> _KeptKeys:
        """The keys of those terms of a relation that have a merged number.

        Args:
            relation: of the terms.
            new: int64: the merged number of each, −1 for none; more of them than terms.
        """
        new = new[: relation.bounds.size - 1]
        kept = np.flatnonzero(new >= 0)
        counts = sizes_of(relation.bounds)[kept]
        strings = relation.keys[:]
        if kept.size == new.size:
            return cls(strings, new, counts, relation.numbers)
        numbers = relation.numbers[ranges(relation.bounds[kept].astype(np.int64), counts)]
        used, keys = np.unique(numbers, return_inverse=True)
        return cls([strings[number] for number in used.tolist()], new[kept], counts, keys)

    @classmethod
    def computed(cls, strings: Sequence[bytes], terms: Ints, keys_of: KeysOf) -> _KeptKeys:
        """The keys of merged terms that no source knows."""
        found = keys_of([strings[number] for number in terms.tolist()])
        keys, bounds, numbers = number_keys(found)
        return cls(keys, terms, sizes_of(bounds), numbers)


def _concatenated(sizes: Sequence[Ints]) -> Ints:
    return np.concatenate(sizes) if sizes else np.empty(0, np.int64)
