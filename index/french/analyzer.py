"""The whole chain: a text into tokens with positions and offsets.

    segment → drop elided articles → group compounds → fold

A token carries the folded term that is indexed, the accented form when it differs, its position
(counted in words) and its place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from typing import Final, NamedTuple

from index.french.compounds import glue, group_compounds
from index.french.elision import ELIDED, is_elided
from index.french.fold import accented, fold
from index.french.numbers import number_term
from index.french.segment import APOSTROPHES, IN_WORD_ONLY, Piece, segment

CHAIN_VERSION: Final = 1
"""Grows whenever some text gets other tokens, or some word other lemmas (lexicon, stop words):
families are stored too, and old indexes must then be rebuilt."""

_ONE_WORD: Final = re.compile(
    rf"\W*+(?:(?:{'|'.join(ELIDED)})[{APOSTROPHES}])?([^\W_º{APOSTROPHES}]++)[^\w°{IN_WORD_ONLY}]*+",
    re.IGNORECASE,
)
"""A text in which the chain finds one plain word, perhaps with an elided article. Most words come
alone when texts are cut at their white space, and need none of the steps but the last."""


class Token(NamedTuple):
    """One term of a text.

    Attributes:
        term: the folded form; ASCII.
        accented: the accented lower-case form when it isn't the folded one; never ASCII.
        position: counted in words from 0. A glued form has the position of its first part.
        start, end: the token is `text[start:end]`.
        glued: whether this is the glued form of a compound whose parts follow.
        compound: the number of the hyphenated word it belongs to, or None.
    """

    term: str
    accented: str | None
    position: int
    start: int
    end: int
    glued: bool = False
    compound: int | None = None


def analyze(text: str) -> list[Token]:
    """The tokens of a text in order; a glued form comes before its parts.

    Args:
        text: NFC text, as records hold it; offsets point into it as given.
    """
    word = plain_word(text)
    if word is not None:
        return [_token(Piece(word[1], word.start(1), word.end(1), "word"), 0)]
    tokens: list[Token] = []
    position = 0
    for number, group in enumerate(group_compounds(_without_elided(text), text)):
        parts = [_token(piece, position + index) for index, piece in enumerate(group)]
        position += len(parts)
        if len(parts) > 1:
            tokens.extend(_compound(parts, number, text))
        else:
            tokens.extend(parts)
    return tokens


def plain_word(text: str) -> re.Match[str] | None:
    """The one word that a text consists of, as group 1, when the chain would find no more.

    Its term is its folded form. None says nothing: the text must then go through the chain.
    """
    return _ONE_WORD.fullmatch(text)


@cache
def fingerprint() -> str:
    """Changes when an index must be rebuilt because its tokens or families would differ."""
    libraries = (f"{name} {version(name)}" for name in ("unidecode", "simplemma"))
    return ", ".join([f"french {CHAIN_VERSION}", *libraries])


def _without_elided(text: str) -> Iterator[Piece]:
    previous: Piece | None = None
    for piece in segment(text):
        if previous is not None and not is_elided(previous, piece, text):
            yield previous
        previous = piece
    if previous is not None:
        yield previous


def _token(piece: Piece, position: int) -> Token:
    if piece.kind == "number":
        return Token(number_term(piece.text), None, position, piece.start, piece.end)
    return Token(fold(piece.text), _accented(piece), position, piece.start, piece.end)


def _accented(piece: Piece) -> str | None:
    return accented(piece.text) if piece.kind == "word" else None


def _compound(parts: list[Token], number: int, text: str) -> Iterator[Token]:
    first, last = parts[0], parts[-1]
    # Up to the next part: an elided article between two parts belongs to the glued form.
    folded = [
        part.term if following.start - part.end == 1 else fold(text[part.start : following.start])
        for part, following in pairwise(parts)
    ]
    glued = glue([*folded, last.term])
    if glued is not None:
        yield Token(glued, None, first.position, first.start, last.end, True, number)
    for part in parts:
        yield Token(part.term, part.accented, part.position, part.start, part.end, False, number)
