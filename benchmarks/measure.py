"""One corpus, every engine: index it, then ask all queries in turns.

Every step is skipped when its figures are there already.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figures, Json
from benchmarks.frequencies import Frequencies
from benchmarks.generator import write_questions
from benchmarks.peers.document import read_documents, text_size
from benchmarks.processes import Searcher, Timed, make_index, searcher
from benchmarks.progress import Steps
from benchmarks.workload import Query, make_workload

ROUNDS: Final = 9
"""How often each query is asked of each engine unless said otherwise; the first time warms it."""
ENOUGH_SECONDS: Final = 2.0
"""An engine that has spent so long on a query is not asked again."""
WORKLOAD_RECORDS: Final = 400
"""How many questions words and values that stand together are taken from."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all measurements of a run share.

    Attributes:
        figures: what was measured so far. folder: of the corpora and indexes.
        steps: told what goes on. rounds: how often each query is asked.
    """

    figures: Figures
    folder: Path
    steps: Steps
    rounds: int = ROUNDS

    def corpus(self, questions: int) -> Path:
        """The NDJSON file of a corpus, generated when it is not there."""
        seed = self.figures.data["seed"]
        path = self.folder / f"questions-{questions}-{seed}.ndjson"
        if not path.exists():
            fresh = path.with_name(f"{path.name}.new")
            with self.steps.step(f"generating {questions:,} questions", questions) as advance:
                write_questions(fresh, questions, seed, progress=advance)
            fresh.replace(path)
        return path

    def index_path(self, questions: int, name: str) -> Path:
        """Where an engine's index of a corpus is."""
        return self.folder / f"{self.corpus(questions).stem}.{name}"


def measure_size(run: Run, questions: int, names: Sequence[str], group: str = "sizes") -> None:
    """Measure all that one corpus shows, and save it step by step.

    Args:
        run: what is shared.
        questions: the size of the corpus.
        names: of the engines, this one first.
        group: under which the figures are kept, `sizes` or `stock`.
    """
    size = run.figures.size(group, questions)
    _read(run, size, questions)
    for name in names:
        _index(run, size, questions, name)
    _ask(run, size, questions, names)


def forget(figures: Figures, folder: Path, name: str) -> None:
    """Take away an engine's indexes and figures, and the times that others had beside it."""
    for directory in folder.glob(f"*.{name}"):
        shutil.rmtree(directory)
    for group in ("sizes", "stock"):
        for size in figures.data[group].values():
            size["indexing"].pop(name, None)
            if size["queries"] and name in size["queries"][0]["seconds"]:
                size |= {"queries": [], "memory_bytes": {}}
    for part in ("additions", "page", "load"):
        figures.data.pop(part, None)
    figures.save()


def workload_of(source: Path) -> list[Query]:
    """The queries for a corpus."""
    return list(_workload(source))


@lru_cache
def _workload(source: Path) -> tuple[Query, ...]:
    with source.open("rb") as lines:
        records = [json.loads(line) for line in islice(lines, WORKLOAD_RECORDS)]
    return tuple(make_workload(Frequencies.of_file(source), records))


def ask_in_turns(
    workload: Sequence[Query],
    asked: Mapping[str, Searcher],
    rounds: int,
    progress: Callable[[int], object] = lambda _: None,
) -> list[dict[str, list[Timed]]]:
    """All queries one after the other, as visitors send them, round after round of every engine.

    No query follows itself, so that none finds its own data in the processor's cache. Rounds
    begin with another engine each time, and an engine isn't asked again what it is slow at.

    Args:
        workload: the queries.
        asked: the engines by name.
        rounds: how often each query is asked at most.
        progress: called with how many rounds of one engine are done.

    Returns:
        For each query, the times of each engine.
    """
    told: list[dict[str, list[Timed]]] = [{name: [] for name in asked} for _ in workload]
    for turn in range(rounds):
        names = list(asked)
        first = turn % len(names)
        for done, name in enumerate(names[first:] + names[:first], start=turn * len(names) + 1):
            left = [
                number
                for number, times in enumerate(told)
                if sum(one.seconds for one in times[name]) < ENOUGH_SECONDS
            ]
            answers = asked[name].search_all([workload[number] for number in left])
            for number, answer in zip(left, answers, strict=True):
                told[number][name].append(answer)
            progress(done)
    return told


def _read(run: Run, size: Json, questions: int) -> None:
    source = run.corpus(questions)
    if not size["corpus"]:
        with run.steps.step(f"reading {source.name}"):
            text = sum(map(text_size, read_documents(source)))
        size["corpus"] = {"questions": questions, "text_bytes": text}
        run.figures.save()


def _index(run: Run, size: Json, questions: int, name: str) -> None:
    """Make an engine's index, unless it is there with its figures."""
    source, directory = run.corpus(questions), run.index_path(questions, name)
    if name in size["indexing"] and directory.exists():
        return
    shutil.rmtree(directory, ignore_errors=True)
    with run.steps.step(f"indexing {questions:,} questions with {name}"):
        size["indexing"][name] = asdict(make_index(name, source, directory))
    run.figures.save()


def _ask(run: Run, size: Json, questions: int, names: Sequence[str]) -> None:
    if set(names) <= set(size["memory_bytes"]):
        return
    with run.steps.step("choosing queries"):
        workload = workload_of(run.corpus(questions))
    title = f"asking about {questions:,} questions"
    with ExitStack() as opened, run.steps.step(title, run.rounds * len(names)) as advance:
        asked = {
            name: opened.enter_context(searcher(name, run.index_path(questions, name)))
            for name in names
        }
        size["opening_seconds"] = {name: one.opening_seconds for name, one in asked.items()}
        told = ask_in_turns(workload, asked, run.rounds, advance)
        size["queries"] = [_row(*one) for one in zip(workload, told, strict=True)]
        size["memory_bytes"] = {name: one.memory() for name, one in asked.items()}
        size["asked_at"] = run.figures.data["machine"]["commit"]
    run.figures.save()


def _row(query: Query, told: Mapping[str, list[Timed]]) -> dict[str, Any]:
    return {
        "kind": query.kind,
        "about": query.about,
        "params": query.params,
        "seconds": {name: [one.seconds for one in times] for name, times in told.items()},
        "total": {name: times[-1].total for name, times in told.items()},
    }
