"""A few questions at a time: from the command to an answer, and what a hundred times leave."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.generator import write_questions
from benchmarks.measure import Run, ask_in_turns, workload_of
from benchmarks.peers import THIS
from benchmarks.processes import Searcher, Timed, make_index, searcher
from benchmarks.workload import Query

HELD: Final = 200_000
"""How many questions the index holds at first."""
ADDED: Final = 500
TIMES: Final = 100

QE: Final = (sys.executable, "-c", "from web.commands import main; main(prog_name='qe')")
"""The command `qe` of the code that this is a part of, wherever another one is installed."""

_OFTEN: Final = 0.05
"""Seconds between two looks for what is added."""


class Addition(NamedTuple):
    """Seconds from a command's start until a question that it adds is found, and to its end."""

    found: float
    ended: float


class NotFound(Exception):
    """A question that was added is not found."""


def measure_additions(run: Run, *, held: int = HELD, times: int = TIMES) -> None:
    """Add to an index again and again, then compare it with one made at once.

    The index is open in another process all the while, as a site has it.

    Args:
        run: what is shared; the figures are saved under `additions`.
        held: how many questions the index holds at first.
        times: how often `ADDED` questions are added.

    Raises:
        NotFound: a question is not found after the command that added it.
        subprocess.CalledProcessError: `qe index` failed.
    """
    if "additions" in run.figures.data:
        return
    grown = run.folder / f"additions.{THIS}"
    shutil.rmtree(grown, ignore_errors=True)
    shutil.copytree(index_of(run, held), grown)
    with run.steps.step(f"adding {ADDED} questions {times} times", times) as advance:
        additions = []
        for one in _add(run, grown, range(held, held + times * ADDED, ADDED)):
            additions.append(one)
            advance(len(additions))
    everything = held + times * ADDED
    fresh = index_of(run, everything)
    with run.steps.step("asking both indexes"):
        queries = _compare(run, workload_of(run.corpus(everything)), grown, fresh)
    run.figures.data["additions"] = {
        "held": held,
        "added": ADDED,
        "seconds": [one.found for one in additions],
        "commands": [one.ended for one in additions],
        "queries": queries,
    }
    run.figures.save()


def index_of(run: Run, questions: int) -> Path:
    """An index of this program, made when it is not there."""
    directory = run.index_path(questions, THIS)
    if not directory.exists():
        made = directory.with_name(f"{directory.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        with run.steps.step(f"indexing {questions:,} questions with {THIS}"):
            make_index(THIS, run.corpus(questions), made)
        made.replace(directory)
    return directory


def _add(run: Run, grown: Path, starts: range) -> Iterator[Addition]:
    """The times of each addition."""
    batch = run.folder / "additions.ndjson"
    with searcher(THIS, grown) as asked:
        for start in starts:
            write_questions(batch, ADDED, run.figures.data["seed"], start=start, processes=1)
            yield _time(asked, [*QE, "index", str(batch), "--index", str(grown)], _last_uid(batch))
    batch.unlink()


def _time(asked: Searcher, command: Sequence[str], uid: str) -> Addition:
    """The times of a command that adds a question."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as adding:
        while not _finds(asked, uid):
            if adding.poll() is not None and not _finds(asked, uid):
                raise NotFound(f"{uid} was to be added and is not found")
            time.sleep(_OFTEN)
        found = time.perf_counter() - started
        if adding.wait():
            raise subprocess.CalledProcessError(adding.returncode, command)
    return Addition(found, time.perf_counter() - started)


def _last_uid(batch: Path) -> str:
    *_, last = batch.read_bytes().splitlines()
    return str(json.loads(last)["uid"])


def _finds(asked: Searcher, uid: str) -> bool:
    return uid in asked.search(Query("added", words=(uid,))).uids


def _compare(run: Run, workload: Sequence[Query], grown: Path, fresh: Path) -> list[dict[str, Any]]:
    """The same queries on both indexes; the times, and whether both found the same."""
    with ExitStack() as opened:
        asked = {
            "grown": opened.enter_context(searcher(THIS, grown)),
            "fresh": opened.enter_context(searcher(THIS, fresh)),
        }
        told = ask_in_turns(workload, asked, run.rounds)
    return [_row(*one) for one in zip(workload, told, strict=True)]


def _row(query: Query, told: Mapping[str, list[Timed]]) -> dict[str, Any]:
    return {
        "about": query.about,
        "seconds": {name: [one.seconds for one in times] for name, times in told.items()},
        "same": told["grown"][-1].total == told["fresh"][-1].total,
    }
