"""Columns: a value for each document, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columnar.dictionary import Bytes, decode_strings, encode_strings
from index.columnar.layout import UNSIGNED

Unsigned = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class TextColumn:
    """A text for each document, most of them shared.

    Attributes:
        ordinals: uint8, uint16 or uint32, shape (documents,): numbers into `values`.
        data: the distinct texts as `dictionary.encode_strings` writes them.
    """

    ordinals: Unsigned
    data: Bytes

    @cached_property
    def values(self) -> list[str]:
        """The distinct texts, in byte order; a text that says "none" is one like another."""
        return [value.decode() for value in decode_strings(self.data)]


@dataclass(frozen=True)
class KeyColumn:
    """Fixed-width bytes for each document, by which it is looked up.

    Attributes:
        values: bytes of one width, shape (documents,); shorter ones are padded with zeros.
        order: uint32, shape (documents,): the documents by ascending value.
    """

    values: NDArray[np.bytes_]
    order: NDArray[np.uint32]

    def find(self, value: bytes) -> NDArray[np.uint32]:
        """The documents with this value, ascending; several when all but one are deleted."""
        if len(value) > self.values.itemsize:
            return self.order[:0]
        first = self._place(value, or_equal=False)
        last = self._place(value, or_equal=True)
        return np.sort(self.order[first:last])

    def _place(self, value: bytes, *, or_equal: bool) -> int:
        # By hand: np.searchsorted with a sorter first copies nothing but casts everything.
        low, high = 0, len(self.order)
        while low < high:
            middle = (low + high) // 2
            found = bytes(self.values[self.order[middle]])
            if found < value or (or_equal and found == value):
                low = middle + 1
            else:
                high = middle
        return low


def smallest_unsigned(largest: int) -> str:
    """The smallest type of `layout.UNSIGNED` that holds a number.

    Raises:
        OverflowError: none does.
    """
    for name in UNSIGNED:
        if largest <= np.iinfo(name).max:
            return name
    raise OverflowError(f"{largest} does not fit 32 bits")


def encode_texts(texts: Sequence[str]) -> tuple[Unsigned, Bytes]:
    """The two arrays of a `TextColumn`."""
    values = sorted({text.encode() for text in texts})
    numbers = {value.decode(): number for number, value in enumerate(values)}
    ordinals = np.fromiter((numbers[text] for text in texts), np.uint32, len(texts))
    return ordinals.astype(smallest_unsigned(len(values))), encode_strings(values)


def key_order(values: NDArray[np.bytes_]) -> NDArray[np.uint32]:
    """The documents in the order of their keys; equal keys in document order."""
    return np.argsort(values, kind="stable").astype(np.uint32)
