"""Stored records: one zstd frame each, so that ten hits cost ten small reads.

All frames of a segment are compressed against one dictionary: records of the same kind, taken
as they are. Compressing each record alone would take a third more room.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import zstandard

from index.columnar.bounds import bounds_of
from index.columnar.dictionary import Bytes, Offsets

LEVEL: Final = 3
"""zstd's own default: higher levels cost more time than they save room here."""

DICTIONARY_SIZE: Final = 1 << 18
"""Bytes of records that a dictionary holds; a quarter of them costs 6 % more room."""


class Records:
    """The records of a segment.

    Args:
        data: uint8, the frames one after the other.
        bounds: uint64, shape (documents + 1,): where each begins in `data`.
        dictionary: uint8, what the frames were compressed against; may be empty.
    """

    def __init__(self, data: Bytes, bounds: Offsets, dictionary: Bytes) -> None:
        self.data, self.bounds = data, bounds
        self.dictionary = dictionary
        # A decompressor can't be shared by threads that read at the same moment.
        self._of_thread = threading.local()

    def read(self, document: int) -> bytes:
        """The record of a document."""
        start, end = int(self.bounds[document]), int(self.bounds[document + 1])
        return self._decompressor.decompress(self.data[start:end].data)

    @property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        held: zstandard.ZstdDecompressor | None = getattr(self._of_thread, "held", None)
        if held is None:
            held = zstandard.ZstdDecompressor(dict_data=_dictionary(self.dictionary.tobytes()))
            self._of_thread.held = held
        return held


def choose_dictionary(records: Iterable[bytes]) -> bytes:
    """A dictionary for records like these: the first of them, up to `DICTIONARY_SIZE` bytes."""
    chosen, size = [], 0
    for record in records:
        if size >= DICTIONARY_SIZE:
            break
        chosen.append(record)
        size += len(record)
    return b"".join(chosen)[:DICTIONARY_SIZE]


def compress(records: Sequence[bytes], dictionary: bytes) -> tuple[Bytes, Offsets]:
    """The `data` and `bounds` of these records."""
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, dict_data=_dictionary(dictionary), write_checksum=False
    )
    frames = [compressor.compress(record) for record in records]
    sizes = np.fromiter(map(len, frames), np.int64, len(frames))
    return np.frombuffer(b"".join(frames), np.uint8), bounds_of(sizes)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
