"""The values of a facet, to be found by the beginning of any of their words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from index.french.stopwords import is_optional
from search.engines.sorted_arrays import Ints
from search.facets import Facet

_LAST: Final = "\x7f"
"""Comes after every letter of an identity, which is ASCII."""


class Beginnings:
    """The values of a facet, to be found by the beginning of any of their words."""

    def __init__(self, facet: Facet, valeurs: Sequence[str]) -> None:
        ends = sorted(
            (key[place:], number)
            for number, key in enumerate(map(facet.key, valeurs))
            for place in _beginnings(key)
        )
        self._ends = [end for end, _ in ends]
        self._numbers = np.array([number for _, number in ends], np.intp)

    def beginning(self, prefix: str) -> Ints:
        """The numbers of the values with a word that begins so, ascending, each once.

        Args:
            prefix: the identity of what is typed.
        """
        first = bisect_left(self._ends, prefix)
        last = bisect_left(self._ends, prefix + _LAST)
        return np.unique(self._numbers[first:last])


def _beginnings(key: str) -> Iterator[int]:
    """Where a value begins, and each of its words that means something."""
    words = re.finditer(r"\w+", key)
    return (word.start() for word in words if not (word.start() and is_optional(word[0])))
