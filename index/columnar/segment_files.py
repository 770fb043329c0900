"""A segment on disk: its arrays' files, and a table of contents that vouches for them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from index.atomic import create_read_only, sync_file
from index.columnar.array_file import (
    ArrayEntry,
    ArrayWriter,
    DamagedFile,
    MissingFile,
    checksum,
    map_array,
    type_name,
)
from index.columnar.layout import SegmentShape, array_layouts
from index.columnar.segment_arrays import Arrays, SegmentArrays
from index.regular_file import read_regular

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

MOST_FILES: Final = 1 << 16
"""Files that a process may hold open, if the system lets it: those of a thousand segments."""

CONTENTS: Final = "contents"
"""The ending of the name of a segment's table of contents."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a segment holds.

    Attributes:
        segment: its name. size: how many documents it has. shape: the names of what it holds.
        arrays: each array by name.
    """

    segment: str
    size: int
    shape: SegmentShape
    arrays: Mapping[str, ArrayEntry]

    def to_bytes(self) -> bytes:
        """Two lines: the CRC-32 of the second in hexadecimal, and everything else as JSON."""
        body = json.dumps(asdict(self)).encode()
        return b"%08x\n%s\n" % (zlib.crc32(body), body)

    @classmethod
    def from_bytes(cls, data: bytes) -> Contents:
        """Read back what `to_bytes` gave.

        Raises:
            ValueError: these are other bytes.
        """
        crc32, _, body = data.partition(b"\n")
        if not body.endswith(b"\n") or crc32 != b"%08x" % zlib.crc32(body[:-1]):
            raise ValueError("its checksum is another")
        held = json.loads(body)
        shape = SegmentShape(**{f.name: tuple(held["shape"][f.name]) for f in fields(SegmentShape)})
        arrays = {
            name: ArrayEntry(entry["dtype"], tuple(entry["shape"]), entry["crc32"])
            for name, entry in held["arrays"].items()
        }
        return cls(held["segment"], held["size"], shape, arrays)


class SegmentWriter:
    """Writes the files of one segment.

    When the block fails they are removed again: on a full disk, what is left of a segment would
    keep everybody from writing.

    Args:
        directory: where. segment: its name. shape: the names of what it will hold.
    """

    def __init__(self, directory: Path, segment: str, shape: SegmentShape) -> None:
        self._directory, self._segment, self._shape = directory, segment, shape
        self._layouts = array_layouts(shape)
        self._writers: dict[str, ArrayWriter] = {}
        self._held = ExitStack()

    def create(self, name: str, dtype: DTypeLike, columns: int | None = None) -> ArrayWriter:
        """Begin an array, to be written in pieces."""
        if not self._layouts[name].admits(type_name(np.dtype(dtype))):
            raise TypeError(f"the array {name} cannot be {np.dtype(dtype)}")
        writer = ArrayWriter(
            array_path(self._directory, self._segment, name), self._segment, name, dtype, columns
        )
        self._writers[name] = self._held.enter_context(writer)
        return writer

    def write(self, name: str, values: ArrayLike) -> None:
        """Write a whole array."""
        array = np.asarray(values)
        self.create(name, array.dtype, array.shape[1] if array.ndim == 2 else None).append(array)

    def finish(self, size: int) -> Contents:
        """Write the table of contents, when every array has been written.

        Raises:
            ValueError: an array of the shape is missing.
        """
        missing = self._layouts.keys() - self._writers.keys()
        if missing:
            raise ValueError(f"arrays not written: {', '.join(sorted(missing))}")
        entries = {name: writer.close() for name, writer in self._writers.items()}
        contents = Contents(self._segment, size, self._shape, entries)
        with create_read_only(array_path(self._directory, self._segment, CONTENTS)) as file:
            file.write(contents.to_bytes())
        return contents

    def sync(self) -> None:
        """Wait until the finished segment is on the disk: after a power cut it is then there.

        All files at once, so that the disk is waited for once and not sixty times.
        """
        names = (*self._writers, CONTENTS)
        paths = [array_path(self._directory, self._segment, name) for name in names]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(sync_file, paths))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._held.close()
        finally:
            if kind is not None:
                self._remove()

    def _remove(self) -> None:
        for path in self._directory.glob(f"{self._segment}.*"):
            path.unlink()


def array_path(directory: Path, segment: str, name: str) -> Path:
    """The file of an array; named as Whoosh names a segment's files, which it then cleans up."""
    return directory / f"{segment}.{name}"


