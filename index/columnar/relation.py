"""A relation between terms and keys that group them, such as words and their lemmas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import bounds_of
from index.columnar.dictionary import (
    Bytes,
    Dictionary,
    block_starts,
    count_strings,
    encode_strings,
)

Numbers: TypeAlias = NDArray[np.uint32]
KeysOf: TypeAlias = Callable[[Sequence[bytes]], Sequence[Sequence[bytes]]]
"""The keys of each of some terms; the same for the same term at all times."""


@dataclass(frozen=True)
class Relation:
    """The keys of each term and the terms of each key.

    Attributes:
        keys: the keys in byte order.
        bounds: uint32, shape (terms + 1,): where the keys of each term begin in `numbers`.
        numbers: uint32: numbers of keys.
        member_bounds: uint32, shape (keys + 1,): where the terms of each key begin in
            `member_numbers`.
        member_numbers: uint32: numbers of terms, ascending for each key.
    """

    keys: Dictionary
    bounds: Numbers
    numbers: Numbers
    member_bounds: Numbers
    member_numbers: Numbers

    def keys_of(self, term: int) -> list[bytes]:
        """The keys of the term with this number."""
        found = self.numbers[self.bounds[term] : self.bounds[term + 1]]
        return [self.keys[number] for number in found.tolist()]

    def members(self, key: bytes) -> Numbers:
        """The numbers of the terms with this key, ascending; none when there is no such key."""
        number = self.keys.number(key)
        if number is None:
            return self.member_numbers[:0]
        return self.member_numbers[self.member_bounds[number] : self.member_bounds[number + 1]]


def number_keys(
    found: Sequence[Sequence[bytes]],
) -> tuple[Bytes, Numbers, Numbers]:
    """The keys of some terms as a dictionary, and the `bounds` and `numbers` of these terms.

    Args:
        found: the keys of each term.
    """
    keys = sorted({key for held in found for key in held})
    place = dict(zip(keys, range(len(keys)), strict=True))
    numbers = np.array([place[key] for held in found for key in held], np.uint32)
    bounds = bounds_of(np.fromiter(map(len, found), np.int64, len(found)))
    return encode_strings(keys), bounds.astype(np.uint32), numbers


def relation_arrays(
    name: str, keys: Bytes, bounds: Numbers, numbers: Numbers
) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays of a relation, by name, from the dictionary of its keys and their numbers."""
    member_bounds, members = _invert(bounds, numbers, count_strings(keys))
    yield f"relation.{name}", keys
    yield f"relation.{name}.blocks", block_starts(keys)
    yield f"relation.{name}.bounds", bounds
    yield f"relation.{name}.numbers", numbers
    yield f"relation.{name}.member_bounds", member_bounds
    yield f"relation.{name}.members", members


def _invert(bounds: Numbers, numbers: Numbers, keys: int) -> tuple[Numbers, Numbers]:
    """The `member_bounds` and `member_numbers` of a relation from its `bounds` and `numbers`.

    Args:
        bounds: as in `Relation`.
        numbers: as in `Relation`.
        keys: how many keys there are.
    """
    terms = np.repeat(np.arange(bounds.size - 1, dtype=np.uint32), np.diff(bounds))
    member_bounds = np.zeros(keys + 1, np.uint32)
    np.cumsum(np.bincount(numbers, minlength=keys), out=member_bounds[1:])
    return member_bounds, terms[np.argsort(numbers, kind="stable")]
