"""What was promised of speed and size, and whether a run holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.arithmetic import geometric_mean, warm_median
from benchmarks.figures import (
    Json,
    engines,
    mean_ratio,
    query_time,
    ratio,
    sizes,
    slow_time,
    throughput,
)
from benchmarks.peers import STOCK, THIS
from benchmarks.site import engine_share

TANTIVY: Final = "tantivy"
FTS5: Final = "sqlite-fts5"
LARGEST: Final = 1_000_000

SLOWEST: Final = 6
"""How many times the median the slowest page but one in a hundred takes under load."""
LONG_ENOUGH: Final = 10
"""Minutes of load after which the slope of memory tells something."""
FLAT: Final = 0.1
"""By which share of itself memory may grow in an hour under load: some questions more come, and a
leak of half a kilobyte a request would be seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise: what, what was measured, and whether that holds it."""

    promise: str
    measured: str
    holds: bool

    def __str__(self) -> str:
        return f"{'holds' if self.holds else 'does not hold'}: {self.promise}: {self.measured}"


def judge(data: Mapping[str, Any]) -> list[Verdict]:
    """A verdict on each promise that the figures can tell about."""
    measured = sizes(data)
    return [
        *(verdict for questions, size in measured for verdict in _queries(questions, size)),
        *_growth(measured),
        *(verdict for questions, size in measured for verdict in _indexing(questions, size)),
        *_against_stock(data, measured),
        *(verdict for questions, size in measured for verdict in _room(questions, size)),
        *_additions(data.get("additions")),
        *_page(data.get("page")),
        *judge_load(data.get("load")),
    ]


def judge_load(load: Json | None) -> list[Verdict]:
    """A verdict on each promise of a site under load; none without such a run."""
    if load is None:
        return []
    minutes = load["seconds"] / 60
    at = f"{minutes:.1f} minutes of mixed load on {load['questions']:,} questions"
    errors, totals, pages = load["errors"]["count"], load["totals"], load["pages"]
    ratio_ = pages["p99"] / pages["median"]
    return [
        Verdict(f"{at}: no error", f"{errors} of {load['requests']:,} requests", not errors),
        Verdict(
            f"{at}: no wrong total",
            f"{len(totals['wrong'])} of {totals['checked']} counted again",
            not totals["wrong"] and bool(totals["checked"]),
        ),
        Verdict(
            f"{at}: 99th percentile of pages at most {SLOWEST} × the median",
            f"{ratio_:.1f} × ({pages['p99'] * 1000:.0f} ms ÷ {pages['median'] * 1000:.0f} ms)",
            ratio_ <= SLOWEST,
        ),
        *(_flat(at, load["memory"]) if minutes >= LONG_ENOUGH else ()),
        Verdict(
            f"{at}: every worker lives on",
            f"{load['memory']['replaced']} replaced",
            not load["memory"]["replaced"],
        ),
        *_updated(at, load["updates"]),
    ]


def _flat(at: str, memory: Json) -> Iterator[Verdict]:
    """Whether what the server's processes have written is flat."""
    written = memory["written"]
    slope, noise = written["an_hour"], written["noise_an_hour"]
    yield Verdict(
        f"{at}: written memory grows by no more than {FLAT:.0%} an hour (less twice the noise)",
        f"{slope / 1e6:+.1f} ± {noise / 1e6:.1f} MB an hour, of {written['level'] / 1e6:.0f}",
        slope - 2 * noise <= FLAT * written["level"],
    )


def _updated(at: str, updates: Json) -> Iterator[Verdict]:
    begun, failed, last = updates["begun"], len(updates["failed"]), updates["last_answers"]
    yield Verdict(
        f"{at}: every update indexed, and the last one answered from",
        f"{failed} of {begun} failed; the last one {'answers' if last else 'does not answer'}",
        not failed and last,
    )


def _queries(questions: int, size: Json) -> Iterator[Verdict]:
    at = f"at {questions:,} questions"
    for peer, most in ((TANTIVY, 0.7), (FTS5, 0.05)):
        if peer in engines(size):
            mean = mean_ratio(size["queries"], peer)
            yield Verdict(
                f"{at}, query time (geometric mean) at most {most} × {peer}'s",
                f"{mean:.3f}",
                mean <= most,
            )
    if TANTIVY in engines(size):
        yield _slowest(at, size)


