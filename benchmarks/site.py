"""The results page: what of it is the engine, and how many a second two workers serve."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, cast
from urllib.parse import urlencode

from flask.testing import FlaskClient

from benchmarks.arithmetic import geometric_mean, warm_median
from benchmarks.measure import Run, workload_of
from benchmarks.peers import STOCK, THIS
from benchmarks.servers import Server, free_port, serving
from benchmarks.whoosh_site import INDEX_FROM, WORKLOAD_FROM
from benchmarks.workload import Query
from search.engine import Engine, open_engine
from web.application import create_app

WORKERS: Final = 2
CONNECTIONS: Final = 4
SERVED_SECONDS: Final = 10
PAGE_ROUNDS: Final = 5


class WrkMissing(Exception):
    """`wrk` is not installed."""


class Replaying:
    """An engine that answers from memory what it was asked before: a page without the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told: dict[tuple[str, str], Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask = getattr(self._engine, name)

        def tell(*given: Any) -> Any:
            key = name, repr(given)
            if key not in self._told:
                self._told[key] = ask(*given)
            return self._told[key]

        return tell


def measure_page(run: Run, questions: int, stock_questions: int) -> None:
    """Time the page with and without the engine, then load both servers.

    Args:
        run: what is shared; the figures are saved under `page`. The indexes are there.
        questions: the size of the corpus whose page is timed.
        stock_questions: that of the corpus on which stock Whoosh serves the page; 0 for none.

    Raises:
        WrkMissing: `wrk` is not installed.
    """
    if "page" in run.figures.data:
        return
    if shutil.which("wrk") is None:
        raise WrkMissing("--page needs wrk: apt-get install wrk")
    with run.steps.step("making pages"):
        paths = _paths(workload_of(run.corpus(questions)))
        pages = _time_pages(run.index_path(questions, THIS), paths)
    with run.steps.step("serving pages"):
        served = {THIS: _per_second(our_server(run.index_path(questions, THIS)), paths)}
    if stock_questions:
        with run.steps.step("serving pages of a smaller corpus"):
            served |= _serve_both(run, stock_questions)
    run.figures.data["page"] = {
        "questions": questions,
        "stock_questions": stock_questions,
        "pages": pages,
        "per_second": served,
    }
    run.figures.save()


def _serve_both(run: Run, questions: int) -> dict[str, float]:
    """Pages a second of both sites over one corpus; ours is named `small`."""
    source = run.corpus(questions)
    workload = workload_of(source)
    ours = our_server(run.index_path(questions, THIS))
    stock = _stock_server(run.index_path(questions, STOCK), source)
    # The same pages, which the other site knows by number.
    numbers = [f"/{place}" for place, query in enumerate(workload) if query.params]
    return {"small": _per_second(ours, _paths(workload)), STOCK: _per_second(stock, numbers)}


def _paths(workload: Sequence[Query]) -> list[str]:
    """The addresses of the results pages; the home page, which is none, is left out."""
    return [f"/?{urlencode(query.params)}" for query in workload if query.params]


def _time_pages(index: Path, paths: Sequence[str]) -> list[dict[str, Any]]:
    with closing(open_engine(index)) as engine:
        clients = {
            "whole": create_app(engine).test_client(),
            "without": create_app(cast("Engine", Replaying(engine))).test_client(),
        }
        return [
            {"path": path} | {name: _time_page(client, path) for name, client in clients.items()}
            for path in paths
        ]


def _time_page(client: FlaskClient, path: str) -> float:
    """Seconds of a page, warm.

    Raises:
        ValueError: the answer is no page.
    """
    times = []
    for _ in range(1 + PAGE_ROUNDS):
        started = time.perf_counter()
        response = client.get(path)
        times.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise ValueError(f"{path}: {response.status}")
    return warm_median(times)


def engine_share(pages: Sequence[dict[str, Any]]) -> float:
    """How much of the time of a page the engine takes: the geometric mean over pages."""
    return 1 - geometric_mean(page["without"] / page["whole"] for page in pages)


def _per_second(server: AbstractContextManager[Server], paths: Sequence[str]) -> float:
    """Requests a second that a server answers, by `wrk`.

    Raises:
        ValueError: some answer was no page.
    """
    with server as started, NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write("local paths = {" + ",".join(f'"{path}"' for path in paths) + "}" + _LUA)
        script.flush()
        command = [
            "wrk", "--threads", "1", "--connections", str(CONNECTIONS),
            "--duration", f"{SERVED_SECONDS}s", "--timeout", "60s", "--script", script.name,
            started.address,
        ]  # fmt: skip
        for _ in range(2):  # the first time warms it
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        raise ValueError(f"not all answers were pages:\n{told}")
    (found,) = re.findall(r"Requests/sec:\s*([\d.]+)", told)
    return float(found)


_LUA: Final = """
local turn = 0
request = function()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
"""


def our_server(index: Path) -> AbstractContextManager[Server]:
    """The site over an index, served by two workers while the block lasts."""
    qe = Path(sys.executable).with_name("qe")
    port = free_port()
    command: list[Any] = [qe, "serve", "--index", index, "--port", port, "--workers", WORKERS]
    return serving(command, port, "/sante")


def _stock_server(index: Path, source: Path) -> AbstractContextManager[Server]:
    """Workers of one thread each: threads that share a stock searcher break it."""
    port = free_port()
    command: list[Any] = [
        sys.executable, "-m", "gunicorn", "--workers", WORKERS, "--bind", f"127.0.0.1:{port}",
        "--timeout", 120, "benchmarks.whoosh_site:make_app()",
    ]  # fmt: skip
    settings = {INDEX_FROM: str(index), WORKLOAD_FROM: str(source)}
    return serving(command, port, "/", settings=settings)
