"""The words that a query of several words does not require.

They are indexed like all others: `MES`, `Grand Est` and quoted phrases need every word.
"""

from __future__ import annotations

from typing import Final

OPTIONAL_WORDS: Final = frozenset(
    "le la les l un une des du de d à a au aux en dans par pour sur sous avec sans chez vers "
    "entre et ou que".split()
)
"""As typed, in lower case. `a` without its accent stands for `à`, as in old texts."""


def is_optional(word: str) -> bool:
    """Whether a query of several words doesn't require this one, as typed.

    A single capital names something: `hépatite A`, `vitamine D`.
    """
    names = len(word) == 1 and word.isascii() and word.isupper()
    return not names and word.lower() in OPTIONAL_WORDS
