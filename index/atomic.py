"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

TEMPORARY_PREFIX = "."
"""Unfinished files are hidden, so that a killed build leaves nothing that looks like content."""


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at `path` by one holding `text`; readers see the old or the new one.

    Raises:
        OSError: the disk is full, or the directory is missing or read-only. The old file stays.
    """
    with open_atomically(path) as file:
        file.write(text.encode())


@contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of the one at `path` when the block ends well.

    Whatever is raised in the block, the old file stays and nothing else does.

    Raises:
        OSError: the disk is full, or the directory is missing or read-only.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_file(path: Path) -> None:
    """Wait until a file that was written before is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable: after a power cut a rename may else be undone."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
