"""The parameters of the ranking, and the formula that they belong to.

    score(unit) = idf · T / (k1 + T)
    T           = Σ_fields boost · tf / (1 − b + b · length / average length)
    idf         = ln(1 + (N − n + ½) / (n + ½))

`tf` is summed over the unit's forms, `n` counts the live questions where any form occurs in any
field, averages are over the live questions that have the field, and the same formula for the form
as typed is added with a weight of its own.

Among the `FOREMOST` questions, two successive words of the query count as one more unit where the
second follows the first with at most `BETWEEN` words between, in a field that is marked:

    score(pair) = near_weight · min(idf, idf) · T / (k1 + T)
    T           = Σ_marked boost · pairs / (1 − b + b · length / average length)

Sources: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009;
Büttcher, Clarke & Lushman, "Term proximity scoring for ad-hoc retrieval", 2006 (the lesser idf).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from index.fields import TEXT_FIELD


class Weighting(Protocol):
    """How a field counts in the score."""

    @property
    def boost(self) -> float:
        """The weight of the field."""
        ...

    @property
    def b(self) -> float:
        """How much a long field is held against a document, from 0 to 1."""
        ...


FOREMOST: Final = 10
"""How many of the best questions are put in order by words that stand together too."""

BETWEEN: Final = 2
"""Words that may stand between two that stand together: little ones, mostly."""

MOST_PAIRS: Final = 16
"""Pairs of successive words that are looked at: a pasted text has hundreds."""


SCORE_DECIMALS: Final = 4
"""What shows the same score is a tie."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One setting of the parameters.

    Attributes:
        k1: how soon more occurrences of a word stop counting; T reaches half its effect at this
            value.
        typed_weight: what the form as typed adds to the score of its family.
        near_weight: what two words that stand together add, as one more unit.
        closest_share: the part of the words that the closest questions need, rounded up.
        fields: how each field counts, by name.
    """

    k1: float = 1.2
    typed_weight: float = 0.3
    near_weight: float = 0.25
    closest_share: float = 0.4
    fields: Mapping[str, Weighting] = field(default_factory=lambda: TEXT_FIELD)


RANKING: Final = Ranking()
"""The setting that every search is ranked by; `benchmarks.relevance` compares it with others."""


def idf(frequency: int, questions: int) -> float:
    """What it is worth that so many of all questions have a unit."""
    return math.log1p((questions - frequency + 0.5) / (frequency + 0.5))
