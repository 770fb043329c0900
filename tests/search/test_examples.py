"""The cases of the query language are read as they say, leave nothing out, and find something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from index.fields import TEXT_FIELDS, TextField
from search.engine import Engine
from search.examples import EXAMPLES, MISTAKES, SECTIONS, Example, said_of
from search.expansion import QUERY_FIELDS
from search.query import errors
from search.query.errors import Problem
from search.query.lexer import OPERATORS, Kind, tokenize
from search.query.nodes import And, Everything, Fielded, Node, Not, Or, Word
from search.query.parser import MOST_NESTED, parse_strict
from search.request import SearchRequest

SPELLINGS = [(typed, e) for e in EXAMPLES for typed in (e.typed, *e.also)]

PROBLEMS = {name: value for name, value in vars(errors).items() if isinstance(value, Problem)}

TOO_DEEP = "(" * (MOST_NESTED + 1) + "mot" + ")" * (MOST_NESTED + 1)
"""The one mistake that nobody would learn from."""


@pytest.mark.parametrize(("typed", "example"), SPELLINGS, ids=[typed for typed, _ in SPELLINGS])
def test_an_example_is_read_as_it_says(typed: str, example: Example) -> None:
    """Every spelling gives the tree that is declared, and no hint is owed to whoever types it."""
    tree = parse_strict(typed, QUERY_FIELDS)

    assert tree == example.tree
    assert said_of(typed) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.typed)
def test_an_example_finds_what_it_teaches(demo_engine: Engine, example: Example) -> None:
    """In the demo corpus; those that can't are marked, and only those."""
    totals = [
        demo_engine.search(SearchRequest(q=typed)).total for typed in (example.typed, *example.also)
    ]

    assert [total > 0 for total in totals] == [example.in_demo] * len(totals)
    assert len(set(totals)) == 1


def kinds_of(node: Node) -> Iterator[type]:
    yield type(node)
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from kinds_of(inner)
        case Not(inner) | Fielded(_, inner):
            yield from kinds_of(inner)


def test_every_kind_of_node_has_an_example() -> None:
    """All of the tree is shown, but for the query that is empty."""
    shown = {kind for example in EXAMPLES for kind in kinds_of(example.tree)}

    assert shown == set(get_args(Node)) - {Everything}


def test_every_sign_has_an_example() -> None:
    """Whatever the lexer tells apart stands in an example, or in a mistake."""
    texts = [*MISTAKES, *(typed for typed, _ in SPELLINGS)]
    shown = {token.kind for text in texts for token in tokenize(text, QUERY_FIELDS)}

    assert shown == set(Kind)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_an_example(operator: str) -> None:
    """Whole, among the words of a query."""
    assert any(operator in typed.split() for typed, _ in SPELLINGS)


@pytest.mark.parametrize("field", TEXT_FIELDS, ids=lambda field: field.name)
def test_every_field_has_an_example(field: TextField) -> None:
    """One word in that field, before what is more intricate."""
    simple = {
        e.tree.name
        for e in EXAMPLES
        if isinstance(e.tree, Fielded) and isinstance(e.tree.node, Word)
    }

    assert field.name in simple


def test_every_section_has_examples_in_its_order() -> None:
    """None is empty, and the cases of one stand together."""
    assert list(dict.fromkeys(example.section for example in EXAMPLES)) == list(SECTIONS)


def test_every_problem_has_a_mistake() -> None:
    """Each way of breaking the grammar is shown with what the page says of it."""
    said = [sentence for typed in (*MISTAKES, TOO_DEEP) for sentence in said_of(typed)]
    told = {name for name, p in PROBLEMS.items() if any(tells(line, p) for line in said)}

    assert told == set(PROBLEMS)


def tells(sentence: str, problem: Problem) -> bool:
    """Whether a sentence is how that problem is said, whatever the place in the query."""
    template = re.escape(f"{problem.what} : {problem.repair}.")
    return re.fullmatch(template.replace(re.escape("{text}"), ".+"), sentence) is not None


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(typed: str) -> None:
    """So that an example shows one thing."""
    assert len(said_of(typed)) == 1
