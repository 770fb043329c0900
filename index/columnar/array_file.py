"""One array in one file: a readable header, then the array's bytes, to be mapped as they are.

The header is one line of ASCII, padded to `HEADER_SIZE` bytes:

    questions-ecrites array 1 MAIN_x7f2 documents uint32 1234567

format, segment, array, type, shape. It says to a person what a file is, and to the program that
a file is no other one's: a file that was moved, cut or exchanged is refused when it is opened.
Its content is checked against a CRC-32 by `qe check` alone: opening reads no more than headers.

A file that becomes shorter while it is mapped is a danger of its own: reading behind its end is no
error that a program can catch. `MappedArray.check_size` asks before it is read,
`MappedArray.check_pages` afterwards (see `index.columnar.lost_pages`).
"""

from __future__ import annotations

import math
import mmap
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from index.atomic import create_read_only
from index.columnar.lost_pages import lost_pages, lost_since, outlive_lost_pages
from index.errors import IndexFormatError
from index.regular_file import open_regular

HEADER_SIZE: Final = 256
"""Bytes; a multiple of any type's alignment, so that mapped arrays are aligned."""

_FORMAT: Final = "questions-ecrites array 1"
_CHUNK: Final = 1 << 24


class DamagedFile(IndexFormatError):
    """A file of a segment isn't what its table of contents says; the message names it."""


class MissingFile(DamagedFile):
    """A segment's file isn't there: lost, or removed by a newer generation."""


