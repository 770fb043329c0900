"""A disk that refuses is told in one line, and what was there stays."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.stores.lock import hold_lock
from index.stores.replacement import place_for_rebuild
from tests.kills.scenes import IN_ONE_PROCESS, Scene, Stage
from tests.kills.victim import calls

ROOT = Path(__file__).resolve().parents[2]
FIRST_BUILD, UPDATE, *_, REBUILD = IN_ONE_PROCESS
WRITING = frozenset(("fsync", "write"))
"""The calls that find out that a disk is full."""

MOMENTS = 5


@pytest.fixture(scope="module", params=(FIRST_BUILD, UPDATE, REBUILD), ids=lambda scene: scene.name)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A scene ready to be played."""
    scene: Scene = request.param
    return Stage(scene, tmp_path_factory.mktemp("stage"))


def complaint(stage: Stage) -> str:
    """The one line that a command ended with; the others are its steps."""
    *steps, line = stage.printed()
    assert all(step.endswith("...") for step in steps), steps
    return line


@pytest.mark.parametrize("part", range(MOMENTS))
def test_a_disk_that_fills_up_loses_nothing(stage: Stage, part: int) -> None:
    """At whatever it writes then, the build says so, and takes away what it had begun."""
    stage.set()
    assert stage.play(counted=WRITING) == 0
    writes = len(calls(stage.log))
    stage.set()

    code = stage.play(at=1 + part * (writes - 1) // MOMENTS, disturbance="full", counted=WRITING)

    assert code == 1
    assert complaint(stage).startswith(f"qe: no space left on the disk of {stage.index}: ")
    stage.see_no_leftover()
    assert not stage.see_that_nothing_is_lost()


def test_a_disk_that_may_not_be_written_is_named(stage: Stage) -> None:
    """The message gives the system's reason and the way out."""
    stage.set()

    code = stage.play(at=1, disturbance="read-only", counted=WRITING)

    assert code == 1
    assert "cannot be written (Read-only file system)" in complaint(stage)
    assert not stage.see_that_nothing_is_lost()


def test_a_second_writer_is_refused(stage: Stage) -> None:
    """While one process writes, another is told to wait; it leaves the first one's work alone."""
    stage.set()
    with hold_lock(stage.index):
        code = stage.play()

    assert code == 1
    assert complaint(stage) == (
        f"qe: {stage.index} is being written by another process: wait until it has finished"
    )
    assert not stage.see_that_nothing_is_lost()


def test_a_killed_writer_keeps_nobody_out(stage: Stage) -> None:
    """Its lock goes with its process, whatever it left: nobody has to remove a file."""
    stage.set()
    program = (
        "import sys, time; from pathlib import Path; from index.stores.lock import hold_lock\n"
        "with hold_lock(Path(sys.argv[1])): print(flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(stage.index)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        refused = stage.play()
        writer.kill()

    assert (refused, stage.play()) == (1, 0)
    assert stage.see_that_nothing_is_lost()


def test_an_update_waits_for_a_rebuild(tmp_path: Path) -> None:
    """What it added would be lost when the rebuilt index takes the place."""
    stage = Stage(UPDATE, tmp_path)
    stage.set()
    with place_for_rebuild(stage.index) as fresh:
        fresh.mkdir()
        code = stage.play()

    assert code == 1
    assert "is being rebuilt by another process" in complaint(stage)
    assert not stage.see_that_nothing_is_lost()


def test_disks_that_are_really_full_or_read_only(tmp_path: Path) -> None:
    """The same on a small disk that is mounted for the purpose, wherever the system allows it."""
    if not _may_mount(tmp_path):
        pytest.skip("this system lets no test mount a disk: refusals were only simulated")

    done = _with_a_disk(tmp_path, sys.executable, "-m", "tests.kills.small_disk", str(tmp_path))

    assert done.returncode == 0, done.stderr


def _may_mount(folder: Path) -> bool:
    return bool(shutil.which("unshare")) and _with_a_disk(folder, "true").returncode == 0


def _with_a_disk(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that alone sees a small disk at `disk` in a folder."""
    disk = folder / "disk"
    disk.mkdir(exist_ok=True)
    mounted = 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted, str(disk), *command],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
