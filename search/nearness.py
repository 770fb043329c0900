"""Which words of a query should stand together, and how often they do.

What that adds to the score stands in `search.ranking`.
"""

from __future__ import annotations

from collections.abc import Set
from itertools import islice, pairwise
from typing import Final, NamedTuple, TypeGuard

from search.expansion import AllOf, Clause, Unit
from search.ranking import BETWEEN, MOST_PAIRS

_STEPS: Final = range(1, BETWEEN + 2)
"""How far the second word of a pair may stand behind the first."""


class Pair(NamedTuple):
    """Two successive words of a query, each any of its forms."""

    first: Unit
    second: Unit


def successive_words(clause: Clause) -> list[Pair]:
    """The pairs of words that follow one another in a query, in the order typed.

    Of what is no single word (a phrase, a hyphenated word, a sigle with its name, an alternative),
    nothing stands next to it. Nor do the words of a name that its sigle stands for as well: a
    question that says the sigle has it whole.
    """
    pairs = pairwise(clause.children) if isinstance(clause, AllOf) else ()
    words = (
        Pair(first, second)
        for first, second in pairs
        if _is_word(first) and _is_word(second) and not _are_one_name(first, second)
    )
    return list(islice(words, MOST_PAIRS))


def count_near(firsts: Set[int], seconds: Set[int]) -> int:
    """How often the first word of a pair has the second one close behind it, by their positions."""
    if not (firsts and seconds):
        return 0
    return sum(any(first + step in seconds for step in _STEPS) for first in firsts)


def _is_word(clause: Clause) -> TypeGuard[Unit]:
    return isinstance(clause, Unit) and clause.is_words


def _are_one_name(first: Unit, second: Unit) -> bool:
    return first.widening is not None and first.widening == second.widening
