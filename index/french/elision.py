"""Elided articles: the `l’` of `l’Assemblée` is not a word of the text."""

from __future__ import annotations

import re
from typing import Final

from index.french.fold import fold
from index.french.segment import APOSTROPHES, Piece

ELIDED: Final = frozenset(
    ["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"]
)
"""What both apostrophes elide; before any other word an apostrophe is like a hyphen."""


OPENING_SIGNS: Final = '«“"('

_BEFORE_A_WORD: Final = re.compile(rf"[{APOSTROPHES}](?:\s*[{OPENING_SIGNS}]\s*)?")
"""What stands between an elided article and its word: an opening sign too, as in `l’« École »`."""


def is_elided(piece: Piece, following: Piece | None, text: str) -> bool:
    """Whether a piece is an article elided before the piece that follows it.

    `l’` with nothing behind it stays a word: a query must never become empty without a trace.
    """
    return (
        following is not None
        and text[piece.end] in APOSTROPHES  # seldom so, and quick to see
        and _BEFORE_A_WORD.fullmatch(text, piece.end, following.start) is not None
        and fold(piece.text) in ELIDED
    )
