"""A run: the segment of one batch of documents, built in memory.

A build makes many runs, in several processes, and merges them once into one segment. Its terms are
numbered as they came, in a vocabulary of the process that made it; of terms and of their keys, it
holds what that vocabulary grew by since the run before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import bounds_of, ranges, sizes_of
from index.columnar.columns import encode_texts, key_order, smallest_unsigned
from index.columnar.dictionary import Bytes, block_starts, count_strings, encode_strings
from index.columnar.layout import SegmentShape
from index.columnar.postings import Postings, invert_tokens
from index.columnar.records import compress
from index.columnar.relation import KeysOf, number_keys, relation_arrays
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.token_starts import encode_starts
from index.tokens import TokenBatch

POSTING_ARRAYS: Final = (
    "list_keys", "list_starts", "documents", "frequencies", "position_blocks", "positions",
)  # fmt: skip
"""The arrays of `Postings`, by the names of its attributes."""


@dataclass(frozen=True)
class RunBatch:
    """What a run is built from: documents 0 to size − 1.

    Attributes:
        size: how many documents.
        tokens: of every field of every document, documents first, fields within.
        terms: the terms that no earlier run of the same vocabulary holds; tokens number all of
            them.
        records: what is stored of each document.
        dictionary: what records are compressed against; may be empty.
        integers, texts, keys: for each column, a value for each document.
        relations: for each relation, how the keys of terms are computed.
    """

    size: int
    tokens: TokenBatch
    terms: Sequence[bytes]
    records: Sequence[bytes]
    dictionary: bytes = b""
    integers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    relations: Mapping[str, KeysOf] = field(default_factory=dict)


class Vocabulary:
    """The terms that some runs of one process number: what each of them added, in their order.

    Terms stay in the runs' arrays and are read when they are asked for: as objects, the millions
    of terms of a large build would take hundreds of megabytes from beginning to end.

    Args:
        terms: known before the first run.
    """

    def __init__(self, terms: Sequence[bytes] = ()) -> None:
        self._known = terms
        self._added: list[Bytes] = []
        self._size = len(terms)

    def __len__(self) -> int:
        return self._size

    def extend(self, arrays: SegmentArrays) -> None:
        """Add the terms of the next run."""
        added = arrays.arrays["terms"]
        self._added.append(added)
        self._size += count_strings(added)

    def encode(self) -> Bytes:
        """All the terms, by number, as `dictionary.encode_strings` gives them."""
        return np.concatenate([encode_strings(self._known), *self._added])


@dataclass(frozen=True)
class Run:
    """A batch as arrays, to be merged.

    Attributes:
        arrays: what `build_run` gave.
        vocabulary: the terms that its lists number; the same for the runs that share it.
        first_term: the place there of the first of its own terms.
    """

    arrays: SegmentArrays
    vocabulary: Vocabulary
    first_term: int = 0


def build_run(shape: SegmentShape, batch: RunBatch) -> SegmentArrays:
    """The arrays of a batch.

    Its `terms` are those that its vocabulary grew by; its lists are in the order of the
    vocabulary.

    Raises:
        OverflowError: the batch is too large to be sorted at once.
        ValueError: a term or a value isn't UTF-8.
    """
    arrays = dict(_term_arrays(batch.terms))
    arrays |= _posting_arrays(invert_batch(batch.tokens, len(shape.fields)))
    lengths = batch.tokens.lengths.reshape(batch.size, len(shape.fields))
    arrays["lengths"] = lengths.astype(smallest_unsigned(int(lengths.max(initial=0))))
    arrays |= _start_arrays(shape, batch)
    arrays |= _record_arrays(batch)
    for name in shape.integers:
        arrays[f"integer.{name}"] = np.array(batch.integers[name], np.int32)
    for name in shape.texts:
        arrays |= _text_arrays(name, batch.texts[name])
    for name in shape.keys:
        arrays |= key_arrays(name, _fixed_width(batch.keys[name]))
    for name in shape.relations:
        arrays |= relation_arrays(name, *number_keys(batch.relations[name](batch.terms)))
    return SegmentArrays(shape, batch.size, arrays)


def invert_batch(tokens: TokenBatch, fields: int) -> Postings:
    """The posting lists of a batch whose documents have so many fields each."""
    counts = sizes_of(tokens.bounds)
    texts = np.arange(counts.size, dtype=np.uint32)
    return invert_tokens(
        fields=np.repeat(texts % fields, counts),
        documents=np.repeat(texts // fields, counts),
        terms=tokens.terms,
        positions=tokens.positions,
    )


def key_arrays(name: str, values: NDArray[np.bytes_]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The two arrays of a key column."""
    yield f"key.{name}", values
    yield f"key.{name}.order", key_order(values)


def _term_arrays(terms: Sequence[bytes]) -> Iterator[tuple[str, NDArray[Any]]]:
    data = encode_strings(terms)
    yield "terms", data
    yield "terms.blocks", block_starts(data)


def _posting_arrays(postings: Postings) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in POSTING_ARRAYS:
        yield name, getattr(postings, name)


def _start_arrays(shape: SegmentShape, batch: RunBatch) -> Iterator[tuple[str, NDArray[Any]]]:
    tokens, fields = batch.tokens, len(shape.fields)
    marked = [shape.fields.index(name) for name in shape.marked_fields]
    texts = (np.arange(batch.size)[:, None] * fields + np.array(marked, np.int64)).ravel()
    counts = sizes_of(tokens.start_bounds)[texts]
    kept = ranges(tokens.start_bounds[texts], counts)
    encoded, sizes = encode_starts(tokens.starts[kept], bounds_of(counts).astype(np.int64))
    yield "token_starts", encoded
    yield "token_starts.bounds", bounds_of(sizes)


def _record_arrays(batch: RunBatch) -> Iterator[tuple[str, NDArray[Any]]]:
    data, bounds = compress(batch.records, batch.dictionary)
    yield "records", data
    yield "records.bounds", bounds
    yield "records.dictionary", np.frombuffer(batch.dictionary, np.uint8)


def _text_arrays(name: str, texts: Sequence[str]) -> Iterator[tuple[str, NDArray[Any]]]:
    ordinals, values = encode_texts(texts)
    yield f"text.{name}", ordinals
    yield f"text.{name}.values", values


def _fixed_width(values: Sequence[bytes]) -> NDArray[np.bytes_]:
    width = max(map(len, values), default=0)
    return np.array(values, f"S{max(width, 1)}")
