"""How much memory a process and its children hold that no file stands behind.

Pages of a mapped file are shared with every other reader and given back when memory is short;
what counts is what the processes have written: anonymous pages, and shared memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SAMPLED_EVERY: Final = 0.2
"""Seconds; a peak that is shorter may be missed."""

_PROC: Final = Path("/proc")
_KINDS: Final = ("RssAnon:", "RssShmem:")


def written_memory(pid: int) -> int:
    """Bytes that a process and all that it started hold.

    Zero where the system has no /proc, or when the process has ended. `smaps_rollup` would count
    pages that processes share once, but walks all of them: that takes a tenth of a core from what
    is measured. None of the engines forks, so that none shares any.
    """
    return sum(map(_own, _tree(pid)))


@contextmanager
def peak_memory(pid: int) -> Iterator[list[int]]:
    """Watch a process and its children; the list's only value is the greatest sum so far."""
    peak, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLED_EVERY):
            peak[0] = max(peak[0], written_memory(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        peak[0] = max(peak[0], written_memory(pid))
        stop.set()
        watcher.join()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run; none when it has ended."""
    try:
        listed = [path.read_text() for path in (_PROC / f"{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for child in " ".join(listed).split()]


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in children(pid):
        yield from _tree(child)


def _own(pid: int) -> int:
    try:
        lines = (_PROC / f"{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_KINDS))
