"""The run: a bare page, the site with its visitors and its updates, then the bare page again."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.additions import QE, index_of
from benchmarks.figures import Json
from benchmarks.frequencies import Frequencies
from benchmarks.load.answers import Answer, Client, read_answers
from benchmarks.load.client import Plan
from benchmarks.load.searches import Searches
from benchmarks.load.summary import Ran, summarise
from benchmarks.load.totals import check_totals
from benchmarks.load.updates import Updating, write_updates
from benchmarks.load.watch import watched
from benchmarks.machine import ROOT, describe_machine
from benchmarks.measure import Run
from benchmarks.servers import Server, free_port, serving
from benchmarks.workload import Query
from web.server import THREADS, WORKERS

BARE_SECONDS: Final = 10.0
"""For how long the bare page is asked, before and after."""

_SEARCHES_A_SECOND: Final = 20
"""More are drawn than are typed: none comes twice."""
_RECORDS: Final = 2_000
"""Questions whose words are typed, and that are arrived at."""
_LOOKED_EVERY: Final = 0.2
"""Seconds."""
_LAST_LOOKS: Final = 100
"""For the last generation, which may come after the last visitor."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of a run.

    Attributes:
        questions: in the corpus. seconds: for how long visitors come.
        connections: at once. every: seconds from the start of an update to that of the next.
        checked: how many totals are compared with the reference.
    """

    questions: int
    seconds: float
    connections: int
    every: float
    checked: int

    @property
    def updates(self) -> int:
        """How many there are; the first begins after half of `every`."""
        return max(1, round(self.seconds / self.every))


class ClientFailed(Exception):
    """The process of the visitors ended before its time."""


def measure_load(run: Run, load: Load) -> Json:
    """Load a site over a copy of the index of a corpus; the figures, saved under `load` too.

    Args:
        run: what is shared.
        load: how much.

    Raises:
        ClientFailed: the visitors' process broke.
        ChildProcessError: a server did not start.
    """
    machine = describe_machine()
    corpus, index = run.corpus(load.questions), index_of(run, load.questions)
    with TemporaryDirectory(prefix="load-") as place:
        scratch = Path(place)
        with run.steps.step("preparing searches and updates"):
            queries, plan = _plan(corpus, run.figures.data["seed"], load)
            updates = [scratch / f"update-{number:03}.ndjson" for number in range(load.updates)]
            write_updates(corpus, load.questions, run.figures.data["seed"], updates)
            served = scratch / "index"
            shutil.copytree(index, served)
        bare = [_ask_bare(run, load, scratch)]
        ran = _visit(run, load, plan, _Served(scratch, served, updates))
        bare.append(_ask_bare(run, load, scratch))
        with run.steps.step("counting totals again"):
            totals = check_totals(ran.answers, ran.updating, queries, corpus, updates, load.checked)
    figures = {
        "machine": machine,
        "seed": run.figures.data["seed"],
        "questions": load.questions,
        "connections": load.connections,
        "workers": WORKERS,
        "threads": THREADS,
        "every": load.every,
        "bare": bare,
        **summarise(ran),
        "totals": totals,
    }
    run.figures.data["load"] = figures
    run.figures.save()
    return figures


@dataclass(frozen=True, slots=True)
class _Served:
    """Where a site's files are: scratch, its index, the updates to come."""

    scratch: Path
    index: Path
    updates: Sequence[Path]


def _plan(corpus: Path, seed: int, load: Load) -> tuple[list[Query], Plan]:
    """The searches that will be typed, and the plan of the client that types them; no port yet."""
    with corpus.open("rb") as lines:
        records = [json.loads(line) for line in islice(lines, _RECORDS)]
    searches = Searches(Frequencies.of(records), records, seed)
    queries = [searches.draw() for _ in range(int(load.seconds * _SEARCHES_A_SECOND) + 1)]
    chance = random.Random(seed)
    with corpus.open("rb") as lines:
        uids = [line.split(b'"', 4)[3].decode() for line in lines]
    plan = Plan(
        port=0,
        seconds=load.seconds,
        connections=load.connections,
        seed=seed,
        searches=[(query.kind, query.params) for query in queries],
        uids=chance.sample(uids, min(len(uids), 20_000)),
        values=[searches.value() for _ in range(500)],
    )
    return queries, plan