@dataclass(frozen=True, slots=True)
class ArrayEntry:
    """What a segment's table of contents says of one array.

    Attributes:
        dtype: numpy's name of the type; little-endian.
        shape: the lengths of its dimensions.
        crc32: of the array's bytes, without the header.
    """

    dtype: str
    shape: tuple[int, ...]
    crc32: int

    @property
    def nbytes(self) -> int:
        """How many bytes the array has."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


class ArrayWriter:
    """Writes one array in pieces; its length is known at the end, its type from the start.

    Args:
        path: the file, replaced when it exists.
        segment, name: what the header says.
        dtype: of the array.
        columns: the second dimension of a two-dimensional array.
    """

    def __init__(
        self, path: Path, segment: str, name: str, dtype: DTypeLike, columns: int | None = None
    ) -> None:
        self._path, self._segment, self._name = path, segment, name
        self._dtype = _storable(np.dtype(dtype))
        self._columns = columns
        self._crc32 = 0
        self._items = 0
        self._file = create_read_only(path)
        self._file.write(bytes(HEADER_SIZE))

    def append(self, values: ArrayLike) -> None:
        """Write these values after those before; they are cast to the array's type.

        Raises:
            OverflowError: a value doesn't fit the array's type.
        """
        data = np.ascontiguousarray(values, dtype=self._dtype)
        self._crc32 = zlib.crc32(data.view(np.uint8).reshape(-1).data, self._crc32)
        self._file.write(data.data if data.size else b"")
        self._items += data.size

    def close(self) -> ArrayEntry:
        """Write the header; what the table of contents is to say."""
        columns = self._columns
        shape = (self._items,) if columns is None else (self._items // (columns or 1), columns)
        entry = ArrayEntry(type_name(self._dtype), shape, self._crc32)
        self._file.seek(0)
        self._file.write(_header(self._segment, self._name, entry))
        self._file.close()
        return entry

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class MappedArray:
    """An array in its file, which it keeps open.

    Attributes:
        path: the file when it was mapped; another one may stand there by now.
        entry: what the table of contents says of it.
        array: read-only, of that type and shape.
    """

    path: Path
    entry: ArrayEntry
    array: NDArray[Any]
    _mapped: mmap.mmap
    _lost_before: int

    def check_size(self) -> None:
        """See that the file is still as long as it was; some half a microsecond.

        Raises:
            DamagedFile: it isn't, and the array must not be read.
        """
        size = self._mapped.size()  # of the file, as it is now
        if size < HEADER_SIZE + self.entry.nbytes:
            _check_size(self.path, size, self.entry)

    def check_pages(self) -> None:
        """See that whatever was read of the array was there to be read.

        Raises:
            DamagedFile: zeros were read in the place of some of it.
        """
        lost = lost_since(self._lost_before)
        if lost:
            start = np.frombuffer(self._mapped, np.uint8).ctypes.data
            if any(start <= one.start < start + len(self._mapped) for one in lost):
                self.check_size()
                raise DamagedFile(f"{self.path} is damaged: parts of it can't be read")

    def check_content(self) -> None:
        """See that the array is as it was written; every byte is read.

        Raises:
            DamagedFile: it isn't.
        """
        self.check_size()
        if zlib.crc32(memoryview(self._mapped)[HEADER_SIZE:]) != self.entry.crc32:
            raise DamagedFile(f"{self.path} is damaged: its checksum is another")


def map_array(path: Path, segment: str, name: str, entry: ArrayEntry) -> MappedArray:
    """The array in a file, memory-mapped and read-only.

    Raises:
        DamagedFile: the file is missing, has another size, or its header is another one's.
        OSError: it can't be read, or isn't a regular file.
    """
    outlive_lost_pages()
    lost_before = lost_pages()
    try:
        with open_regular(path) as file:
            _check_header(path, file.read(HEADER_SIZE), segment, name, entry)
            _check_size(path, os.fstat(file.fileno()).st_size, entry)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise MissingFile(f"{path} is missing") from error
    array = np.empty(entry.shape, entry.dtype)
    if entry.nbytes:
        flat = np.frombuffer(mapped, entry.dtype, math.prod(entry.shape), HEADER_SIZE)
        array = flat.reshape(entry.shape)
    return MappedArray(path, entry, array, mapped, lost_before)


def checksum(path: Path) -> int:
    """The CRC-32 of the array in a file.

    Raises:
        OSError: it can't be read, or isn't a regular file.
    """
    crc32 = 0
    with open_regular(path) as file:
        file.seek(HEADER_SIZE)
        while piece := file.read(_CHUNK):
            crc32 = zlib.crc32(piece, crc32)
    return crc32


def _header(segment: str, name: str, entry: ArrayEntry) -> bytes:
    shape = "x".join(map(str, entry.shape))
    line = f"{_FORMAT} {segment} {name} {entry.dtype} {shape}".encode("ascii")
    if len(line) >= HEADER_SIZE:
        raise ValueError(f"the name of the array {name} is too long")
    return line.ljust(HEADER_SIZE - 1) + b"\n"


def _check_header(path: Path, found: bytes, segment: str, name: str, entry: ArrayEntry) -> None:
    expected = _header(segment, name, entry)
    if found == expected:
        return
    if len(found) < HEADER_SIZE:
        raise DamagedFile(f"{path} is cut short: it has {len(found)} bytes")
    readable = (char if char.isprintable() else " " for char in found.decode("ascii", "replace"))
    told = "".join(readable).strip() or "nothing readable"
    raise DamagedFile(
        f"{path} is another file than expected: it begins with « {told:.120} » "
        f"instead of « {expected.decode().strip()} »"
    )


def _check_size(path: Path, size: int, entry: ArrayEntry) -> None:
    expected = HEADER_SIZE + entry.nbytes
    if size != expected:
        cut = "is cut short" if size < expected else "has bytes too many"
        raise DamagedFile(f"{path} {cut}: it has {size} bytes instead of {expected}")


def _storable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("<") if dtype.kind != "S" else dtype


def type_name(dtype: np.dtype[Any]) -> str:
    """The name of a type in headers and tables of contents: `uint32`, or `S12` for 12 bytes."""
    return f"S{dtype.itemsize}" if dtype.kind == "S" else dtype.name
