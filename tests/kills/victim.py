"""A `qe` command in a process of its own, disturbed at a chosen call to the disk.

Counted rather than timed: a moment is then the same place of the program on any machine.
"""

from __future__ import annotations

import errno
import io
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import BuiltinFunctionType, FrameType
from typing import Any, Final

from index.columnar import writer
from index.french.families import lemmas_of
from index.stores import whoosh_runs
from web.commands import main

lemmas_of("chevaux")  # the lexicon takes seconds to load: once, in the process that is forked

CALLS: Final = frozenset(
    "close copyfile fdatasync flock flush fsync mkdir mmap open read readline rename replace rmdir "
    "scandir seek truncate unlink write".split()
)
"""The functions of C that ask something of the disk, by their names."""


def kill() -> None:
    """End this process as a power cut does: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(code: int) -> Callable[[], None]:
    """What a disk does that is full, or that nobody may write to."""

    def refusal() -> None:
        raise OSError(code, os.strerror(code))

    return refusal


DISTURBANCES: Final[Mapping[str, Callable[[], None]]] = {
    "nothing": lambda: None,
    "kill": kill,
    "full": refuse(errno.ENOSPC),
    "read-only": refuse(errno.EROFS),
}


class DiskCalls:
    """Counts what this process asks of the disk, and disturbs one of these calls.

    Args:
        at: which one, from 1.
        disturb: called in its stead, and may return for it to go on.
        counted: the names of the functions that count.
    """

    def __init__(self, at: int, disturb: Callable[[], None], counted: frozenset[str]) -> None:
        self.seen: list[str] = []
        self._at, self._disturb, self._counted = at, disturb, counted

    def watch(self) -> None:
        """Begin to count, in this thread and in those to come."""
        threading.setprofile(self._see)
        sys.setprofile(self._see)

    def _see(self, _frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call" or not self._counts(called):
            return
        self.seen.append(called.__name__)
        if len(self.seen) == self._at:
            self._disturb()

    def _counts(self, called: BuiltinFunctionType) -> bool:
        if called.__name__ not in self._counted:
            return False
        # str.replace asks nothing of a disk, nor does a file in memory, nor the terminal.
        owner = called.__self__
        return not isinstance(owner, (str, bytes, io.BytesIO, io.StringIO)) and owner not in (
            sys.stdout,
            sys.stderr,
        )


@dataclass(frozen=True)
class Disturbance:
    """What is to happen to a command.

    Attributes:
        at: the call to the disk that is disturbed, from 1.
        disturbance: how, a name of `DISTURBANCES`.
        counted: the names of the calls that count.
        batch: questions of one run, when more than a few shall take several processes.
        moved: how many questions a commit may move, when it is to leave more for later.
        kill_after: seconds after which it is killed from outside, at whatever it is doing.
    """

    at: int = 0
    disturbance: str = "nothing"
    counted: frozenset[str] = CALLS
    batch: int | None = None
    moved: int | None = None
    kill_after: float | None = None


def run_disturbed(command: Sequence[str], log: Path, disturbed: Disturbance) -> int:
    """Run `qe` in another process; its exit code, negative when a signal ended it.

    Args:
        command: its arguments.
        log: a file for all it prints; one beside it, `.calls`, gets the names of the calls.
        disturbed: what is to happen to it.
    """
    process = _PROCESSES.Process(target=_run, args=(command, log, disturbed), name="qe")
    process.start()
    process.join(disturbed.kill_after)
    if process.is_alive():
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    assert code is not None
    return code


def calls(log: Path) -> list[str]:
    """The names of the calls that an undisturbed process made."""
    names: list[str] = json.loads(log.with_suffix(".calls").read_text())
    return names


def _run(command: Sequence[str], log: Path, disturbed: Disturbance) -> None:
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    if disturbed.batch is not None:
        whoosh_runs.BATCH = disturbed.batch  # type: ignore[misc]
    if disturbed.moved is not None:
        writer.MOVED_AT_ONCE = disturbed.moved  # type: ignore[misc]
    watched = DiskCalls(disturbed.at, DISTURBANCES[disturbed.disturbance], disturbed.counted)
    watched.watch()
    try:
        main(command, prog_name="qe")
    finally:
        sys.setprofile(None)
        log.with_suffix(".calls").write_text(json.dumps(watched.seen))
        sys.stdout.flush()
        sys.stderr.flush()


# Forked from one process that has loaded everything, which a test run, with its threads, isn't.
_PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])
