"""The figures on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import (
    Json,
    by_kind,
    engines,
    equal_totals,
    mean_ratio,
    query_time,
    ratio,
    sizes,
    slow_time,
    throughput,
)
from benchmarks.peers import STOCK, THIS
from benchmarks.verdicts import judge


def print_report(data: Mapping[str, Any], console: Console) -> None:
    """All tables of a run, then its verdicts."""
    for group in ("stock", "sizes"):
        for questions, size in sizes(data, group):
            console.print(_queries(questions, size))
            console.print(_costs(questions, size))
    for verdict in judge(data):
        console.print(
            f"[{'green' if verdict.holds else 'red'}]{verdict}[/]", highlight=False, soft_wrap=True
        )
    for line in _served(data.get("page")):
        console.print(line, highlight=False)
    console.print(data["note"], highlight=False)


def _queries(questions: int, size: Json) -> Table:
    peers = engines(size)[1:]
    table = Table(title=f"{questions:,} questions: {THIS}'s time ÷ each engine's")
    table.add_column("query", overflow="fold")
    for name in ("kind", "found", "ms", *peers):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for row in size["queries"]:
        found = "/".join(str(total) for total in row["total"].values())
        times = f"{query_time(row, THIS) * 1e3:.2f}"
        ratios = (f"{ratio(row, peer):.3f}" for peer in peers)
        table.add_row(row["about"], row["kind"], found, times, *ratios)
    table.add_section()
    for kind, rows in by_kind(size):
        table.add_row(kind, "mean", "", "", *(f"{mean_ratio(rows, peer):.3f}" for peer in peers))
    table.add_section()
    means = (f"{mean_ratio(size['queries'], peer):.3f}" for peer in peers)
    table.add_row("all queries", "mean", "", "", *means)
    equal = (f"{equal_totals(size, peer)}/{len(size['queries'])}" for peer in peers)
    table.add_row("equal totals", "", "", "", *equal)
    return table


def _costs(questions: int, size: Json) -> Table:
    table = Table(title=f"{questions:,} questions: what each engine costs")
    for name in (
        "engine", "questions/s", "disk / text", "indexing, GB", "opening, s", "asked, GB",
        "95th percentile, ms",
    ):  # fmt: skip
        table.add_column(name, justify="left" if name == "engine" else "right")
    for name in engines(size):
        indexing = size["indexing"][name]
        table.add_row(
            name,
            f"{throughput(size, name):,.0f}",
            f"{indexing['disk_bytes'] / size['corpus']['text_bytes']:.2f}",
            f"{indexing['peak_bytes'] / 1e9:.2f}",
            f"{size['opening_seconds'][name]:.3f}",
            f"{size['memory_bytes'][name] / 1e9:.3f}" if size["memory_bytes"] else "",
            f"{slow_time(size, name) * 1e3:.1f}",
        )
    return table


def _served(page: Json | None) -> Iterator[str]:
    if page is None:
        return
    served = page["per_second"]
    yield f"{served[THIS]:.0f} pages a second at {page['questions']:,} questions"
    if STOCK in served:
        yield (
            f"{served['small']:.0f} pages a second at {page['stock_questions']:,} questions, "
            f"stock Whoosh {served[STOCK]:.1f}"
        )
