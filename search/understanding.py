"""What is told of a query before anything is found: how it was read, and what was ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from search.description import REVERSED_PERIOD, has_reversed_period
from search.expansion import QUERY_FIELDS, Expanded, widenings
from search.query.check import check
from search.query.nodes import Node
from search.query.parser import parse_lenient
from search.request import SearchRequest

MOST_APPROCHES: Final = 50
"""The closest questions that are shown, when none has all the words."""


class Read(NamedTuple):
    """A query as it was read.

    Attributes:
        tree: the query as parsed.
        hints: French sentences about it.
    """

    tree: Node
    hints: tuple[str, ...]


def read_query(request: SearchRequest) -> Read:
    """Read the query of a request; nothing is looked up."""
    parsed = parse_lenient(request.q, QUERY_FIELDS)
    hints = dict.fromkeys(hint.message for hint in (*parsed.hints, *check(parsed.tree)))
    return Read(parsed.tree, tuple(hints))


def indications(
    request: SearchRequest, hints: Iterable[str], expanded: Expanded, unfiltered: int, total: int
) -> Iterator[str]:
    """What was ignored, or could be done, in French sentences.

    Args:
        request: of the search.
        hints: about its query.
        expanded: the query as it was looked up.
        unfiltered: how many questions have its words.
        total: how many of these pass the filters.
    """
    yield from hints
    for widening in widenings(expanded.root):
        yield widening.sentence
    for name in request.unknown:
        yield f"Paramètre « {name} » inconnu : ignoré."
    if has_reversed_period(request):
        yield REVERSED_PERIOD
    if request.q and not expanded.searchable:
        yield f"Aucun mot à chercher dans « {request.q} » : rien n’est écarté."
    if unfiltered and not total:
        noun = "question" if unfiltered == 1 else "questions"
        yield f"Aucune question avec ces filtres ; {unfiltered} {noun} sans eux."
