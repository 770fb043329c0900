"""The engines that the suite holds to the same answers.

An engine is one line of `ENGINES`: its name, how it is built from questions, and what it leaves
out of its results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import pytest

from index.french.fold import fold
from index.question import Question
from index.stores.whoosh_store import open_store
from search.engine import Listing, open_engine
from search.engines.opensearch_engine import OpenSearchEngine
from search.expansion import Sequence as WordSequence
from search.expansion import TermsBeginning, expand, positive_units
from search.request import SearchRequest
from search.results import SearchResults
from search.statistics import Statistics
from search.understanding import read_query
from tests.cluster import ClusterMissing
from tests.conformance.cluster_index import fill
from tests.conformance.reference_engine import ReferenceEngine
from tests.conftest import missing
from tests.publishing import publish

Batches = Sequence[Sequence[Question]]
"""Questions in the order they are published; a later one replaces an earlier one whole."""


class EngineUnavailable(Exception):
    """The engine cannot be run here; the message says what is missing."""


class SearchEngine(Protocol):
    """What a case asks of an engine."""

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        """The results of a request."""
        ...

    def statistics(self, request: SearchRequest) -> Statistics:
        """A request in figures."""
        ...

    def listing(self, request: SearchRequest) -> Listing:
        """Every question of a request."""
        ...

    def close(self) -> None:
        """Let go of what it was built from."""
        ...


@dataclass(frozen=True)
class EngineKind:
    """One engine under test.

    Attributes:
        name: as given to `--engine` and written in `deviations.toml`.
        build: makes it from questions, in an empty directory it may use; raises
            `EngineUnavailable`.
        leaves_out: the expectations of a case that its results hold nothing about.
        approximates: whether what a query has in it is counted so that the scores of its results
            are near the reference's, and no more.
        one_at_a_time: whether one that is built takes the place of those before, and a corpus that
            is built again is soon there.
        cost: of as many random corpora, so many times fewer are tried.
    """

    name: str
    build: Callable[[Batches, Path], SearchEngine]
    leaves_out: frozenset[str] = frozenset()
    approximates: Callable[[SearchRequest], bool] = lambda _: False
    one_at_a_time: bool = False
    cost: int = 1


def build_reference(batches: Batches, _directory: Path) -> SearchEngine:
    newest = {question.uid: question for batch in batches for question in batch}
    return ReferenceEngine(list(newest.values()))


def build_whoosh(batches: Batches, directory: Path) -> SearchEngine:
    for batch in batches:
        with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
            publish(store, batch)
    return open_engine(directory)


def build_opensearch(batches: Batches, _directory: Path) -> SearchEngine:
    try:
        return OpenSearchEngine(fill(batches))
    except ClusterMissing as error:
        raise EngineUnavailable(str(error)) from error


def counts_once(request: SearchRequest) -> bool:
    """Whether a query has what a cluster doesn't count to the last occurrence.

    See `search.engines.opensearch_query`: words near each other, the ways to write a hyphenated
    word, and a star in one.
    """
    units = positive_units(expand(read_query(request).tree, _NoWords(), request.champ).root)
    sequences = [
        (len(unit.plain.alternatives if unit.plain else unit.alternatives), sequence)
        for unit in units
        for sequence in unit.alternatives
    ]
    return any(
        ways > 1 or (len(sequence.slots) > 1 and (sequence.slop is not None or _has_star(sequence)))
        for ways, sequence in sequences
    )


def _has_star(sequence: WordSequence) -> bool:
    return any(isinstance(slot, TermsBeginning) for slot in sequence.slots)


class _NoWords:
    """A vocabulary without families."""

    def family(self, word: str) -> frozenset[str]:
        return frozenset([fold(word)])


def build_or_skip(
    kind: EngineKind, batches: Batches, directory: Path, *, required: bool
) -> SearchEngine:
    """The engine; without it, the test is skipped, or fails when it is required or in CI."""
    try:
        return kind.build(batches, directory)
    except EngineUnavailable as error:
        if required:
            pytest.fail(f"{kind.name} is required: {error}")
        missing(f"{kind.name}: {error}")


BuildEngine = Callable[[EngineKind, Sequence[Question]], SearchEngine]
"""Gives an engine over a corpus; a corpus seen before is not built again."""

WORDING = frozenset(
    ("marks", "snippets", "absent", "extraits", "titre_html", "formes", "indications", "suggestion")
)
"""Expectations about what is shown of the results rather than about what is found."""

REFERENCE = EngineKind("reference", build_reference, leaves_out=WORDING)
ENGINES = (
    REFERENCE,
    EngineKind("whoosh", build_whoosh),
    EngineKind(
        "opensearch", build_opensearch, approximates=counts_once, one_at_a_time=True, cost=3
    ),
)
"""The reference, and the engines that are compared with it."""
