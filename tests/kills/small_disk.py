"""Builds on a disk of a few megabytes: `python -m tests.kills.small_disk FOLDER`.

The disk is mounted at `disk` in the folder; it is filled up to some room, then made read-only.
Whatever isn't as it should be ends this program with a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from index.stores.whoosh_check import check_index
from tests.kills.scenes import IN_ONE_PROCESS, Stage, said_by

ROOM = (0, 1 << 13, 1 << 16, 1 << 18)
"""Bytes that are left: for nothing, for a first file, for some of a segment, for most of it."""


def build_on_a_full_disk(stage: Stage) -> None:
    """It fails in one line, takes away what it had written, and goes through once there is room."""
    for room in ROOM:
        stage.set()
        ballast = _fill(stage.index.parent, room)
        assert stage.play() == 1, (room, stage.printed())
        assert "no space left" in stage.printed()[-1], (room, stage.printed())
        ballast.unlink()
        stage.see_no_leftover()
        assert not stage.see_that_nothing_is_lost()


def build_on_a_read_only_disk(stage: Stage) -> None:
    """It fails in one line, and the index on it answers: searching and checking write nothing."""
    stage.set()
    disk = str(stage.index.parent)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        assert stage.play() == 1
        assert "(Read-only file system)" in stage.printed()[-1], stage.printed()
        assert said_by(stage.index) == stage.before
        assert not check_index(stage.index, lambda *_: None).damages
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert not stage.see_that_nothing_is_lost()


def _fill(disk: Path, room: int) -> Path:
    """A file that leaves so many bytes of a disk."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - room)))
    return ballast


if __name__ == "__main__":
    stage = Stage(IN_ONE_PROCESS[1], Path(sys.argv[1]))
    build_on_a_full_disk(stage)
    build_on_a_read_only_disk(stage)
