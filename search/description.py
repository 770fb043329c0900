"""A search restated in French words: « cotisations sociales » · 17e législature."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from search.facets import FACETS
from search.request import SIDES, SearchRequest

EVERYTHING: Final = "Toutes les questions"
RENEWED: Final = "Question renouvelée"

PERIODS: Final = (
    ("Question publiée au JO", "du", "au"),
    ("Réponse publiée au JO", "reponse_du", "reponse_au"),
)
"""What each range of dates is about, and the two parameters that bound it."""

REVERSED_PERIOD: Final = "La période demandée se termine avant de commencer."

MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip


def describe(request: SearchRequest) -> str:
    """The search in words, after a fixed template; `EVERYTHING` when nothing narrows it."""
    return " · ".join(_parts(request)) or EVERYTHING


def describe_period(what: str, start: date | None, end: date | None) -> str:
    """The words for a range of dates, open at either end."""
    if start and end:
        return f"{what} entre le {french_date(start)} et le {french_date(end)}"
    if start:
        return f"{what} depuis le {french_date(start)}"
    assert end is not None
    return f"{what} jusqu’au {french_date(end)}"


def has_reversed_period(request: SearchRequest) -> bool:
    """Whether a range of dates ends before it begins: no question is in it."""
    bounds = ((getattr(request, since), getattr(request, until)) for _, since, until in PERIODS)
    return any(since and until and until < since for since, until in bounds)


def french_date(day: date) -> str:
    """The date as it is written in a text: `1er avril 2026`."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def _parts(request: SearchRequest) -> Iterator[str]:
    if request.q:
        yield f"« {request.q} »"
    for facet in FACETS:
        choices = request.filters.get(facet.name, ())
        chosen = [facet.alone(c.valeur) for c in choices if not c.exclue]
        excluded = [facet.alone(c.valeur) for c in choices if c.exclue]
        if chosen:
            yield " ou ".join(chosen)
        if excluded:
            yield f"sauf {' et '.join(excluded)}"
    if request.renouvelee:
        yield RENEWED
    if request.champ:
        yield f"dans les {SIDES[request.champ]}"
    for what, since, until in PERIODS:
        bounds = (getattr(request, since), getattr(request, until))
        if any(bounds):
            yield describe_period(what, *bounds)
