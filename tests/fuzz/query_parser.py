"""A typed query: any text is read, says what was wrong, and keeps its meaning when printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from index.french.fold import fold
from search.completion import read_typed
from search.corrections import MOST_TRIED, corrected_queries
from search.description import describe
from search.examples import EXAMPLES, MISTAKES
from search.expansion import QUERY_FIELDS, expand, positive_units, widenings
from search.query.check import check
from search.query.errors import Hint
from search.query.lexer import OPERATORS
from search.query.nodes import And, Draft, Fielded, Node, Not, Or
from search.query.parser import QuerySyntaxError, parse_lenient, parse_strict
from search.request import BadRequest, SearchRequest
from search.spelling import Candidate
from tests.fuzz.target import RunOne, Target, any_text


class _Words:
    """A vocabulary and a lexicon of words that all look alike."""

    def family(self, word: str) -> frozenset[str]:
        folded = fold(word)
        return frozenset({folded, f"{folded}s"})

    def frequency(self, word: str, fields: tuple[str, ...]) -> int:
        return len(word) % 3 * len(fields)

    def corrections(self, word: str) -> Sequence[Candidate]:
        return [Candidate(f"{word[:9]}s", 900), Candidate("deux mots", 2)][: len(word) % 4]

    def written(self, word: str) -> str:
        return word


WORDS = _Words()


def prepare(_folder: Path) -> RunOne:
    return run_one


def run_one(data: bytes) -> None:
    text = any_text(data)
    tree = _read(text)
    try:
        request = SearchRequest.from_params([("q", text)])
    except BadRequest as refused:
        assert all(error.message.endswith(".") for error in refused.errors)
        return
    if request.q != text:
        tree = _read(request.q)
    _expand(tree, champ="question" if len(data) % 4 == 0 else None)
    if len(data) % 4 == 1:
        _correct(request.q, tree)
    read_typed(request.q)
    assert describe(request).encode()
    assert SearchRequest.from_params(request.to_params()) == request


def _read(text: str) -> Node:
    """The tree of a text, which both entries give, or which the strict one says is mistaken."""
    parsed = parse_lenient(text, QUERY_FIELDS)
    hints = [*parsed.hints, *check(parsed.tree)]
    assert all(hint.message.endswith(".") for hint in hints)
    assert len({hint.message for hint in parsed.hints}) == len(parsed.hints)
    assert all(0 <= start < end <= len(text) for start, end in _spans(parsed.tree, parsed.hints))
    try:
        strict = parse_strict(text, QUERY_FIELDS)
    except QuerySyntaxError as error:
        assert parsed.hints
        assert len(str(error).splitlines()) == 3
    else:
        assert not parsed.hints
        assert strict == parsed.tree
    again = parse_strict(str(parsed.tree), QUERY_FIELDS)
    assert again == parsed.tree or isinstance(again, Draft)  # thirty words read as a pasted text
    return parsed.tree


def _spans(tree: Node, hints: Sequence[Hint]) -> Iterator[tuple[int, int]]:
    yield from (hint.span for hint in hints)
    yield from (node.span for node in _walk(tree) if str(node))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Not(inner) | Fielded(_, inner):
            yield from _walk(inner)
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _walk(one)


def _expand(tree: Node, champ: str | None) -> None:
    expanded = expand(tree, WORDS, champ)
    units = list(positive_units(expanded.root))
    assert all(unit.alternatives and unit.fields for unit in units)
    assert expanded.searchable or not units
    assert all(widening.also for widening in widenings(expanded.root))


def _correct(query: str, tree: Node) -> None:
    for corrected in islice(corrected_queries(query, tree, WORDS), MOST_TRIED):
        assert corrected.encode()


def seeds() -> Iterator[bytes]:
    for example in EXAMPLES:
        yield from (typed.encode() for typed in (example.typed, *example.also))
    yield from map(str.encode, MISTAKES)


TARGET = Target(
    name="query_parser",
    prepare=prepare,
    seeds=seeds,
    words=(
        *OPERATORS,
        *(f"{name}:" for name in QUERY_FIELDS),
        *('"', "“", "”", "«", "»", "(", ")", "*", "|", "-", " -", "~5", '"~999', ":", "n° ", "’"),
        *("ARS", "agence régionale de santé", "1 960", "6,6", "17-2621QE", "e\u0301", "\u00a0"),
    ),
    longest=400,
    share=0.18,
    packages=("search.query", "search.expansion", "search.corrections", "search.sigles"),
)
