"""Cut a text into pieces: words, numbers, dotted acronyms. Offsets point into the text given.

The pieces are what a reader sees between spaces and punctuation; hyphens and apostrophes always
separate, and `compounds` says afterwards which neighbours belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Kind = Literal["word", "number", "acronym", "today"]

APOSTROPHES: Final = "'’ʼ"
HYPHENS: Final = "-\u2010\u2011"
GROUP_SPACES: Final = " \u00a0\u202f\u2009"
"""What may part the groups of digits of one number."""

IN_WORD_ONLY: Final = "\u0300-\u036f\u00ad\u200b-\u200d"
"""Accents of their own and invisible characters: part of a word, but none begins with them."""

_LETTER: Final = rf"[^\W\d_{APOSTROPHES}]"
_IN_WORD: Final = rf"(?:[^\W_{APOSTROPHES}]|[{IN_WORD_ONLY}])"
_START: Final = rf"(?<![^\W_{APOSTROPHES}])"
_END: Final = rf"(?![^\W_{APOSTROPHES}])"

_PIECE: Final = re.compile(
    rf"""
      (?P<sign>    {_START}[nN][°º]s?)                        # « n° » announces a number
    | (?P<number>  {_START}(?<!\d[,.])(?:
                     \d{{1,3}}(?:[{GROUP_SPACES}]\d{{3}})+(?:,\d+)?   # 1 960 or 1 960,5
                   | \d{{1,3}}(?:\.\d{{3}})+(?:,\d+)?(?!\.?\d)      # 1.960
                   | \d+[,.]\d+(?![,.]\d)                           # 6,6
                   ){_END})
    | (?P<today>   {_START}[aA][uU][jJ][oO][uU][rR][dD][{APOSTROPHES}][hH][uU][iI]{_END})
    | (?P<acronym> {_START}(?:{_LETTER}\.)+{_LETTER}{_END}\.?)  # E.H.P.A.D.
    | (?P<word>    [^\W_{APOSTROPHES}]{_IN_WORD}*)
    """,
    re.VERBOSE,
)


class Piece(NamedTuple):
    """One piece of a text: `text == original[start:end]`."""

    text: str
    start: int
    end: int
    kind: Kind


def segment(text: str) -> Iterator[Piece]:
    """The pieces of a text, in order. `n°` is passed over: it announces, and names nothing."""
    for match in _PIECE.finditer(text):
        kind = match.lastgroup
        if kind != "sign":
            yield Piece(match[0], match.start(), match.end(), kind)  # type: ignore[arg-type]


def token_end(text: str, start: int) -> int:
    """Where the word that begins at `start` ends, without a look at the rest of the text.

    Args:
        text: what was analysed.
        start: where one of its tokens begins, in characters; a glued form's is its first part's.

    Raises:
        ValueError: no word begins there.
    """
    # A match depends on nothing before its beginning but the two characters it looks back at.
    match = _PIECE.match(text, start)
    if match is None:
        raise ValueError(f"no word begins at {start} of {text!r:.60}")
    return match.end()
