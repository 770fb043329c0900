"""A Whoosh index whose segments are columnar: opening, reading, writing."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import IndexReader

from index.columnar.array_file import DamagedFile, MissingFile
from index.columnar.layout import SegmentShape
from index.columnar.merge import Moved, ignore_moved
from index.columnar.relation import KeysOf
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.writer import ColumnarWriter

_NAME: Final = "MAIN"
"""Whoosh's, of the index that a directory holds unless another is named."""


class ColumnarIndex(FileIndex):
    """An index read and written through our codec.

    Whoosh's own `writer`, `optimize` and `delete_by_query` would write stock segments, and a
    reader that reuses another resurrects deleted documents: neither is possible here.

    Args:
        directory: where it is.
        schema: Whoosh's, for its own searcher; the one pickled in the directory is ignored.
        shape: of its segments.
        relations: how the keys of each relation are computed.

    Raises:
        EmptyIndexError: there is none in the directory.
        DamagedFile: its newest table of contents isn't what was written.
    """

    def __init__(
        self,
        directory: Path,
        schema: Any,
        shape: SegmentShape,
        relations: Mapping[str, KeysOf],
    ) -> None:
        self.directory = directory
        self.shape = shape
        self.relations = relations
        self.storage = FileStorage(str(directory))
        self.indexname = _NAME
        self._check_toc()
        FileIndex.__init__(self, self.storage, schema)

    def latest_generation(self) -> int:
        """The newest generation in the directory; −1 when there is none."""
        return int(super().latest_generation())  # type: ignore[no-untyped-call]

    def toc(self) -> TOC:
        """The newest table of contents: its generation and segments.

        Raises:
            DamagedFile: it isn't what was written.
        """
        self._check_toc()
        toc: TOC = self._read_toc()
        return toc

    def vouch_for_toc(self, generation: int) -> None:
        """Keep the checksum of a table of contents that has just been written."""
        self._checksum_path(generation).write_text(_checksum(self._toc_path(generation)))

    def _check_toc(self) -> None:
        """See that the newest table of contents is whole: Whoosh unpickles whatever it finds."""
        generation = self.latest_generation()
        path, kept = self._toc_path(generation), self._checksum_path(generation)
        # A build that is killed between the two leaves no checksum; an index just made has none.
        if kept.exists() and kept.read_text() != _checksum(path):
            raise DamagedFile(f"{path} is damaged: its checksum is another")

    def _toc_path(self, generation: int) -> Path:
        return self.directory / str(TOC._filename(self.indexname, generation))

    def _checksum_path(self, generation: int) -> Path:
        # Named so that Whoosh removes it with old segments' files.
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


def _checksum(path: Path) -> str:
    """A file's CRC-32 in hexadecimal, and a line's end."""
    return f"{zlib.crc32(path.read_bytes()):08x}\n"
