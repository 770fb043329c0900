"""Fold one token: accents, ligatures and case go; the accented form is kept beside it.

Only tokens are folded, never a whole text: unidecode changes lengths (`œ` → `oe`), and offsets
must keep pointing into the original.
"""

from __future__ import annotations

import re

from unidecode import unidecode

_IGNORABLE = re.compile("[\u00ad\u200b-\u200d\ufeff]")
"""Soft hyphens and zero-width characters: invisible inside a word, and no part of it."""

_NOT_IN_TERM = re.compile(r"[^a-z0-9,]|(?<![0-9]),|,(?![0-9])")
"""A comma between digits is part of a number: folding the term `6,6` again must not give `66`."""


def fold(word: str) -> str:
    """The folded form of a word: `Œuvres` → `oeuvres`. ASCII letters and digits, never empty.

    A term is its own folded form, the term of a number (`6,6`) too.

    A word that unidecode cannot transcribe becomes its code points (`u1f600`), so that a folded
    term is always ASCII and an accented one never is.
    """
    folded = _NOT_IN_TERM.sub("", unidecode(word).lower())
    return folded or "".join(f"u{ord(char):x}" for char in word)


def accented(word: str) -> str | None:
    """The lower-case accented form, or None when the word is its own folded form.

    >>> accented("Œuvre"), accented("ECOLE")
    ('œuvre', None)
    """
    lower = _IGNORABLE.sub("", word).lower()
    return None if lower.isascii() else lower
