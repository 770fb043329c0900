"""What an index holds, and what it lacks: the figures of `/corpus` and of `qe stats`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from index.question import FIRST_FICTIONAL_NUMBER, QuestionType


class Gap(NamedTuple):
    """Numbers that no question bears, from `first` to `last`, both of them missing."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many numbers are missing."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Holding:
    """The questions of one type in one législature.

    Attributes:
        questions: how many there are.
        highest: the greatest number that one bears.
        gaps: the numbers below it that none bears, ascending.
        answers_without_text: how many are answered and hold no answer's text: many published
            records date an answer and leave it out.
        newest_jo: the newest date of theirs; None when they have none.
        archives: how many came from each archive, or other source; the greatest first.
    """

    legislature: int
    type: QuestionType
    questions: int
    highest: int
    gaps: tuple[Gap, ...]
    answers_without_text: int
    newest_jo: date | None
    archives: Mapping[str, int]

    @property
    def missing(self) -> int:
        """How many numbers are missing."""
        return sum(gap.size for gap in self.gaps)

    def as_json(self) -> dict[str, Any]:
        """One of `corpus` in `qe stats --json` (docs/reference.md)."""
        return {
            "legislature": self.legislature,
            "type": self.type,
            "questions": self.questions,
            "numero_max": self.highest,
            "numeros_manquants": self.missing,
            "intervalles_manquants": [list(gap) for gap in self.gaps],
            "reponses_sans_texte": self.answers_without_text,
            "dernier_jo": self.newest_jo and self.newest_jo.isoformat(),
            "sources": dict(self.archives),
        }


@dataclass(frozen=True, slots=True)
class Corpus:
    """What one generation of an index holds.

    Attributes:
        generation, questions, donnees_au, fictional: as in `search.engine.Health`.
        holdings: by législature, the newest first, then by type.
        build: the account of the build that published it, as `report-{generation}.json` holds it;
            empty when it can't be read.
    """

    generation: int
    questions: int
    donnees_au: date | None
    fictional: bool
    holdings: tuple[Holding, ...]
    build: Mapping[str, Any]

    @property
    def checksums(self) -> Mapping[str, str]:
        """The SHA-256 of each archive that was read into the index, by its name."""
        archives = self.build.get("archives")
        return archives if isinstance(archives, dict) else {}

    def as_json(self) -> dict[str, Any]:
        """What `qe stats --json` prints."""
        return {
            "generation": self.generation,
            "questions": self.questions,
            "donnees_au": self.donnees_au and self.donnees_au.isoformat(),
            "corpus": [holding.as_json() for holding in self.holdings],
            "build": dict(self.build),
        }


def first_number(*, fictional: bool) -> int:
    """The number that the questions of a législature begin with: what is missing counts from it."""
    return FIRST_FICTIONAL_NUMBER if fictional else 1
