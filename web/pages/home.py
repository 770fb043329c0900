"""The home page: what is held, what was answered last, what has waited longest, what to try.

None of it depends on who asks, so it is read once for each generation of the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final

from index.question import Question
from search.engine import Engine
from search.examples import EXAMPLES
from search.facets import EN_RETARD
from search.request import SearchRequest
from search.results import SearchResults
from web.pages.help import Case, case_of
from web.pages.panel import FacetList, facet_lists
from web.site import Site
from web.view import ALL_QUESTIONS, View, results_url

FACETS_SHOWN: Final = ("legislature", "statut", "ministere")
"""The lists that show what the corpus holds."""

LEADING_VALUES: Final = 8
"""Values shown of a list that has no end: ministères."""

SHOWN_QUESTIONS: Final = 5
SHOWN_EXAMPLES: Final = 6

_WRITTEN: Final = ("type", "QE")
"""Other questions are answered in a sitting, not in the JO, and within no deadline."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first questions of a search, how many it finds, and its address."""

    questions: tuple[Question, ...]
    total: int
    url: str


@dataclass(frozen=True, slots=True)
class Home:
    """What the home page shows of one generation of the index.

    Attributes:
        facets: the lists of `FACETS_SHOWN` that have something to show.
        answered_on: the newest date on which answers were published; None when there is none.
        answered: the answers of that day.
        waiting: the questions without an answer, those that have waited longest first.
        overdue: those past their deadline.
        examples: cases of the query language that find something.
    """

    facets: tuple[FacetList, ...]
    answered_on: date | None
    answered: Excerpt | None
    waiting: Excerpt
    overdue: Excerpt
    examples: tuple[Case, ...]


def home_context(site: Site) -> dict[str, Any]:
    """Everything that the template of the home page shows."""
    return {
        "accueil": site.per_generation(read_home),
        "tout": ALL_QUESTIONS,
        "au_plus": LEADING_VALUES,
    }


def read_home(engine: Engine) -> Home:
    """What the home page shows of an index."""
    everything = engine.search(SearchRequest(par=1))
    day = _newest_answer(engine)
    return Home(
        facets=_facets(everything),
        answered_on=day,
        answered=_answered_on(engine, day) if day else None,
        waiting=_longest(engine, "en_attente"),
        overdue=_longest(engine, EN_RETARD),
        examples=_examples(engine),
    )


def _facets(results: SearchResults) -> tuple[FacetList, ...]:
    lists = {facet.name: facet for facet in facet_lists(results, View())}
    return tuple(lists[name] for name in FACETS_SHOWN if name in lists)


def _newest_answer(engine: Engine) -> date | None:
    latest = engine.search(SearchRequest.from_params([_WRITTEN, ("tri", "reponse"), ("par", "1")]))
    return latest.hits[0].question.date_reponse if latest.hits else None


def _answered_on(engine: Engine, day: date) -> Excerpt:
    bounds = [("reponse_du", day.isoformat()), ("reponse_au", day.isoformat())]
    return _excerpt(engine, [_WRITTEN, *bounds])


def _longest(engine: Engine, statut: str) -> Excerpt:
    return _excerpt(engine, [_WRITTEN, ("statut", statut), ("tri", "delai")])


def _excerpt(engine: Engine, params: list[tuple[str, str]]) -> Excerpt:
    asked = SearchRequest.from_params(params)
    results = engine.search(asked.replace(par=SHOWN_QUESTIONS))
    return Excerpt(tuple(hit.question for hit in results.hits), results.total, results_url(asked))


def _examples(engine: Engine) -> tuple[Case, ...]:
    teaching = (case_of(engine, example) for example in EXAMPLES if example.teaches)
    return tuple(islice((case for case in teaching if case.url), SHOWN_EXAMPLES))
