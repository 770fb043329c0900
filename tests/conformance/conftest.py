"""The engines of a test run, built once for each corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from index.question import Question
from tests.conformance.engines import (
    ENGINES,
    REFERENCE,
    BuildEngine,
    EngineKind,
    SearchEngine,
    build_or_skip,
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for an `engine_kind` on all engines, a `compared_kind` not on the reference."""
    kinds = chosen_engines(metafunc.config)
    compared = [kind for kind in kinds if kind is not REFERENCE]
    for name, asked in (("engine_kind", kinds), ("compared_kind", compared)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, asked, ids=[kind.name for kind in asked])


def chosen_engines(config: pytest.Config) -> list[EngineKind]:
    """The engines of `--engine`, all of them by default.

    Raises:
        UsageError: an option names no engine of the suite, so that a requirement is never void.
    """
    required = set(config.getoption("--require-engine"))
    asked = set(config.getoption("--engine") or [kind.name for kind in ENGINES])
    unknown = (required | asked) - {kind.name for kind in ENGINES}
    if unknown:
        raise pytest.UsageError(f"no such engine in the conformance suite: {sorted(unknown)}")
    return [kind for kind in ENGINES if kind.name in required | asked]


@pytest.fixture(scope="session")
def build_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BuildEngine]:
    """Build an engine over a corpus, or give the one that a test before built."""
    built: dict[tuple[str, Sequence[Question]], SearchEngine] = {}
    required = request.config.getoption("--require-engine")

    def build(kind: EngineKind, questions: Sequence[Question]) -> SearchEngine:
        key = (kind.name, tuple(questions))
        if key in built and kind.one_at_a_time:
            built.pop(key).close()  # others may have been built since, by other tests too
        if key not in built:
            directory = tmp_path_factory.mktemp(kind.name) / "index"
            built[key] = build_or_skip(kind, [questions], directory, required=kind.name in required)
        return built[key]

    yield build
    for engine in built.values():
        engine.close()
