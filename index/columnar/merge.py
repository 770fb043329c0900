"""Many segments into one, array by array; what is deleted is left out.

The documents of the sources follow one another. Everything moves as arrays, in blocks of bounded
size, so that memory grows little with the segments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import bounds_of, sizes_of
from index.columnar.columns import smallest_unsigned
from index.columnar.dictionary import count_strings
from index.columnar.layout import SegmentShape
from index.columnar.merge_postings import Moved, merge_postings
from index.columnar.merge_source import Source, widest
from index.columnar.merge_strings import KeptStrings, merge_strings
from index.columnar.merge_terms import Numbering, merge_relation, merge_terms
from index.columnar.records import compress
from index.columnar.relation import KeysOf
from index.columnar.run import key_arrays
from index.columnar.segment_files import SegmentWriter

RECORDS_AT_ONCE: Final = 1 << 12
"""Records compressed again at once, when sources have other dictionaries."""


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
    terms = _merge_dictionaries(shape, sources, relations, writer)
    _merge_documents(shape, sources, writer)
    merge_postings(shape, sources, terms, writer, moved)
    return sum(source.size for source in sources)


def _merge_dictionaries(
    shape: SegmentShape,
    sources: Sequence[Source],
    relations: Mapping[str, KeysOf],
    writer: SegmentWriter,
) -> Numbering:
    """The terms, and what is numbered by them.

    The strings are let go of before postings are moved.
    """
    terms = merge_terms(sources, writer)
    for name in shape.relations:
        merge_relation(sources, terms, name, relations[name], writer)
    return terms.numbering


def _merge_documents(shape: SegmentShape, sources: Sequence[Source], writer: SegmentWriter) -> None:
    """What is copied as it is, document after document."""
    _append_kept(sources, "lengths", writer, len(shape.fields))
    _merge_bytes(sources, "token_starts", len(shape.marked_fields), writer)
    _merge_records(sources, writer)
    for name in shape.integers:
        _append_kept(sources, f"integer.{name}", writer)
    for name in shape.texts:
        _merge_texts(sources, name, writer)
    for name in shape.keys:
        _merge_keys(sources, name, writer)


def _append_kept(
    sources: Sequence[Source], name: str, writer: SegmentWriter, columns: int | None = None
) -> None:
    array = writer.create(name, widest(sources, name), columns)
    for source in sources:
        for first, last in source.kept_ranges:
            array.append(source.arrays.arrays[name][first:last])


def _merge_bytes(sources: Sequence[Source], name: str, each: int, writer: SegmentWriter) -> None:
    """Bytes of documents with their bounds, of which each document has `each`."""
    data = writer.create(name, np.uint8)
    sizes = [np.empty(0, np.int64)]
    for source in sources:
        held, bounds = source.arrays.arrays[name], source.arrays.arrays[f"{name}.bounds"]
        for first, last in source.kept_ranges:
            data.append(held[int(bounds[first * each]) : int(bounds[last * each])])
            sizes.append(sizes_of(bounds[first * each : last * each + 1]))
    writer.write(f"{name}.bounds", bounds_of(np.concatenate(sizes)))


def _merge_records(sources: Sequence[Source], writer: SegmentWriter) -> None:
    dictionary = _commonest_dictionary(sources)
    writer.write("records.dictionary", np.frombuffer(dictionary, np.uint8))
    data = writer.create("records", np.uint8)
    sizes = [np.empty(0, np.int64)]
    for source in sources:
        for frames, bounds in _frames(source, dictionary):
            data.append(frames)
            sizes.append(sizes_of(bounds))
    writer.write("records.bounds", bounds_of(np.concatenate(sizes)))


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
    kept = [np.zeros(count_strings(column.data), np.bool_) for column in columns]
    for source, column, values in zip(sources, columns, kept, strict=True):
        values[column.ordinals[source.live]] = True
    merged = merge_strings(
        [KeptStrings(column.data, values) for column, values in zip(columns, kept, strict=True)]
    )
    writer.write(f"text.{name}.values", merged.data)
    ordinals = writer.create(f"text.{name}", smallest_unsigned(merged.size))
    for source, column, new in zip(sources, columns, merged.numbers, strict=True):
        ordinals.append(new[column.ordinals[source.live]])


def _merge_keys(sources: Sequence[Source], name: str, writer: SegmentWriter) -> None:
    values = np.concatenate([source.arrays.keys[name].values[source.live] for source in sources])
    for array, content in key_arrays(name, values):
        writer.write(array, content)
