"""The processes of a build: one for each core, that share nothing and end with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from index.errors import ProcessKilled


def start_processes() -> ProcessPoolExecutor:
    """As many processes as there are cores; whoever starts them shuts them down."""
    # Spawned: a fork would copy the locks that threads of this process hold.
    processes = ProcessPoolExecutor(
        max_workers=os.cpu_count(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare_process,
    )
    # All of them now: one that was started while another is found killed would never be stopped.
    for _ in range(os.cpu_count() or 1):
        processes.submit(os.getpid)
    return processes


@contextmanager
def killing_named() -> Iterator[None]:
    """Say in words that one of these processes was killed.

    Raises:
        ProcessKilled: instead of the error of the pool.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise ProcessKilled(
            "a process that was indexing was killed, as happens when memory runs out: nothing was "
            "published; give the machine more memory, or index fewer files at a time"
        ) from error


def _prepare_process() -> None:
    """Leave Ctrl-C to the build, and end when it was killed rather than wait for ever."""
    gc.disable()  # it would go through millions of remembered words again and again
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
