"""This engine beside SQLite FTS5: one corpus, one run, the same work.

Each engine indexes and searches in processes of its own, so that memory can be told apart; they
never run at the same time, and take turns query by query, so that whatever else the machine does
slows both. What counts are the ratios.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
from engines import ENGINES, Candidate
from generator import generate_questions, write_questions
from queries import Query, Vocabulary, make_queries

NOTE: Final = (
    "Absolute times say nothing: they depend on the machine and on what else it does. "
    "Compare the ratios of one run."
)
TURNS: Final = 3
"""How often each query is asked; the fastest counts, since only disturbances slow one down."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One piece of work: how long it took, and the process's greatest memory until then."""

    seconds: float
    peak_memory_bytes: int
    total: int = 0


@click.command()
@click.option("--questions", type=click.IntRange(10), default=2_000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Another seed is another corpus.")
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the figures here."
)
def main(questions: int, seed: int, json_path: Path | None) -> None:
    """Index a generated corpus and search it, here and in SQLite FTS5."""
    with TemporaryDirectory(prefix="bench-") as folder:
        figures = measure(Path(folder), questions, seed)
    click.echo("\n".join(_render(figures)))
    if json_path is not None:
        json_path.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def measure(folder: Path, questions: int, seed: int) -> dict[str, Any]:
    """Everything measured, as the JSON that `--json` writes."""
    source = folder / "questions.ndjson"
    write_questions(generate_questions(questions, seed), source)
    queries = make_queries(Vocabulary.of(generate_questions(questions, seed)))
    indexing = {name: _index(name, source, folder / name) for name in ENGINES}
    rows, peaks = _search(folder, queries)
    return {
        "note": NOTE,
        "questions": questions,
        "seed": seed,
        "source_bytes": source.stat().st_size,
        "engines": {
            name: {
                "indexing_seconds": indexing[name].seconds,
                "disk_bytes": _size(folder / name),
                "indexing_peak_memory_bytes": indexing[name].peak_memory_bytes,
                "searching_peak_memory_bytes": peaks[name],
            }
            for name in ENGINES
        },
        "indexing_ratio": _ratio({name: indexing[name].seconds for name in ENGINES}),
        "queries": rows,
        "geometric_mean_ratio": _geometric_mean([row["ratio"] for row in rows]),
    }


def _index(name: str, source: Path, directory: Path) -> Measure:
    with _process() as process:
        return process.submit(_do_index, name, source, directory).result()


def _search(folder: Path, queries: list[Query]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """A row for each query, and the memory that each engine came to."""
    with ExitStack() as running:
        processes = {name: running.enter_context(_process(name, folder / name)) for name in ENGINES}
        rows = [_row(query, processes) for query in queries]
        peaks = {name: p.submit(_peak_memory).result() for name, p in processes.items()}
    return rows, peaks


def _row(query: Query, processes: Mapping[str, ProcessPoolExecutor]) -> dict[str, Any]:
    turns = [
        {name: process.submit(_do_search, query).result() for name, process in processes.items()}
        for _ in range(TURNS)
    ]
    best = {name: min((turn[name] for turn in turns), key=lambda m: m.seconds) for name in ENGINES}
    return {
        **asdict(query),
        "about": query.about,
        "total": {name: best[name].total for name in ENGINES},
        "seconds": {name: best[name].seconds for name in ENGINES},
        "ratio": _ratio({name: best[name].seconds for name in ENGINES}),
    }


def _process(*opened: Any) -> ProcessPoolExecutor:
    """A process of one's own, begun afresh; with a name and a directory, an engine open in it."""
    return ProcessPoolExecutor(
        1,
        mp_context=get_context("spawn"),
        initializer=_open if opened else None,
        initargs=opened,
    )


_OPENED: Final[list[Candidate]] = []
"""In a process that searches: its engine."""


def _open(name: str, directory: Path) -> None:
    _OPENED.append(ENGINES[name](directory))


def _do_index(name: str, source: Path, directory: Path) -> Measure:
    started = time.perf_counter()
    ENGINES[name].make_index(source, directory)
    return Measure(time.perf_counter() - started, _peak_memory())


def _do_search(query: Query) -> Measure:
    started = time.perf_counter()
    outcome = _OPENED[0].search(query)
    return Measure(time.perf_counter() - started, _peak_memory(), outcome.total)


def _peak_memory() -> int:
    """The greatest resident size of this process, in bytes.

    Linux keeps it by address space; `getrusage` would count the parent's, inherited on starting.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource  # noqa: PLC0415 - there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _ratio(values: Mapping[str, float]) -> float:
    first, second = (values[name] for name in ENGINES)
    return first / second


def _geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def _render(figures: Mapping[str, Any]) -> Iterator[str]:
    first, second = ENGINES
    yield f"{figures['questions']} questions, {figures['source_bytes'] / 1e6:.1f} MB of NDJSON"
    yield f"ratio: {first} / {second}; below 1, {first} takes less"
    yield ""
    yield f"{'':44} {'total':>14} {'ratio':>8}"
    for row in figures["queries"]:
        totals = "/".join(str(row["total"][name]) for name in ENGINES)
        yield f"{row['kind']:12} {row['about'][:31]:31} {totals:>14} {row['ratio']:8.2f}"
    yield f"{'geometric mean':44} {'':14} {figures['geometric_mean_ratio']:8.2f}"
    yield ""
    yield f"{'indexing, time':44} {'':14} {figures['indexing_ratio']:8.2f}"
    for name in ("indexing_peak_memory_bytes", "searching_peak_memory_bytes", "disk_bytes"):
        values = {engine: figures["engines"][engine][name] for engine in ENGINES}
        label = name.removesuffix("_bytes").replace("_", " ")
        megabytes = "/".join(f"{value / 1e6:.1f}" for value in values.values())
        yield f"{label + ', MB':44} {megabytes:>14} {_ratio(values):8.2f}"
    yield ""
    yield figures["note"]


if __name__ == "__main__":
    main()
