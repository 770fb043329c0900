"""The query tree: what a person typed, understood but not yet searched.

Nodes are immutable and compare by meaning; `span` tells where each stood in the typed query and
doesn't count in comparisons.
`str(node)` writes a query that parses back to an equal tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Start and end of a part of the query, in characters; the end is exclusive."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed, searched with its whole family; a hyphenated word is one Word."""

    text: str
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word: `infirm*`. `text` holds no star."""

    text: str
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"{self.text}*"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exact forms, in sequence; with a `slop`, in any order with at most that many other words
    between the first and the last.
    """

    text: str
    slop: int | None = None
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f'"{self.text}"' + ("" if self.slop is None else f"~{self.slop}")


@dataclass(frozen=True, slots=True)
class Fielded:
    """A part searched in one field only: `titre:retraite`."""

    name: str
    node: Node
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        # A minus right after a colon is a hyphen.
        excluded = isinstance(self.node, Not)
        return f"{self.name}:({self.node})" if excluded else f"{self.name}:{_operand(self.node)}"


@dataclass(frozen=True, slots=True)
class Not:
    """A part that must not match: `-pension`."""

    node: Node
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"-{_operand(self.node)}"


@dataclass(frozen=True, slots=True)
class And:
    """Two or more parts that must all match; none of them is itself an And."""

    nodes: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        parts = [_operand(node) for node in self.nodes]
        joined = (_joiner(left, right) + right for left, right in pairwise(parts))
        return parts[0] + "".join(joined)


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more parts of which one must match; none of them is itself an Or."""

    nodes: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return " OU ".join(
            f"({node})" if isinstance(node, Or) else str(node) for node in self.nodes
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A pasted text of thirty words or more: the question that has every word, else the closest.

    `text` is the text as typed, operators and punctuation included as plain characters.
    """

    text: str
    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Everything:
    """Nothing to search for: every question matches."""

    span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return ""


Node: TypeAlias = Word | Prefix | Phrase | Fielded | Not | And | Or | Draft | Everything


def _operand(node: Node) -> str:
    """The node as it stands beside others: what binds looser goes in parentheses."""
    return f"({node})" if isinstance(node, And | Or) else str(node)


_GROUPED_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{1,3} [0-9]{3}(?![0-9])")


def _joiner(left: str, right: str) -> str:
    """Choose what joins two required parts: a bare space would make one number of 1 and 960."""
    return " ET " if _GROUPED_DIGITS.search(f"{left[-4:]} {right[:4]}") else " "
