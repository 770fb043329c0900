"""How the score of one question was made: its words counted in its texts, by the same formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from index.cluster.shape import UID
from search.engines.opensearch_query import Body, Weights, unrounded
from search.engines.opensearch_search import Search, field_weight, find_question
from search.expansion import Clause, Unit, excluded_units, positive_units
from search.explanation import Explanation, FieldShare, UnitShare
from search.occurrences import AnalysedQuestion
from search.ranking import SCORE_DECIMALS


def explain(search: Search, uid: str) -> Explanation | None:
    """What a search makes of the question with this uid; None when there is none."""
    question = find_question(search.snapshot, uid)
    if question is None:
        return None
    analysed = AnalysedQuestion(question)
    root = search.expanded.root
    clause = search.found_by(analysed)
    score, nearness = (0.0, 0.0) if clause is None else _score(search, clause, uid)
    return Explanation(
        uid=uid,
        questions=search.snapshot.questions,
        rank=search.rank_of(uid),
        total=search.count(),
        closest=clause is not None and clause is search.expanded.closest,
        filtered=clause is not None and not search.passes(uid),
        sort=search.request.sort,
        score=score,
        nearness=nearness,
        units=tuple(_shares(search, analysed)),
        excluded=tuple(unit.label for unit in excluded_units(root) if analysed.holds(unit)),
    )


def _score(search: Search, clause: Clause, uid: str) -> tuple[float, float]:
    """The score of a question that matches, and the part of it for words that stand together."""
    weights = search.generation.weights(clause)
    near = search.nearness(clause, weights)
    query: Body = {
        "bool": {
            "must": [unrounded(clause, weights, near)],
            "filter": [{"term": {UID: uid}}],
        }
    }
    hits = search.snapshot.search({"query": query, "size": 1, "_source": False})["hits"]["hits"]
    score = hits[0]["_score"] if hits else 0.0
    return score, round(near.get(uid, 0.0), SCORE_DECIMALS)


def _shares(search: Search, analysed: AnalysedQuestion) -> Iterator[UnitShare]:
    """What each word gives, in the order typed."""
    root = search.expanded.root
    weights = search.generation.weights(root)
    counts = search.generation.frequencies(root)
    for unit in dict.fromkeys(positive_units(root)):
        fields = tuple(_fields(analysed, unit, weights))
        typed = sum(share.adds for share in _fields_typed(analysed, unit, weights))
        yield UnitShare(
            label=unit.label,
            questions=counts[unit],
            idf=weights.idf[unit],
            fields=fields,
            typed=typed,
            typed_idf=weights.typed_idf[unit] if typed else 0.0,
            ranking=weights.ranking,
        )


def _fields_typed(analysed: AnalysedQuestion, unit: Unit, weights: Weights) -> Iterator[FieldShare]:
    """The fields in which a question has a unit in the form as typed."""
    if unit.typed is not None:
        yield from _fields(analysed, replace(unit, alternatives=(unit.typed,)), weights)


def _fields(analysed: AnalysedQuestion, unit: Unit, weights: Weights) -> Iterator[FieldShare]:
    """The fields in which a question has a unit."""
    for name in unit.fields:
        occurrences = analysed.occurrences(unit, name)
        if occurrences:
            length = analysed.length(name)
            yield FieldShare(
                field=name,
                occurrences=occurrences,
                forms=_forms(analysed, unit, name),
                weight=field_weight(weights, name, length),
                length=length,
                average=weights.averages[name],
            )


def _forms(analysed: AnalysedQuestion, unit: Unit, name: str) -> dict[str, int]:
    """How often each form of a word occurs in a field; empty for a phrase."""
    found: Counter[str] = Counter()
    if unit.is_words:
        for slot in unit.single_slots:
            found.update(analysed.forms(slot, name))
    return dict(found.most_common())
