"""How many questions there were, month by month and year by year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

UNITS: Final[Mapping[str, str]] = {"mois": "par mois", "annee": "par année"}
"""What a bar may stand for, with the French words for it."""

MOST_MONTHS: Final = 48
"""Months that are shown one by one unless asked otherwise: four years, a législature nearly."""


class MonthCount(NamedTuple):
    """The questions of one month.

    Attributes:
        month: its first day.
        found: how many of the search. every: how many of the whole corpus.
    """

    month: date
    found: int
    every: int


Timeline = tuple[MonthCount, ...]
"""Month by month without a gap, over the years of the questions found, as far as the corpus goes.

A year is then compared with all its questions, those of the months without any found too.
"""


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year as a bar shows it.

    Attributes:
        start, end: its first and last days, both in it.
        found, every: as in `MonthCount`.
        complete: whether all its questions are known and asked for: not when the data stop inside
            it, nor when the search's own dates cut it.
    """

    start: date
    end: date
    found: int
    every: int
    complete: bool

    @property
    def share(self) -> float:
        """What part of all questions of the period the search found, from 0 to 1."""
        return self.found / self.every if self.every else 0.0


def timeline_of(first: int, found: Sequence[int], every: Sequence[int]) -> Timeline:
    """A timeline from the counts of successive months.

    Args:
        first: the first of these months, counted from the year 0 (year · 12 + month - 1).
        found: how many questions of the search each month has.
        every: how many of the whole corpus; as many counts.
    """
    held = [place for place, count in enumerate(found, first) if count]
    known = [place for place, count in enumerate(every, first) if count]
    if not held:
        return ()
    # Counted so, years begin at multiples of twelve.
    start = max(held[0] - held[0] % 12, known[0])
    end = min(held[-1] - held[-1] % 12 + 11, known[-1])
    return tuple(
        MonthCount(date(month // 12, month % 12 + 1, 1), found[month - first], every[month - first])
        for month in range(start, end + 1)
    )


def usual_unit(timeline: Timeline) -> str:
    """The unit whose bars are few enough to be read: a name of `UNITS`."""
    return "mois" if len(trimmed(timeline)) <= MOST_MONTHS else "annee"


def trimmed(timeline: Timeline) -> Timeline:
    """The months from the first with a question of the search to the last."""
    held = [place for place, count in enumerate(timeline) if count.found]
    return timeline[held[0] : held[-1] + 1] if held else ()


def periods(
    timeline: Timeline,
    unit: str,
    *,
    donnees_au: date | None,
    since: date | None = None,
    until: date | None = None,
) -> list[Period]:
    """The bars of a timeline.

    Args:
        timeline: the counts of its months.
        unit: a name of `UNITS`.
        donnees_au: the newest JO date of the corpus.
        since: the first day that the search asks for, if it does.
        until: the last one.
    """
    known = [day for day in (donnees_au, until) if day]
    return [
        Period(start, end, found, every, complete=_holds(start, end, since, known))
        for start, end, found, every in _folded(timeline, unit)
    ]


def _folded(timeline: Timeline, unit: str) -> Iterator[tuple[date, date, int, int]]:
    if unit == "mois":
        for month, found, every in trimmed(timeline):
            yield month, _last_day(month), found, every
        return
    for year, months in groupby(timeline, key=lambda count: count.month.year):
        counts = list(months)
        found, every = sum(c.found for c in counts), sum(c.every for c in counts)
        yield date(year, 1, 1), date(year, 12, 31), found, every


def _holds(start: date, end: date, since: date | None, known: Iterable[date]) -> bool:
    return (since is None or since <= start) and all(end <= day for day in known)


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
