"""A clock that is set back or forward changes no duration, and hides no build."""

from __future__ import annotations

import re
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.question import Question, make_question
from index.sync.freshness import is_stale
from search.engine import open_engine
from tests.faults.served import ROOT, index_of

YEAR_NS = 365 * 24 * 3600 * 10**9

WALL_CLOCK = re.compile(r"\btime\.(time|time_ns|localtime|gmtime)\(|\bdatetime\.(now|utcnow)\(")
ALLOWED = {
    ("search/engines/whoosh_engine.py", "time.time_ns("),
    ("index/cluster/builds.py", "time.time("),
}
"""The first compares with the time of a change that the disk keeps: see the test below. The second
tells other machines when a lease runs out: they have no other clock in common, and who loses a
lease to a wrong one sees it at the next renewal."""


@pytest.mark.parametrize("package", ["index", "search", "web"])
def test_no_duration_is_measured_by_the_wall_clock(package: str) -> None:
    """What counts seconds uses a clock that is never set."""
    found = {
        (str(path.relative_to(ROOT)), match[0])
        for path in (ROOT / package).rglob("*.py")
        for match in WALL_CLOCK.finditer(path.read_text())
    }

    assert found <= ALLOWED


@pytest.mark.parametrize("shift", [-YEAR_NS, 0, YEAR_NS], ids=["back", "right", "forward"])
def test_a_build_is_taken_up_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    """An engine with a clock that is a year off sees each of several builds at the next call."""
    directory = index_of(tmp_path / "index", question(1))
    real = time.time_ns
    monkeypatch.setattr("search.engines.whoosh_engine.time.time_ns", lambda: real() + shift)
    with closing(open_engine(directory)) as engine:
        seen = [engine.health().questions]
        for number in (2, 3):
            index_of(directory, question(number))
            seen.append(engine.health().questions)

    assert seen == [1, 2, 3]


def test_data_from_the_future_are_not_old() -> None:
    """On a machine whose clock was set back, no page says that questions are stale."""
    assert not is_stale(date(2026, 5, 12), date(1970, 1, 1))
    assert is_stale(date(2026, 5, 12), date(2036, 1, 1))


def question(number: int) -> Question:
    return make_question(uid=f"QANR5L17QE{number}", titre="Eau", date_question=date(2026, 3, 3))
