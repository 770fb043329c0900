"""Months fold into years, and what isn't whole is said to be."""

from __future__ import annotations

from datetime import date

from search.timeline import MonthCount, Period, periods, timeline_of, usual_unit


def months(*counts: tuple[int, int], first: date = date(2025, 11, 1)) -> tuple[MonthCount, ...]:
    return tuple(
        MonthCount(
            date(first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1, 1),
            *count,
        )
        for n, count in enumerate(counts)
    )


TIMELINE = months((2, 10), (0, 0), (3, 4), (1, 8))
"""From November 2025 to February 2026."""


def test_a_bar_for_each_month() -> None:
    """Days are counted within the month, leap years included."""
    bars = periods(months((1, 2), first=date(2024, 2, 1)), "mois", donnees_au=date(2026, 1, 1))

    assert bars == [Period(date(2024, 2, 1), date(2024, 2, 29), 1, 2, complete=True)]


def test_a_bar_for_each_year() -> None:
    """A year is the sum of its months, from its first day to its last."""
    bars = periods(TIMELINE, "annee", donnees_au=date(2027, 1, 1))

    assert bars == [
        Period(date(2025, 1, 1), date(2025, 12, 31), 2, 10, complete=True),
        Period(date(2026, 1, 1), date(2026, 12, 31), 4, 12, complete=True),
    ]


def test_a_year_is_compared_with_all_its_months() -> None:
    """Months without any question found are no bars of their own, and count in their year."""
    timeline = months((0, 7), (2, 10), (0, 5), first=date(2025, 1, 1))
    by_month, by_year = (
        periods(timeline, unit, donnees_au=date(2027, 1, 1)) for unit in ("mois", "annee")
    )

    assert [(bar.start, bar.found, bar.every) for bar in by_month] == [(date(2025, 2, 1), 2, 10)]
    assert [(bar.found, bar.every) for bar in by_year] == [(2, 22)]


def test_the_month_in_which_the_data_stop_is_incomplete() -> None:
    """On the last day of a month its questions are known, not before."""
    whole, cut = (
        [bar.complete for bar in periods(TIMELINE, "mois", donnees_au=day)]
        for day in (date(2026, 2, 28), date(2026, 2, 27))
    )

    assert whole == [True, True, True, True]
    assert cut == [True, True, True, False]


def test_a_month_that_the_search_cuts_is_incomplete() -> None:
    """Its bar stands for a part of the month only."""
    bars = periods(
        TIMELINE,
        "mois",
        donnees_au=date(2027, 1, 1),
        since=date(2025, 11, 4),
        until=date(2026, 2, 10),
    )

    assert [bar.complete for bar in bars] == [False, True, True, False]


def test_a_share_is_of_all_questions_of_the_period() -> None:
    """A period without any question has no share to speak of."""
    bars = periods(TIMELINE, "mois", donnees_au=date(2027, 1, 1))

    assert [bar.share for bar in bars] == [0.2, 0.0, 0.75, 0.125]


def test_long_timelines_are_shown_by_year() -> None:
    """Four years of months can still be told apart."""
    assert usual_unit(months(*[(1, 1)] * 48)) == "mois"
    assert usual_unit(months(*[(1, 1)] * 49)) == "annee"


def test_nothing_found_has_no_bar() -> None:
    """An empty timeline is an empty chart."""
    assert periods((), "mois", donnees_au=None) == []


def test_a_timeline_has_whole_years_as_far_as_the_corpus_goes() -> None:
    """From the months of the corpus in the first year of the questions found, to the last."""
    first = 2024 * 12 + 10
    every = [1, 0, 2, 3, 0, 4, 5]
    found = [0, 0, 0, 1, 0, 0, 0]

    assert timeline_of(first, found, every) == (
        MonthCount(date(2025, 1, 1), 0, 2),
        MonthCount(date(2025, 2, 1), 1, 3),
        MonthCount(date(2025, 3, 1), 0, 0),
        MonthCount(date(2025, 4, 1), 0, 4),
        MonthCount(date(2025, 5, 1), 0, 5),
    )
    assert timeline_of(first, [0] * 7, every) == timeline_of(first, [], []) == ()
