"""Hyphenated words: their parts in sequence, and also glued (`auto-entrepreneur`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from index.french.elision import ELIDED
from index.french.segment import APOSTROPHES, HYPHENS, Piece

JOINERS: Final = HYPHENS + APOSTROPHES
"""One of these stands between two parts, and most often nothing else does."""

_JOINER: Final = re.compile(rf"[{HYPHENS}](?:{'|'.join(sorted(ELIDED))})[{APOSTROPHES}]", re.I)
"""What else may stand there: in `Val-d’Oise`, an elided article."""

_SHORTEST_LAST_PART: Final = 3


def group_compounds(pieces: Iterable[Piece], text: str) -> Iterator[list[Piece]]:
    """Group pieces that only a hyphen or an apostrophe separates; most groups hold one piece.

    Args:
        pieces: without the elided articles.
        text: what they were cut from.
    """
    group: list[Piece] = []
    for piece in pieces:
        if group and not joined(text, group[-1].end, piece.start):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def joined(text: str, end: int, start: int) -> bool:
    """Whether two neighbouring words are parts of one compound.

    Args:
        text: what they stand in.
        end: where the first ends, in characters.
        start: where the next begins.
    """
    if start - end == 1:
        return text[end] in JOINERS
    return _JOINER.fullmatch(text, end, start) is not None


def glue(parts: Sequence[str]) -> str | None:
    """The glued form of a compound's folded parts, or None when it would be no word.

    `2014-2020` is two numbers; `va-t-il`, `est-ce` and `infirmier-e-s` are a word and its
    endings: glued, the last would count twice in the family of `infirmier`.
    """
    if len(parts) < 2 or all(part.isdigit() for part in parts):
        return None
    *_, last = parts
    endings = any(len(part) == 1 and part.isalpha() for part in parts[1:])
    if endings or (len(last) < _SHORTEST_LAST_PART and not last.isdigit()):
        return None
    return "".join(parts)
