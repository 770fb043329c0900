"""Every case on every engine."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.cases import HERE, Case, outcome, read_cases
from tests.conformance.engines import (
    ENGINES,
    BuildEngine,
    EngineKind,
    EngineUnavailable,
    build_or_skip,
)

CASES = read_cases()
KINDS_OF_DEVIATION = ("notimpl", "notyet", "never")


@dataclass(frozen=True)
class Deviation:
    """A difference that stays: which engine fails which case, of what kind, and why."""

    engine: str
    case: str
    kind: str
    reason: str


def read_deviations() -> list[Deviation]:
    with (HERE / "deviations.toml").open("rb") as file:
        return [Deviation(**table) for table in tomllib.load(file).get("deviation", ())]


DEVIATIONS: Mapping[tuple[str, str], Deviation] = {
    (deviation.engine, deviation.case): deviation for deviation in read_deviations()
}


@pytest.mark.parametrize("case", CASES, ids=[case.about for case in CASES])
def test_case(
    case: Case, engine_kind: EngineKind, build_engine: BuildEngine, request: pytest.FixtureRequest
) -> None:
    """An engine gives what the case expects."""
    deviation = DEVIATIONS.get((engine_kind.name, case.about))
    if deviation is not None:
        reason = f"{deviation.kind}: {deviation.reason}"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    engine = build_engine(engine_kind, case.questions)
    expected = {
        name: value for name, value in case.expect.items() if name not in engine_kind.leaves_out
    }

    assert outcome(case, engine, engine_kind.leaves_out) == expected


def test_every_case_asks_something_of_every_engine() -> None:
    """No engine leaves out all that a case expects."""
    void = [
        (kind.name, case.about)
        for kind in ENGINES
        for case in CASES
        if not case.expect.keys() - kind.leaves_out
    ]

    assert void == []


def test_every_case_has_its_own_words() -> None:
    """No two cases are about the same thing: a deviation names exactly one."""
    counts = Counter(case.about for case in CASES)

    assert [about for about, count in counts.items() if count > 1] == []


def test_every_deviation_names_an_engine_and_a_case() -> None:
    """A deviation that nothing answers to is out of date."""
    known = {(kind.name, case.about) for kind in ENGINES for case in CASES}

    assert DEVIATIONS.keys() - known == set()


def test_every_deviation_says_why() -> None:
    """A deviation is of a known kind and has a reason."""
    vague = [d for d in DEVIATIONS.values() if d.kind not in KINDS_OF_DEVIATION or not d.reason]

    assert vague == []


def _unavailable(*_: object) -> None:
    raise EngineUnavailable("no server")


ABSENT = EngineKind("absent", _unavailable)  # type: ignore[arg-type]


def test_an_unavailable_engine_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its server, an engine's cases are skipped with the reason."""
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="absent: no server"):
        build_or_skip(ABSENT, [], tmp_path, required=False)


def test_an_unavailable_engine_fails_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out silently where everything must be there."""
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="absent: no server"):
        build_or_skip(ABSENT, [], tmp_path, required=False)


def test_an_unavailable_engine_fails_when_it_is_required(tmp_path: Path) -> None:
    """`--require-engine` turns the skip into a failure."""
    with pytest.raises(pytest.fail.Exception, match="absent is required: no server"):
        build_or_skip(ABSENT, [], tmp_path, required=True)
