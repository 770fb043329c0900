"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY_PREFIX = "."
"""Unfinished files are hidden, so that a killed build leaves nothing that looks like content."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` by one holding this; readers see the old or the new one.

    Raises:
        OSError: the disk is full, or the directory is missing or read-only. The old file stays.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable: after a power cut a rename may else be undone."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
