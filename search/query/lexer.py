"""Characters → tokens: the only part of the query language that looks at characters.

The lexer reports nothing: what stands where it means nothing (a lone star, a quote that never
closes) is a token of its own kind, and the parser decides what to do about it.
One regular expression reads the query from left to right, each character a bounded number of
times, so that no query takes more than linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from search.query.nodes import Span


class Kind(Enum):
    """What a token is for the grammar."""

    WORD = auto()
    PREFIX = auto()
    PHRASE = auto()
    SLOP = auto()
    FIELD = auto()
    NOT = auto()
    AND = auto()
    OR = auto()
    OPEN = auto()
    CLOSE = auto()
    # What follows has no place in the grammar.
    STRAY_STAR = auto()
    STRAY_QUOTE = auto()
    LONE_FIELD = auto()
    """The name of a field and a colon, with nothing right after it."""
    UNKNOWN_FIELD = auto()
    """Comes before the WORD that it might have been meant as a field."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query.

    `text` is what the piece says: no quotes, star, tilde or colon; of a FIELD, its canonical name.
    """

    kind: Kind
    text: str
    span: Span


OPERATORS: Final[Mapping[str, Kind]] = {
    "ET": Kind.AND,
    "AND": Kind.AND,
    "OU": Kind.OR,
    "OR": Kind.OR,
    "SAUF": Kind.NOT,
}
"""Words that are operators, in capitals only."""

_ALNUM: Final = r"[^\W_]"
_QUOTE: Final = '["“”]'
_BETWEEN_WORDS: Final = r"""\s()|*"“”«»:;!?…\[\]{}<>="""
_OPERAND: Final = rf"""(?=«?{_ALNUM}|[("“”])"""
_GROUP_SPACE: Final = "[ \u00a0\u202f\u2009]"

_TOKEN: Final = re.compile(
    rf"""
      (?P<PHRASE> {_QUOTE} (?P<quoted> [^"“”]* ) {_QUOTE} (?: ~ (?P<slop> [0-9]+ ) )? )
    | (?P<STRAY_QUOTE> {_QUOTE} )
    | (?P<OPEN> \( )
    | (?P<CLOSE> \) )
    | (?P<BAR> \|+ )
    | (?P<MINUS> (?<! [^\s()] ) -+ {_OPERAND} )
    | (?P<STRAY_STAR> \* )
    | (?P<NUMBER_SIGN> [nN] [°º] s? (?: \s* (?=[0-9]) | (?! {_ALNUM} ) ) )
    | (?P<WORD>
        (?P<text>
          (?: [0-9]{{1,3}} (?: {_GROUP_SPACE} [0-9]{{3}} )+ (?! {_ALNUM} ) | {_ALNUM} )
          (?: [^{_BETWEEN_WORDS},] | (?<=[0-9]) , (?=[0-9]) )*
        )
        (?: (?P<star> \* (?! {_ALNUM} ) ) | (?P<colon> : (?P<attached> {_OPERAND} )? ) )?
      )
    """,
    re.VERBOSE,
)
"""What none of these groups matches is white space or punctuation, and means nothing."""


def tokenize(text: str, fields: Mapping[str, str]) -> Iterator[Token]:
    """Cut a query into tokens, in the order of the text.

    Args:
        text: any string.
        fields: folded prefix → canonical name of the field.
    """
    for match in _TOKEN.finditer(text):
        yield from _READERS[str(match.lastgroup)](match, fields)


def _read_sign(kind: Kind) -> Callable[[re.Match[str], Mapping[str, str]], Iterator[Token]]:
    def read(match: re.Match[str], _fields: Mapping[str, str]) -> Iterator[Token]:
        yield Token(kind, match[0], match.span())

    return read


def _read_nothing(_match: re.Match[str], _fields: Mapping[str, str]) -> Iterator[Token]:
    yield from ()


def _read_minuses(match: re.Match[str], _fields: Mapping[str, str]) -> Iterator[Token]:
    for start in range(*match.span()):
        yield Token(Kind.NOT, "-", (start, start + 1))


def _read_phrase(match: re.Match[str], _fields: Mapping[str, str]) -> Iterator[Token]:
    end = match.end("quoted") + 1
    yield Token(Kind.PHRASE, " ".join(match["quoted"].split()), (match.start(), end))
    if match["slop"] is not None:
        yield Token(Kind.SLOP, match["slop"], (end, match.end()))


def _read_word(match: re.Match[str], fields: Mapping[str, str]) -> Iterator[Token]:
    text = _without_final_punctuation(match["text"])
    start = match.start()
    end = start + len(text)
    if match["star"] is not None:
        yield Token(Kind.PREFIX, text, match.span())
    elif text in OPERATORS:
        yield Token(OPERATORS[text], text, (start, end))
    elif match["colon"] is not None and text == match["text"]:
        yield from _read_field(match, fields)
    else:
        yield Token(Kind.WORD, text, (start, end))


def _read_field(match: re.Match[str], fields: Mapping[str, str]) -> Iterator[Token]:
    typed, span = match["text"], match.span("text")
    attached = match["attached"] is not None
    name = fields.get(_fold(typed))
    if name is not None:
        yield Token(Kind.FIELD if attached else Kind.LONE_FIELD, name, span)
        return
    # `12:30` and `https://` are nobody's idea of a field: they get no hint.
    if attached and typed.isalpha():
        yield Token(Kind.UNKNOWN_FIELD, typed, span)
    yield Token(Kind.WORD, typed, span)


def _without_final_punctuation(text: str) -> str:
    end = len(text)
    # A combining accent belongs to its letter, even when the text isn't in NFC.
    while not (text[end - 1].isalnum() or unicodedata.category(text[end - 1]).startswith("M")):
        end -= 1
    return text[:end]


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


_READERS: Final[Mapping[str, Callable[[re.Match[str], Mapping[str, str]], Iterator[Token]]]] = {
    "PHRASE": _read_phrase,
    "STRAY_QUOTE": _read_sign(Kind.STRAY_QUOTE),
    "OPEN": _read_sign(Kind.OPEN),
    "CLOSE": _read_sign(Kind.CLOSE),
    "BAR": _read_sign(Kind.OR),
    "MINUS": _read_minuses,
    "STRAY_STAR": _read_sign(Kind.STRAY_STAR),
    "NUMBER_SIGN": _read_nothing,
    "WORD": _read_word,
}
"""How each outermost group of the regular expression becomes tokens."""
