"""The checksums of what is read, so that a figure can be traced to the files it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def archive_checksums(paths: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of each file given, and of each zip in a folder given, in hexadecimal.

    By name as in `Question.archive`. The loose files of a folder have none: there may be hundreds
    of thousands of them. Neither has a file that can't be read, which the reader rejects.
    """
    checksums: dict[str, str] = {}
    for name, path in _archives(paths):
        with suppress(OSError):
            checksums[name] = file_checksum(path)
    return checksums


def file_checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _archives(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The files to read, each with its name."""
    for path in paths:
        name = path.name or path.resolve().name
        if path.is_file():
            yield name, path
        elif path.is_dir():
            for file in sorted(path.rglob("*")):
                below = file.relative_to(path)
                hidden = any(part.startswith(".") for part in below.parts)
                if file.suffix.lower() == ".zip" and not hidden and file.is_file():
                    yield f"{name}/{below.as_posix()}", file
