"""A search restated in French words."""

from __future__ import annotations

from datetime import date

import pytest

from search.description import (
    EVERYTHING,
    describe,
    describe_period,
    french_date,
    has_reversed_period,
)
from search.request import SearchRequest


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ([], EVERYTHING),
        ([("page", "3"), ("tri", "ancien"), ("par", "50")], EVERYTHING),
        ([("q", "eau potable")], "« eau potable »"),
        ([("q", "cotisations sociales"), ("legislature", "17")],
         "« cotisations sociales » · 17e législature"),
        ([("legislature", "17"), ("legislature", "16")], "17e législature ou 16e législature"),
        ([("type", "-QG"), ("type", "-QOSD")],
         "sauf Question au Gouvernement et Question orale sans débat"),
        ([("groupe", "EPR"), ("groupe", "-RN")], "EPR · sauf RN"),
        ([("statut", "en_attente")], "En attente de réponse"),
        ([("signalee", "1")], "Question signalée au Gouvernement"),
        ([("renouvelee", "1")], "Question renouvelée"),
        ([("q", "eau"), ("champ", "reponse")], "« eau » · dans les réponses"),
        ([("q", "eau"), ("champ", "question")], "« eau » · dans les questions"),
        ([("du", "2025-01-14"), ("au", "2025-03-01")],
         "Question publiée au JO entre le 14 janvier 2025 et le 1er mars 2025"),
        ([("du", "2025-01-14")], "Question publiée au JO depuis le 14 janvier 2025"),
        ([("au", "2025-01-14")], "Question publiée au JO jusqu’au 14 janvier 2025"),
        ([("reponse_du", "2025-08-01")], "Réponse publiée au JO depuis le 1er août 2025"),
        ([("annee", "2024"), ("type", "QE"), ("q", "a")], "« a » · Question écrite · 2024"),
    ],
)  # fmt: skip
def test_describe(params: list[tuple[str, str]], description: str) -> None:
    """Words first, then filters in canonical order; sort and page say nothing of what is found."""
    assert describe(SearchRequest.from_params(params)) == description


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 4, 1), "1er avril 2026"), (date(2025, 12, 31), "31 décembre 2025"),
     (date(1988, 2, 2), "2 février 1988")],
)  # fmt: skip
def test_french_date(day: date, words: str) -> None:
    """The first of a month is « 1er »."""
    assert french_date(day) == words


def test_describe_period_is_inclusive() -> None:
    """Both ends are named."""
    assert describe_period("X", date(2025, 1, 1), date(2025, 1, 2)) == (
        "X entre le 1er janvier 2025 et le 2 janvier 2025"
    )


@pytest.mark.parametrize(
    ("params", "reversed_"),
    [
        ([("du", "2025-02-01"), ("au", "2025-01-31")], True),
        ([("reponse_du", "2025-02-01"), ("reponse_au", "2024-12-31")], True),
        ([("du", "2025-02-01"), ("au", "2025-02-01")], False),
        ([("du", "2025-02-01")], False),
        ([("au", "2025-02-01")], False),
        ([("du", "2025-02-01"), ("reponse_au", "2025-01-31")], False),
        ([], False),
    ],
)
def test_a_period_may_end_before_it_begins(params: list[tuple[str, str]], reversed_: bool) -> None:
    """Each range is looked at alone; one day is a period."""
    assert has_reversed_period(SearchRequest.from_params(params)) is reversed_
