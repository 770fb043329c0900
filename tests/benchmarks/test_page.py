"""Figures become verdicts, a page and pictures."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.figures import Figures, mean_ratio, sizes
from benchmarks.page import write_page
from benchmarks.verdicts import judge

ENGINES = ("questions-ecrites", "tantivy", "sqlite-fts5")
SECONDS = {"questions-ecrites": 0.002, "tantivy": 0.004, "sqlite-fts5": 0.1}


def size(questions: int, slower: float = 1) -> dict[str, Any]:
    """A corpus on which this engine takes half of tantivy's time."""
    rows = [
        {
            "kind": kind,
            "about": about,
            "params": [["q", about]],
            "seconds": {
                name: [9.0, time * slower, time * slower] for name, time in SECONDS.items()
            },
            "total": {"questions-ecrites": 5, "tantivy": 5, "sqlite-fts5": 4},
        }
        for kind, about in (("rare word", "zinc"), ("two words", "un | deux"), ("phrase", '"a b"'))
    ]
    return {
        "corpus": {"questions": questions, "text_bytes": 4_000 * questions},
        "indexing": {
            name: {"seconds": 10.0, "peak_bytes": 10**9, "disk_bytes": 5_000 * questions}
            for name in ENGINES
        },
        "opening_seconds": dict.fromkeys(ENGINES, 0.1),
        "memory_bytes": dict.fromkeys(ENGINES, 10**8),
        "queries": rows,
    }


@pytest.fixture
def data() -> dict[str, Any]:
    stock = size(1_000)
    for part in (stock["indexing"], stock["opening_seconds"], stock["memory_bytes"]):
        part["stock-whoosh"] = part.pop("tantivy")
    for row in stock["queries"]:
        row["seconds"]["stock-whoosh"] = row["seconds"].pop("tantivy")
        row["total"]["stock-whoosh"] = row["total"].pop("tantivy")
    return {
        "note": "Compare the ratios.",
        "seed": 1,
        "machine": {
            "cpu": "a processor", "cores": 2, "memory_bytes": 24 * 10**9, "system": "Linux",
            "python": "3.11", "commit": "abc", "date": "2026-01-01", "load_before": 0.1,
        },
        "versions": dict.fromkeys(ENGINES, "1.0"),
        "sizes": {"100000": size(100_000), "1000000": size(1_000_000, slower=10)},
        "stock": {"1000": stock},
        "additions": {
            "held": 200_000,
            "added": 500,
            "seconds": [2.0, 3.0, 4.0],
            "commands": [2.5, 3.0, 9.0],
            "queries": [
                {"about": "a", "seconds": {"grown": [0.2, 0.2], "fresh": [0.1, 0.1]}, "same": True}
            ],
        },
        "page": {
            "questions": 100_000,
            "stock_questions": 1_000,
            "pages": [{"path": "/?q=a", "whole": 0.01, "without": 0.006}],
            "per_second": {"questions-ecrites": 200.0, "small": 250.0, "stock-whoosh": 5.0},
        },
    }  # fmt: skip


def held(data: dict[str, Any], promise: str) -> bool:
    """Whether the only promise that begins so holds."""
    (found,) = [verdict for verdict in judge(data) if promise in verdict.promise]
    return found.holds


def test_ratios_are_those_of_warm_times(data: dict[str, Any]) -> None:
    """Two milliseconds by four, whatever the first answer took."""
    for _, one in sizes(data):
        assert mean_ratio(one["queries"], "tantivy") == pytest.approx(0.5)
        assert mean_ratio(one["queries"], "sqlite-fts5") == pytest.approx(0.02)


def test_what_was_promised_is_judged(data: dict[str, Any]) -> None:
    """Each promise by its own figure."""
    assert held(data, "at 100,000 questions, query time (geometric mean) at most 0.7")
    assert held(data, "at 1,000,000 questions, query time (geometric mean) at most 0.05")
    assert held(data, "95th percentile")
    assert held(data, "100,000 questions on disk")
    assert held(data, "searchable within 5 s")
    assert held(data, "the smaller part of a results page")
    assert not held(data, "after 3 such additions")  # twice as slow
    assert held(data, "at least 20 ×")


@pytest.mark.parametrize(
    ("path", "value", "promise"),
    [
        (("queries", 1, "seconds", "questions-ecrites"), [0.1, 0.1], "no query slower"),
        (("indexing", "questions-ecrites", "seconds"), 11.0, "indexed at least as fast"),
        (("indexing", "questions-ecrites", "disk_bytes"), 700_000_000, "on disk"),
        (("indexing", "questions-ecrites", "peak_bytes"), 5 * 10**9, "at most 4 GB"),
        (("opening_seconds", "questions-ecrites"), 0.6, "opened in"),
        (("memory_bytes", "questions-ecrites"), 2 * 10**9, "asked with"),
    ],
)
def test_a_promise_that_is_broken_does_not_hold(
    data: dict[str, Any], path: tuple[Any, ...], value: Any, promise: str
) -> None:
    """One figure beyond its limit is enough."""
    del data["sizes"]["1000000"]
    before = copy.deepcopy(data)
    at = data["sizes"]["100000"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value

    assert held(before, promise)
    assert not held(data, promise)


def test_growth_is_judged_by_how_much_the_corpus_grew(data: dict[str, Any]) -> None:
    """Twelve times for ten times as many questions."""
    data["sizes"]["1000000"] = size(1_000_000, slower=13)

    assert not held(data, "95th percentile at 1,000,000 at most 12 ×")


def test_the_page_shows_the_run(data: dict[str, Any], tmp_path: Path) -> None:
    """Verdicts, ratios, machine, and every engine's own words."""
    written = write_page(data, tmp_path)
    text = written[0].read_text(encoding="utf-8")

    assert [path.name for path in written] == [
        "benchmarks.md", "benchmarks-100000.svg", "benchmarks-1000000.svg",
    ]  # fmt: skip
    assert "| rare word | 1 | 0.500 | 0.020 |" in text
    assert "| equal totals | 3 | 3 | 0 |" in text
    assert "`un \\| deux`" in text
    assert "a processor, 2 cores, 24 GB" in text
    assert "| **no** |" in text
    assert "- **tantivy**: tantivy, by its Python wheel" in text
    assert "| 1,000 | stock-whoosh | 100 | 1.25 | 4.0 ms | 0.500 |" in text
    assert "over stock Whoosh 5.0" in text


def test_pictures_are_well_formed_and_name_every_engine(
    data: dict[str, Any], tmp_path: Path
) -> None:
    """A row for each kind, a mark for each engine in it and in the heading."""
    path = write_page(data, tmp_path)[1]
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    told = "".join(root.itertext())
    marks = [one for one in root.iter() if one.get("class") in {"e0", "e1", "e2"}]

    assert all(name in told for name in (*ENGINES, "rare word", "two words", "phrase"))
    assert "prefers-color-scheme: dark" in told
    assert len(marks) == 3 * (3 + 1)


def test_figures_are_kept_at_each_step(tmp_path: Path) -> None:
    """A run that was stopped finds what it had."""
    kept, copied = tmp_path / "figures.json", tmp_path / "copy.json"
    figures = Figures(kept, copied)
    figures.size("sizes", 100)["corpus"] = {"questions": 100}
    figures.save()

    assert Figures(kept).data["sizes"]["100"]["corpus"] == {"questions": 100}
    assert copied.read_text() == kept.read_text()
