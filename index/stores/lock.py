"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexLocked


@contextmanager
def hold_lock(directory: Path) -> Iterator[None]:
    """Keep other builds from an index until the block ends, across a replacement too.

    The lock is on the directory itself, so that it needs no file beside or inside it.
    A directory that doesn't exist yet isn't locked: the store that makes it locks it then.

    Raises:
        IndexLocked: another process is building this index.
    """
    if not directory.is_dir():
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise IndexLocked(
            f"{directory} is being written by another process: wait until it has finished"
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)
