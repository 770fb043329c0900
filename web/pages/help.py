"""The help: the query language by its cases, and what the index at hand gives for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from index.question import Question
from search.engine import Engine
from search.examples import EXAMPLES, MISTAKES, SECTIONS, Example, said_of
from search.facets import FACETS, Facet, FacetValue
from search.request import MOST_PER_PAGE, SIDES, SORTS, SearchRequest
from web.query_string import named_question
from web.site import Site
from web.view import VIEW_PARAMETERS, results_url


@dataclass(frozen=True, slots=True)
class Case:
    """One example, with the address of its search; None when the index has nothing for it."""

    example: Example
    url: str | None


@dataclass(frozen=True, slots=True)
class Help:
    """What the help says of one generation of the index.

    Attributes:
        cases: those of each section, by its key.
        values: each facet with its first value, if any question has one.
        question: one that the index holds, to show addresses by; None in an empty index.
    """

    cases: dict[str, tuple[Case, ...]]
    values: tuple[tuple[Facet, FacetValue | None], ...]
    question: Question | None


def read_help(engine: Engine) -> Help:
    """What the help says of an index."""
    everything = engine.search(SearchRequest(par=1))
    return Help(
        {
            section: tuple(case_of(engine, e) for e in EXAMPLES if e.section == section)
            for section in SECTIONS
        },
        tuple((facet, next(iter(everything.facets[facet.name].valeurs), None)) for facet in FACETS),
        everything.hits[0].question if everything.hits else None,
    )


def case_of(engine: Engine, example: Example) -> Case:
    """An example with its address, if the index has a question for it."""
    asked = SearchRequest(q=example.typed)
    uid = named_question(example.typed)
    found = engine.get(uid) is not None if uid else engine.search(asked).total > 0
    return Case(example, results_url(asked) if found else None)


def help_context(site: Site) -> dict[str, Any]:
    """Everything that the template of the help shows."""
    return {
        "aide": site.per_generation(read_help),
        "sections": SECTIONS,
        "erreurs": [(typed, " ".join(said_of(typed))) for typed in MISTAKES],
        "tris": SORTS,
        "cotes": SIDES,
        "presentations": VIEW_PARAMETERS,
        "par_page": MOST_PER_PAGE,
    }
