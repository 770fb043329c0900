"""Options of the test run, real files when they are there, engines over small corpora."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from index.builder import build
from index.question import Question
from index.stores.whoosh_store import open_store
from search.engine import Engine, open_engine
from tests.cluster import Cluster, ClusterMissing, end_shared_cluster, shared_cluster
from tests.publishing import publish

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Real published files, which are no part of the project."""

DEMO = Path(__file__).resolve().parents[1] / "demo"

MakeEngine = Callable[[Iterable[Question]], Engine]


HYPOTHESIS_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "fixed")
"""`fixed` draws the same examples every time; `nightly` looks for new ones."""

settings.register_profile("fixed", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("nightly", deadline=None, max_examples=2_000)
settings.load_profile(HYPOTHESIS_PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Choose the engines of the conformance suite, and those that must be there."""
    group = parser.getgroup("conformance")
    group.addoption(
        "--engine",
        action="append",
        metavar="NAME",
        help="run the conformance suite on this engine only (repeatable; all by default)",
    )
    group.addoption(
        "--require-engine",
        action="append",
        default=[],
        metavar="NAME",
        help="fail instead of skipping when this engine of the conformance suite is unavailable",
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing behind; with pytest-xdist, once all of its processes have ended."""
    if not hasattr(session.config, "workerinput"):
        end_shared_cluster()


def missing(what: str) -> NoReturn:
    """Skip the test, except in CI, where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real published files, beside the project's."""
    if not SHARED.is_dir():
        missing(f"no {SHARED.name}/ with real published files beside the project's folder")
    return SHARED


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The OpenSearch of this run, shared by its processes: names of indexes are a test's own."""
    try:
        return shared_cluster()
    except ClusterMissing as error:
        missing(str(error))


@pytest.fixture(scope="session")
def demo_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The demo corpus, indexed."""
    directory = tmp_path_factory.mktemp("demo") / "index"
    sources = [DEMO / name for name in ("acteurs", "organes", "questions")]
    build(sources, directory, today=date(2026, 5, 13), progress=lambda *_: None)
    engine = open_engine(directory)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeEngine]:
    """Build an index of some questions and open it; closed after the module's last test."""
    yield from _making(tmp_path_factory)


@pytest.fixture
def make_engine_briefly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeEngine]:
    """The same, closed after the test: each open index holds some sixty files."""
    yield from _making(tmp_path_factory)


def _making(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeEngine]:
    opened: list[Engine] = []

    def make(questions: Iterable[Question]) -> Engine:
        directory = tmp_path_factory.mktemp("index")
        with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
            publish(store, list(questions))
        opened.append(open_engine(directory))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()
