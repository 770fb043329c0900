"""A corpus that has nothing to do with questions: cooking recipes, as numbers and small words.

The codec knows no field by name, so that these tests run it on names of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.columnar.layout import SegmentShape
from index.columnar.merge import merge_segments
from index.columnar.merge_postings import ignore_moved
from index.columnar.merge_source import Source
from index.columnar.run import Run, RunBatch, Vocabulary, build_run
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.segment_files import SegmentWriter, open_segment
from index.tokens import TokenBatch

SHAPE = SegmentShape(
    fields=("name", "steps"),
    marked_fields=("steps",),
    integers=("minutes",),
    texts=("course",),
    keys=("slug",),
    relations=("stem",),
)


@dataclass(frozen=True)
class Recipe:
    """One document; every word begins `gap` characters after the one before it."""

    slug: str
    name: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    minutes: int = 0
    course: str = ""
    record: bytes = b""
    gaps: tuple[int, ...] = field(default=())

    @property
    def starts(self) -> list[int]:
        """Where each word of the steps begins."""
        gaps = [*self.gaps, *([7] * len(self.steps))][: len(self.steps)]
        return np.cumsum(gaps, dtype=np.int64).tolist()


def stem(terms: Sequence[bytes]) -> list[list[bytes]]:
    """The keys of the tests' relation: the first two letters, and the last one, of long words."""
    return [[term[:2], b"~" + term[-1:]] if len(term) > 3 else [] for term in terms]


RELATIONS = {"stem": stem}


def make_run(
    recipes: Sequence[Recipe], dictionary: bytes = b"flour sugar", *, with_terms: bool = True
) -> Run:
    """The run of some recipes; without terms, as of a process that keeps them to itself."""
    texts = [words for recipe in recipes for words in (recipe.name, recipe.steps)]
    starts = [
        places
        for recipe in recipes
        for places in (list(range(0, 5 * len(recipe.name), 5)), recipe.starts)
    ]
    words = sorted({word for words in texts for word in words}, reverse=True)
    number = {word: place for place, word in enumerate(words)}
    vocabulary = [word.encode() for word in words]
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    arrays = build_run(
        SHAPE,
        RunBatch(
            size=len(recipes),
            tokens=TokenBatch(
                bounds=bounds,
                terms=np.array([number[word] for words in texts for word in words], np.uint32),
                positions=np.array([p for words in texts for p in range(len(words))], np.uint32),
                lengths=np.array(list(map(len, texts)), np.uint32),
                start_bounds=bounds,
                starts=np.array([place for places in starts for place in places], np.uint32),
            ),
            terms=vocabulary if with_terms else [],
            records=[recipe.record for recipe in recipes],
            dictionary=dictionary,
            integers={"minutes": [recipe.minutes for recipe in recipes]},
            texts={"course": [recipe.course for recipe in recipes]},
            keys={"slug": [recipe.slug.encode() for recipe in recipes]},
            relations=RELATIONS,
        ),
    )
    if with_terms:
        grown = Vocabulary()
        grown.extend(arrays)
        return Run(arrays, grown)
    return Run(arrays, Vocabulary(vocabulary), len(vocabulary))


def make_segment(directory: Path, *sources: Source, name: str = "MAIN_recipes") -> SegmentArrays:
    """The segment that merges these sources."""
    with SegmentWriter(directory, name, SHAPE) as writer:
        size = merge_segments(SHAPE, sources, RELATIONS, writer, ignore_moved)
        writer.finish(size)
    return open_segment(directory, name)


def source_of(given: Run | SegmentArrays, deleted: Sequence[int] = ()) -> Source:
    """A run or a segment to merge."""
    numbers = np.array(deleted, np.uint32)
    if isinstance(given, Run):
        return Source(given.arrays, numbers, given.vocabulary, given.first_term)
    return Source(given, numbers)
