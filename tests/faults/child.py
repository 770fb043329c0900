"""Run something in a process of its own: one that crashes, hangs or takes all memory is seen."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Final

SECONDS: Final = 60
"""More than anything that is run takes; then it hangs."""

MEMORY: Final = 4 << 30
"""Bytes of address space; what asks for more gets a MemoryError."""


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes:
        code: its exit code, negative when a signal ended it: 7 when it read behind the end of a
            mapped file, 14 when it hung.
        told: what the function gave.
        printed: what went to the standard error: a traceback, when it raised something.
    """

    code: int
    told: Any
    printed: str


def run_in_child(function: Callable[[], Any]) -> Ending:
    """Call a function in a forked process; what it returns must be JSON."""
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as printed:
        process = os.fork()
        if not process:
            _be_child(function, told, printed)
        _, status = os.waitpid(process, 0)
        told.seek(0)
        printed.seek(0)
        said = told.read()
        return Ending(
            os.waitstatus_to_exitcode(status), json.loads(said) if said else None, printed.read()
        )


def _be_child(function: Callable[[], Any], told: IO[str], printed: IO[str]) -> None:
    code = 1
    try:
        os.dup2(printed.fileno(), 2)
        sys.stderr = printed
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        told.write(json.dumps(function()))
        told.flush()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
