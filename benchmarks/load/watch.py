"""What the server's processes hold while they serve: memory, files, threads; seen each second."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.memory import children

EVERY: Final = 1.0
"""Seconds."""

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    """One process at one moment.

    Attributes:
        at: by the clock of the answers. pid: of the process.
        rss: bytes resident. pss: the same, pages that processes share counted in parts.
        written: the part of `pss` that no file stands behind: what a leak would be.
        files: open descriptors. maps: mapped regions. threads: of them.
        cpu_seconds: taken so far.
    """

    at: float
    pid: int
    rss: int
    pss: int
    written: int
    files: int
    maps: int
    threads: int
    cpu_seconds: float


@dataclass(slots=True)
class Watch:
    """The samples of a server; its master process first in each round."""

    pid: int
    samples: list[Sample] = field(default_factory=list)

    def look(self) -> None:
        """Take a sample of the master and of each worker."""
        now = time.monotonic()
        for pid in (self.pid, *children(self.pid)):
            try:
                self.samples.append(_sample(now, pid))
            except OSError:
                continue  # it has ended meanwhile, which `workers` will tell

    @property
    def workers(self) -> list[int]:
        """The processes that answered, in the order they were first seen; one that ended too."""
        return [pid for pid in dict.fromkeys(s.pid for s in self.samples) if pid != self.pid]


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Watch a server until the end of the block."""
    watch, stop = Watch(pid), threading.Event()

    def look_again() -> None:
        while not stop.wait(EVERY):
            watch.look()

    watcher = threading.Thread(target=look_again, daemon=True)
    watcher.start()
    try:
        yield watch
    finally:
        stop.set()
        watcher.join()


def _sample(now: float, pid: int) -> Sample:
    own = _PROC / str(pid)
    rolled = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (
            line.partition(":") for line in (own / "smaps_rollup").read_text().splitlines()[1:]
        )
    }
    after_name = (own / "stat").read_text().rpartition(") ")[2].split()
    return Sample(
        now,
        pid,
        rolled["Rss"],
        rolled["Pss"],
        rolled["Pss_Anon"] + rolled["Pss_Shmem"],
        sum(1 for _ in (own / "fd").iterdir()),
        (own / "maps").read_bytes().count(b"\n"),
        int(after_name[17]),
        (int(after_name[11]) + int(after_name[12])) / _TICKS,
    )
