"""Engines agree with the reference on any corpus and any search.

A dozen corpora are tried by default, always the same; two thousand, always others, with
`HYPOTHESIS_PROFILE=nightly`. Fewer of an engine that takes long to fill.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.french.analyzer import analyze
from index.markup import text_of_html
from index.question import Question
from search.request import SearchRequest
from search.results import Hit, SearchResults
from tests.conformance import strategies
from tests.conformance.engines import (
    REFERENCE,
    EngineKind,
    SearchEngine,
    build_or_skip,
)
from tests.conformance.reference_engine import Lookup, ReferenceEngine, is_form
from tests.conftest import HYPOTHESIS_PROFILE

Situation = tuple[list[list[Question]], list[SearchRequest]]

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)
EXAMPLES = {"fixed": 9, "nightly": 2_000}
"""Each example builds an index: fewer than elsewhere when the suite must be quick."""

Test = Callable[..., None]


def over_situations(searches: int, **drawn: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Try a test on random situations: of as many as the engine has time for."""

    def decorate(test: Test) -> Test:
        def tried(compared_kind: EngineKind, pytestconfig: pytest.Config) -> None:
            def on_one(**values: Any) -> None:
                test(**values, compared_kind=compared_kind, pytestconfig=pytestconfig)

            on_one.__name__ = test.__name__  # by which the examples of a test are its own
            examples = max(1, EXAMPLES[HYPOTHESIS_PROFILE] // compared_kind.cost)
            profile = settings(max_examples=examples, suppress_health_check=SLOW)
            profile(given(situation=strategies.situations(searches), **drawn)(on_one))()

        tried.__doc__ = test.__doc__
        return tried

    return decorate


SCORE_TOLERANCE = 1e-4
"""Scores are rounded to four decimals; engines may add them up in another order."""


@contextmanager
def built(
    kind: EngineKind, batches: list[list[Question]], config: pytest.Config
) -> Iterator[SearchEngine]:
    """An engine over a corpus, for as long as it is asked."""
    required = kind.name in config.getoption("--require-engine")
    with (
        TemporaryDirectory() as directory,
        closing(
            build_or_skip(kind, batches, Path(directory) / "index", required=required)
        ) as engine,
    ):
        yield engine


@over_situations(searches=8)
def test_engines_agree_with_the_reference(
    situation: Situation, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """Any search of any corpus, built in any number of steps, has the reference's results."""
    batches, requests = situation
    reference = REFERENCE.build(batches, Path())
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            assert_agreement(
                engine.search(request),
                reference.search(request),
                exactly=not compared_kind.approximates(request),
            )


@over_situations(searches=4, par=st.integers(1, 4))
def test_pages_put_together_are_the_whole_result(
    situation: Situation, par: int, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """Page after page, every question comes once, in the order of the whole."""
    batches, requests = situation
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            whole = engine.search(request)

            assert list(_turn_pages(engine, request, par)) == _uids(whole.hits)


@over_situations(searches=4, par=st.integers(1, 4))
def test_a_listing_is_the_pages_of_a_search(
    situation: Situation, par: int, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """Whatever page is asked for, a listing has every question, in the order of the pages."""
    batches, requests = situation
    reference = REFERENCE.build(batches, Path())
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            listing = engine.listing(request.replace(page=2, par=par))
            listed = list(listing.questions)

            assert listing.total == len(listed)
            assert [question.uid for question in listed] == list(
                _turn_pages(engine, request, par=100)
            )
            assert listing.request == reference.listing(request).request
            assert _by_uid(listed) == _by_uid(reference.listing(request).questions)


@over_situations(searches=8)
def test_figures_are_those_of_the_reference(
    situation: Situation, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """Months, states, delays and the figures of each group are those that plain loops count."""
    batches, requests = situation
    reference = REFERENCE.build(batches, Path())
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            counted = engine.statistics(request)
            results = engine.search(request, with_timeline=True)

            assert replace(counted, indications=()) == reference.statistics(request)
            assert results.timeline == counted.asked
            assert results.indications == counted.indications


@over_situations(searches=4)
def test_excerpts_hold_nothing_but_the_text_and_marks(
    situation: Situation, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """Without its marks, a title is the title escaped and an excerpt a part of the text."""
    batches, requests = situation
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            results = engine.search(request)
            for hit in (*results.hits, *results.approches):
                assert _without_marks(hit.titre_html) == (hit.question.titre or "")
                for text, excerpts in _sides(hit):
                    assert len(excerpts) <= 2
                    assert all(_without_marks(excerpt) in text for excerpt in excerpts)


@over_situations(searches=8)
def test_every_marked_word_is_a_word_of_the_search(
    situation: Situation, compared_kind: EngineKind, pytestconfig: pytest.Config
) -> None:
    """What is marked is a form of something asked for, and not of what is only excluded."""
    batches, requests = situation
    newest = {question.uid: question for batch in batches for question in batch}
    reference = ReferenceEngine(list(newest.values()))
    with built(compared_kind, batches, pytestconfig) as engine:
        for request in requests:
            forms = Lookup(reference, request).asked_forms()
            results = engine.search(request)
            for hit in (*results.hits, *results.approches):
                for marked in _marked(hit):
                    assert any(is_form(token, forms) for token in analyze(marked)), request.q


def assert_agreement(actual: SearchResults, expected: SearchResults, *, exactly: bool) -> None:
    """Two results hold the same questions, in the same order up to the tolerance on scores."""
    assert _comparable(actual) == _comparable(expected), actual.request.url()
    for ours, theirs in ((actual.hits, expected.hits), (actual.approches, expected.approches)):
        if exactly:
            assert _scores(ours) == pytest.approx(_scores(theirs), abs=SCORE_TOLERANCE * 1.01), (
                actual.request.url()
            )
        if actual.request.sort == "pertinence":
            assert _is_ordered(ours), actual.request.url()
        elif exactly or ours is actual.hits:
            assert _uids(ours) == _uids(theirs), actual.request.url()


def _comparable(results: SearchResults) -> dict[str, Any]:
    """What must be equal to the letter."""
    return {
        "request": results.request,
        "description": results.description,
        "total": results.total,
        "donnees_au": results.donnees_au,
        "hits": sorted(_uids(results.hits)),
        "approches": sorted(_uids(results.approches)),
        "en_retard": sorted(_uids(hit for hit in results.hits if hit.en_retard)),
        "facets": results.facets,
    }


def _is_ordered(hits: Iterable[Hit]) -> bool:
    """By score, then the newest first, then by uid."""
    keys = [
        (
            -(hit.score or 0.0),
            -(hit.question.date_question.toordinal() if hit.question.date_question else -1),
            hit.question.uid,
        )
        for hit in hits
    ]
    return keys == sorted(keys)


def _scores(hits: Iterable[Hit]) -> dict[str, float | None]:
    return {hit.question.uid: hit.score for hit in hits}


def _uids(hits: Iterable[Hit]) -> list[str]:
    return [hit.question.uid for hit in hits]


def _by_uid(questions: Iterable[Question]) -> dict[str, Question]:
    return {question.uid: question for question in questions}


def _turn_pages(engine: SearchEngine, request: SearchRequest, par: int) -> Iterable[str]:
    page = 1
    while hits := engine.search(request.replace(par=par, page=page)).hits:
        yield from _uids(hits)
        page += 1


def _without_marks(marked: str | None) -> str:
    return html.unescape(re.sub("</?mark>", "", marked or "")).removeprefix("… ").removesuffix(" …")


def _marked(hit: Hit) -> list[str]:
    pages = (hit.titre_html or "", *hit.extraits.question, *hit.extraits.reponse)
    return [
        html.unescape(word) for page in pages for word in re.findall("<mark>(.*?)</mark>", page)
    ]


def _sides(hit: Hit) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield text_of_html(hit.question.texte_question or ""), hit.extraits.question
    yield text_of_html(hit.question.texte_reponse or ""), hit.extraits.reponse
