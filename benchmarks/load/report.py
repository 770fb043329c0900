"""The figures of a load in rows and sentences, for a terminal and for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Json
from benchmarks.verdicts import judge_load

TIME_NAMES: Final = ("median", "95th", "99th", "longest", "99th ÷ median")
KIND_NAMES: Final = ("request", "requests", "a page", *TIME_NAMES)
WHEN_NAMES: Final = ("pages made beside", "pages", *TIME_NAMES)
HELD_NAMES: Final = ("what the server holds", "first", "greatest", "last", "by the hour")

_HELD: Final = {
    "written": "memory written",
    "pss": "memory, shared pages in parts",
    "rss": "memory resident",
    "files": "open files",
    "maps": "mapped regions",
    "threads": "threads",
}
_BYTES: Final = ("written", "pss", "rss")

Row = tuple[str, ...]


def print_load(load: Json, console: Console) -> None:
    """All tables, the slowest pages, the errors, then the verdicts."""
    console.print(_shown(KIND_NAMES, kind_rows(load)))
    console.print(_shown(WHEN_NAMES, when_rows(load)))
    console.print(_shown(HELD_NAMES, held_rows(load)))
    for line in (*slow_lines(load), *sentences(load), *trouble(load)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for verdict in judge_load(load):
        console.print(
            f"[{'green' if verdict.holds else 'red'}]{verdict}[/]", highlight=False, soft_wrap=True
        )


def kind_rows(load: Json) -> Iterator[Row]:
    """The times of each kind of request, then of all pages, then of all but exports."""
    for kind, times in load["kinds"].items():
        yield kind, f"{times['requests']:,}", "yes" if times["page"] else "", *_times(times)
    pages, most = load["pages"], load["all_but_exports"]
    yield "all pages", f"{pages['requests']:,}", "", *_times(pages)
    yield "everything but exports", f"{most['requests']:,}", "", *_times(most)


def when_rows(load: Json) -> Iterator[Row]:
    """The times of pages by what went on while they were made."""
    for situation, times in load["pages_when"].items():
        yield situation, f"{times['requests']:,}", *_times(times)


def held_rows(load: Json) -> Iterator[Row]:
    """What all processes of the server hold together."""
    for name, words in _HELD.items():
        held = load["memory"][name]
        show = _megabytes if name in _BYTES else _number
        yield (
            words,
            *(show(held[moment]) for moment in ("first", "greatest", "last")),
            _slope(held, show),
        )


def slow_lines(load: Json) -> Iterator[str]:
    """The slowest pages."""
    for page in load["slowest"]:
        after = page["after_generation"]
        when = "" if after is None else f", {after:.1f} s after a generation"
        yield f"{page['seconds']:7.3f} s  {page['path']}  ({page['beside']}{when})"


def sentences(load: Json) -> Iterator[str]:
    """What was done, and what it took."""
    machine, updates, cpu = load["machine"], load["updates"], load["cpu"]
    yield (
        f"{load['questions']:,} questions, {load['workers']} workers of {load['threads']} threads; "
        f"{load['seconds']:,.0f} s, {load['requests']:,} requests on {load['connections']} "
        f"connections, each of which asks as soon as it is answered (a closed loop); "
        f"seed {load['seed']}, commit {machine['commit']}, {machine['date']}, load before "
        f"{machine['load_before']}."
    )
    bare = load["bare"]
    rate = sum(one["per_second"] for one in bare) / len(bare)
    rates = ", ".join(f"{one['per_second']:,.0f}" for one in bare)
    yield (
        f"{load['per_second']:,.1f} requests a second: {load['per_second'] / rate:.3f} × those of "
        f"a bare Flask page on the same server, by the same client "
        f"({rates} before and after)."
    )
    seconds = updates["seconds"]
    took = f"{min(seconds):.1f} to {max(seconds):.1f} s" if seconds else "more than the run"
    yield (
        f"{updates['begun']} updates, one every {load['every']:g} s, each {took} under load; "
        f"{len(updates['generations'])} generations seen, {updates['taken_up']} of them in "
        f"answers; none answered more than {updates['longest_behind']:.1f} s after the next."
    )
    beside = ", ".join(f"{one['client_cpu']:.2f}" for one in bare)
    yield (
        f"Processors kept busy, of {machine['cores']}: the server {cpu['server']:.2f}, updates "
        f"{cpu['updates']:.2f}, the client {cpu['client']:.2f} "
        f"({beside} beside the bare page)."
    )
    totals = load["totals"]
    yield (
        f"{totals['checked']} totals counted again, {totals['with_generation']} of them in the "
        f"generation they name ({totals['generations']} generations), of {totals['told']:,} that "
        f"could be. The reference: {totals['reference']}."
    )


def trouble(load: Json) -> Iterator[str]:
    """What went wrong, one by one."""
    for error in load["errors"]["told"]:
        yield f"error: {error['kind']}: {error['path']}: {error['problem']}"
    for wrong in load["totals"]["wrong"]:
        yield f"wrong total: {wrong}"
    for told in load["updates"]["failed"]:
        yield f"an update failed: {told}"
    if load["server_said"]:
        yield f"the server said: {load['server_said']}"


def _times(times: Mapping[str, Any]) -> Row:
    if "median" not in times:
        return ("",) * len(TIME_NAMES)
    shown = (f"{times[name] * 1000:,.1f} ms" for name in ("median", "p95", "p99", "longest"))
    return *shown, f"{times['p99'] / times['median']:.1f}"


def _slope(held: Mapping[str, Any], show: Any) -> str:
    if "an_hour" not in held:
        return "too short to tell"
    return f"{show(held['an_hour'])} ± {show(held['noise_an_hour'])}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:,.1f} MB"


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _shown(names: Row, rows: Iterator[Row]) -> Table:
    table = Table()
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
