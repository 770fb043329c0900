"""Do the arrays of a segment agree with each other? Checksums say that they are as written; this
says that what was written hangs together, whatever the segment is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.columnar.dictionary import Dictionary, count_strings
from index.columnar.layout import POSTINGS_IN_BLOCK, TERM_BITS
from index.columnar.postings import term_numbers
from index.columnar.segment_arrays import SegmentArrays

_BATCH: Final = 1 << 20
"""Postings looked at together: some tens of megabytes."""

_TERMS: Final = 1 << 16
"""Terms looked at together."""


def disagreements(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    """What doesn't hold: the name of an array, and in words what is wrong with it.

    What others lean on is looked at first; when it doesn't hold, the others are left.
    """
    found = list(_sizes(arrays))
    yield from found
    if not found:
        yield from _lists(arrays)
        yield from _records(arrays)
        yield from _columns(arrays)
        yield from _relations(arrays)


def postings_of_each_document(arrays: SegmentArrays) -> NDArray[np.int64]:
    """How many postings each document of a segment has; shape (documents,)."""
    counts = np.zeros(arrays.size, np.int64)
    for start in range(0, arrays.postings.documents.size, _BATCH):
        batch = arrays.postings.documents[start : start + _BATCH]
        counts += np.bincount(batch, minlength=arrays.size)[: arrays.size]
    return counts


def _sizes(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    """Arrays that must be as long as another says."""
    documents, postings = arrays.size, arrays.postings
    expected = {
        "list_starts": postings.list_keys.size + 1,
        "frequencies": postings.documents.size,
        "position_blocks": postings.documents.size // POSTINGS_IN_BLOCK + 1,
        "lengths": documents,
        "records.bounds": documents + 1,
        "token_starts.bounds": documents * len(arrays.shape.marked_fields) + 1,
        **{f"integer.{name}": documents for name in arrays.shape.integers},
        **{f"text.{name}": documents for name in arrays.shape.texts},
        **{f"key.{name}": documents for name in arrays.shape.keys},
        **{f"key.{name}.order": documents for name in arrays.shape.keys},
        **{f"relation.{name}.bounds": len(arrays.terms) + 1 for name in arrays.shape.relations},
    }
    for name, size in expected.items():
        found = len(arrays.arrays[name])
        if found != size:
            yield name, f"has {found} entries instead of {size}"


def _lists(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    postings = arrays.postings
    starts = postings.list_starts
    if not _climbs(starts, 0, postings.documents.size):
        yield "list_starts", "does not cut the postings into lists"
        return
    if (postings.list_keys[1:] <= postings.list_keys[:-1]).any():
        yield "list_keys", "is not in ascending order"
    numbers = term_numbers(postings.list_keys)
    if numbers.size and int(numbers.max()) >= len(arrays.terms):
        yield "list_keys", "names a term that is not in the dictionary"
    if numbers.size and int(postings.list_keys[-1]) >> TERM_BITS >= len(arrays.fields):
        yield "list_keys", "names a field that there is none of"
    if not _ascending(arrays.terms):
        yield "terms", "is not in ascending order"
    yield from _postings(arrays)


def _ascending(terms: Dictionary) -> bool:
    """Whether strings are in order, each once; read in parts, since there may be millions."""
    parts = (
        terms.slice(start, min(start + _TERMS + 1, len(terms)))
        for start in range(0, len(terms), _TERMS)
    )
    return all(one < other for part in parts for one, other in pairwise(part))


def _postings(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    """Postings a batch at a time: in order, of documents there are, at positions there are."""
    postings, place = arrays.postings, 0
    for start in range(0, postings.documents.size, _BATCH):
        end = min(start + _BATCH, postings.documents.size)
        documents = postings.documents[start:end]
        if int(documents.max(initial=0)) >= arrays.size:
            yield "documents", "names a document that there is none of"
            return
        if _out_of_order(arrays, start, end):
            yield "documents", "is not in ascending order in each list"
            return
        blocks = postings.position_blocks[start // POSTINGS_IN_BLOCK :]
        counts = postings.frequencies[start:end].astype(np.int64)
        expected = place + np.concatenate(([0], np.cumsum(counts)))[:-1:POSTINGS_IN_BLOCK]
        if not np.array_equal(expected, blocks[: expected.size].astype(np.int64)):
            yield "position_blocks", "disagrees with the frequencies"
            return
        place += int(counts.sum())
    if place != postings.positions.size:
        yield "positions", f"has {postings.positions.size} entries for {place} occurrences"


def _out_of_order(arrays: SegmentArrays, start: int, end: int) -> bool:
    """Whether a document comes twice, or too late, in a list; `start` and `end` are of postings."""
    postings = arrays.postings
    documents = postings.documents[max(start - 1, 0) : end].astype(np.int64)
    falls = np.flatnonzero(documents[1:] <= documents[:-1]) + max(start - 1, 0) + 1
    places = postings.list_starts.searchsorted(falls.astype(np.uint64))
    return bool((postings.list_starts[places] != falls).any())


def _records(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    for name in ("records", "token_starts"):
        if not _climbs(arrays.arrays[f"{name}.bounds"], 0, arrays.arrays[name].size):
            yield f"{name}.bounds", f"does not cut `{name}` into documents"


def _columns(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    for name, text in arrays.texts.items():
        if text.ordinals.size and int(text.ordinals.max()) >= count_strings(text.data):
            yield f"text.{name}", "numbers a value that there is none of"
    for name, key in arrays.keys.items():
        # Looked at before it is counted: a number out of range would ask for gigabytes.
        within = int(key.order.max(initial=0)) < max(arrays.size, 1)
        if not within or (np.bincount(key.order, minlength=arrays.size) != 1).any():
            yield f"key.{name}.order", "does not name each document once"
        elif (key.values[key.order][1:] < key.values[key.order][:-1]).any():
            yield f"key.{name}.order", "is not the order of the keys"


def _relations(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    for name, relation in arrays.relations.items():
        both = {
            "bounds": (relation.bounds, relation.numbers, len(relation.keys), "numbers"),
            "member_bounds": (
                relation.member_bounds,
                relation.member_numbers,
                len(arrays.terms),
                "members",
            ),
        }
        for bounds, (places, numbers, end, named) in both.items():
            if not _climbs(places, 0, numbers.size):
                yield f"relation.{name}.{bounds}", f"does not cut `{named}` into parts"
            elif int(numbers.max(initial=0)) >= max(end, 1):
                yield f"relation.{name}.{named}", "numbers what there is none of"


def _climbs(bounds: NDArray[Any], first: int, last: int) -> bool:
    """Whether bounds go from one number to another and never back."""
    return (
        int(bounds[0]) == first and int(bounds[-1]) == last and not (bounds[1:] < bounds[:-1]).any()
    )
