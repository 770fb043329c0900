"""A zip's members, and why some are not read: an archive from anywhere may be made to do harm.

Nothing is ever extracted. What an archive announces is checked before a member is opened, and
`zipfile` gives no more of a member than was announced, so that time and memory stay in proportion
to the archive.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final

from index.errors import QuestionsError

WIDEST_RATIO: Final = 200
"""How many times larger than itself an archive, or a member, may announce its content to be.
Published ones are at about 10; beyond, it is a bomb."""

SMALLEST_BOMB: Final = 1024 * 1024
"""Bytes that any member may expand to: short and repetitive ones are at high ratios too."""

LARGEST_CONTENT: Final = 16 * 1024**3
"""Bytes that all members together may expand to; a législature of questions has less than one
thousand million."""

MOST_MEMBERS: Final = 300_000
"""Each takes some 700 bytes to list; the largest législature has some 130,000 questions."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The published ones. `zipfile` decompresses these in pieces of a bounded size, and others not."""

_LISTED: Final = b"PK\x01\x02"
"""What each entry of a zip's list of members begins with."""

_READ_AT_ONCE: Final = 1024 * 1024


class UnreadableArchive(QuestionsError):
    """A zip cannot be read, or is none that anyone publishes."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip.

    Attributes:
        name: its path in the zip, printable.
        size: bytes once decompressed, as announced. weight: those it takes in the zip.
        open: gives its content.
        refusal: why it must not be opened; None for nearly all.
    """

    name: str
    size: int
    weight: int
    open: Callable[[], IO[bytes]]
    refusal: str | None


@contextmanager
def open_archive(path: Path) -> Iterator[list[Member]]:
    """The members of a zip, sorted by name, while it is open; hidden ones are passed over.

    Raises:
        UnreadableArchive: it is damaged or empty, or announces more than any published archive.
    """
    try:
        _check_number(path)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise UnreadableArchive(f"truncated or damaged zip ({error}): download it again") from error
    with archive:
        listed = sorted(archive.infolist(), key=lambda info: info.filename)
        members = [_member(archive, info) for info in listed if not _passed_over(info)]
        _check_total(members, path.stat().st_size)
        yield members


def _check_number(path: Path) -> None:
    """Count the members in the bytes themselves: a list of millions must not be made.

    Raises:
        UnreadableArchive: there are more than `MOST_MEMBERS`.
    """
    number = 0
    with path.open("rb") as file:
        chunks = iter(partial(file.read, _READ_AT_ONCE), b"")
        last = b""
        for chunk in chunks:
            number += (last + chunk).count(_LISTED)
            last = chunk[-len(_LISTED) + 1 :]
    if number > MOST_MEMBERS:
        raise UnreadableArchive(f"zip of more than {MOST_MEMBERS} files: give it in parts")


def _check_total(members: list[Member], size: int) -> None:
    if not members:
        raise UnreadableArchive("empty zip: download it again")
    total = sum(member.size for member in members if member.refusal is None)
    if total > WIDEST_RATIO * max(size, SMALLEST_BOMB):
        raise UnreadableArchive(
            f"zip that expands more than {WIDEST_RATIO} times: not a published archive"
        )
    if total > LARGEST_CONTENT:
        raise UnreadableArchive(
            f"zip that expands to more than {LARGEST_CONTENT >> 30} GB: give it in parts"
        )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    return Member(
        name="".join(char if char.isprintable() else "\ufffd" for char in info.filename),
        size=info.file_size,
        weight=info.compress_size,
        open=partial(archive.open, info),
        refusal=_refusal(info),
    )


def _refusal(info: zipfile.ZipInfo) -> str | None:
    if not info.filename:
        return "a file without a name: not a published one"
    if _leads_out(info.filename):
        return "a name that leads out of the archive: not a published one"
    if info.compress_type not in _METHODS:
        return f"compressed by method {info.compress_type}: compress it again as usual (deflate)"
    if info.file_size > max(SMALLEST_BOMB, WIDEST_RATIO * info.compress_size):
        return f"expands more than {WIDEST_RATIO} times: not a published file"
    return None


def _leads_out(name: str) -> bool:
    """Whether the name is a path to elsewhere, here or on another system."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or parts[:1] == ("/",) or name[1:2] == ":"


def _passed_over(info: zipfile.ZipInfo) -> bool:
    if _leads_out(info.filename):
        return False
    parts = PurePosixPath(info.filename).parts
    # Not `is_dir()`, which fails on a name of no character.
    return info.filename.endswith("/") or any(part.startswith((".", "__MACOSX")) for part in parts)
