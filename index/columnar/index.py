"""A Whoosh index whose segments are columnar: opening, reading, writing."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.fields import ensure_schema
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.reading import IndexReader

from index.atomic import open_atomically, write_atomically
from index.columnar.array_file import DamagedFile, MissingFile
from index.columnar.layout import SegmentShape
from index.columnar.lost_pages import lost_pages
from index.columnar.merge_postings import Moved, ignore_moved
from index.columnar.relation import KeysOf
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.writer import ColumnarWriter
from index.regular_file import read_regular

_DIGITS: Final = 16
"""Hexadecimal digits of a generation's digest: no two are alike by chance."""

_NAME: Final = "MAIN"
"""Whoosh's, of the index that a directory holds unless another is named."""


class Publication(NamedTuple):
    """A table of contents as it stands in a directory, told from any that may take its place.

    A generation's number alone wouldn't tell: another index, or the same one made again, may count
    the same generations. A number of a file may be used again too, but not at the same time.
    """

    generation: int
    device: int
    file: int
    changed_ns: int
    size: int


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

    def published(self) -> Publication | None:
        """What is published now; None when there is no table of contents, or no directory."""
        while (generation := self.latest_generation()) >= 0:
            try:
                found = self._toc_path(generation).lstat()
            except FileNotFoundError:
                continue  # published and cleaned up meanwhile
            return Publication(
                generation, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
            )
        return None

    def toc(self) -> TOC:
        """The newest table of contents: its generation and segments.

        Raises:
            EmptyIndexError: there is none.
            DamagedFile: it isn't what was written.
            OSError: it can't be read.
        """
        while True:
            generation = self.latest_generation()
            if generation < 0:
                raise EmptyIndexError(f"no table of contents in {self.directory}")
            try:
                return self._whole_toc(generation)
            except (FileNotFoundError, DamagedFile):
                # Published and cleaned up while it was read?
                if self.latest_generation() == generation:
                    raise

    def digest(self, generation: int) -> str:
        """What tells this generation from any other of any index, copies of it being the same.

        Raises:
            OSError: its table of contents can't be read.
        """
        # Segments have random names, so that no two tables of contents are alike.
        content = read_regular(self._toc_path(generation))
        return hashlib.sha256(content).hexdigest()[:_DIGITS]

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

    def _whole_toc(self, generation: int) -> TOC:
        """A table of contents that is whole: Whoosh unpickles whatever it finds."""
        path, kept = self._toc_path(generation), self._checksum_path(generation)
        content = read_regular(path)
        vouched = os.path.lexists(kept)
        if vouched and read_regular(kept) != _checksum(content).encode():
            raise DamagedFile(f"{path} is damaged: its checksum, in {kept.name}, is another")
        try:
            toc: TOC = TOC.read(self.storage, self.indexname, generation, schema=self._schema)
        except OSError:
            raise
        except Exception as error:  # nearly anything, from struct.error to AttributeError
            raise DamagedFile(f"{path} is damaged: {type(error).__name__}: {error}") from error
        if toc.segments and not vouched:  # that of an index just made has neither
            raise DamagedFile(f"{kept} is missing")
        return toc

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
        name: how the names of its files begin.
        arrays: what it holds.
        deleted: uint32, ascending: its documents that are no more.
    """

    name: str
    arrays: SegmentArrays
    deleted: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """One generation of an index with all its files mapped: a build may then remove them.

    Attributes:
        generation: its number.
        segments: what it is made of.
        published: what stood in the directory when it was opened; None when that is unknown.
        digest: tells it from any other generation of any index; copies of it have the same.
        lost_before: what `lost_pages` told before it was opened.
    """

    generation: int
    segments: tuple[OpenSegment, ...]
    published: Publication | None
    digest: str
    lost_before: int

    def check_sizes(self) -> None:
        """See that every file is still as long as it was mapped; to be asked before it is read.

        Raises:
            DamagedFile: one isn't, and nothing of it must be read any more.
        """
        for segment in self.segments:
            for file in segment.arrays.files:
                file.check_size()

    def check_pages(self) -> None:
        """See that whatever was read of it was there to be read; takes no time as a rule.

        Raises:
            DamagedFile: zeros were read in the place of some of it, and what came of it is wrong.
        """
        if lost_pages() != self.lost_before:
            for segment in self.segments:
                segment.arrays.check_pages()

    def check_contents(self) -> None:
        """See that every array is as it was written; every byte is read.

        Raises:
            DamagedFile: one isn't.
        """
        self.check_sizes()
        for segment in self.segments:
            for file in segment.arrays.files:
                file.check_content()


def open_generation(index: ColumnarIndex) -> OpenGeneration:
    """Map the newest generation of an index.

    Raises:
        DamagedFile: a file is missing, cut short or another one's.
        EmptyIndexError: there is no generation.
        OSError: a file can't be read.
    """
    while True:
        # Seen first: what is published after that is taken for another one, and opened again.
        published = index.published()
        lost_before = lost_pages()
        toc = index.toc()
        try:
            digest = index.digest(toc.generation)
            segments = tuple(
                OpenSegment(segment.segment_id(), segment.arrays(index.directory), segment.deleted)
                for segment in toc.segments
            )
        except (MissingFile, FileNotFoundError):
            # Published and cleaned up since the table of contents was read, or exchanged?
            if index.published() == published:
                raise
            continue
        return OpenGeneration(toc.generation, segments, published, digest, lost_before)


def _checksum(content: bytes) -> str:
    """The CRC-32 in hexadecimal, and a line's end."""
    return f"{zlib.crc32(content):08x}\n"
