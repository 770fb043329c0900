"""The months or years of a search as a chart of bars that narrow it, and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from search.description import MONTHS
from search.request import PER_PAGE, SearchRequest
from search.results import SearchResults
from search.statistics import Statistics
from search.timeline import UNITS, Period, Timeline, periods, trimmed, usual_unit
from web.display import NO_BREAK_SPACE, counted, grouped, percentage
from web.figures.charts import (
    MONTHS_APART,
    MOST_BARS,
    YEARS_APART,
    Bar,
    Candidate,
    Label,
    axis_values,
    stand_bars,
    stand_ticks,
    thin_labels,
)
from web.pages.refine import Link
from web.query_string import with_param
from web.view import VIEW_PARAMETERS, View

STATISTICS: Final = "/statistiques"
STATISTICS_CSV: Final = f"{STATISTICS}.csv"

TABLE: Final = "tableau"
"""The parameter that chooses one table."""

MOST_MONTH_LABELS: Final = 18
"""Months of a chart that are named one by one; in a longer one, years are."""

_LABEL_ROOM: Final = 18
"""Pixels above a chart for the label of its highest line, and below it for the years."""

_SHORT_MONTHS: Final = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chart counts.

    Attributes:
        name: of the chart and of its table.
        singular, plural: what one and several are called.
        since, until: the parameters that bound its dates.
    """

    name: str
    singular: str
    plural: str
    since: str
    until: str

    def count(self, number: int) -> str:
        """A number of them in words."""
        return counted(number, self.singular, self.plural)


ASKED: Final = Subject("mois", "question", "questions", "du", "au")
ANSWERED: Final = Subject("reponses", "réponse", "réponses", "reponse_du", "reponse_au")


@dataclass(frozen=True, slots=True)
class Unit:
    """The words for a unit of `UNITS`."""

    noun: str
    of_it: str
    incomplete: str


_UNITS: Final = {
    "mois": Unit("Mois", "du mois", "mois incomplet"),
    "annee": Unit("Année", "de l’année", "année incomplète"),
}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period: a bar of the chart and a line of its table.

    Attributes:
        name: mars 2024. said: the name with its figures, as the bar's own name.
        found, every, share: as in `Period`, the share in words.
        url: the search within this period; None when it finds nothing.
        bar: None without one.
    """

    name: str
    said: str
    found: int
    every: int
    share: str
    complete: bool
    url: str | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Axis:
    """A line across the chart with what it says."""

    text: str
    top: int


@dataclass(frozen=True, slots=True)
class PeriodChart:
    """A chart ready to be shown.

    Attributes:
        subject: what is counted. title: a sentence that says what is shown.
        lines: the periods, the earliest first.
        axes, labels: what stands across and under the bars.
        base: pixels from the top to the ground of the bars. height: pixels of all.
        narrowed: whether some questions of the periods are not found, so that shares say something.
        incomplete: what its incomplete periods are called; None when it has none.
        units, measures: how else it can be drawn; empty when there is no other way.
        ways_back: from the dates in force to longer periods.
        peak: a sentence about the highest bar, or None.
        table_url: its table, on the page of statistics. csv_url: the table of months as a file.
    """

    subject: Subject
    unit: Unit
    title: str
    lines: Sequence[PeriodLine]
    axes: Sequence[Axis]
    labels: Sequence[Label]
    base: int
    height: int
    narrowed: bool
    incomplete: str | None
    units: Sequence[Link]
    measures: Sequence[Link]
    ways_back: Sequence[Link]
    peak: str | None
    table_url: str
    csv_url: str

    @property
    def bars(self) -> list[PeriodLine]:
        """The periods that have a bar."""
        return [line for line in self.lines if line.bar]


def results_strip(results: SearchResults, view: View) -> PeriodChart | None:
    """The strip above a list of results; None when it would say nothing."""
    strip = _Drawn(ASKED, results.timeline or (), results.request, view, results.donnees_au)
    return strip.chart("/", 40, highest_line_only=True) if strip.says_something else None


def statistics_charts(statistics: Statistics, view: View) -> list[PeriodChart]:
    """The charts of questions and of answers; one without any date is left out."""
    timelines = ((ASKED, statistics.asked), (ANSWERED, statistics.answered))
    return [
        _Drawn(subject, timeline, statistics.request, view, statistics.donnees_au).chart(
            STATISTICS, 150
        )
        for subject, timeline in timelines
        if timeline
    ]


def statistics_url(request: SearchRequest, path: str = STATISTICS) -> str:
    """The address of a search in figures, which know no page."""
    return request.replace(par=PER_PAGE).url(path)


def table_url(request: SearchRequest, table: str) -> str:
    """The address of one table of a search's figures, as a file."""
    return with_param(statistics_url(request, STATISTICS_CSV), TABLE, table)


