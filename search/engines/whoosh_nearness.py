"""What words that stand together add to the scores of the foremost questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Final, NamedTuple, TypeGuard

import numpy as np

from index.fields import MARKED_FIELDS
from search.engines.sorted_arrays import Floats
from search.engines.whoosh_evaluator import Evaluator
from search.engines.whoosh_page_places import FieldPlaces
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


def nearness(
    evaluator: Evaluator,
    pairs: Sequence[Pair],
    documents: Sequence[int],
    places: Sequence[FieldPlaces],
) -> Floats:
    """What pairs add to the scores of some documents; the formula stands in `search.ranking`.

    Args:
        evaluator: of the query.
        pairs: of its words.
        documents: live ones.
        places: for each, where at least the words of the pairs stand in it.

    Returns:
        float64, one for each document.
    """
    collection = evaluator.collection
    k1, weight = collection.ranking.k1, collection.ranking.near_weight
    added = np.zeros(len(documents))
    for pair in pairs:
        totals = np.zeros(len(documents))
        for field in MARKED_FIELDS:
            if field in pair.first.fields and field in pair.second.fields:
                weights = collection.weights(field)
                for number, (document, held) in enumerate(zip(documents, places, strict=True)):
                    count = _count(pair, held, field)
                    totals[number] += count * weights[document] if count else 0.0
        rarer = min(evaluator.idf(evaluator.frequency(unit)) for unit in pair)
        added += weight * rarer * totals / (k1 + totals)
    return added


def _is_word(clause: Clause) -> TypeGuard[Unit]:
    return isinstance(clause, Unit) and clause.is_words


def _are_one_name(first: Unit, second: Unit) -> bool:
    return first.widening is not None and first.widening == second.widening


def _count(pair: Pair, held: FieldPlaces, field: str) -> int:
    """How often the first word of a pair has the second one close behind it."""
    firsts, seconds = (_positions(unit, held, field) for unit in pair)
    if not (firsts and seconds):
        return 0
    return sum(any(first + step in seconds for step in _STEPS) for first in firsts)


def _positions(unit: Unit, held: FieldPlaces, field: str) -> set[int]:
    slots = held.get(field, {})
    return set().union(*(slots.get(slot, ()) for slot in unit.single_slots))
