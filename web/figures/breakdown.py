"""The states and the most frequent values of a search, each figure with its own search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from index.question import STATUTS
from search.facets import EN_RETARD, EN_RETARD_LABEL, FACET
from search.request import Choice, SearchRequest
from search.statistics import Figures, Group, Statistics
from web.display import counted, days, percentage
from web.figures.charts import portion
from web.figures.period_chart import table_url
from web.view import View

LISTED_GROUPS: Final = 20
"""Values of a facet that the page lists; the table to take away has all."""

FEW_ANSWERS: Final = 5
"""Below so many answers a median says little, and is shown as such."""

STATES: Final = ("repondue", "en_attente", EN_RETARD, "retiree", "sans_reponse")
"""The states in the order of display: overdue questions after those they are a part of."""

UNANSWERED: Final = ("en_attente", "sans_reponse")
"""The states that add up to `Figures.unanswered`."""

_ONE_AND_MANY: Final = {
    "ministere": ("ministère", "ministères"),
    "legislature": ("législature", "législatures"),
    "rubrique": ("rubrique", "rubriques"),
    "groupe": ("groupe", "groupes"),
    "auteur": ("députée ou député", "députées ou députés"),
}
"""What one and several values of a facet are called."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of questions with the search that finds exactly these; no search for none."""

    number: int
    url: str | None
    share: str
    """What part of the line's questions, or of all for the line's own number."""

    bar: float
    """How long its bar is, in percent."""


@dataclass(frozen=True, slots=True)
class StateLine:
    """The questions of one state; `nested` ones are a part of the line before."""

    label: str
    nested: bool
    figure: Figure


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The questions of one value.

    Attributes:
        label: its words.
        total, answered, unanswered: its questions, and those of them with and without an answer.
        median: the median delay of its answers in words, None when no delay is known.
        median_bar: how long its bar is, in percent of the longest of the table.
        few: whether the median stands on few answers.
    """

    label: str
    total: Figure
    answered: Figure
    unanswered: Figure
    median: str | None
    median_bar: float
    few: bool


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The values of one facet.

    Attributes:
        name: the facet's. label: the heading of the values. noun: what one is called.
        lines: those shown, as many as `LISTED_GROUPS`.
        count: how many values there are, in words. others: how many more there are, in words.
        without: how many questions have no value.
        few: whether a line has few answers.
        csv_url: all of them, as a file.
    """

    name: str
    label: str
    noun: str
    lines: Sequence[GroupLine]
    count: str
    others: str | None
    without: int
    few: bool
    csv_url: str


def state_lines(statistics: Statistics, view: View) -> list[StateLine]:
    """The questions of each state."""
    return list(_states(statistics.figures, statistics.request, view))


def _states(figures: Figures, request: SearchRequest, view: View) -> Iterator[StateLine]:
    labels = dict(STATUTS) | {EN_RETARD: EN_RETARD_LABEL}
    for state in STATES:
        number: int = getattr(figures, state)
        figure = _figure(number, figures.nombre, view.url(of_states(request, state)))
        yield StateLine(labels[state], state == EN_RETARD, figure)


def group_table(statistics: Statistics, name: str, view: View) -> GroupTable:
    """The table of a facet of `search.statistics.BROKEN_DOWN`."""
    groups = statistics.groups[name]
    shown = groups[:LISTED_GROUPS]
    most = max((group.figures.nombre for group in shown), default=0)
    slowest = max((group.figures.delai_median or 0 for group in shown), default=0)
    lines = [
        _line(group, with_only(statistics.request, name, group.valeur), view, (most, slowest))
        for group in shown
    ]
    others = len(groups) - len(shown)
    singular, plural = _ONE_AND_MANY[name]
    return GroupTable(
        name=name,
        label=FACET[name].label,
        noun=singular,
        lines=lines,
        count=counted(len(groups), singular, plural),
        others=counted(others, f"autre {singular}", f"autres {plural}") if others else None,
        without=statistics.valueless[name],
        few=any(line.few for line in lines),
        csv_url=table_url(statistics.request, name),
    )


def _line(group: Group, within: SearchRequest, view: View, longest: tuple[int, float]) -> GroupLine:
    """The line of a group.

    Args:
        group: its figures.
        within: the search of its questions.
        view: how that search is shown.
        longest: the number of questions and the median whose bars are as long as can be.
    """
    figures, median = group.figures, group.figures.delai_median
    most, slowest = longest

    def part(number: int, url: str) -> Figure:
        return _figure(number, figures.nombre, url)

    return GroupLine(
        label=group.libelle,
        total=_figure(figures.nombre, most, view.url(within)),
        answered=part(figures.repondue, view.url(of_states(within, "repondue"))),
        unanswered=part(figures.unanswered, view.url(of_states(within, *UNANSWERED))),
        median=None if median is None else days(median),
        median_bar=portion(median or 0, slowest),
        few=median is not None and figures.repondue < FEW_ANSWERS,
    )


def _figure(number: int, whole: int, url: str) -> Figure:
    share = percentage(number / whole) if whole else percentage(0)
    return Figure(number, url if number else None, share, portion(number, whole))


def with_only(request: SearchRequest, name: str, valeur: str) -> SearchRequest:
    """The questions of a search that bear one of the values it found; from the first page on."""
    # A question has one value of these facets: any other choice of the facet is done with.
    return request.with_filters({**request.filters, name: (Choice(valeur),)}).replace()


def of_states(request: SearchRequest, *states: str) -> SearchRequest:
    """The questions of a search that are in one of some states, from the first page on.

    The choices of the search among states stay in force: being overdue is chosen or excluded
    within the waiting questions, which no other state crosses.
    """
    choices = request.filters.get("statut", ())
    chosen = {choice.valeur for choice in choices if not choice.exclue}
    kept = [choice for choice in choices if choice.exclue]
    wanted = [
        Choice(EN_RETARD if state == "en_attente" and _only_overdue(chosen) else state)
        for state in states
        if not chosen or state in chosen or (state in _WAITING and chosen & _WAITING)
    ]
    return request.with_filters({**request.filters, "statut": (*wanted, *kept)}).replace()


_WAITING: Final = {"en_attente", EN_RETARD}


def _only_overdue(chosen: set[str]) -> bool:
    return EN_RETARD in chosen and "en_attente" not in chosen
