"""A Whoosh index whose segments are columnar: opening, reading, writing."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from whoosh.fields import ensure_schema
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import IndexReader

from index.atomic import open_atomically, write_atomically
from index.columnar.array_file import DamagedFile, MissingFile
from index.columnar.layout import SegmentShape
from index.columnar.merge_postings import Moved, ignore_moved
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
        # Instead of Whoosh's own, which would read the table of contents unchecked.
        self._schema = ensure_schema(schema)
        self.toc()

    def latest_generation(self) -> int:
        """The newest generation in the directory; −1 when there is none."""
        return int(super().latest_generation())  # type: ignore[no-untyped-call]

    def toc(self) -> TOC:
        """The newest table of contents: its generation and segments.

        Raises:
            EmptyIndexError: there is none.
            DamagedFile: it isn't what was written.
        """
        while True:
            generation = self.latest_generation()
            try:
                self._check_toc(generation)
                toc: TOC = TOC.read(self.storage, self.indexname, schema=self._schema)
            except FileNotFoundError:
                # Published and cleaned up while it was read?
                if self.latest_generation() == generation:
                    raise
                continue
            return toc

    def publish(self, toc: TOC) -> None:
        """Make a table of contents the newest: by one rename, its checksum there before it is.

        Raises:
            OSError: it can't be written; the newest is the one it was.
        """
        path = self._toc_path(toc.generation)
        draft = RamStorage()
        toc.write(draft, self.indexname)
        written: bytes = draft.files[path.name]
        write_atomically(self._checksum_path(toc.generation), _checksum(written))
        with open_atomically(path) as file:
            file.write(written)

    def remove_leftovers(self) -> None:
        """Remove what the newest generation doesn't name, of older ones and of killed commits.

        For whoever holds the lock: it might be another's unpublished work.
        """
        toc = self.toc()
        generation = f"{self.indexname}_{toc.generation}"
        kept = {generation, f"_{generation}", *(segment.segment_id() for segment in toc.segments)}
        for path in self.directory.glob(f"*{self.indexname}_*.*"):
            if path.name.partition(".")[0] not in kept:
                with suppress(
                    OSError
                ):  # what is published is published; the next build tries again
                    path.unlink()

    def _check_toc(self, generation: int) -> None:
        """See that a table of contents is whole: Whoosh unpickles whatever it finds."""
        kept = self._checksum_path(generation)
        if not kept.exists():  # that of an index just made
            return
        path = self._toc_path(generation)
        if kept.read_text() != _checksum(path.read_bytes()):
            raise DamagedFile(f"{path} is damaged: its checksum is another")

    def _toc_path(self, generation: int) -> Path:
        return self.directory / str(TOC._filename(self.indexname, generation))

    def _checksum_path(self, generation: int) -> Path:
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
    """One generation of an index with all its files mapped: a build may then remove them.

    Attributes:
        generation: its number. segments: what it holds.
        edition: another one for each generation of each index, even of one made anew of the same
            questions; the same for a copy.
    """

    generation: int
    segments: tuple[OpenSegment, ...]
    edition: str


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
        return OpenGeneration(toc.generation, segments, _edition(toc))


def _edition(toc: TOC) -> str:
    """The generation beside the names of its segments, which Whoosh draws at random."""
    names = sorted(segment.segment_id() for segment in toc.segments)
    return " ".join((str(toc.generation), *names))


def _checksum(content: bytes) -> str:
    """The CRC-32 in hexadecimal, and a line's end."""
    return f"{zlib.crc32(content):08x}\n"
