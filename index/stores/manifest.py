"""Is this directory an index, and can this version read it?

The manifest holds what never changes during an index's life, so that no build rewrites it:
a build replaces content, only a rebuild replaces the manifest.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from index.atomic import TEMPORARY_PREFIX
from index.cluster.address import IndexAddress
from index.errors import IndexFormatError, IndexMissing
from index.stores.vouched_json import read_vouched, write_vouched

FORMAT_VERSION: Final = 4
"""Grows by one when an index written before can no longer be read."""

MANIFEST_NAME: Final = "manifest.json"

_TABLES: Final = "_MAIN_*.toc"
"""Tables of contents, by Whoosh's names: they are there in an index that has lost its manifest."""

_ID_BYTES: Final = 8

_JSON_TYPES: Final = {
    "format_version": int,
    "analyser": str,
    "program_version": str,
    "fictional": bool,
    "created": str,
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made an index, and for which questions.

    Attributes:
        format_version: `FORMAT_VERSION` of the program that made it.
        analyser: fingerprint of the analysis; words indexed under another one are not found.
        program_version: the program that made it, for messages.
        fictional: whether it holds the demo corpus, which never mixes with published questions.
        created: the day it was made.
        index: what tells it from any other index, in hexadecimal: the accounts of its builds bear
            it too. Empty in one that was made before there was any.
    """

    format_version: int
    analyser: str
    program_version: str
    fictional: bool
    created: date
    index: str = ""

    @classmethod
    def of_this_version(cls, *, analyser: str, fictional: bool, created: date) -> Manifest:
        """The manifest of an index about to be made."""
        made_by = (FORMAT_VERSION, analyser, program_version())
        return cls(*made_by, fictional, created, secrets.token_hex(_ID_BYTES))

    def write(self, directory: Path) -> None:
        """Make `directory` an index with this manifest.

        Raises:
            OSError: the directory is missing, full or read-only.
        """
        record = asdict(self) | {"created": self.created.isoformat()}
        write_vouched(directory / MANIFEST_NAME, record)

    @classmethod
    def read(cls, directory: Path) -> Manifest:
        """The manifest of the index in `directory`, whatever version made it.

        Raises:
            IndexMissing: there is no such directory, or nothing in it.
            IndexFormatError: what is there is no index, or its manifest is damaged.
        """
        if not is_index(directory):
            raise _no_index(directory)
        try:
            return _manifest_from(read_vouched(directory / MANIFEST_NAME, "format_version"))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(
                f"{directory / MANIFEST_NAME} is {_what_it_is(error)}: "
                f"make the index again with {rebuild_command(directory)}"
            ) from error


def check(directory: Path, *, analyser: str) -> Manifest:
    """The manifest of the index in `directory`, when this version can read that index.

    Args:
        directory: where the index should be.
        analyser: fingerprint of the analysis of this version.

    Raises:
        IndexMissing: there is no such directory, or nothing in it.
        IndexFormatError: what is there is no index, is damaged, or was made by another version.
    """
    manifest = Manifest.read(directory)
    difference = _difference(manifest, analyser)
    if difference:
        raise IndexFormatError(
            f"{directory} was made by questions-ecrites {manifest.program_version} and this is "
            f"{program_version()} ({difference}): "
            f"make it again with {rebuild_command(directory)}"
        )
    return manifest


def is_index(directory: Path) -> bool:
    """Whether a build made this directory; it may still be one that this version can't read."""
    return os.path.lexists(directory / MANIFEST_NAME) or any(directory.glob(_TABLES))


def is_vacant(directory: Path) -> bool:
    """Whether an index can be made here: nothing there, or nothing but an unfinished manifest."""
    if not directory.exists():
        return True
    return directory.is_dir() and all(
        entry.name.startswith(TEMPORARY_PREFIX) for entry in directory.iterdir()
    )


def check_replaceable(directory: Path) -> None:
    """Refuse to put an index where something else is.

    Raises:
        IndexFormatError: the directory holds files and is no index, or is a file.
    """
    if not is_vacant(directory) and not is_index(directory):
        raise _no_index(directory)


def program_version() -> str:
    """The version of this program, as installed."""
    try:
        return metadata.version("questions-ecrites")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def rebuild_command(address: IndexAddress) -> str:
    """The command that makes an index again, as messages show it."""
    return f"`qe index --rebuild SOURCE... --index {address}`"


def _manifest_from(record: Mapping[str, Any]) -> Manifest:
    # Names that a later format adds are ignored: its version must still be readable here.
    given = {name: record[name] for name in _JSON_TYPES} | {"index": record.get("index", "")}
    for name, value in given.items():
        if type(value) is not _JSON_TYPES.get(name, str):
            raise TypeError(f"{name} is {value!r:.40}")
    return Manifest(**(given | {"created": date.fromisoformat(given["created"])}))


def _difference(manifest: Manifest, analyser: str) -> str | None:
    if manifest.format_version != FORMAT_VERSION:
        return f"index format {manifest.format_version}, expected {FORMAT_VERSION}"
    if manifest.analyser != analyser:
        return "its words were analysed in another way"
    return None


def _no_index(directory: Path) -> IndexMissing | IndexFormatError:
    if is_vacant(directory):
        return IndexMissing(
            f"no index in {directory}: make one with `qe index SOURCE... --index {directory}`, "
            f"or name another with --index"
        )
    if directory.is_dir():
        return IndexFormatError(
            f"{directory} holds files but is no index (no {MANIFEST_NAME}): "
            f"name another directory with --index"
        )
    return IndexFormatError(
        f"{directory} is a file, not the directory of an index: name another with --index"
    )


def _what_it_is(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "missing"
    told = str(getattr(error, "strerror", None) or error)
    return f"damaged ({(told.splitlines() or [type(error).__name__])[0]})"
