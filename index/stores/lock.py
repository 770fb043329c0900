"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import IndexLocked


@contextmanager
def hold_lock(directory: Path) -> Iterator[None]:
    """Keep other builds from an index until the block ends, across a replacement too.

    The lock is on the directory itself, so that it needs no file beside or inside it. A directory
    that is missing is made, and goes away again when nothing was put in it.

    Raises:
        IndexLocked: another process is building this index.
        OSError: the directory cannot be made.
    """
    made = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        _lock(descriptor, directory)
        try:
            yield
        finally:
            if made:
                with suppress(OSError):  # it isn't empty: an index was made
                    directory.rmdir()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _locked(directory) from error
    # A rebuild that ended since may have put another directory here: this lock would be on one
    # that is no more.
    if not _is_still_at(descriptor, directory):
        raise _locked(directory)


def _is_still_at(descriptor: int, directory: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), directory.stat())
    except FileNotFoundError:
        return False


def _locked(directory: Path) -> IndexLocked:
    return IndexLocked(
        f"{directory} is being written by another process: wait until it has finished"
    )
