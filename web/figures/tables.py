"""The figures of a search as tables to take away: one by one, or all of them in long form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from search.statistics import BROKEN_DOWN, Figures, Statistics
from search.timeline import Timeline, periods
from web.figures.breakdown import STATES
from web.files.exports import Cell

LONG_COLUMNS: Final = ("tableau", "valeur", "mesure", "resultat")
"""The columns of all tables in one: a line for each cell that holds something."""

_DECIMALS: Final = 2
"""Of a percentage."""

Rows = Iterator[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the first of which names the line, and how its lines are made."""

    columns: tuple[str, ...]
    rows: Callable[[Statistics], Rows]


def table_rows(statistics: Statistics, name: str | None) -> Iterable[Iterable[Cell]]:
    """The lines of a table of `TABLES`, its columns first; of all in long form without a name."""
    if name is None:
        return _long_rows(statistics)
    table = TABLES[name]
    return [table.columns, *table.rows(statistics)]


def _long_rows(statistics: Statistics) -> Iterator[tuple[Cell, ...]]:
    yield LONG_COLUMNS
    for name, table in TABLES.items():
        for value, *cells in table.rows(statistics):
            for measure, cell in zip(table.columns[1:], cells, strict=True):
                if cell is not None:
                    yield name, value, measure, cell


def _months(timeline: Timeline, statistics: Statistics, since: str, until: str) -> Rows:
    request = statistics.request
    for period in periods(
        timeline,
        "mois",
        donnees_au=statistics.donnees_au,
        since=getattr(request, since),
        until=getattr(request, until),
    ):
        month = period.start.strftime("%Y-%m")
        share = round(100 * period.share, _DECIMALS)
        yield month, period.found, period.every, share, period.complete


def _asked(statistics: Statistics) -> Rows:
    return _months(statistics.asked, statistics, "du", "au")


def _answered(statistics: Statistics) -> Rows:
    return _months(statistics.answered, statistics, "reponse_du", "reponse_au")


def _states(statistics: Statistics) -> Rows:
    figures = statistics.figures
    for state in STATES:
        number: int = getattr(figures, state)
        median = figures.delai_median if state == "repondue" else None
        yield state, number, _percent(number, figures.nombre), median


def _groups(name: str) -> Callable[[Statistics], Rows]:
    def rows(statistics: Statistics) -> Rows:
        for group in statistics.groups[name]:
            yield group.valeur, *_cells(group.figures)
        if statistics.valueless[name]:
            nothing = (None,) * (len(_FIGURES) - 1)
            yield None, statistics.valueless[name], *nothing

    return rows


def _cells(figures: Figures) -> Iterator[Cell]:
    *counts, median = figures
    yield from counts
    yield figures.unanswered
    yield _percent(figures.unanswered, figures.nombre)
    yield median


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, _DECIMALS) if whole else None


_MONTHLY: Final = ("total", "pourcentage", "complet")
_FIGURES: Final = (
    *Figures._fields[:-1],
    "non_repondues",
    "pourcentage_non_repondues",
    "delai_median",
)

TABLES: Final[Mapping[str, Table]] = {
    "mois": Table(("mois", "questions", *_MONTHLY), _asked),
    "reponses": Table(("mois", "reponses", *_MONTHLY), _answered),
    "etats": Table(("statut", "nombre", "pourcentage", "delai_median"), _states),
    **{
        name: Table((name, *_FIGURES), _groups(name))
        for name in ("ministere", "legislature", *BROKEN_DOWN)
    },
}
"""The tables by the values of `tableau`."""
