"""Campaigns: each target under libFuzzer in a process of its own, and what came of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.target import Target
from tests.fuzz.watch import MOST_FINDINGS, Progress

FOLDER: Final = Path("var/fuzz")
"""Where campaigns keep what they find, and the inputs that the next ones begin with."""

WORKER: Final = ("-m", "tests.fuzz.worker")
"""What Python runs for one campaign."""

LONGEST_WAIT: Final = 30
"""Seconds, by the clock, after which an input that does not end is ended with its process:
it may be waiting for something that never comes."""

MOST_GROWTH: Final = 16 << 20
"""Bytes that a process may grow by in the second half of a campaign: libFuzzer itself keeps what
it learns. A campaign of a hundred thousand inputs that each leave 400 bytes behind has grown more.
"""

_COVERED: Final = re.compile(r"^#\d+\s+(INITED|DONE)\s+cov: (\d+) ", re.MULTILINE)
_LEFT_BY_LIBFUZZER: Final = ("crash-*", "timeout-*", "oom-*")


@dataclass(frozen=True)
class Outcome:
    """What came of a campaign.

    Attributes:
        name: of the target.
        executions: inputs tried.
        seconds: of processor time that they took.
        slowest: those of the slowest.
        branches: how many were reached before, and after.
        inputs: how many the next campaign begins with.
        peak: the most bytes of memory held.
        growth: bytes that the process grew by in the second half.
        findings: what was wrong, each with the file that holds the input.
    """

    name: str
    executions: int
    seconds: float
    slowest: float
    branches: tuple[int, int]
    inputs: int
    peak: int
    growth: int
    findings: tuple[str, ...]

    @property
    def grown(self) -> bool:
        """Whether it held on to memory."""
        return self.growth > MOST_GROWTH

    @property
    def failed(self) -> bool:
        """Whether something is to be looked at."""
        return bool(self.findings) or self.grown

    def __str__(self) -> str:
        before, after = self.branches
        told = [
            f"{self.name}: {self.executions:,} executions in {self.seconds:.0f} s of processor"
            f" ({self.executions / (self.seconds or 1):.0f}/s, slowest {self.slowest:.2f} s),"
            f" {after:,} branches (+{after - before}), {self.inputs:,} inputs,"
            f" {self.peak >> 20} MB at most, {self.growth / (1 << 20):+.1f} MB in the second half"
        ]
        if self.grown:
            told.append(f"  grew by more than {MOST_GROWTH >> 20} MB")
        return "\n".join((*told, *(f"  {finding}" for finding in self.findings)))


def fuzz(target: Target, executions: int, seconds: int, seed: int) -> Outcome:
    """Run a campaign; a process that is killed or ends before its time is one of the findings.

    Args:
        target: what is fuzzed.
        executions: inputs to try.
        seconds: after which it ends all the same; 0 for never.
        seed: of libFuzzer's chance.
    """
    folder = FOLDER / target.name
    _lay_out(folder, target)
    log = folder / "log"
    before, after, crashes = 0, 0, list[str]()
    done = Progress()
    while done.executions < executions and len(crashes) + len(done.findings) < MOST_FINDINGS:
        (folder / "progress.json").unlink(missing_ok=True)
        left = executions - done.executions
        code = _run(target, folder, left, _options(folder, target, seconds, seed), log)
        run = Progress.read(folder / "progress.json")
        covered = [int(found[2]) for found in _COVERED.finditer(log.read_text("utf-8", "replace"))]
        before, after = before or min(covered, default=0), max([after, *covered])
        done = _added(done, run)
        if code == 0:
            break
        if len(run.findings) >= MOST_FINDINGS:
            break
        crashes.append(_crash(folder, code, log))
        seed += 1
        if not run.executions:
            break
    return Outcome(
        target.name,
        done.executions,
        done.seconds,
        done.slowest,
        (before, after),
        len(list((folder / "corpus").iterdir())),
        max((held for _, held in done.memory), default=0),
        growth(done.memory),
        (*(f"{place}: see {path}.txt" for place, path in done.findings.items()), *crashes),
    )


def growth(memory: Iterable[tuple[int, int]]) -> int:
    """Bytes that a process grew by in the second half of its executions, on the line that fits.

    The first half is for caches to fill. A straight line, because one sample says little: the
    allocator gives back and takes again.
    """
    samples = list(memory)
    half = samples[-1][0] / 2 if samples else 0
    late = [(done, held) for done, held in samples if done >= half]
    if len(late) < 3:
        return 0
    mean_done = sum(done for done, _ in late) / len(late)
    mean_held = sum(held for _, held in late) / len(late)
    spread = sum((done - mean_done) ** 2 for done, _ in late)
    slope = sum((done - mean_done) * (held - mean_held) for done, held in late) / (spread or 1)
    return round(slope * (late[-1][0] - late[0][0]))


def _lay_out(folder: Path, target: Target) -> None:
    """The folders of a campaign: what it may work in is empty, what it learnt before stays."""
    for name in ("work", "seeds", "findings"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("work", "seeds", "findings", "corpus"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.inputs()):
        (folder / "seeds" / str(number)).write_bytes(data)
    (folder / "words").write_text("".join(map(_quoted, target.words)), encoding="ascii")


def _quoted(word: str) -> str:
    """A word as libFuzzer's dictionaries write it."""
    written = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}"
        for byte in word.encode()
    )
    return f'"{"".join(written)}"\n'


def _options(folder: Path, target: Target, seconds: int, seed: int) -> Iterator[str]:
    """What libFuzzer is told."""
    yield f"-seed={seed}"
    yield f"-max_total_time={seconds}"
    yield f"-max_len={target.longest}"
    yield f"-timeout={LONGEST_WAIT}"
    yield f"-dict={folder / 'words'}"
    yield f"-artifact_prefix={folder / 'findings'}/"
    yield "-detect_leaks=0"
    yield str(folder / "corpus")
    yield str(folder / "seeds")


def _run(target: Target, folder: Path, executions: int, options: Iterable[str], log: Path) -> int:
    """Run the worker; how it ended."""
    shutil.rmtree(folder / "work")
    (folder / "work").mkdir()
    with log.open("wb") as written:
        guides = (",".join(target.packages), "compares" if target.compares else "branches")
        arguments = (target.name, str(folder), str(executions), *guides, *options)
        command = (sys.executable, "-X", "faulthandler", *WORKER, *arguments)
        return subprocess.run(command, stderr=written, stdout=written, check=False).returncode


def _added(done: Progress, run: Progress) -> Progress:
    """What two processes of one campaign came to; memory is that of the last one."""
    return Progress(
        done.executions + run.executions,
        done.seconds + run.seconds,
        max(done.slowest, run.slowest),
        run.memory,
        done.findings | run.findings,
    )


def _crash(folder: Path, code: int, log: Path) -> str:
    """A process that ended before its time, and the input that it ended at."""
    left = [path for name in _LEFT_BY_LIBFUZZER for path in (folder / "findings").glob(name)]
    newest = max(left, key=lambda path: path.stat().st_mtime_ns, default=None)
    kept = folder / "findings" / f"log-{len(left)}"
    shutil.copy(log, kept)
    return f"the process ended with {code} at {newest or 'an input that nobody kept'}: see {kept}"
