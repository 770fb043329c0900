"""The benchmark runs and compares like with like; nothing here is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
QUESTIONS = 60
KINDS = {
    "rare word", "middle word", "common word", "two words", "three words", "four words",
    "phrase", "prefix", "exclusion", "filtered", "no text",
}  # fmt: skip

Figures = dict[str, Any]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What one small run writes."""
    path = tmp_path_factory.mktemp("bench") / "figures.json"
    arguments = ["--questions", str(QUESTIONS), "--json", str(path)]
    subprocess.run([sys.executable, BENCHMARKS / "bench.py", *arguments], check=True)
    figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    return figures


def rows(figures: Figures, kind: str) -> list[Figures]:
    return [row for row in figures["queries"] if row["kind"] == kind]


def test_a_run_writes_its_figures(figures: Figures) -> None:
    """The corpus, each engine's costs, and thirty searches or more of every kind."""
    engines = figures["engines"]

    assert figures["questions"] == QUESTIONS
    assert figures["source_bytes"] > QUESTIONS * 2_000
    assert list(engines) == ["questions-ecrites", "sqlite-fts5"]
    assert all(cost > 0 for engine in engines.values() for cost in engine.values())
    assert len(figures["queries"]) >= 30
    assert {row["kind"] for row in figures["queries"]} == KINDS


def test_ratios_are_those_of_the_times(figures: Figures) -> None:
    """A ratio is the first engine's time by the second's."""
    ours, theirs = figures["engines"]
    ratios = [row["seconds"][ours] / row["seconds"][theirs] for row in figures["queries"]]

    assert [row["ratio"] for row in figures["queries"]] == ratios
    assert min(ratios) <= figures["geometric_mean_ratio"] <= max(ratios)


def test_the_figures_say_that_absolute_times_are_no_evidence(figures: Figures) -> None:
    """Whoever keeps the file keeps the caution."""
    assert figures["note"].startswith("Absolute times say nothing")


@pytest.mark.parametrize("kind", ["rare word", "phrase", "no text"])
def test_both_engines_do_the_same_search(figures: Figures, kind: str) -> None:
    """Where a family has no other member in the texts, both find as many questions."""
    totals = [tuple(row["total"].values()) for row in rows(figures, kind)]

    assert totals
    assert all(ours == theirs > 0 for ours, theirs in totals)


@pytest.mark.parametrize("kind", ["common word", "prefix"])
def test_a_family_finds_at_least_the_word_itself(figures: Figures, kind: str) -> None:
    """Elsewhere this engine finds as many as SQLite, and relatives or glued compounds."""
    totals = [row["total"].values() for row in rows(figures, kind)]

    assert all(ours >= theirs > 0 for ours, theirs in totals)
