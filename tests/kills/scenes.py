"""Builds to be killed, and what has to be so after each kill."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from index.builder import build
from index.errors import IndexMissing
from index.question import Question, make_question
from index.stores.whoosh_check import check_index
from index.stores.whoosh_store import open_index
from tests.answers import answers
from tests.kills.victim import Disturbance, calls, run_disturbed

TODAY: Final = date(2026, 6, 1)
FIRST: Final = 900_000
SUBJECTS: Final = ("puits", "eau potable", "écoles", "gares", "médecins", "communes")


@dataclass(frozen=True)
class Scene:
    """A command over an index, told by the numbers of questions.

    Attributes:
        name: of the scene.
        held: for each earlier build, the questions it took in.
        waiting, answered: what the command's sources hold.
        rebuild: whether the command is a rebuild.
        batch: questions of one run, where several processes shall make runs.
        moved: how many questions a commit moves at once; see `index.columnar.writer`.
    """

    name: str
    held: tuple[range, ...]
    waiting: range
    answered: range = range(0)
    rebuild: bool = False
    batch: int | None = None
    moved: int | None = None


IN_ONE_PROCESS: Final = (
    Scene("first build", (), waiting=range(1, 30)),
    Scene("update that merges", (range(1, 20), range(20, 22)), range(1, 12), range(12, 30)),
    Scene("update beside a segment", (range(1, 30),), range(1, 12), range(29, 32)),
    Scene("update that merges afterwards", (range(1, 20),), range(1, 12), range(14, 24), moved=0),
    Scene("rebuild", (range(1, 20),), range(1, 12), range(12, 30), rebuild=True),
)
IN_SEVERAL: Final = Scene(
    "several processes", (range(1, 20),), range(1, 12), range(12, 30), batch=7
)


class Stage:
    """One scene, set anew for each kill.

    Args:
        scene: what is to be played.
        folder: for its files; the index stands in `disk`, below it, which may be another disk.
    """

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.index = folder / "disk" / "index"
        self._earlier = folder / "earlier" / "index"
        self.log = folder / "qe.log"
        self._source = _write(folder / "source.ndjson", _questions(scene.waiting, scene.answered))
        for number, held in enumerate(scene.held):
            self._build(self._earlier, _write(folder / f"{number}.ndjson", _questions(held)))
        self.before = said_by(self._earlier)

    @cached_property
    def moments(self) -> int:
        """How many calls to the disk the command makes."""
        self.set()
        assert self.play() == 0, self.log.read_text()
        return len(calls(self.log))

    @cached_property
    def after(self) -> dict[str, Any]:
        """What the index says when nothing disturbs the command."""
        self.set()
        self._build(self.index, self._source, rebuild=self.scene.rebuild)
        return said_by(self.index)

    def set(self) -> None:
        """Put the earlier index in its place, and nothing beside it."""
        self.index.parent.mkdir(exist_ok=True)
        for left in self.index.parent.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if self._earlier.exists():
            shutil.copytree(self._earlier, self.index)

    def play(self, **disturbed: Any) -> int:
        """Run the command, disturbed or not; its exit code."""
        command = ["index", str(self._source), "--index", str(self.index)]
        if self.scene.rebuild:
            command.append("--rebuild")
        return run_disturbed(command, self.log, self._disturbance(disturbed))

    def _disturbance(self, disturbed: Mapping[str, Any]) -> Disturbance:
        return Disturbance(batch=self.scene.batch, moved=self.scene.moved, **disturbed)

    def printed(self) -> list[str]:
        """The lines that the command printed."""
        return self.log.read_text().splitlines()

    def kill(self, **moment: float) -> bool:
        """Play the scene, kill its process, and see that nothing is lost.

        Args:
            moment: `at`, the call to the disk at which it kills itself, or `kill_after`, the
                seconds after which it is killed.

        Returns:
            Whether the process had published when it was killed.

        Raises:
            AssertionError: something is lost, or isn't as an undisturbed build leaves it.
        """
        self.set()
        code = self.play(disturbance="kill", **moment)
        assert code in {0, -signal.SIGKILL}, f"{code}: {self.printed()}"
        return self.see_that_nothing_is_lost()

    def see_that_nothing_is_lost(self) -> bool:
        """The index says what it said or what it was to say, and the next build ends it all."""
        said = said_by(self.index)
        assert said in (self.before, self.after), "another index than before and after"
        self._see_no_damage()
        self._build(self.index, self._source, rebuild=self.scene.rebuild)
        assert said_by(self.index) == self.after, "the next build ends in another index"
        self._see_no_damage()
        self.see_no_leftover()
        return said == self.after

    def _see_no_damage(self) -> None:
        try:
            verdict = check_index(self.index, lambda *_: None)
        except IndexMissing:
            assert not self.before, "there was an index"
        else:
            assert not verdict.damages, verdict.damages

    def see_no_leftover(self) -> None:
        """Nothing stands in the index or beside it but what its newest generation is made of."""
        beside = {path.name for path in self.index.parent.iterdir()}
        assert beside <= {"index", ".index.rebuild.lock"}, beside
        if not self.index.exists():
            return
        segments = {segment.segment_id() for segment in open_index(self.index).toc().segments}
        named = {path.name.partition(".")[0] for path in self.index.glob("MAIN_*.*")}
        assert named <= {*segments, f"MAIN_{open_index(self.index).latest_generation()}"}, named
        assert not [path.name for path in self.index.iterdir() if path.name.startswith(".")]

    @staticmethod
    def _build(directory: Path, source: Path, *, rebuild: bool = False) -> None:
        build([source], directory, today=TODAY, rebuild=rebuild, progress=lambda *_: None)


def said_by(directory: Path) -> dict[str, Any]:
    """The answers of an index; none when no question is in it."""
    try:
        said = answers(directory)
    except IndexMissing:
        return {}
    return said if any(key.startswith("QANR") for key in said) else {}


def _questions(waiting: Iterable[int], answered: Iterable[int] = ()) -> list[Question]:
    return [*map(_waiting, waiting), *(_waiting(number, answered=True) for number in answered)]


def _waiting(number: int, *, answered: bool = False) -> Question:
    subject, other = SUBJECTS[number % 6], SUBJECTS[number % 5]
    return make_question(
        legislature=17,
        type="QE",
        numero=FIRST + number,
        titre=f"Situation des {subject} de la commune n° {number}",
        rubrique=other,
        auteur=("Mme Odile Ferrandeau", "M. Gaspard d’Urtu")[number % 2],
        ministere=("Eaux", "Écoles", "Transports")[number % 3],
        texte_question=f"<p>Les {subject} manquent aux {other} : {' '.join(SUBJECTS)}.</p>",
        texte_reponse=f"<p>Les {other} auront leurs {subject}.</p>" if answered else None,
        date_question=date(2026, 1, 6) + timedelta(weeks=number % 9),
        date_reponse=date(2026, 5, 12) if answered else None,
    )


def _write(path: Path, questions: Iterable[Question]) -> Path:
    lines = (json.dumps(question.as_record(None)) for question in questions)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
