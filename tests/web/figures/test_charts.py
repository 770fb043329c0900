"""Charts: where bars, lines and labels stand, and what is said of each period."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.request import SearchRequest
from search.results import SearchResults
from search.timeline import MonthCount, Timeline
from web.figures.charts import (
    MONTHS_APART,
    MOST_BARS,
    MOST_TICKS,
    YEARS_APART,
    Candidate,
    axis_values,
    portion,
    stand_bars,
    stand_ticks,
    thin_labels,
)
from web.figures.period_chart import PeriodChart, results_strip
from web.view import View

DONNEES_AU = date(2026, 5, 12)
PHONE = 328
"""Pixels of a chart on a phone of 360, between its margins."""


# Geometry


@pytest.mark.parametrize(
    ("highest", "values"),
    [
        (0, (1,)),
        (1, (1,)),
        (3, (1, 2, 3)),
        (8, (2, 4, 6, 8)),
        (9, (5, 10)),
        (37, (10, 20, 30, 40)),
        (1480, (500, 1000, 1500)),
    ],
)
def test_an_axis_has_few_round_values(highest: int, values: tuple[int, ...]) -> None:
    """Steps are 1, 2 or 5 times a power of ten, and the last value covers the highest bar."""
    assert axis_values(highest) == values


@pytest.mark.parametrize(
    ("highest", "values"),
    [
        (1.0, (0.5, 1.0)),
        (0.3, (0.1, 0.2, 0.3)),
        (0.034, (0.01, 0.02, 0.03, 0.04)),
        (0.0004, (0.0001, 0.0002, 0.0003, 0.0004)),
    ],
)
def test_an_axis_of_shares_has_parts_of_one(highest: float, values: tuple[float, ...]) -> None:
    """Shares are not rounded to whole numbers."""
    assert axis_values(highest, whole=False) == values


@given(st.integers(1, 10**7))
def test_an_axis_wastes_less_than_a_step(highest: int) -> None:
    """The values are evenly spaced, at most four, and the last but one is too low."""
    values = axis_values(highest)

    assert 1 <= len(values) <= MOST_TICKS
    assert values == tuple(values[0] * place for place in range(1, len(values) + 1))
    assert values[-1] - values[0] < highest <= values[-1]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=MOST_BARS))
def test_bars_stand_in_their_slots(values: list[int]) -> None:
    """Side by side, within the chart, on its ground; what is there can be seen, on a phone too."""
    highest = max(1, *values)
    bars = stand_bars(values, highest, height=40, top=18)

    assert all(
        bar.slot < bar.left < bar.left + bar.width < bar.slot + bar.slot_width for bar in bars
    )
    assert bars[-1].slot + bars[-1].slot_width <= 100.001
    assert all(bar.top + bar.height == 58 and bar.top >= 18 for bar in bars)
    assert [bar.height >= 2 for bar in bars] == [value > 0 for value in values]
    assert all(bar.width * PHONE / 100 > 1.9 for bar in bars)


def test_few_bars_are_no_walls() -> None:
    """Two bars leave the end of the chart empty."""
    bars = stand_bars([1, 2], 2, height=40, top=0)

    assert bars[-1].slot + bars[-1].slot_width < 20


def test_lines_stand_where_bars_of_their_value_end() -> None:
    """The axis and the bars have one scale."""
    ticks = stand_ticks((10, 20), height=40, top=18)

    assert [(tick.value, tick.top) for tick in ticks] == [(10, 38), (20, 18)]
    assert [bar.top for bar in stand_bars([10, 20], 20, height=40, top=18)] == [38, 18]


@pytest.mark.parametrize("years", [2, 5, 14, 40])
def test_labels_have_room_on_every_screen(years: int) -> None:
    """Whatever the length of a chart, the labels that one screen shows don't touch."""
    candidates = [Candidate(place, 1987 + place, str(1987 + place)) for place in range(years)]
    labels = list(thin_labels(candidates, years, 1, YEARS_APART))

    for screen, width, hidden in (("large", 560, "etroit"), ("etroit", PHONE, "large")):
        shown = [label.x * width / 100 for label in labels if label.screens != hidden]
        assert shown, screen
        assert all(after - before > 30 for before, after in pairwise(shown))


