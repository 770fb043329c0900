"""Text → query tree, by hand-written rules: each `_parse_*` carries its rule in EBNF.

One grammar serves two entries: `parse_strict` raises at the first problem, `parse_lenient`
repairs each, says so in a hint and always gives a tree.
The language, for people: `docs/query-language.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from search.query import errors
from search.query.errors import Hint, Problem, QuerySyntaxError
from search.query.lexer import Kind, Token, tokenize
from search.query.nodes import (
    And,
    Draft,
    Everything,
    Fielded,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Span,
    Word,
)

__all__ = [
    "DRAFT_WORDS",
    "MOST_NESTED",
    "Hint",
    "Parsed",
    "QuerySyntaxError",
    "parse_lenient",
    "parse_strict",
]

DRAFT_WORDS: Final = 30
"""A text of this many words without alternative, exclusion or field is a pasted draft."""

MOST_NESTED: Final = 20
"""Levels of parentheses: bounds the depth of the tree, and so of every recursion over it."""

_Report: TypeAlias = Callable[[Problem, Span], None]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, and what had to be repaired to get it, in the order of the text."""

    tree: Node
    hints: tuple[Hint, ...]


def parse_strict(text: str, fields: Mapping[str, str]) -> Node:
    """Give the tree of a query that keeps to the grammar.

    Args:
        text: the query as typed, preferably in NFC.
        fields: folded prefix (lower case, no accents) → canonical name of the field.

    Raises:
        QuerySyntaxError: the query breaks the grammar; the error points at the place.
    """

    def report(problem: Problem, span: Span) -> None:
        raise problem.error(text, span)

    return _parse(text, fields, report)


def parse_lenient(text: str, fields: Mapping[str, str]) -> Parsed:
    """Give the tree of any text: what breaks the grammar is ignored, with one hint per message.

    Args:
        text: the query as typed, preferably in NFC.
        fields: folded prefix (lower case, no accents) → canonical name of the field.
    """
    hints: list[Hint] = []

    def report(problem: Problem, span: Span) -> None:
        hints.append(problem.hint(text, span))

    tree = _parse(text, fields, report)
    return Parsed(tree, _in_order_once(hints))


