"""How well the questions that should come first do come first, and whether a setting does better.

A ranking is what a page shows from top to bottom: the results, then the closest questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from benchmarks.topics import Topic
from index.fields import TEXT_FIELD, TextField
from search.engine import Engine, open_engine
from search.ranking import RANKING, Ranking
from search.request import SearchRequest

DEPTH: Final = 100
"""Ranks that are looked at, at most."""
PAGE: Final = 10
"""Ranks that a person looks at."""
RELEVANT: Final = 2
"""The least grade of a question that is about what is asked for."""

_RESAMPLES: Final = 9_999

PARAMETERS: Final = {
    "k1": (0.01, 100.0),
    "typed_weight": (0.0, 100.0),
    "near_weight": (0.0, 100.0),
    "closest_share": (0.0, 1.0),
}
FIELD_PARAMETERS: Final = {"boost": (0.0, 100.0), "b": (0.0, 1.0)}
"""What a setting may change, of the ranking and of a field, with the least and greatest values."""

Scores = Sequence[float]
"""One for each topic."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a query gives.

    Attributes:
        uids: best first, `DEPTH` at most.
        total: how many results there are, the closest questions not among them.
    """

    uids: tuple[str, ...]
    total: int


Rank = Callable[[str], Ranked]


@dataclass(frozen=True, slots=True)
class Measures:
    """What rankings of some topics are worth.

    Attributes:
        ndcg: nDCG@10 of each topic. reciprocal: the reciprocal rank of the first relevant question
            of its ten first. recall10, recall100: the part of its relevant questions among as many.
        without_results: the part of the topics without any result.
        empty: the part of the topics for which nothing is shown, not even close.
    """

    ndcg: Scores
    reciprocal: Scores
    recall10: Scores
    recall100: Scores
    without_results: float
    empty: float

    def rows(self) -> Iterator[tuple[str, float]]:
        """Each measure over all topics, with its name."""
        yield f"nDCG@{PAGE}", fmean(self.ndcg)
        yield f"MRR@{PAGE}", fmean(self.reciprocal)
        yield f"recall@{PAGE}", fmean(self.recall10)
        yield f"recall@{DEPTH}", fmean(self.recall100)
        yield "no result", self.without_results
        yield "nothing shown", self.empty


def rank_with(engine: Engine) -> Rank:
    """How an engine of this program ranks."""

    def rank(query: str) -> Ranked:
        results = engine.search(SearchRequest(q=query, par=DEPTH))
        shown = (*results.hits, *results.approches)
        return Ranked(tuple(hit.question.uid for hit in shown)[:DEPTH], results.total)

    return rank


def measure(topics: Sequence[Topic], rank: Rank) -> Measures:
    """Rank every topic."""
    ranked = [rank(topic.query) for topic in topics]
    both = list(zip(topics, ranked, strict=True))
    return Measures(
        ndcg=[ndcg(topic.grades, found.uids, PAGE) for topic, found in both],
        reciprocal=[reciprocal_rank(topic.grades, found.uids, PAGE) for topic, found in both],
        recall10=[recall(topic.grades, found.uids, PAGE) for topic, found in both],
        recall100=[recall(topic.grades, found.uids, DEPTH) for topic, found in both],
        without_results=fmean(not found.total for found in ranked),
        empty=fmean(not found.uids for found in ranked),
    )


def measure_setting(index: Path, topics: Sequence[Topic], ranking: Ranking) -> Measures:
    """Rank every topic in an index with one setting of the parameters."""
    with closing(open_engine(index, ranking)) as engine:
        return measure(topics, rank_with(engine))


def ndcg(grades: Mapping[str, int], ranking: Sequence[str], depth: int) -> float:
    """Normalized discounted cumulative gain, from 0 to 1.

    A grade g gains 2^g − 1, divided by log2(rank + 1); all of it by what the best order gains.
    Source: Burges et al., "Learning to Rank using Gradient Descent", 2005, after Järvelin &
    Kekäläinen, 2002.
    """
    best = sorted(grades.values(), reverse=True)
    ideal = _gain(best[:depth])
    return _gain([grades.get(uid, 0) for uid in ranking[:depth]]) / ideal if ideal else 0.0


def reciprocal_rank(grades: Mapping[str, int], ranking: Sequence[str], depth: int) -> float:
    """One over the rank of the first relevant question; 0 when there is none so far up."""
    for rank, uid in enumerate(ranking[:depth], start=1):
        if grades.get(uid, 0) >= RELEVANT:
            return 1 / rank
    return 0.0


def recall(grades: Mapping[str, int], ranking: Sequence[str], depth: int) -> float:
    """The part of the relevant questions that is found; 1 when there are none."""
    relevant = {uid for uid, grade in grades.items() if grade >= RELEVANT}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 1.0


def likelihood(one: Scores, other: Scores) -> float:
    """How likely so large a mean difference is when neither setting is better: two-sided p.

    Fisher's randomization test over pairs; source: Smucker, Allan & Carterette, "A Comparison of
    Statistical Significance Tests for Information Retrieval Evaluation", 2007.
    """
    # Imported here: every process that is measured would hold it.
    from scipy.stats import permutation_test  # noqa: PLC0415

    differences = np.subtract(other, one)
    if differences.size < 2 or not differences.any():
        return 1.0
    found = permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        rng=np.random.default_rng(1),
    )
    return float(found.pvalue)


class UnknownParameter(Exception):
    """No parameter of the ranking has this name, or it can't have this value."""


def setting(assignments: Sequence[str]) -> Ranking:
    """The usual ranking with some parameters changed.

    Args:
        assignments: `k1=0.9`, `closest_share=0.5`, `titre.boost=3`, `titre.b=1`…

    Raises:
        UnknownParameter: one isn't a parameter with a value that it can have.
    """
    ranking = RANKING
    fields: dict[str, TextField] = dict(TEXT_FIELD)
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        try:
            value = float(text)
        except ValueError:
            raise UnknownParameter(f"{assignment}: not a name, = and a number") from None
        field, _, parameter = name.partition(".")
        if not parameter and name in PARAMETERS:
            ranking = replace(ranking, **{name: _checked(name, value, PARAMETERS[name])})
        elif field in fields and parameter in FIELD_PARAMETERS:
            value = _checked(name, value, FIELD_PARAMETERS[parameter])
            fields[field] = replace(fields[field], **{parameter: value})
        else:
            raise UnknownParameter(
                f"{name}: the parameters are {', '.join(PARAMETERS)}, and of a field "
                f"{' and '.join(FIELD_PARAMETERS)}, as titre.boost (fields: {', '.join(fields)})"
            )
    return replace(ranking, fields=fields)


def _checked(name: str, value: float, bounds: tuple[float, float]) -> float:
    least, most = bounds
    if not least <= value <= most:
        raise UnknownParameter(f"{name}={value:g}: a number from {least:g} to {most:g}")
    return value


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
