"""Why a question is found, and how its score was made: the numbers of the formula, by word.

The formula stands in `search.ranking`; what is said of it in words, in `web.commands.explain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from search.ranking import Ranking


@dataclass(frozen=True, slots=True)
class FieldShare:
    """What one field of a question adds to the T of a word.

    Attributes:
        field: its name.
        occurrences: how often the word, or the phrase, occurs there.
        forms: the same of each form of a word, the most frequent first; empty for a phrase.
        weight: what one occurrence adds: the boost of the field over its norm.
        length: words of the field in this question. average: in the questions that have it.
    """

    field: str
    occurrences: int
    forms: Mapping[str, int]
    weight: float
    length: int
    average: float

    @property
    def adds(self) -> float:
        """Its part of T."""
        return self.weight * self.occurrences


@dataclass(frozen=True, slots=True)
class UnitShare:
    """What one word of a search, or one phrase, gives a question.

    Attributes:
        label: as typed.
        questions: how many have it, in any form and field. idf: what that makes it worth.
        fields: those where this question has it; none when it lacks the word.
        typed: T of the form as typed. typed_idf: what its own rarity makes it worth.
        ranking: by which it is scored.
    """

    label: str
    questions: int
    idf: float
    fields: tuple[FieldShare, ...]
    typed: float
    typed_idf: float
    ranking: Ranking

    @property
    def total(self) -> float:
        """T: all fields and forms together."""
        return sum(share.adds for share in self.fields)

    @property
    def points(self) -> float:
        """What the word gives, in any form."""
        return self.idf * self.total / (self.ranking.k1 + self.total)

    @property
    def bonus(self) -> float:
        """What the form as typed gives on top."""
        ranking = self.ranking
        return ranking.typed_weight * self.typed_idf * self.typed / (ranking.k1 + self.typed)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a search makes of one question.

    Attributes:
        uid: of the question. questions: how many the index holds.
        rank: its place among the results, from 1; None when it isn't one of them.
        total: how many results there are.
        closest: whether it is one of the closest, none having all the words.
        filtered: whether its words match and a filter excludes it.
        sort: that of the request: the score orders nothing unless it is `pertinence`.
        score: what its words give it; 0 when they don't make it match.
        nearness: the part of it that they give for standing together.
        units: the words of the search, in the order typed. excluded: those that it must not
            have, as typed, and has.
    """

    uid: str
    questions: int
    rank: int | None
    total: int
    closest: bool
    filtered: bool
    sort: str
    score: float
    nearness: float
    units: tuple[UnitShare, ...]
    excluded: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The words of the search that it lacks, as typed."""
        return tuple(unit.label for unit in self.units if not unit.fields)
