"""What is merged: a segment or a run, and which of its documents are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, bounds_of, sizes_of
from index.columnar.columns import Unsigned, smallest_unsigned
from index.columnar.dictionary import Bytes
from index.columnar.run import Vocabulary
from index.columnar.segment_arrays import SegmentArrays


@dataclass(frozen=True)
class Source:
    """A segment to merge.

    Attributes:
        arrays: the segment.
        deleted: uint32, ascending: the documents to leave out.
        vocabulary: the terms that its term numbers mean, when it is a run: one object shared by
            the runs that share it. None for a segment, which has its own dictionary.
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

    @property
    def dictionary(self) -> object:
        """What its term numbers are numbers in: the same object for the runs that share it."""
        return self if self.vocabulary is None else self.vocabulary

    def encode_terms(self) -> Bytes:
        """The terms that its term numbers mean, as `dictionary.encode_strings` gives them."""
        if self.vocabulary is None:
            return self.arrays.arrays["terms"]
        return self.vocabulary.encode()

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


def widest(sources: Sequence[Source], name: str) -> np.dtype[Any]:
    """The type that an array of this name needs to hold what all the sources hold."""
    return max((source.arrays.arrays[name].dtype for source in sources), key=lambda t: t.itemsize)