def test_months_are_thinned_to_quarters() -> None:
    """January stays, and every other label a screen shows is as far from the next."""
    candidates = [Candidate(place, place, str(place + 1)) for place in range(12)]
    labels = list(thin_labels(candidates, 12, 1, MONTHS_APART))

    assert [label.text for label in labels] == [str(month) for month in range(1, 13)]
    assert [label.text for label in labels if not label.screens] == ["1", "3", "5", "7", "9", "11"]


def test_labels_at_the_ends_are_not_cut() -> None:
    """They begin or end where the others have their middle."""
    candidates = [Candidate(place, 2000, "2000") for place in (0, 50, 99)]

    anchors = [label.anchor for label in thin_labels(candidates, 100, 12, YEARS_APART)]

    assert anchors == ["start", "middle", "end"]


def test_a_small_part_shows() -> None:
    """Something is never drawn as nothing, nor nothing as something."""
    assert (portion(1, 10_000), portion(0, 10), portion(5, 10)) == (1.0, 0.0, 50.0)


# What is said of periods


def months(*found: int, first: date = date(2024, 11, 1), every: int = 20) -> Timeline:
    """Months in a row, each with so many questions of a search."""
    start = first.year * 12 + first.month - 1
    return tuple(
        MonthCount(date((start + n) // 12, (start + n) % 12 + 1, 1), count, every)
        for n, count in enumerate(found)
    )


def strip(timeline: Timeline, query: str = "", view: View | None = None) -> PeriodChart | None:
    """The strip of a search, given as `name=value` joined by spaces."""
    pairs = [pair.split("=", 1) for pair in query.split()]
    request = SearchRequest.from_params([(name, value) for name, value in pairs])
    total = sum(count.found for count in timeline)
    results = SearchResults(request, "", total, 0.1, DONNEES_AU, timeline=timeline)
    return results_strip(results, view or View())


def drawn(timeline: Timeline, query: str = "", view: View | None = None) -> PeriodChart:
    """The same, when there is one."""
    chart = strip(timeline, query, view)
    assert chart is not None
    return chart


def test_a_strip_says_what_it_shows() -> None:
    """How many, drawn how, from when to when."""
    chart = drawn(months(3, 0, 1480, every=2000), "q=eau")

    assert chart.title == "1\u202f483\u00a0questions, par mois, de novembre 2024 à janvier 2025"
    assert [line.said for line in chart.bars] == [
        "novembre 2024 : 3\u00a0questions sur 2\u202f000",
        "janvier 2025 : 1\u202f480\u00a0questions sur 2\u202f000",
    ]


def test_shares_are_of_all_questions_of_the_period() -> None:
    """The share comes first, and the title says of what it is one."""
    chart = drawn(months(5, 1, first=date(2025, 4, 1)), "q=eau", View(mesure="part"))

    assert chart.title == (
        "6\u00a0questions, en part de toutes celles du mois, d’avril 2025 à mai 2025"
    )
    assert chart.bars[0].said == "avril 2025 : 25\u00a0%, 5\u00a0questions sur 20"
    assert chart.axes[0].text == "30\u00a0%"


def test_small_shares_have_an_axis_that_tells_them_apart() -> None:
    """Below a tenth of a percent, a line still says where it stands."""
    chart = drawn(months(1, 0, 1, every=2000), "q=eau", View(mesure="part"))

    assert chart.axes[0].text == "0,06\u00a0%"


def test_a_month_in_which_the_data_stop_is_incomplete() -> None:
    """It is said to be, in its name and in the legend; the others are not."""
    chart = drawn(months(2, 1, first=date(2026, 4, 1)))

    assert [line.complete for line in chart.lines] == [True, False]
    assert chart.bars[1].said.endswith(" : 1\u00a0question sur 20, mois incomplet")
    assert chart.incomplete == "mois incomplet"
    assert drawn(months(2, 1)).incomplete is None


def test_a_bar_narrows_the_search_to_its_month() -> None:
    """The words and filters stay; a bar without questions is no link."""
    chart = drawn(months(3, 0, 5), "q=eau page=4")

    assert [line.url for line in chart.lines] == [
        "/?q=eau&du=2024-11-01&au=2024-11-30",
        None,
        "/?q=eau&du=2025-01-01&au=2025-01-31",
    ]


def test_the_dates_of_the_search_are_kept_by_its_bars() -> None:
    """A bar that the search cuts finds what it counts."""
    chart = drawn(months(3, 5), "du=2024-11-15 au=2024-12-10")

    assert [line.url for line in chart.bars] == [
        "/?du=2024-11-15&au=2024-11-30",
        "/?du=2024-12-01&au=2024-12-10",
    ]
    assert [line.complete for line in chart.lines] == [False, False]


def test_a_year_opens_its_months() -> None:
    """Years that were asked for give way to months inside one of them."""
    chart = drawn(months(*[1] * 20), "q=eau", View(frise="annee", mesure="part"))

    assert [line.name for line in chart.lines] == ["2024", "2025", "2026"]
    assert chart.bars[1].url == "/?q=eau&du=2025-01-01&au=2025-12-31&mesure=part"


def test_the_way_back_leads_to_longer_periods() -> None:
    """From days to their year, and to everything; without dates there is none."""
    within = drawn(months(3), "q=eau du=2024-11-01 au=2024-11-30")
    year = drawn(months(3, 1), "q=eau du=2024-01-01 au=2024-12-31")

    assert [(link.label, link.url) for link in within.ways_back] == [
        ("Toute l’année 2024", "/?q=eau&du=2024-01-01&au=2024-12-31"),
        ("Toute la période", "/?q=eau"),
    ]
    assert [link.label for link in year.ways_back] == ["Toute la période"]
    assert list(drawn(months(3, 1), "q=eau").ways_back) == []


def test_a_single_bar_says_nothing() -> None:
    """It is the total; only a search within dates keeps its sentence and the way back."""
    assert strip(months(3)) is None
    assert strip(()) is None
    assert drawn(months(3), "du=2024-11-01").title == "3\u00a0questions en novembre 2024"


def test_units_are_offered_where_both_can_be_read() -> None:
    """Months when a phone has two pixels for each, years when there are several."""
    both, one_year, many = (
        drawn(months(*[1] * count, first=date(2000, 1, 1))) for count in (24, 12, MOST_BARS + 1)
    )

    assert [(link.label, link.url, link.current) for link in both.units] == [
        ("par mois", "/?tri=recent", True),
        ("par année", "/?frise=annee", False),
    ]
    assert one_year.units == many.units == []
    assert many.lines[0].name == "2000"


def test_a_unit_that_cannot_be_drawn_gives_way() -> None:
    """Too many months are years, and one year is months."""
    many = months(*[1] * (MOST_BARS + 1), first=date(2000, 1, 1))

    assert len(drawn(many, view=View(frise="mois")).lines) == 13
    assert len(drawn(months(1, 0, 1, first=date(2024, 1, 1)), view=View(frise="annee")).lines) == 3


def test_shares_are_offered_when_something_is_not_found() -> None:
    """Of everything, every share is the whole; who asked for shares finds the way out."""
    everything = months(20, 20)

    assert drawn(everything).measures == []
    assert [link.current for link in drawn(everything, view=View(mesure="part")).measures] == [
        False,
        True,
    ]
    assert [link.url for link in drawn(months(1, 2), "q=eau").measures] == [
        "/?q=eau",
        "/?q=eau&mesure=part",
    ]


def test_the_table_of_a_strip_is_drawn_like_it() -> None:
    """The page of statistics opens at the same unit, whatever page of results is shown."""
    chart = drawn(months(1, 2), "q=eau page=3 par=50", View(frise="annee"))

    assert chart.table_url == "/statistiques?q=eau&frise=annee#tableau-mois"
    assert chart.csv_url == "/statistiques.csv?q=eau&tableau=mois"


def test_short_charts_name_their_months() -> None:
    """January bears the year."""
    chart = drawn(months(1, 1, 1, 1))

    assert [label.text for label in chart.labels] == ["nov.", "déc.", "2025", "févr."]
