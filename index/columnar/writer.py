"""The writing side of the codec: what is added is built and merged as arrays.

Whoosh keeps the schema, the lock, generations and the atomic commit; `mergetype` says which
segments a commit merges. Everything a commit adds ends in one new segment, and is published before
large segments are merged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh.index import TOC
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import SegmentWriter as WhooshWriter

from index.columnar.codec import ColumnarCodec, Segment
from index.columnar.merge import merge_segments
from index.columnar.merge_postings import Moved, ignore_moved
from index.columnar.merge_source import Source
from index.columnar.run import Run
from index.columnar.segment_files import SegmentWriter

if TYPE_CHECKING:
    from index.columnar.index import ColumnarIndex

MERGE_FACTOR: Final = 2
"""A segment is left alone while it is this many times larger than all smaller ones together.

So there are at most about log₃(N) segments, and each document is moved as often: with a greater
factor fewer segments, and what was added before is moved again with each of many small additions.
"""

MOVED_AT_ONCE: Final = 1_000
"""Documents that a commit moves, at least: more than it adds are left to a commit of their own, so
that what is added can be found in a time that doesn't depend on what is merged."""

NONE_DELETED: Final = np.empty(0, np.uint32)

MergePolicy: TypeAlias = Callable[["ColumnarWriter", Sequence[Segment]], list[Segment]]
"""Gives the segments that stay, after adding the others' documents to the writer."""


class ColumnarWriter(WhooshWriter):
    """Adds runs to an index, deletes documents, and commits both at once.

    Opening it takes Whoosh's lock; `commit` or `cancel` gives it up.

    Args:
        index: the index to write.
        moved: called as a commit moves postings, with how many of how many.
    """

    segments: list[Segment]

    def __init__(self, index: ColumnarIndex, moved: Moved = ignore_moved) -> None:
        super().__init__(index, codec=ColumnarCodec())  # type: ignore[no-untyped-call]
        self._index = index
        self._moved = moved
        self._sources: list[Source] = []

    def add_run(self, run: Run, deleted: NDArray[Any] = NONE_DELETED) -> None:
        """Add the documents of a run.

        Args:
            run: of this index's shape; it must stay readable until the commit.
            deleted: integers, ascending: its documents that are replaced already.
        """
        self._check_state()
        deleted = deleted.astype(np.uint32)
        self._add(Source(run.arrays, deleted, run.vocabulary, run.first_term))

    def add_reader(self, reader: IndexReader) -> None:
        """Add the live documents of a segment; called by Whoosh's merge policies too."""
        self._check_state()
        segment = reader.segment()
        assert isinstance(segment, Segment), "segments of this index are all columnar"
        self._add(Source(segment.arrays(self._index.directory), segment.deleted))

    def add_document(self, **fields: Any) -> None:
        """Not how documents are added here.

        Raises:
            NotImplementedError: always; build a run and give it to `add_run`.
        """
        raise NotImplementedError("documents are added as runs: see ColumnarWriter.add_run")

    def delete_documents(self, segment: Segment, documents: NDArray[Any]) -> None:
        """Delete documents of one of `segments`, by their numbers in it."""
        self._check_state()
        segment.delete_documents(documents)

    def commit(  # type: ignore[override]
        self, mergetype: MergePolicy | None = None, optimize: bool = False, merge: bool = True
    ) -> None:
        """Publish what was added and deleted.

        Args:
            mergetype: chooses the segments to merge; `merge_smaller` unless one is given.
            optimize: merge all segments.
            merge: when False, merge none.
        """
        chosen = mergetype or (merge_smaller if merge and not optimize else None)
        super().commit(mergetype=chosen, optimize=optimize, merge=merge)  # type: ignore[no-untyped-call]

    def _add(self, source: Source) -> None:
        if source.size:
            self._sources.append(source)
            self.docnum += source.size
            self._added = True

    def _commit_toc(self, segments: Sequence[Segment]) -> None:
        self._index.publish(TOC(self.schema, segments, self.generation))
        self._index.remove_leftovers()

    def _flush_segment(self) -> None:
        segment, shape = self.newsegment.segment_id(), self._index.shape
        with SegmentWriter(self._index.directory, segment, shape) as files:
            relations = self._index.relations
            size = merge_segments(shape, self._sources, relations, files, self._moved)
            for source in self._sources:
                source.arrays.check_pages()
            files.finish(size)
            files.sync()
        self._sources.clear()


def merge_smaller(writer: ColumnarWriter, segments: Sequence[Segment]) -> list[Segment]:
    """A merge policy: merge what is small beside what is added, if not much; what stays.

    Segments without a live document go, whatever their size.
    """
    added = writer.docnum - writer.docbase
    return _merge(writer, segments, _smaller(segments, added, max(added, MOVED_AT_ONCE)))


def merge_waiting(writer: ColumnarWriter, segments: Sequence[Segment]) -> list[Segment]:
    """A merge policy: merge what `merge_smaller` left because it was much; what stays."""
    return _merge(writer, segments, waiting_segments(segments))


def waiting_segments(segments: Sequence[Segment]) -> list[Segment]:
    """The segments that are to be merged though nothing is added; none, or several."""
    if not segments:
        return []
    smallest, *others = sorted(segments, key=Segment.doc_count)
    smaller = _smaller(others, smallest.doc_count(), sys.maxsize)
    return [smallest, *smaller] if smaller else []


def _smaller(segments: Sequence[Segment], size: int, most: int) -> list[Segment]:
    """The segments up to the last that isn't `MERGE_FACTOR` times larger than all smaller ones.

    Args:
        segments: in any order.
        size: documents that count with the smaller ones.
        most: how many documents they have together, at most.
    """
    ordered = sorted(segments, key=Segment.doc_count)
    end = 0
    for place, segment in enumerate(ordered, 1):
        most -= segment.doc_count()
        if most < 0:
            break
        if segment.doc_count() < MERGE_FACTOR * size:
            end = place
        size += segment.doc_count()
    return ordered[:end]


def _merge(
    writer: ColumnarWriter, segments: Sequence[Segment], merged: Sequence[Segment]
) -> list[Segment]:
    """Add the documents of some segments to a writer; the other segments."""
    for segment in merged:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in merged]
