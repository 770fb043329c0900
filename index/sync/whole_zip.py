"""Is this file a whole zip?"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from index.sources.archive import SMALLEST_BOMB, WIDEST_RATIO


def fault_of_zip(path: Path) -> str | None:
    """What is wrong with a file that should be a zip, read to its end; None when nothing is."""
    if not zipfile.is_zipfile(path):
        return f"no zip archive, or the beginning of one: it begins with {_beginning(path)}"
    try:
        with zipfile.ZipFile(path) as archive:
            return _fault_of_members(archive, path.stat().st_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        return f"a damaged zip archive ({error})"


def _fault_of_members(archive: zipfile.ZipFile, size: int) -> str | None:
    members = archive.infolist()
    if not members:
        return "an empty zip archive"
    # Checked first: a bomb would take hours to read to its end.
    if sum(member.file_size for member in members) > WIDEST_RATIO * max(size, SMALLEST_BOMB):
        return f"a zip archive that expands more than {WIDEST_RATIO} times"
    damaged = archive.testzip()
    return damaged and f"a damaged zip archive (at {damaged!r:.80})"


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return repr(file.read(24).decode("utf-8", "replace"))
