"""What words that stand together add to the scores of the foremost questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.fields import MARKED_FIELDS
from search.engines.sorted_arrays import Floats
from search.engines.whoosh_evaluator import Evaluator
from search.engines.whoosh_page_places import FieldPlaces
from search.expansion import Unit
from search.nearness import Pair, count_near


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


def _count(pair: Pair, held: FieldPlaces, field: str) -> int:
    """How often the first word of a pair has the second one close behind it."""
    firsts, seconds = (_positions(unit, held, field) for unit in pair)
    return count_near(firsts, seconds)


def _positions(unit: Unit, held: FieldPlaces, field: str) -> set[int]:
    slots = held.get(field, {})
    return set().union(*(slots.get(slot, ()) for slot in unit.single_slots))
