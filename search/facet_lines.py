"""Which values of a facet are listed, in which order, and how they are shown; without an engine."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from search.facets import LISTED_VALUES, Facet, FacetValue, identity
from search.request import Choice

Line: TypeAlias = tuple[str, int]
"""A value and how many questions bear it."""


def first_lines(facet: Facet, lines: list[Line]) -> list[Line]:
    """The first values of a facet, in the order of display.

    Args:
        facet: whose values they are.
        lines: those that are borne, in the order of `Facet.rank`; all that may be among the first.
    """
    if not facet.descending:
        lines = sorted(lines, key=itemgetter(1), reverse=True)
    return lines[:LISTED_VALUES]


def with_named(facet: Facet, lines: Sequence[Line], named: Mapping[str, int]) -> list[Line]:
    """The first lines and those of named values; of the others, none after the first.

    Args:
        facet: whose values they are.
        lines: as `first_lines` gives them.
        named: the values to list whatever their count, with it.
    """

    def rank(line: Line) -> tuple[Any, ...]:
        valeur, count = line
        return (0 if facet.descending else -count, *facet.rank(valeur))

    ordered = sorted({**dict(lines), **named}.items(), key=rank)
    return [line for n, line in enumerate(ordered) if n < LISTED_VALUES or line[0] in named]


def shown(facet: Facet, lines: Sequence[Line], choices: Collection[Choice]) -> Iterator[FacetValue]:
    """The lines as they are shown, each saying whether it is chosen or excluded."""
    for valeur, count in lines:
        chosen, excluded = (Choice(valeur, exclue) in choices for exclue in (False, True))
        yield FacetValue(valeur, facet.libelle(valeur), count, chosen, excluded)


def begins(valeur: str, prefix: str) -> bool:
    """Whether a word of a value begins so; the empty prefix begins every word."""
    return re.search(rf"(?<!\w){re.escape(identity(prefix))}", identity(valeur)) is not None
