"""`qe index` may be killed at any moment: nothing is lost, and the next build ends as it should."""

from __future__ import annotations

import pytest

from tests.kills.scenes import IN_ONE_PROCESS, IN_SEVERAL, Scene, Stage

MOMENTS = 9
"""Of each scene, spread over its calls to the disk from the first to the last."""


@pytest.fixture(scope="module", params=IN_ONE_PROCESS, ids=lambda scene: scene.name)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A scene ready to be played."""
    scene: Scene = request.param
    return Stage(scene, tmp_path_factory.mktemp("stage"))


@pytest.mark.parametrize("part", range(MOMENTS))
def test_a_killed_build_loses_nothing(stage: Stage, part: int) -> None:
    """The index answers as before or as after, is sound, and the next build ends undisturbed."""
    published = stage.kill(at=1 + part * (stage.moments - 1) // (MOMENTS - 1))

    assert published or part < MOMENTS - 1
    assert part > 0 or not published


@pytest.mark.parametrize("part", [0.4, 0.7])
def test_runs_of_a_killed_build_are_no_part_of_the_next(
    tmp_path_factory: pytest.TempPathFactory, part: float
) -> None:
    """The processes that make runs end with the build that started them."""
    stage = Stage(IN_SEVERAL, tmp_path_factory.mktemp("stage"))

    stage.kill(at=int(part * stage.moments))
