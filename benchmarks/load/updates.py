"""Updates as a JO brings them: a few new questions, and answers to many that are held already."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.additions import QE
from benchmarks.generator import generate_records
from benchmarks.metadata import DATA_UNTIL
from index.stores.whoosh_store import latest_generation

CHANGED: Final = 500
"""Questions in an update."""
NEW: Final = 100
"""Those of them that the index does not hold yet; the others are held, and answered now."""

_DATES: Final = ("date_question", "date_reponse", "date_retrait", "date_signalement")
_ANSWERED_ON: Final = DATA_UNTIL.isoformat()


def write_updates(corpus: Path, questions: int, seed: int, paths: Sequence[Path]) -> None:
    """Write one file of records for each update.

    Args:
        corpus: the NDJSON file of what is held.
        questions: how many that are.
        seed: of the corpus, whose next questions are the new ones.
        paths: the files; fewer questions change in the last ones when the corpus is small.
    """
    with corpus.open("rb") as lines:
        # The answers are those of other questions, so that new words come too.
        donors = generate_records(len(paths) * CHANGED, seed, start=2 * questions)
        held = (record for record in map(json.loads, lines) if _can_be_answered(record))
        new = generate_records(len(paths) * NEW, seed, start=questions)
        for path in paths:
            changed = map(_answer, islice(held, CHANGED - NEW), donors)
            _write(path, [*islice(new, NEW), *changed])


def _can_be_answered(record: Mapping[str, Any]) -> bool:
    """Whether an answer of the newest day would be the last that happened to a question."""
    days = [record.get(name) or "" for name in _DATES] + (record.get("dates_renouvellement") or [])
    return record["type"] == "QE" and "date_retrait" not in record and max(days) < _ANSWERED_ON


def _answer(record: dict[str, Any], donor: Mapping[str, Any]) -> dict[str, Any]:
    """A question with an answer of the newest day, whose words are another question's."""
    return record | {
        "texte_reponse": donor["texte_reponse"] or donor["texte_question"],
        "date_reponse": _ANSWERED_ON,
        "page_jo_reponse": donor["page_jo_question"],
        "statut": "repondue",
    }


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


@dataclass(slots=True)
class Update:
    """One run of `qe index` into the served index.

    Attributes:
        started, ended: by the clock of the answers; `ended` is None while it runs.
        code: the command's exit code; 0 is well. told: its last lines.
        cpu_seconds: that it took of processors.
    """

    started: float
    ended: float | None = None
    code: int | None = None
    told: str = ""
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class Updating:
    """Indexes one file after the other into a directory, and sees which generations come.

    Attributes:
        updates: those begun. generations: each with when it was first seen and how many updates
            it holds; an update publishes one, and some more when it merges segments.
    """

    directory: Path
    files: Iterator[Path]
    updates: list[Update] = field(default_factory=list)
    generations: list[tuple[int, float, int]] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _cpu_before: float = 0.0

    def __post_init__(self) -> None:
        self._cpu_before = _cpu_of_ended()
        self.look()

    @property
    def is_running(self) -> bool:
        """Whether an update is being indexed."""
        return self._process is not None

    def begin(self) -> None:
        """Start the next update, unless there is none left."""
        path = next(self.files, None)
        if path is None:
            return
        command = [*QE, "index", str(path), "--index", str(self.directory)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.updates.append(Update(time.monotonic()))

    def look(self) -> None:
        """See whether there is a new generation, and whether the update has ended."""
        newest = latest_generation(self.directory)
        if not self.generations or self.generations[-1][0] != newest:
            self.generations.append((newest, time.monotonic(), len(self.updates)))
        if self._process is not None and self._process.poll() is not None:
            self._end(self._process)
            self._process = None

    def finish(self) -> None:
        """Wait until the update that runs has ended."""
        while self.is_running:
            time.sleep(0.05)
            self.look()

    def stop(self) -> None:
        """End the update that runs; the index stays as it was published last."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _end(self, process: subprocess.Popen[str]) -> None:
        update = self.updates[-1]
        update.ended, update.code = time.monotonic(), process.returncode
        update.told = process.communicate()[0][-2_000:]
        update.cpu_seconds = _cpu_of_ended() - self._cpu_before
        self._cpu_before += update.cpu_seconds


def _cpu_of_ended() -> float:
    """Seconds of processors that processes started here have taken, of those that have ended."""
    took = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took.ru_utime + took.ru_stime