def _slowest(at: str, size: Json) -> Verdict:
    """No query slower than half as much again as tantivy's, and a millisecond."""
    over = [
        row
        for row in size["queries"]
        if query_time(row, THIS) > 1.5 * query_time(row, TANTIVY) + 0.001
    ]
    worst = max(size["queries"], key=lambda row: ratio(row, TANTIVY))
    return Verdict(
        f"{at}, no query slower than 1.5 × {TANTIVY}'s + 1 ms",
        f"{len(over)} of {len(size['queries'])} are; "
        f"the greatest ratio is {ratio(worst, TANTIVY):.2f} ({worst['about']})",
        not over,
    )


def _growth(measured: list[tuple[int, Json]]) -> Iterator[Verdict]:
    if len(measured) < 2:
        return
    (few, small), (many, large) = measured[0], measured[-1]
    grown = slow_time(large, THIS) / slow_time(small, THIS)
    # Twelve times for ten times as many questions, and in proportion.
    most = 1.2 * many / few
    yield Verdict(
        f"95th percentile at {many:,} at most {most:g} × that at {few:,}",
        f"{grown:.1f} ×",
        grown <= most,
    )


def _indexing(questions: int, size: Json) -> Iterator[Verdict]:
    if TANTIVY in size["indexing"]:
        times = throughput(size, THIS) / throughput(size, TANTIVY)
        yield Verdict(
            f"{questions:,} questions indexed at least as fast as by {TANTIVY}",
            f"{times:.2f} × as fast",
            times >= 1,
        )


def _against_stock(data: Mapping[str, Any], measured: list[tuple[int, Json]]) -> Iterator[Verdict]:
    stock = sizes(data, "stock")
    if stock and measured:
        (few, small), (many, large) = stock[-1], measured[-1]
        times = throughput(large, THIS) / throughput(small, STOCK)
        yield Verdict(
            "indexing at least 20 × as fast as stock Whoosh",
            f"{times:.1f} × ({many:,} questions here, {few:,} there)",
            times >= 20,
        )


def _room(questions: int, size: Json) -> Iterator[Verdict]:
    indexing, text = size["indexing"][THIS], size["corpus"]["text_bytes"]
    share = indexing["disk_bytes"] / text
    yield Verdict(
        f"{questions:,} questions on disk at most 1.5 × their text", f"{share:.2f} ×", share <= 1.5
    )
    for promise, value, unit, most in (
        ("indexed with at most 4 GB of memory", indexing["peak_bytes"] / 1e9, "GB", 4),
        ("opened in at most 0.5 s", size["opening_seconds"][THIS], "s", 0.5),
        ("asked with at most 1.5 GB of memory", size["memory_bytes"][THIS] / 1e9, "GB", 1.5),
    ):
        yield Verdict(f"{questions:,} questions {promise}", f"{value:.2f} {unit}", value <= most)


def _additions(additions: Json | None) -> Iterator[Verdict]:
    if additions is None:
        return
    slowest = max(additions["seconds"])
    yield Verdict(
        f"{additions['added']} questions more in an index of {additions['held']:,} "
        f"searchable within 5 s",
        f"{warm_median(additions['seconds']):.1f} s, at most {slowest:.1f} s",
        slowest <= 5,
    )
    slower = geometric_mean(
        warm_median(row["seconds"]["grown"]) / warm_median(row["seconds"]["fresh"])
        for row in additions["queries"]
    )
    same = all(row["same"] for row in additions["queries"])
    yield Verdict(
        f"after {len(additions['seconds'])} such additions, query time at most 1.3 × that of a "
        f"fresh index",
        f"{slower:.2f} ×, {'the same' if same else 'NOT the same'} totals",
        slower <= 1.3 and same,
    )


def _page(page: Json | None) -> Iterator[Verdict]:
    if page is None:
        return
    share = engine_share(page["pages"])
    yield Verdict(
        f"the engine the smaller part of a results page at {page['questions']:,} questions",
        f"{share:.0%}",
        share < 0.5,
    )
