"""What holds for every tree and for every text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.query.nodes import And, Fielded, Node, Not, Or
from search.query.parser import QuerySyntaxError, parse_lenient, parse_strict
from tests.search.query.strategies import FIELD_NAMES, trees

FIELDS = {name: name for name in FIELD_NAMES}

SYMBOLS = (*'()"“”«*-|:~,.’° ', "\u00a0", "\u0301", "\ud800", "~5")
WORDS = ("n", "1", "960", "a", "é", "n° ", "titre", "titre:", "objet:", "ET", "OU")
OPERATORS = (" ", " ET ", " OU ", " SAUF ")
SYNTAX = st.lists(st.sampled_from(SYMBOLS + WORDS + OPERATORS), max_size=25).map("".join)
"""Texts made of what means something to the grammar."""

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
"""Any text, lone surrogates included."""


def walk(node: Node) -> list[Node]:
    """List the node and all below it."""
    match node:
        case Not() | Fielded():
            return [node, *walk(node.node)]
        case And() | Or():
            return [node, *(below for child in node.nodes for below in walk(child))]
    return [node]


@given(trees())
def test_a_printed_tree_parses_back(tree: Node) -> None:
    """The printed form of a tree is a query for that tree, without a hint."""
    parsed = parse_lenient(str(tree), FIELDS)

    assert (parsed.tree, parsed.hints) == (tree, ())


@given(SYNTAX | ANY_TEXT)
def test_the_tree_of_any_text_prints_and_parses_back(text: str) -> None:
    """Any text parses leniently, into a tree whose printed form keeps to the grammar."""
    tree = parse_lenient(text, FIELDS).tree

    assert parse_strict(str(tree), FIELDS) == tree


@given(SYNTAX | ANY_TEXT)
def test_the_entries_agree(text: str) -> None:
    """The strict entry raises exactly when the lenient one has a hint; else the trees are equal."""
    parsed = parse_lenient(text, FIELDS)
    try:
        strict: Node | None = parse_strict(text, FIELDS)
    except QuerySyntaxError:
        strict = None

    assert strict == (None if parsed.hints else parsed.tree)


@given(SYNTAX | ANY_TEXT)
def test_spans_stay_within_the_query(text: str) -> None:
    """Every node and every hint stands for a part of the query that isn't empty."""
    parsed = parse_lenient(text, FIELDS)
    spans = [hint.span for hint in parsed.hints]
    spans += [node.span for node in walk(parsed.tree) if str(node)]

    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(SYNTAX | ANY_TEXT)
def test_no_hint_is_said_twice(text: str) -> None:
    """Each message comes once, at its first place."""
    messages = [hint.message for hint in parse_lenient(text, FIELDS).hints]

    assert len(messages) == len(set(messages))