def write_segment(directory: Path, segment: str, arrays: SegmentArrays) -> None:
    """Write a segment that is held in memory."""
    with SegmentWriter(directory, segment, arrays.shape) as writer:
        for name, array in arrays.arrays.items():
            writer.write(name, array)
        writer.finish(arrays.size)


def open_segment(directory: Path, segment: str) -> SegmentArrays:
    """Map a segment's arrays, their headers and sizes checked.

    Raises:
        DamagedFile: a file is missing, cut short or another one's, or an array isn't what
            the layout says.
        OSError: a file can't be read.
    """
    _allow_many_files()
    contents = read_contents(directory, segment)
    mapped = {
        name: map_array(array_path(directory, segment, name), segment, name, entry)
        for name, entry in contents.arrays.items()
    }
    arrays: Arrays = {name: held.array for name, held in mapped.items()}
    return SegmentArrays(contents.shape, contents.size, arrays, tuple(mapped.values()))


@cache
def _allow_many_files() -> None:
    """Let this process hold as many files open as the system lets it at most.

    A mapped array holds its file: a segment some sixty, and a build merges hundreds of runs. The
    usual limit, 1,024, is there for programs that wait by `select`, and is each one's to raise.
    """
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def read_contents(directory: Path, segment: str) -> Contents:
    """A segment's table of contents, which is complete and of this segment.

    Raises:
        DamagedFile: it is missing, damaged or another one's.
        OSError: it can't be read.
    """
    path = array_path(directory, segment, CONTENTS)
    try:
        contents = Contents.from_bytes(read_regular(path))
    except FileNotFoundError as error:
        raise MissingFile(f"{path} is missing") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedFile(f"{path} is damaged: {error}") from error
    if contents.segment != segment:
        raise DamagedFile(f"{path} is another segment's: {contents.segment}'s")
    _check_arrays(path, contents)
    return contents


def damaged_files(directory: Path, segment: str) -> list[str]:
    """What is wrong with a segment's files, every byte read: one message for each.

    For `qe check`; opening a segment reads no more than headers.
    """
    path = array_path(directory, segment, CONTENTS)
    try:
        contents = read_contents(directory, segment)
    except (DamagedFile, OSError) as error:
        return [describe_damage(error, path)]
    found = []
    for name, entry in contents.arrays.items():
        path = array_path(directory, segment, name)
        try:
            map_array(path, segment, name, entry)
            # Read and not looked at in the map: a disk that fails is then an error to be told.
            if checksum(path) != entry.crc32:
                found.append(f"{path} is damaged: its checksum is another")
        except (DamagedFile, OSError) as error:
            found.append(describe_damage(error, path))
    return found


def describe_damage(error: DamagedFile | OSError, path: Path) -> str:
    """What an error says of a file, which it may not name itself."""
    if isinstance(error, DamagedFile):
        return str(error)
    return f"{error.filename or path} cannot be read ({error.strerror or error})"


def _check_arrays(path: Path, contents: Contents) -> None:
    layouts = array_layouts(contents.shape)
    if layouts.keys() != contents.arrays.keys():
        odd = sorted(layouts.keys() ^ contents.arrays.keys())
        raise DamagedFile(f"{path} tells of other arrays than expected: {', '.join(odd)}")
    for name, entry in contents.arrays.items():
        if not layouts[name].admits(entry.dtype):
            raise DamagedFile(f"{path} gives {name} the type {entry.dtype}")
