"""The command, on a corpus too small to tell anything; nothing here is timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.commands import main
from benchmarks.memory import peak_memory, written_memory

ROOT = Path(__file__).resolve().parents[2]


def bench(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-m", "benchmarks", "run", "--questions", "60", "--peers", "sqlite-fts5",
        "--rounds", "2", "--keep", str(folder), *more,
    ]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run, and what it printed."""
    folder = tmp_path_factory.mktemp("kept")
    return folder, bench(folder, "--json", str(folder / "copy.json")).stdout


@pytest.fixture
def figures(run: tuple[Path, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run[0] / "figures.json").read_text(encoding="utf-8"))
    return found


def test_a_run_measures_all_engines(figures: dict[str, Any]) -> None:
    """Each has its costs, and its time for every query."""
    size = figures["sizes"]["60"]
    engines = ["questions-ecrites", "sqlite-fts5"]

    assert list(size["indexing"]) == engines
    assert all(cost > 0 for one in size["indexing"].values() for cost in one.values())
    assert all(size["memory_bytes"][name] > 0 for name in engines)
    assert all(list(row["seconds"]) == engines for row in size["queries"])
    assert len(size["queries"]) >= 60


def test_a_run_prints_ratios_and_verdicts(run: tuple[Path, str]) -> None:
    """And that absolute times are no evidence."""
    assert "questions-ecrites's time ÷ each engine's" in run[1]
    assert "holds: 60 questions indexed with at most 4 GB of memory" in run[1]
    assert "compare the ratios of one run" in " ".join(run[1].split())


def test_figures_are_written_where_asked(run: tuple[Path, str]) -> None:
    """The same as those that are kept."""
    folder = run[0]
    assert (folder / "copy.json").read_bytes() == (folder / "figures.json").read_bytes()


def test_a_run_goes_on_from_what_is_there(run: tuple[Path, str], figures: dict[str, Any]) -> None:
    """Nothing is generated, indexed or asked again."""
    again = bench(run[0])
    kept = json.loads((run[0] / "figures.json").read_text(encoding="utf-8"))

    assert "indexing" not in again.stderr
    assert kept["sizes"] == figures["sizes"]


def test_an_engine_that_changed_is_measured_again(
    run: tuple[Path, str], figures: dict[str, Any]
) -> None:
    """Its index and all times anew; the other's index stays."""
    again = bench(run[0], "--again", "questions-ecrites")
    size = json.loads((run[0] / "figures.json").read_text(encoding="utf-8"))["sizes"]["60"]
    before = figures["sizes"]["60"]

    assert "indexing 60 questions with questions-ecrites" in again.stderr
    assert "with sqlite-fts5" not in again.stderr
    assert size["indexing"]["sqlite-fts5"] == before["indexing"]["sqlite-fts5"]
    assert size["indexing"]["questions-ecrites"] != before["indexing"]["questions-ecrites"]
    assert [row["about"] for row in size["queries"]] == [row["about"] for row in before["queries"]]


def test_error_when_the_folder_is_of_another_seed(run: tuple[Path, str]) -> None:
    """Figures of two corpora would be mixed."""
    arguments = ["run", "--questions", "60", "--seed", "2", "--keep", str(run[0])]
    told = CliRunner().invoke(main, [*arguments, "--peers", "sqlite-fts5"])

    assert told.exit_code == 1
    assert "are of --seed 1: keep these elsewhere" in told.output


def test_error_when_an_engine_is_unknown() -> None:
    """The message names those that are known."""
    told = CliRunner().invoke(main, ["run", "--peers", "lucene"])

    assert told.exit_code == 1
    assert told.output == (
        "Error: unknown: lucene; known: tantivy, sqlite-fts5, xapian, opensearch, stock-whoosh\n"
    )


def test_memory_is_what_was_written() -> None:
    """Eighty megabytes more are counted, and the peak remembers them."""
    before = written_memory(os.getpid())
    with peak_memory(os.getpid()) as peak:
        held = b"x" * 80_000_000
        during = written_memory(os.getpid())
    assert len(held) < during - before + 10_000_000
    assert peak[0] >= during - 10_000_000
