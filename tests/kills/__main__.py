"""Kill builds for as long as wanted: `python -m tests.kills --kills 1000`.

Every second kill is at a call to the disk, and these are all gone through in turn; the others
come from outside at any time, in the middle of whatever is done. The first kill after which
something is lost ends the run, says so, and keeps the folder.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

import click

from tests.kills.scenes import IN_ONE_PROCESS, IN_SEVERAL, Scene, Stage

SCENES: Final = (*IN_ONE_PROCESS, IN_SEVERAL)
SHARE_OF_SEVERAL: Final = 0.02
"""Of the kills: a build by several processes takes ten times as long as one by one."""


@click.command()
@click.option("--kills", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def kill_builds(kills: int, seed: int) -> None:
    """Kill builds at moments spread over reading, running, merging, publishing and cleaning up."""
    dice = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    total: Counter[str] = Counter()
    for scene in SCENES:
        total += _killed(scene, _share(scene, kills), folder / scene.name, dice)
    click.echo(f"{total.total()} kills, {total['published']} of them after publishing: no loss")


def _share(scene: Scene, kills: int) -> int:
    several = max(1, round(kills * SHARE_OF_SEVERAL))
    return several if scene is IN_SEVERAL else (kills - several) // len(IN_ONE_PROCESS)


def _killed(scene: Scene, kills: int, folder: Path, dice: random.Random) -> Counter[str]:
    folder.mkdir()
    stage = Stage(scene, folder)
    moments, duration = stage.moments, _duration(stage)
    outcomes: Counter[str] = Counter()
    for number in range(kills):
        if number % 2:
            moment: dict[str, float] = {"kill_after": dice.uniform(0, duration)}
        else:
            moment = {"at": 1 + (number * moments // kills + dice.randrange(3)) % moments}
        try:
            published = stage.kill(**moment)
        except Exception:
            click.echo(f"{scene.name}, {moment}: see {folder}", err=True)
            raise
        outcomes["published" if published else "unpublished"] += 1
    click.echo(f"{scene.name}: {kills} kills over {moments} calls and {duration:.1f} s: no loss")
    return outcomes


def _duration(stage: Stage) -> float:
    stage.set()
    begun = time.perf_counter()
    stage.play()
    return time.perf_counter() - begun


if __name__ == "__main__":
    kill_builds()
