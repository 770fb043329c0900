"""What may complete a query that is being typed, without an engine: what is completed, and how.

The last word is completed; the words before it stay. A line is a word, an expression, the value of
a facet or a question's title, with how many questions its address finds: never none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice, pairwise, zip_longest
from typing import Any, Final, NamedTuple

from index.french.analyzer import Token, analyze
from index.french.fold import fold
from index.french.segment import APOSTROPHES, HYPHENS, IN_WORD_ONLY
from index.french.stopwords import is_optional
from search.facets import FACET
from search.query.lexer import OPERATORS

MOST_SUGGESTIONS: Final = 10
"""Lines that are shown at once: more would be read by nobody."""

LONGEST_TYPED: Final = 200
"""Characters of a query that is completed: a longer one is a pasted draft."""

WORD, EXPRESSION, TITLE = "mot", "expression", "titre"

COMPLETED_FACETS: Final = ("rubrique", "ministere", "auteur")
"""The facets whose values are suggested; each is a `genre` too."""

GENRES: Final[Mapping[str, str]] = {
    WORD: "Mot",
    EXPRESSION: "Expression",
    **{name: FACET[name].label for name in COMPLETED_FACETS},
    TITLE: "Question",
}
"""Every `genre` and what it is called beside a line."""

SHARES: Final[Mapping[str, int]] = {
    WORD: 4,
    EXPRESSION: 2,
    **dict.fromkeys(COMPLETED_FACETS, 2),
    TITLE: 3,
}
"""How many lines of each genre there are at most."""

_MOST_WORDS: Final = 12
"""Words of a query that is completed: each costs as much as in a search."""

_FOLLOWING: Final = 3
"""Words after the completed one among which an expression ends; small words don't end it."""

_MOST_TAIL: Final = 6
"""Words that are looked for as a facet's value, at most."""

_REMEMBERED: Final = 1 << 12
"""Titles whose words are remembered: the newest ones are read for letter after letter."""

_PLAIN: Final = re.compile(rf"[{HYPHENS}\w\s{APOSTROPHES}{IN_WORD_ONLY}.,]*")
_MINUS: Final = re.compile(rf"(?<!\w)[{HYPHENS}]")
_SIGN: Final = re.compile(rf"[^{HYPHENS}\w\s{APOSTROPHES}]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line.

    Attributes:
        texte: what is suggested, in words.
        genre: a name of `GENRES`.
        nombre: how many questions `url` finds; 1 for a title, which leads to its question.
        url: a search with the filters in force, or a question's page.
    """

    texte: str
    genre: str
    nombre: int
    url: str

    def as_json(self) -> dict[str, Any]:
        """The object of the API (see `docs/api.md`)."""
        return asdict(self)


class Tail(NamedTuple):
    """The end of what was typed, taken as the beginning of a facet's value.

    Attributes:
        before: the words that stay, without small words at their end.
        text: the beginning, of one or several words.
    """

    before: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A query that is being typed, cut before the word that is completed.

    Attributes:
        text: all of it.
        before: what stands before the word and stays.
        head: the folded parts of a hyphenated word that stand before its last one; often empty.
        prefix: the folded beginning of the word.
        quoted: whether the word stands in quotes that aren't closed yet.
        plain: whether the query is words and nothing else: no operator, quotes or field.
        tokens: the words typed, in order.
    """

    text: str
    before: str
    head: str
    prefix: str
    quoted: bool
    plain: bool
    tokens: Sequence[Token]

    def completed(self, word: str) -> str:
        """The query with a word in place of its beginning."""
        return self.before + word + '"' * self.quoted

    def tails(self) -> Iterator[Tail]:
        """The ends of a plain query, the longest first."""
        for number in range(max(0, len(self.tokens) - _MOST_TAIL), len(self.tokens)):
            before = self.tokens[:number]
            kept = [token for token in before if not self._is_small(token)]
            end = kept[-1].end if kept else 0
            yield Tail(self.text[:end], self.text[self.tokens[number].start :])

    def expressions_in(self, title: str) -> Iterator[str]:
        """The expression that a title completes what was typed to, if any; in lower case.

        Several words that follow each other there are one already, to the end of the last; a
        single word goes on to the next one that means something.
        """
        words = _words_of(title)
        size = len(self.tokens)
        for place in range(len(words) - size + 1):
            here = words[place : place + size]
            if self._is_at(here) and not (place and _same(words[place - 1], here[0])):
                end = _end_of_expression(words, place, size, title)
                whole = words[place:end]
                if whole and _are_words(title, whole):
                    yield title[here[0].start : whole[-1].end].lower()
                return

    def _is_at(self, words: Sequence[Token]) -> bool:
        *earlier, last = zip(self.tokens, words, strict=True)
        return last[1].term.startswith(last[0].term) and all(a.term == b.term for a, b in earlier)

    def _is_small(self, token: Token) -> bool:
        return is_optional(self.text[token.start : token.end])


def read_typed(text: str) -> Typed | None:
    """What of a query is completed; None when its end is no word, or it is too long.

    Args:
        text: as a request holds it, NFC and without control characters.
    """
    if len(text) > LONGEST_TYPED:
        return None
    words = [token for token in analyze(text) if not token.glued]
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    last = words[-1]
    if last.end < len(text) or text[last.start :] in OPERATORS or not last.term[0].isalpha():
        return None
    first = next(token for token in words if token is last or _same(token, last))
    return Typed(
        text=text,
        before=text[: last.start],
        head=fold(text[first.start : last.start]) if first is not last else "",
        prefix=last.term,
        quoted=len(re.findall('["“”]', text)) % 2 == 1,
        plain=_is_plain(text),
        tokens=words,
    )


def mix(found: Mapping[str, Sequence[Suggestion]], limit: int) -> tuple[Suggestion, ...]:
    """At most `limit` lines of all genres, each with its share; the first ones of each first.

    Args:
        found: the lines of each genre, the likeliest first; genres in the order they are shown.
        limit: how many lines there are at most.
    """
    shares = [lines[: SHARES[genre]] for genre, lines in found.items()]
    turns = (line for turn in zip_longest(*shares) for line in turn if line is not None)
    kept = set(islice(turns, limit))
    return tuple(line for share in shares for line in share if line in kept)


def _is_plain(text: str) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and _MINUS.search(text) is None
        and OPERATORS.keys().isdisjoint(text.split())
    )


@lru_cache(_REMEMBERED)
def _words_of(title: str) -> Sequence[Token]:
    """The words of a title in order, without glued forms."""
    return tuple(token for token in analyze(title) if not token.glued)


def _same(token: Token, other: Token) -> bool:
    """Whether two words are parts of one hyphenated word."""
    return token.compound is not None and token.compound == other.compound


def _end_of_expression(words: Sequence[Token], place: int, size: int, text: str) -> int:
    """After which word an expression ends; `place` when there is none.

    Args:
        words: of the title.
        place: of the first word that was typed.
        size: how many were typed.
        text: the title.
    """
    last = place + size - 1
    if size == 1:
        after = range(last + 1, min(last + 1 + _FOLLOWING, len(words)))
        meaningful = (n for n in after if not is_optional(text[words[n].start : words[n].end]))
        last = next(meaningful, -1)
    if last < 0:
        return place
    # A part of a hyphenated word would be no word.
    while last + 1 < len(words) and _same(words[last], words[last + 1]):
        last += 1
    return last + 1


def _are_words(text: str, words: Sequence[Token]) -> bool:
    """Whether no sign but hyphens and apostrophes parts some successive words."""
    between = (text[one.end : other.start] for one, other in pairwise(words))
    return not any(map(_SIGN.search, between))
