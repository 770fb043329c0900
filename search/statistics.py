"""A search in figures: volumes, states and delays, whole and by the values of some facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from search.request import SearchRequest
from search.timeline import Timeline

BROKEN_DOWN: Final = ("legislature", "ministere", "rubrique", "groupe", "auteur")
"""The facets by whose values the figures are given too."""


class Figures(NamedTuple):
    """How many questions of each state there are among some, and how long answers took.

    Attributes:
        nombre: how many questions.
        repondue, en_attente, retiree, sans_reponse: of each statut; they add up to `nombre`.
        en_retard: how many of the waiting ones are overdue.
        delai_median: days, of the answers whose delay is known; None when there is none. Half a
            day stands between two answers.
    """

    nombre: int
    repondue: int
    en_attente: int
    retiree: int
    sans_reponse: int
    en_retard: int
    delai_median: float | None

    @property
    def unanswered(self) -> int:
        """Those that have no answer, yet or for ever; withdrawn ones don't count."""
        return self.en_attente + self.sans_reponse


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of the questions that bear one value of a facet."""

    valeur: str
    libelle: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of one search.

    Attributes:
        request: the search, its facet values in canonical form, without page.
        description, donnees_au, indications: as in `search.results.SearchResults`.
        unfiltered: how many questions match the words, before any filter.
        figures: of all questions found.
        asked: by the month of the question; `every` counts the corpus.
        answered: by the month of the answer; `every` counts the corpus.
        groups: by the name of each facet of `BROKEN_DOWN`, its values in the order of display;
            all of them.
        valueless: by the name of each facet, how many questions have no value.
    """

    request: SearchRequest
    description: str
    donnees_au: date | None
    indications: tuple[str, ...]
    unfiltered: int
    figures: Figures
    asked: Timeline
    answered: Timeline
    groups: Mapping[str, tuple[Group, ...]]
    valueless: Mapping[str, int]