def _visit(run: Run, load: Load, plan: Plan, served: _Served) -> Ran:
    """Let visitors come while updates are indexed."""
    port, log = free_port(), served.scratch / "serve.log"
    command = [*QE, "serve", "--index", served.index, "--port", port, "--workers", WORKERS]
    updating = Updating(served.index, iter(served.updates))
    title = f"visiting {load.questions:,} questions"
    with (
        serving(command, port, "/sante", log=log) as server,
        watched(server.pid) as watch,
        _client(_to(plan, server), served.scratch) as client,
        run.steps.step(title, int(load.seconds)) as advance,
    ):
        started = time.monotonic()
        try:
            while client.process.poll() is None:
                passed = time.monotonic() - started
                if not updating.is_running and passed > load.every * (0.5 + len(updating.updates)):
                    updating.begin()
                updating.look()
                advance(int(passed))
                time.sleep(_LOOKED_EVERY)
            updating.finish()
            last = _is_taken_up(server, updating.generations[-1][0])
        finally:
            updating.stop()
        answers, client_took = client.result()
        said = _complaints(log)
    return Ran(answers, client_took, updating, watch, said, last)


def _complaints(log: Path) -> str:
    """What a server said beside one line for each request, and where it is."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    quiet = ('"level": "info"', "Serving at ")
    return "\n".join(line for line in lines if not any(one in line for one in quiet))


def _is_taken_up(server: Server, generation: int) -> bool:
    """Whether both workers come to answer from a generation; a request goes to either."""
    for _ in range(_LAST_LOOKS):
        time.sleep(_LOOKED_EVERY)
        told = [_generation(server) for _ in range(4 * WORKERS)]
        if min(told) >= generation:
            return True
    return False


def _generation(server: Server) -> int:
    with urllib.request.urlopen(f"{server.address}/sante") as answer:
        generation: int = json.load(answer)["generation"]
    return generation


def _ask_bare(run: Run, load: Load, scratch: Path) -> Json:
    """Requests a second of the bare page, by the same client on as many connections."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.load.bare_site", port]
    plan = Plan(port, BARE_SECONDS, load.connections, run.figures.data["seed"], visits="bare")
    with (
        run.steps.step("asking the bare page"),
        serving(command, port, "/") as server,
        _client(_to(plan, server), scratch) as client,
    ):
        answers, took = client.result()
    return {
        "requests": len(answers),
        "errors": sum(bool(answer.problem) for answer in answers),
        "per_second": len(answers) / took.seconds,
        "client_cpu": took.cpu_seconds / took.seconds,
    }


def _to(plan: Plan, server: Server) -> Plan:
    """The plan, of a server."""
    return replace(plan, port=server.port)


class _Client:
    """The visitors' process, which is begun."""

    def __init__(self, plan: Plan, scratch: Path) -> None:
        written, self._answers = scratch / "plan.json", scratch / "answers.ndjson"
        plan.write(written)
        command = [sys.executable, "-m", "benchmarks.load.client", written, self._answers]
        self.process = subprocess.Popen(list(map(str, command)), cwd=ROOT)

    def result(self) -> tuple[list[Answer], Client]:
        """What came, once it has ended.

        Raises:
            ClientFailed: it has not done what it was to.
        """
        if self.process.wait():
            raise ClientFailed(f"the visitors' process ended with {self.process.returncode}")
        return read_answers(self._answers)


@contextmanager
def _client(plan: Plan, scratch: Path) -> Iterator[_Client]:
    client = _Client(plan, scratch)
    try:
        yield client
    finally:
        client.process.terminate()
        client.process.wait()
