"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

READ_ONLY: Final = 0o444
"""The mode of an index's files, less what the umask takes away."""

TEMPORARY_PREFIX: Final = "."
"""Unfinished files are hidden, so that a killed build leaves nothing that looks like content."""


def create_read_only(path: Path) -> IO[bytes]:
    """A new file to be written through this descriptor and never again; an old one goes away.

    What serves an index has its files mapped: one that is overwritten or cut in its place, by a
    `cp` or an editor, would take the ground from under it. Taking its place by a rename is harmless
    and stays possible, as does removing it: both need only the right to write the directory.

    Raises:
        OSError: the file can't be created.
    """
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, READ_ONLY), "wb")


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
        with create_read_only(temporary) as file:
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
