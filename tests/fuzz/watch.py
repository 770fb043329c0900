"""One input after another, watched: what fails, what is slow, and how much memory is held."""

from __future__ import annotations

import ctypes
import hashlib
import json
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.target import RunOne

LONGEST_SECONDS: Final = 1.0
"""Of processor time, for one input. One that takes longer is tried again: the first may have filled
what is kept for all that come."""

MOST_FINDINGS: Final = 10
"""Different ones, after which a campaign ends."""

SAMPLES: Final = 64
"""How often a campaign notes its memory and tells how far it is."""

PAGE_SIZE: Final = 4096


class EnoughFound(Exception):
    """There is no use in going on."""


@dataclass
class Progress:
    """What a campaign has come to.

    Attributes:
        executions: inputs tried.
        seconds: of processor time, which a busy machine doesn't make longer.
        slowest: those of the slowest input.
        memory: the executions and the resident bytes then, `SAMPLES` times.
        findings: what was wrong, by where it was, with the file that holds the input.
    """

    executions: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    memory: list[tuple[int, int]] = field(default_factory=list)
    findings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Progress:
        """What was written last; nothing when nothing was."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()


class Watch:
    """Tries inputs, goes on after a failure, and keeps every input that fails differently.

    Args:
        run_one: of the target.
        folder: where inputs that fail are kept.
        told: the file that `Progress` is written to.
        executions: how many inputs there will be.
        clock: seconds of processor time.
        resident: bytes of memory that the process holds.
    """

    def __init__(  # noqa: PLR0917 - called by name
        self,
        run_one: RunOne,
        folder: Path,
        told: Path,
        executions: int,
        clock: Callable[[], float] = time.process_time,
        resident: Callable[[], int] | None = None,
    ) -> None:
        self.progress = Progress()
        self._run_one = run_one
        self._folder = folder
        self._told = told
        self._last = executions
        self._every = max(1, executions // SAMPLES)
        self._clock = clock
        self._resident = resident or resident_bytes
        self._begun = clock()

    def __call__(self, data: bytes) -> None:
        """Try one input.

        Raises:
            EnoughFound: `MOST_FINDINGS` different failures are kept.
        """
        seconds = self._seconds_of(data)
        if seconds > LONGEST_SECONDS:
            seconds = min(seconds, self._seconds_of(data))
        if seconds > LONGEST_SECONDS:
            self._keep(data, "slow", f"{seconds:.1f} s")
        progress = self.progress
        progress.slowest = max(progress.slowest, seconds)
        progress.executions += 1
        if progress.executions % self._every == 0 or progress.executions == self._last:
            self.tell()

    def tell(self) -> None:
        """Write how far it is."""
        self.progress.seconds = self._clock() - self._begun
        self.progress.memory.append((self.progress.executions, self._resident()))
        self._told.write_text(json.dumps(asdict(self.progress)))

    def _seconds_of(self, data: bytes) -> float:
        begun = self._clock()
        try:
            self._run_one(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a panic of a library in Rust is no Exception
            self._keep(data, _place_of(error), traceback.format_exc())
        return self._clock() - begun

    def _keep(self, data: bytes, place: str, what: str) -> None:
        if place in self.progress.findings:
            return
        path = self._folder / hashlib.sha256(data).hexdigest()[:16]
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{place}\n{data!r}\n{what}\n", "utf-8", "replace")
        self.progress.findings[place] = str(path)
        self.tell()
        if len(self.progress.findings) >= MOST_FINDINGS:
            raise EnoughFound


def resident_bytes() -> int:
    """The memory that this process holds, once the C library has given back what it keeps free.

    What is free grows for long, as blocks of all sizes come and go: the program doesn't hold it.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE


def _place_of(error: BaseException) -> str:
    """What tells one failure from another: its kind, and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
