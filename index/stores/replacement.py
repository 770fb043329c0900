"""A new index takes the place of an old one: whole, or not at all.

The new one grows in a hidden directory beside the old one, and the two are exchanged when it is
complete. Where the system cannot exchange two directories in one step, the old one is first put
aside, and `recover` puts it back if that was as far as a build came.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.atomic import sync_directory
from index.errors import IndexLocked

_RENAME_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100
"""Both from Linux's <linux/fs.h> and <fcntl.h>, for renameat2(2)."""


@contextmanager
def place_for_rebuild(directory: Path) -> Iterator[Path]:
    """A path beside `directory` to build its replacement at; whatever is left there goes away.

    Args:
        directory: the index that `replace_directory` may then replace.

    Raises:
        IndexLocked: another process is rebuilding the same index.
    """
    directory.resolve().parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(directory, "new")
    with _only_one(_beside(directory, "rebuild.lock"), directory):
        _remove(fresh)
        try:
            yield fresh
        finally:
            _remove(fresh)


def replace_directory(old: Path, new: Path) -> None:
    """Put `new`, complete, in the place of `old`, where a link to `old` then leads too.

    Raises:
        OSError: the directories cannot be renamed; `old` is as it was.
    """
    old = old.resolve()
    if not _exchange(old, new):
        _replace_in_two_steps(old, new)
    sync_directory(old.parent)


def recover(directory: Path) -> None:
    """Clear up after a rebuild that was killed, if one was.

    An index that it had put aside is put back; what it was making, or had replaced, goes away: it
    takes as much room as an index.

    Raises:
        IndexLocked: another process is rebuilding this index.
    """
    aside, fresh = _beside(directory, "old"), _beside(directory, "new")
    if not (aside.exists() or fresh.exists()):
        return
    with _only_one(_beside(directory, "rebuild.lock"), directory):
        if not directory.exists():
            aside.rename(directory)
        _remove(aside)
        _remove(fresh)


def _replace_in_two_steps(old: Path, new: Path) -> None:
    aside = _beside(old, "old")
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
    _remove(aside)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories in one step; False where the system or the disk can't."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    paths = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    return bool(renameat2(*paths, _RENAME_EXCHANGE) == 0)


@contextmanager
def _only_one(lock: Path, directory: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexLocked(
                f"{directory} is being rebuilt by another process: wait for it to end"
            ) from error
        # The file stays: removing it would let two processes each lock a file of that name.
        yield


def _beside(directory: Path, role: str) -> Path:
    # Of a link, and of `.`: what it leads to is what is replaced.
    real = directory.resolve()
    return real.with_name(f".{real.name}.{role}")


def _remove(directory: Path) -> None:
    if directory.exists():
        shutil.rmtree(directory)
