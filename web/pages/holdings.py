"""What the index holds and lacks, in the words of the page `/corpus`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from index.question import TYPES
from search.corpus import Corpus, Gap, Holding
from search.facets import FACET
from search.request import SearchRequest
from web.display import NO_BREAK_SPACE, grouped

SHOWN_GAPS: Final = 12
"""Ranges shown of one table line; the longest of more are chosen, and how many are not is said."""

SHOWN_SOURCES: Final = 5


@dataclass(frozen=True, slots=True)
class HeldType:
    """One line of a table: the questions of one type.

    Attributes:
        label: what the type is called. url: the search of these questions.
        missing: how many numbers no question bears; `gaps` are their ranges in words, and
            `other_gaps` how many more there are.
        sources: those that gave the most with how many, `other_sources` how many more there are.
    """

    label: str
    url: str
    questions: int
    highest: int
    missing: int
    gaps: tuple[str, ...]
    other_gaps: int
    answers_without_text: int
    newest_jo: date | None
    sources: tuple[tuple[str, int], ...]
    other_sources: int


@dataclass(frozen=True, slots=True)
class HeldLegislature:
    """One table: the questions of one législature."""

    numero: int
    label: str
    questions: int
    types: tuple[HeldType, ...]


def held_legislatures(corpus: Corpus) -> list[HeldLegislature]:
    """The tables of the page, the newest législature first."""
    grouped_by: dict[int, list[Holding]] = {}
    for holding in corpus.holdings:
        grouped_by.setdefault(holding.legislature, []).append(holding)
    return [
        HeldLegislature(
            numero,
            FACET["legislature"].libelle(str(numero)),
            sum(holding.questions for holding in holdings),
            tuple(map(_held_type, holdings)),
        )
        for numero, holdings in grouped_by.items()
    ]


def _held_type(holding: Holding) -> HeldType:
    params = [("legislature", str(holding.legislature)), ("type", holding.type)]
    gaps = longest(holding.gaps, SHOWN_GAPS)
    sources = tuple(holding.archives.items())
    return HeldType(
        label=TYPES[holding.type],
        url=SearchRequest.from_params(params).url(),
        questions=holding.questions,
        highest=holding.highest,
        missing=holding.missing,
        gaps=tuple(map(gap_in_words, gaps)),
        other_gaps=len(holding.gaps) - len(gaps),
        answers_without_text=holding.answers_without_text,
        newest_jo=holding.newest_jo,
        sources=sources[:SHOWN_SOURCES],
        other_sources=max(0, len(sources) - SHOWN_SOURCES),
    )


def longest(gaps: Iterable[Gap], count: int) -> list[Gap]:
    """The longest of some gaps, in the order of their numbers."""
    return sorted(sorted(gaps, key=lambda gap: -gap.size)[:count])


def gap_in_words(gap: Gap) -> str:
    """Missing numbers as they are said: 12, or 15 à 18."""
    if gap.size == 1:
        return grouped(gap.first)
    return f"{grouped(gap.first)}{NO_BREAK_SPACE}à{NO_BREAK_SPACE}{grouped(gap.last)}"
