"""Each engine in a process of its own, begun afresh, so that memory and opening are its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from benchmarks.memory import peak_memory, written_memory
from benchmarks.peers import Peer, load_peer
from benchmarks.workload import Query
from index.sources import Reject, read_sources


@dataclass(frozen=True, slots=True)
class Timed:
    """One search: how long it took, and what it found."""

    seconds: float
    total: int
    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexed:
    """An index: how long it took to make, the peak of memory, and what it takes on disk."""

    seconds: float
    peak_bytes: int
    disk_bytes: int


class Searcher:
    """An engine open in another process; its calls are timed there.

    Attributes:
        opening_seconds: from an index on disk to one that can be asked.
    """

    def __init__(self, pool: ProcessPoolExecutor, name: str, directory: Path) -> None:
        self._pool = pool
        self.opening_seconds: float = pool.submit(_open, name, directory).result()

    def search(self, query: Query) -> Timed:
        """Do one search whole."""
        return self._pool.submit(_search, query).result()

    def search_all(self, queries: Sequence[Query]) -> list[Timed]:
        """Do searches one after the other, with nothing between them."""
        return self._pool.submit(_search_all, queries).result()

    def memory(self) -> int:
        """Bytes that the process holds now, pages of files aside."""
        return written_memory(self._pool.submit(_pid).result())


@contextmanager
def searcher(name: str, directory: Path) -> Iterator[Searcher]:
    """An engine open in a process of its own, which ends with the block."""
    with _process() as pool:
        pool.submit(load_peer, name).result()
        yield Searcher(pool, name, directory)
        pool.submit(_close).result()


def make_index(name: str, source: Path, directory: Path) -> Indexed:
    """Let an engine index a file; its library is loaded before the clock starts."""
    with _process() as pool:
        pool.submit(load_peer, name).result()
        with peak_memory(pool.submit(_pid).result()) as peak:
            seconds = pool.submit(_index, name, source, directory).result()
        disk = pool.submit(_disk_use, name, directory).result()
    return Indexed(seconds, peak[0], disk)


@dataclass(frozen=True, slots=True)
class Taken:
    """A source read to its end: how long it took, the peak of memory, and what came out."""

    seconds: float
    peak_bytes: int
    questions: int
    rejects: int


def take_in(source: Path) -> Taken:
    """Read a source and forget what comes out of it, in a process of its own."""
    with _process() as pool, peak_memory(pool.submit(_pid).result()) as peak:
        seconds, questions, rejects = pool.submit(_read, source).result()
    return Taken(seconds, peak[0], questions, rejects)


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


_OPENED: Final[list[Peer]] = []
"""In a process that searches: its engine."""


def _pid() -> int:
    import os  # noqa: PLC0415 - only in the other process

    return os.getpid()


def _index(name: str, source: Path, directory: Path) -> float:
    peer = load_peer(name)
    started = time.perf_counter()
    peer.make_index(source, directory)
    return time.perf_counter() - started


def _disk_use(name: str, directory: Path) -> int:
    return load_peer(name).disk_use(directory)


def _read(source: Path) -> tuple[float, int, int]:
    started = time.perf_counter()
    questions = rejects = 0
    for outcome in read_sources([source]):
        if isinstance(outcome, Reject):
            rejects += 1
        else:
            questions += 1
    return time.perf_counter() - started, questions, rejects


def _open(name: str, directory: Path) -> float:
    peer = load_peer(name)
    started = time.perf_counter()
    _OPENED.append(peer(directory))
    return time.perf_counter() - started


def _search(query: Query) -> Timed:
    started = time.perf_counter()
    outcome = _OPENED[0].search(query)
    return Timed(time.perf_counter() - started, outcome.total, tuple(outcome.uids))


def _search_all(queries: Sequence[Query]) -> list[Timed]:
    return list(map(_search, queries))


def _close() -> None:
    _OPENED.pop().close()