def _in_order_once(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    first: dict[str, Hint] = {}
    for hint in sorted(hints, key=lambda hint: hint.span):
        first.setdefault(hint.message, hint)
    return tuple(first.values())


def _parse(text: str, fields: Mapping[str, str], report: _Report) -> Node:
    tokens = list(tokenize(text, fields))
    # Before anything is reported: the punctuation of a pasted draft is no mistake.
    if _is_draft(text, tokens):
        return Draft(text, span=(0, len(text)))
    clean = _without_strays(tokens, report)
    paired = _without_unpaired(list(clean), report)
    return _Parser(list(_without_deep(paired, report)), report).parse_query()


_NOT_IN_DRAFTS: Final = {Kind.OR, Kind.FIELD}


def _is_draft(text: str, tokens: Iterable[Token]) -> bool:
    """Whether the text is too long to be a query; a minus in it is a dash, SAUF an operator."""
    words = sum(any(map(str.isalnum, piece)) for piece in text.split())
    return words >= DRAFT_WORDS and not any(
        token.kind in _NOT_IN_DRAFTS or (token.kind is Kind.NOT and token.text != "-")
        for token in tokens
    )


_STRAYS: Final[Mapping[Kind, Problem]] = {
    Kind.STRAY_STAR: errors.MISPLACED_STAR,
    Kind.STRAY_QUOTE: errors.UNCLOSED_QUOTE,
    Kind.LONE_FIELD: errors.LONE_FIELD,
    Kind.UNKNOWN_FIELD: errors.UNKNOWN_FIELD,
}


def _without_strays(tokens: Iterable[Token], report: _Report) -> Iterator[Token]:
    for token in tokens:
        if token.kind in _STRAYS:
            report(_STRAYS[token.kind], token.span)
        else:
            yield token


def _without_unpaired(tokens: Sequence[Token], report: _Report) -> Iterator[Token]:
    """Drop the parentheses without a partner, so that the grammar never meets one."""
    opened: list[int] = []
    unpaired: dict[int, Problem] = {}
    for place, token in enumerate(tokens):
        if token.kind is Kind.OPEN:
            opened.append(place)
        elif token.kind is Kind.CLOSE and opened:
            opened.pop()
        elif token.kind is Kind.CLOSE:
            unpaired[place] = errors.UNOPENED_PARENTHESIS
    unpaired |= dict.fromkeys(opened, errors.UNCLOSED_PARENTHESIS)
    for place, token in enumerate(tokens):
        if place in unpaired:
            report(unpaired[place], token.span)
        else:
            yield token


def _without_deep(tokens: Iterable[Token], report: _Report) -> Iterator[Token]:
    """Drop the pairs of parentheses below `MOST_NESTED` levels."""
    depth = 0
    for token in tokens:
        depth -= token.kind is Kind.CLOSE
        if token.kind not in (Kind.OPEN, Kind.CLOSE) or depth < MOST_NESTED:
            yield token
        elif token.kind is Kind.OPEN:
            report(errors.DEEP_PARENTHESIS, token.span)
        depth += token.kind is Kind.OPEN


class _Parser:
    """Recursive descent over tokens whose parentheses are paired.

    A rule gives None when it found nothing; the caller says what that leaves without a meaning.
    """

    def __init__(self, tokens: Sequence[Token], report: _Report) -> None:
        self._tokens = tokens
        self._report = report
        self._place = 0

    def parse_query(self) -> Node:
        """`query = [ disjunction ]`"""
        return self._parse_disjunction() or Everything()

    def _parse_disjunction(self) -> Node | None:
        """`disjunction = conjunction , { ( "OU" | "OR" | "|" ) , conjunction }`"""
        nodes: list[Node] = []
        operator = None
        while True:
            node = self._parse_conjunction()
            if operator is not None:
                self._report_dangling(operator, nodes, node)
            if node is not None:
                nodes.append(node)
            operator = self._take(Kind.OR)
            if operator is None:
                return _joined(Or, nodes)

    def _parse_conjunction(self) -> Node | None:
        """`conjunction = operand , { [ "ET" | "AND" ] , operand }`"""
        nodes: list[Node] = []
        while self._kind not in (Kind.OR, Kind.CLOSE, None):
            operator = self._take(Kind.AND)
            node = self._parse_operand()
            if operator is not None:
                self._report_dangling(operator, nodes, node)
            if node is not None:
                nodes.append(node)
        return _joined(And, nodes)

    def _parse_operand(self) -> Node | None:
        """`operand = { "-" | "SAUF" } , { field , ":" } , primary`

        Loops rather than recursion: two thousand minuses are one level of the tree.
        """
        minuses = list(self._take_all(Kind.NOT))
        names = list(self._take_all(Kind.FIELD))
        node = self._parse_primary()
        if node is None:
            for token in minuses:
                self._report(errors.NOTHING_RIGHT, token.span)
            for token in names:
                self._report(errors.LONE_FIELD, token.span)
            return None
        # The field nearest to a word wins.
        if names and not isinstance(node, Fielded):
            node = Fielded(names[-1].text, node, span=self._span_from(names[-1]))
        if len(minuses) % 2:
            node = node.node if isinstance(node, Not) else Not(node, self._span_from(minuses[-1]))
        return node

    def _parse_primary(self) -> Node | None:
        """`primary = word | prefix | phrase | group`"""
        if self._kind is Kind.OPEN:
            return self._parse_group()
        if self._kind is Kind.PHRASE:
            return self._parse_phrase()
        if token := self._take(Kind.PREFIX):
            return Prefix(token.text, span=token.span)
        if token := self._take(Kind.WORD):
            return Word(token.text, span=token.span)
        return None

    def _parse_group(self) -> Node | None:
        """`group = "(" , disjunction , ")"`"""
        opening = self._next()
        node = self._parse_disjunction()
        self._next()
        span = self._span_from(opening)
        if node is None:
            self._report(errors.EMPTY_PARENTHESES, span)
        return replace(node, span=span) if isinstance(node, And | Or) else node

    def _parse_phrase(self) -> Node | None:
        """`phrase = quote , { character - quote } , quote , [ "~" , digit , { digit } ]`"""
        quoted = self._next()
        slop = self._take(Kind.SLOP)
        if not any(map(str.isalnum, quoted.text)):
            self._report(errors.EMPTY_QUOTES, quoted.span)
            return None
        distance = None if slop is None else self._distance(slop)
        return Phrase(quoted.text, distance, span=self._span_from(quoted))

    def _distance(self, slop: Token) -> int:
        # Four digits say enough, and int() refuses thousands of them.
        distance = int(slop.text.lstrip("0")[:4] or "0")
        if distance > errors.MOST_SLOP:
            self._report(errors.LARGE_SLOP, slop.span)
        return min(distance, errors.MOST_SLOP)

    def _report_dangling(self, operator: Token, left: Sequence[Node], right: Node | None) -> None:
        if not left:
            self._report(errors.NOTHING_LEFT, operator.span)
        elif right is None:
            self._report(errors.NOTHING_RIGHT, operator.span)

    @property
    def _kind(self) -> Kind | None:
        """The kind of the next token, or None at the end."""
        return self._tokens[self._place].kind if self._place < len(self._tokens) else None

    def _next(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, kind: Kind) -> Token | None:
        return self._next() if self._kind is kind else None

    def _take_all(self, kind: Kind) -> Iterator[Token]:
        while self._kind is kind:
            yield self._next()

    def _span_from(self, token: Token) -> Span:
        """From the start of a token to the end of the one read last."""
        return token.span[0], self._tokens[self._place - 1].span[1]


def _joined(kind: type[And | Or], nodes: Sequence[Node]) -> Node | None:
    """Put nodes under one And or Or: none inside another of its kind, none with a single part."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, kind) else (node,))
    if len(flat) < 2:
        return flat[0] if flat else None
    return kind(tuple(flat), span=(nodes[0].span[0], nodes[-1].span[1]))
