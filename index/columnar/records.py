"""Stored records: one zstd frame each, so that ten hits cost ten small reads.

All frames of a segment are compressed against one dictionary, which zstd makes from records of the
same kind: what they often hold, and the codes it is written with. Compressing each record alone
would take a quarter more room; against records taken as they are, twice the time to read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import numpy as np
import zstandard

from index.columnar.bounds import bounds_of
from index.columnar.dictionary import Bytes, Offsets

LEVEL: Final = 3
"""zstd's own default: higher levels cost more time than they save room here."""

DICTIONARY_SIZE: Final = 112 << 10
"""Bytes of a dictionary, zstd's own default: half of them cost 2 % more room."""

SAMPLES: Final = 1000
"""Records that a dictionary is made from, in some 0.2 s."""
_SEGMENT, _DMER = 200, 8
"""What zstd's COVER algorithm picks, in bytes, and what it compares: given, so that it doesn't try
others, which would take a hundred times as long and change little."""


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


def make_dictionary(records: Iterable[bytes]) -> bytes:
    """A dictionary for records like these; the first of them as they are when they are few."""
    samples: list[bytes | bytearray | memoryview] = [*islice(records, SAMPLES)]
    try:
        trained = zstandard.train_dictionary(DICTIONARY_SIZE, samples, k=_SEGMENT, d=_DMER)
    except zstandard.ZstdError:  # too little to learn from
        return b"".join(samples)[:DICTIONARY_SIZE]
    return trained.as_bytes()


def compress(records: Sequence[bytes], dictionary: bytes) -> tuple[Bytes, Offsets]:
    """The `data` and `bounds` of these records."""
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, dict_data=_dictionary(dictionary), write_checksum=False
    )
    frames = [compressor.compress(record) for record in records]
    sizes = np.fromiter(map(len, frames), np.int64, len(frames))
    return np.frombuffer(b"".join(frames), np.uint8), bounds_of(sizes)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content)  # which tells by itself whether it was trained