def period_name(period: Period, unit: str) -> str:
    """What a period is called: mars 2024, or 2024."""
    start = period.start
    return f"{MONTHS[start.month - 1]} {start.year}" if unit == "mois" else str(start.year)


class _Drawn:
    """One timeline of one search, on its way to a chart."""

    def __init__(
        self,
        subject: Subject,
        timeline: Timeline,
        request: SearchRequest,
        view: View,
        donnees_au: date | None,
    ) -> None:
        self._subject, self._timeline = subject, timeline
        self._request, self._view = request, view
        self._since: date | None = getattr(request, subject.since)
        self._until: date | None = getattr(request, subject.until)
        self._units = _possible_units(timeline)
        self._unit = _unit_in_force(timeline, self._units, view.frise)
        self._periods = periods(
            timeline, self._unit, donnees_au=donnees_au, since=self._since, until=self._until
        )
        self._shares = view.mesure == "part"

    @property
    def says_something(self) -> bool:
        """A single bar tells no more than the total; it only leads back to longer periods."""
        return len(self._periods) > 1 or bool(self._periods and (self._since or self._until))

    def chart(self, path: str, plot: int, *, highest_line_only: bool = False) -> PeriodChart:
        """The chart; see `PeriodChart`.

        Args:
            path: the page it stands on.
            plot: pixels of the highest bar.
            highest_line_only: whether it has no room for other lines.
        """
        values = [period.share if self._shares else period.found for period in self._periods]
        axis = axis_values(max(values, default=0), whole=not self._shares)
        bars = stand_bars(values, axis[-1], plot, _LABEL_ROOM)
        ticks = stand_ticks(axis, plot, _LABEL_ROOM)
        unit, request = _UNITS[self._unit], self._request
        return PeriodChart(
            subject=self._subject,
            unit=unit,
            title=self._title(),
            lines=[self._line(p, bar) for p, bar in zip(self._periods, bars, strict=True)],
            axes=[
                Axis(self._value_in_words(tick.value), tick.top)
                for tick in (ticks[-1:] if highest_line_only else ticks)
            ],
            labels=list(self._labels()),
            base=_LABEL_ROOM + plot,
            height=_LABEL_ROOM + plot + _LABEL_ROOM,
            narrowed=self._narrowed,
            incomplete=None if all(p.complete for p in self._periods) else unit.incomplete,
            units=list(self._unit_links(path)),
            measures=list(self._measure_links(path)),
            ways_back=list(self._ways_back(path)),
            peak=self._peak(),
            table_url=self._view.url(request.replace(par=PER_PAGE), STATISTICS)
            + f"#tableau-{self._subject.name}",
            csv_url=table_url(request, self._subject.name),
        )

    def _value_in_words(self, value: float) -> str:
        """A round value; unlike other shares, as precise as it is."""
        if not self._shares:
            return grouped(round(value))
        return f"{100 * value:.6g}".replace(".", ",") + f"{NO_BREAK_SPACE}%"

    @property
    def _narrowed(self) -> bool:
        return any(period.found != period.every for period in self._periods)

    def _title(self) -> str:
        total = self._subject.count(sum(period.found for period in self._periods))
        first, last = (period_name(self._periods[place], self._unit) for place in (0, -1))
        if first == last:
            return f"{total} en {first}"
        until = "d’" if first[0] in "ao" else "de "
        drawn = UNITS[self._unit]
        if self._shares:
            drawn = f"en part de toutes celles {_UNITS[self._unit].of_it}"
        return f"{total}, {drawn}, {until}{first} à {last}"

    def _peak(self) -> str | None:
        highest = max((period.found for period in self._periods), default=0)
        holders = [period for period in self._periods if period.found == highest]
        if self._shares or len(self._periods) < 2:
            return None
        words = f"Au plus {self._subject.count(highest)} {UNITS[self._unit]}"
        return (
            f"{words}, en {period_name(holders[0], self._unit)}."
            if len(holders) == 1
            else f"{words}."
        )

    def _line(self, period: Period, bar: Bar) -> PeriodLine:
        name = period_name(period, self._unit)
        return PeriodLine(
            name,
            self._said(period, name),
            period.found,
            period.every,
            percentage(period.share),
            period.complete,
            self._url(period) if period.found else None,
            bar if period.found else None,
        )

    def _said(self, period: Period, name: str) -> str:
        figures = self._subject.count(period.found)
        if self._narrowed:
            figures += f" sur {grouped(period.every)}"
        if self._shares:
            figures = f"{percentage(period.share)}, {figures}"
        words = f"{name} : {figures}"
        return words if period.complete else f"{words}, {_UNITS[self._unit].incomplete}"

    def _url(self, period: Period) -> str:
        """The search within a period, its own dates kept; a year then shows its months."""
        bounds = {
            self._subject.since: max(period.start, self._since or period.start),
            self._subject.until: min(period.end, self._until or period.end),
        }
        return self._view.replace(frise="auto").url(self._request.replace(**bounds))

    def _labels(self) -> Iterator[Label]:
        months = self._unit == "mois"
        starts = list(enumerate(period.start for period in self._periods))
        if not months:
            years = [Candidate(place, day.year, str(day.year)) for place, day in starts]
            return thin_labels(years, len(starts), 1, YEARS_APART)
        if len(starts) <= MOST_MONTH_LABELS:
            named = [Candidate(place, day.month - 1, _month_label(day)) for place, day in starts]
            return thin_labels(named, len(starts), 1, MONTHS_APART)
        januaries = [Candidate(p, day.year, str(day.year)) for p, day in starts if day.month == 1]
        return thin_labels(januaries, len(starts), 12, YEARS_APART)

    def _unit_links(self, path: str) -> Iterator[Link]:
        if len(self._units) < 2:
            return
        for unit in self._units:
            frise = "auto" if unit == usual_unit(self._timeline) else unit
            url = self._address(self._view.replace(frise=frise), self._request, path)
            yield Link(UNITS[unit], url, unit == self._unit)

    def _measure_links(self, path: str) -> Iterator[Link]:
        # Every question of a search for everything is found: its shares are all the same.
        if not (self._narrowed or self._shares):
            return
        for measure, label in VIEW_PARAMETERS["mesure"].items():
            words = label.replace(ASKED.plural, self._subject.plural)
            url = self._address(self._view.replace(mesure=measure), self._request, path)
            yield Link(words, url, measure == self._view.mesure)

    def _ways_back(self, path: str) -> Iterator[Link]:
        since, until = self._since, self._until
        names = (self._subject.since, self._subject.until)
        if since and until and since.year == until.year:
            year = (date(since.year, 1, 1), date(since.year, 12, 31))
            if (since, until) != year:
                whole = self._request.replace(**dict(zip(names, year, strict=True)))
                url = self._address(self._view, whole, path)
                yield Link(f"Toute l’année {since.year}", url)
        if since or until:
            without = self._request.replace(**dict.fromkeys(names))
            yield Link("Toute la période", self._address(self._view, without, path))

    def _address(self, view: View, request: SearchRequest, path: str) -> str:
        """The same page drawn otherwise; where it has several charts, at this one."""
        place = f"#{self._subject.name}" if path == STATISTICS else ""
        return view.url(request, path) + place


def _possible_units(timeline: Timeline) -> list[str]:
    """The units whose bars can be told apart, and are more than one."""
    years = {count.month.year for count in timeline}
    possible = {"mois": len(trimmed(timeline)) <= MOST_BARS, "annee": len(years) > 1}
    return [unit for unit in UNITS if possible[unit]]


def _unit_in_force(timeline: Timeline, possible: Sequence[str], wanted: str) -> str:
    return next(unit for unit in (wanted, usual_unit(timeline), *UNITS) if unit in possible)


def _month_label(day: date) -> str:
    return str(day.year) if day.month == 1 else _SHORT_MONTHS[day.month - 1]
