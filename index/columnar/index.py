"""A Whoosh index whose segments are columnar: opening, reading, writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import IndexReader

from index.columnar.array_file import MissingFile
from index.columnar.layout import SegmentShape
from index.columnar.merge import Moved, ignore_moved
from index.columnar.relation import KeysOf
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.writer import ColumnarWriter


class ColumnarIndex(FileIndex):
    """An index read and written through our codec.

    Whoosh's own `writer`, `optimize` and `delete_by_query` would write stock segments, and a
    reader that reuses another resurrects deleted documents: neither is possible here.

    Args:
        directory: where it is.
        schema: Whoosh's, for its own searcher; the one pickled in the directory is ignored.
        shape: of its segments.
        relations: how the keys of each relation are computed.
    """

    def __init__(
        self,
        directory: Path,
        schema: Any,
        shape: SegmentShape,
        relations: Mapping[str, KeysOf],
    ) -> None:
        FileIndex.__init__(self, FileStorage(str(directory)), schema)
        self.directory = directory
        self.shape = shape
        self.relations = relations

    def latest_generation(self) -> int:
        """The newest generation in the directory; −1 when there is none."""
        return int(super().latest_generation())  # type: ignore[no-untyped-call]

    def toc(self) -> TOC:
        """The newest table of contents: its generation and segments."""
        toc: TOC = self._read_toc()
        return toc

    def toc_path(self, generation: int) -> Path:
        """Whoosh's table of contents of a generation."""
        return self.directory / str(TOC._filename(self.indexname, generation))

    def toc_checksum_path(self, generation: int) -> Path:
        """Where its CRC-32 stands; named so that Whoosh removes it with old segments' files."""
        return self.directory / f"{self.indexname}_{generation}.toc_crc32"

    def writer(self, moved: Moved = ignore_moved) -> ColumnarWriter:  # type: ignore[override]
        """Open it for writing; Whoosh's lock is held until `commit` or `cancel`.

        Args:
            moved: called as a commit moves postings, with how many of how many.
        """
        return ColumnarWriter(self, moved)

    def reader(self, reuse: IndexReader | None = None) -> IndexReader:  # noqa: ARG002
        """A fresh reader, whatever is offered for reuse."""
        fresh: IndexReader = super().reader()  # type: ignore[no-untyped-call]
        return fresh


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment mapped for reading.

    Attributes:
        arrays: what it holds.
        deleted: uint32, ascending: its documents that are no more.
    """

    arrays: SegmentArrays
    deleted: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """One generation of an index with all its files mapped: a build may then remove them."""

    generation: int
    segments: tuple[OpenSegment, ...]


def open_generation(index: ColumnarIndex) -> OpenGeneration:
    """Map the newest generation of an index.

    Raises:
        DamagedFile: a file is missing, cut short or another one's.
    """
    while True:
        toc = index.toc()
        try:
            segments = tuple(
                OpenSegment(segment.arrays(index.directory), segment.deleted)
                for segment in toc.segments
            )
        except MissingFile:
            # Published and cleaned up since the table of contents was read?
            if index.latest_generation() == toc.generation:
                raise
            continue
        return OpenGeneration(toc.generation, segments)
