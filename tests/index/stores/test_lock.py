"""One process writes to an index, and none to one that is no more."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from index.errors import IndexLocked
from index.stores.lock import hold_lock


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    """Until the first one has ended."""
    with (
        hold_lock(tmp_path),
        pytest.raises(IndexLocked, match="wait until it has finished"),
        hold_lock(tmp_path),
    ):
        pass

    with hold_lock(tmp_path):
        pass


def test_a_missing_directory_is_made(tmp_path: Path) -> None:
    """It stays when something was put in it, and goes away when nothing was."""
    used, unused = tmp_path / "deep" / "used", tmp_path / "unused"
    with hold_lock(used), hold_lock(unused):
        (used / "file").touch()

    assert used.is_dir()
    assert not unused.exists()


def test_an_empty_directory_that_was_there_stays(tmp_path: Path) -> None:
    """It may be a mount point."""
    with hold_lock(tmp_path):
        pass

    assert tmp_path.is_dir()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_directory_replaced_meanwhile_is_not_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    """The lock would be on the old one, and another process could lock the new one."""
    directory = tmp_path / "index"
    directory.mkdir()

    def replace(*_: object) -> None:
        directory.rename(tmp_path / "old")
        if replaced:
            directory.mkdir()

    monkeypatch.setattr(fcntl, "flock", replace)

    with pytest.raises(IndexLocked), hold_lock(directory):
        pass
