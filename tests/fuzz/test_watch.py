"""What a campaign must not miss: failures, slowness, memory, a process that dies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fuzz import campaign
from tests.fuzz.campaign import MOST_GROWTH, fuzz, growth
from tests.fuzz.target import RunOne, Target
from tests.fuzz.watch import MOST_FINDINGS, EnoughFound, Progress, Watch

MB = 1 << 20


@pytest.fixture
def watching(tmp_path: Path) -> Callable[..., Watch]:
    """A watch that keeps its findings in the folder of the test."""

    def make(run_one: RunOne, executions: int = 100, **given: object) -> Watch:
        return Watch(run_one, tmp_path, tmp_path / "progress.json", executions, **given)  # type: ignore[arg-type]

    return make


def ticking(*seconds: float) -> Callable[[], float]:
    """A clock that says how long each input takes, asked at the beginning and at the end."""

    def times() -> Iterator[float]:
        yield 0.0
        now = 0.0
        for duration in seconds:
            yield now
            now += duration
            yield now
        while True:
            yield now

    return times().__next__


def test_a_failure_is_kept_once_and_ends_nothing(watching: Callable[..., Watch]) -> None:
    """The input and its traceback are kept; the same failure of another input is not."""

    def run_one(data: bytes) -> None:
        assert not data.startswith(b"bad"), "as it must be"

    watch = watching(run_one)
    for data in (b"good", b"bad", b"bad again", b"good"):
        watch(data)

    (path,) = watch.progress.findings.values()
    assert watch.progress.executions == 4
    assert Path(path).read_bytes() == b"bad"
    assert "as it must be" in Path(path).with_suffix(".txt").read_text()


def test_what_is_no_exception_is_a_failure_too(watching: Callable[..., Watch]) -> None:
    """A library may leave by another way: one written in Rust panics."""

    def run_one(_data: bytes) -> None:
        sys.exit(3)

    watch = watching(run_one)
    watch(b"")

    assert [place.split(" ")[0] for place in watch.progress.findings] == ["SystemExit"]


def test_different_failures_end_a_campaign(watching: Callable[..., Watch]) -> None:
    """When so much is wrong, trying on tells little."""
    lines = "\n".join(f"if data == b'{n}': raise ValueError" for n in range(MOST_FINDINGS))
    code = compile(lines, "lines.py", "exec")
    watch = watching(lambda data: exec(code, {"data": data}))
    for number in range(MOST_FINDINGS - 1):
        watch(str(number).encode())

    with pytest.raises(EnoughFound):
        watch(str(MOST_FINDINGS - 1).encode())


def test_an_input_slow_twice_is_kept(watching: Callable[..., Watch]) -> None:
    """More than a second, then again."""
    watch = watching(lambda _data: None, clock=ticking(1.5, 1.2))
    watch(b"slow")

    assert list(watch.progress.findings) == ["slow"]
    assert watch.progress.slowest == pytest.approx(1.2)


def test_an_input_slow_once_is_none(watching: Callable[..., Watch]) -> None:
    """The machine was busy with something else."""
    watch = watching(lambda _data: None, clock=ticking(1.5, 0.1))
    watch(b"fast")

    assert watch.progress.findings == {}


def test_how_far_it_is_can_be_read_by_another_process(
    watching: Callable[..., Watch], tmp_path: Path
) -> None:
    """Up to the last input, with the memory held by then."""
    watch = watching(lambda _data: None, executions=3, resident=lambda: 5 * MB)
    for _ in range(3):
        watch(b"")

    told = Progress.read(tmp_path / "progress.json")
    assert told.executions == 3
    assert [list(sample) for sample in told.memory][-1] == [3, 5 * MB]


def test_growth_is_that_of_the_second_half() -> None:
    """Caches fill in the first; what goes on afterwards is held for ever."""
    filled = [(done, min(done, 50) * MB) for done in range(101)]
    leaking = [(done, done * MB) for done in range(101)]

    assert growth(filled) == 0
    assert growth(leaking) == 50 * MB > MOST_GROWTH
    assert growth([]) == 0


DYING = """
import os, pathlib, signal, sys
folder = pathlib.Path(sys.argv[2])
(folder / "findings" / "crash-1").write_bytes(b"deadly")
os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_process_that_dies_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the input it died of, as the fuzzer left it."""
    (tmp_path / "worker.py").write_text(DYING)
    monkeypatch.setattr(campaign, "FOLDER", tmp_path)
    monkeypatch.setattr(campaign, "WORKER", (str(tmp_path / "worker.py"),))
    target = Target("dying", lambda _: lambda _: None, lambda: [b"seed"], ("word",), 9, 1, ())
    outcome = fuzz(target, executions=10, seconds=0, seed=1)

    assert outcome.failed
    assert "crash-1" in outcome.findings[0]
    assert "-11" in outcome.findings[0]
