"""docs/benchmarks.md and its pictures, from the figures of a run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

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
from benchmarks.load.report import (
    HELD_NAMES,
    KIND_NAMES,
    WHEN_NAMES,
    held_rows,
    kind_rows,
    sentences,
    when_rows,
)
from benchmarks.peers import PEERS, STOCK, THIS, Where
from benchmarks.plot import plot_times
from benchmarks.site import SERVED_SECONDS, WORKERS, engine_share
from benchmarks.verdicts import judge
from benchmarks.workload import COUNTED

NAME: Final = "benchmarks"

_INTRODUCTION: Final = """\
# Benchmarks

This engine beside those a user would pick instead: one generated corpus, one run, the same work.
This page is written by `python -m benchmarks page` from the figures of one run; nothing in it is
typed by hand.

What counts are the **ratios** of times on one machine at one moment: the time of this engine
÷ that of the other, so that below 1 this engine takes less. Absolute times depend on the machine
and on what else it does.
"""

_AGAIN: Final = """\
## How to run it again

```console
$ make bench
$ make bench BENCH="--questions 100000 --questions 1000000 --additions --page --keep /var/tmp/bench"
$ .venv/bin/python -m benchmarks run --help
$ make load LOAD="--keep /var/tmp/bench"
$ .venv/bin/python -m benchmarks page /var/tmp/bench/figures.json
```

The first takes some ten minutes, the second some two hours and 40 GB of disk; a run that was
stopped goes on from the folder named by `--keep`. tantivy is installed by `make bench`. Xapian has
no wheel that installs from PyPI: it is measured where Debian's `python3-xapian` is there and of
the interpreter's version, OpenSearch where `QE_BENCH_CLUSTER` names a cluster that runs. `--page`
needs `wrk`. `make load` takes some twenty-five minutes, the last of which count totals again; it
fails when a promise does not hold.
"""

_METHOD: Final = """\
## What is measured

- **The corpus**: questions of some 680 words, question and réponse. Grammatical words are half of
  a text, as in French; the rest follows Zipf's law over a lexicon of real forms, so that families
  have their plurals, feminines and verbs; every question has a topic, so that words go together; a
  tail of names, numbers and slips of the pen grows with the corpus (some 400,000 forms in 100,000
  questions). The texts of the three oldest législatures have no accents, as published. Same
  `--seed`, same corpus. The texts mean nothing.
- **Indexing**: from one NDJSON file with marked-up texts to an index that answers, stored text
  included. The others drop the mark-up by one substitution; this engine checks each record, cleans
  its HTML and compares it with what is held.
- **A query**: the exact total, the ten best questions with their passages, and the counts of
  {counted} facets, each regardless of its own filter. This engine counts three facets more.
- **The queries** are chosen by how many questions hold their words, by the program and before any
  engine has run; they are the same at every size. Engines take turns, query by query; each is
  asked nine times unless `--rounds` says otherwise, the first answer is left out, and the median of
  the others counts. An engine that has spent two seconds on a query is not asked again.
- **Memory** is what a process and its children have written (anonymous and shared memory), the
  interpreter and libraries included; pages of mapped files are not in it. Indexing: the peak,
  sampled five times a second. Asking: after the last query.
- **Under load**: `qe serve` as it is, two workers, on a copy of the index, asked by a light client
  in a process of its own, on four connections without a pause: as many requests are under way as
  there are connections, and a slow answer makes the next ones wait. Visitors have reasons to come,
  and ask for one thing after the other (`benchmarks/load/mix.py`); searches are drawn from the
  corpus's words by a seed, each for one visitor. Meanwhile `qe index` takes in 500 questions a
  minute, a hundred of them new. A status that is not the expected one, or a connection that
  breaks, is an error. Times are from the request to the last byte, of pages people read unless
  said otherwise; answers are compressed as browsers ask. Memory grows for a while: its slope is
  taken by least squares after a third of the run, its error from the means of twelve stretches.
- **Disk** is measured by the UTF-8 size of titre, rubrique, question and réponse without mark-up.

## What is not

- **The same answers.** Here a word finds its whole family, from a lexicon; tantivy, Xapian and
  stock Whoosh find what Snowball gives one stem; FTS5 finds the word itself. So totals differ:
  equal ones are counted above. Rankings differ too.
- **Quality.** Nothing here says whether the right question comes first.
- **A cold disk, a network.**

## The engines

Each does the work by its own best means.
"""


def write_page(data: Mapping[str, Any], docs: Path) -> list[Path]:
    """Write the page and a picture for each size; their paths."""
    written = [docs / f"{NAME}.md"]
    written[0].write_text("\n".join(_page(data)), encoding="utf-8")
    for questions, size in sizes(data):
        path = docs / _picture(questions)
        path.write_text(plot_times(questions, size), encoding="utf-8")
        written.append(path)
    return written


def _page(data: Mapping[str, Any]) -> Iterator[str]:
    yield _INTRODUCTION
    yield from _verdicts(data)
    for questions, size in sizes(data):
        yield from _size(questions, size)
    yield from _slow(data)
    yield from _additions(data.get("additions"))
    yield from _served(data.get("page"))
    yield from _load(data.get("load"))
    yield from _machine(data)
    yield _AGAIN
    yield _METHOD.format(counted=len(COUNTED))
    yield from (f"- **{name}**{_about(name)}" for name in PEERS)
    yield ""


def _picture(questions: int) -> str:
    return f"{NAME}-{questions}.svg"


def _verdicts(data: Mapping[str, Any]) -> Iterator[str]:
    yield "## What was promised, and what holds\n"
    rows = ((v.promise, v.measured, "yes" if v.holds else "**no**") for v in judge(data))
    yield from _table(("promised", "measured", "holds"), rows)


def _size(questions: int, size: Json) -> Iterator[str]:
    peers = engines(size)[1:]
    yield f"## {questions:,} questions\n"
    yield f"![Times by kind of query and engine]({_picture(questions)})\n"
    if "asked_at" in size:
        yield f"All engines were asked at commit {size['asked_at']}, in turns.\n"
    yield "The geometric mean of the ratios, by kind of query:\n"
    kinds = (
        (kind, str(len(rows)), *(f"{mean_ratio(rows, peer):.3f}" for peer in peers))
        for kind, rows in by_kind(size)
    )
    means = (f"**{mean_ratio(size['queries'], peer):.3f}**" for peer in peers)
    equal = (f"{equal_totals(size, peer)}" for peer in peers)
    number = str(len(size["queries"]))
    last = (("all", number, *means), ("equal totals", number, *equal))
    yield from _table(("kind", "queries", *(f"÷ {peer}" for peer in peers)), (*kinds, *last))
    yield from _costs(size)
    yield "<details><summary>Every query</summary>\n"
    yield from _table(
        ("query", "kind", "found", "ms", *(f"÷ {peer}" for peer in peers)),
        (
            (
                f"`{row['about']}`".replace("|", "\\|"),
                row["kind"],
                " / ".join(f"{total:,}" for total in row["total"].values()),
                f"{query_time(row, THIS) * 1e3:.2f}",
                *(f"{ratio(row, peer):.3f}" for peer in peers),
            )
            for row in size["queries"]
        ),
    )
    yield "</details>\n"


def _costs(size: Json) -> Iterator[str]:
    text = size["corpus"]["text_bytes"]
    yield f"What each engine costs, for {text / 1e6:,.0f} MB of text:\n"
    yield from _table(
        (
            "engine", "questions indexed a second", "memory to index", "disk, by text", "opening",
            "memory after all queries", "95th percentile of times",
        ),
        (
            (
                name,
                f"{throughput(size, name):,.0f}",
                f"{size['indexing'][name]['peak_bytes'] / 1e6:,.0f} MB",
                f"{size['indexing'][name]['disk_bytes'] / text:.2f}",
                f"{size['opening_seconds'][name] * 1e3:.0f} ms",
                f"{size['memory_bytes'].get(name, 0) / 1e6:,.0f} MB",
                f"{slow_time(size, name) * 1e3:.1f} ms",
            )
            for name in engines(size)
        ),
    )  # fmt: skip


def _slow(data: Mapping[str, Any]) -> Iterator[str]:
    """The engines that have a smaller corpus, and how they grow with it."""
    measured = sizes(data, "stock")
    if not measured:
        return
    yield "## On a smaller corpus\n"
    yield "Engines that would take hours to index the others' corpus, at two sizes:\n"
    yield from _table(
        (
            "questions", "engine", "questions indexed a second", "disk, by text",
            "95th percentile of times", f"{THIS}'s time ÷ its",
        ),
        (
            (
                f"{questions:,}",
                name,
                f"{throughput(size, name):,.0f}",
                f"{size['indexing'][name]['disk_bytes'] / size['corpus']['text_bytes']:.2f}",
                f"{slow_time(size, name) * 1e3:,.1f} ms",
                f"{mean_ratio(size['queries'], name):.3f}",
            )
            for questions, size in measured
            for name in engines(size)
        ),
    )  # fmt: skip


def _additions(additions: Json | None) -> Iterator[str]:
    if additions is None:
        return
    first, *_, last = additions["seconds"]
    yield "## Additions\n"
    yield (
        f"{additions['added']} questions at a time to an index of {additions['held']:,}, "
        f"{len(additions['seconds'])} times, by `qe index`, until a process that has the index "
        f"open finds them: {first:.1f} s the first time, {last:.1f} s the last, at most "
        f"{max(additions['seconds']):.1f} s. The command itself, which merges segments once they "
        f"are found, took at most {max(additions['commands']):.1f} s.\n"
    )


def _served(page: Json | None) -> Iterator[str]:
    if page is None:
        return
    served = page["per_second"]
    yield "## The results page\n"
    yield (
        f"At {page['questions']:,} questions the engine is {engine_share(page['pages']):.0%} of "
        f"the time of a page; the rest is addresses, HTML and Flask. {WORKERS} workers serve "
        f"{served[THIS]:,.0f} pages a second (`wrk`, {SERVED_SECONDS} s, all queries in turn).\n"
    )
    if STOCK in served:
        yield (
            f"At {page['stock_questions']:,} questions they serve {served['small']:,.0f} a second; "
            f"{WORKERS} workers over stock Whoosh {served[STOCK]:,.1f}, of a page that is a bare "
            f"list without our links and forms (`benchmarks/whoosh_site.py`).\n"
        )


def _load(load: Json | None) -> Iterator[str]:
    if load is None:
        return
    yield "## Under load\n"
    yield from (f"{sentence}\n" for sentence in sentences(load))
    yield from _table(KIND_NAMES, kind_rows(load))
    yield from _table(WHEN_NAMES, when_rows(load))
    yield from _table(HELD_NAMES, held_rows(load))
    yield "Who comes, of a hundred visitors, each on a connection of its own:\n"
    visits = load["visits"].items()
    rows = ((name, str(weight), why) for name, (weight, why) in visits)
    yield from _table(("visitor", "weight", "why"), rows)


def _machine(data: Mapping[str, Any]) -> Iterator[str]:
    machine = data["machine"]
    yield "## On what\n"
    yield (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / 1e9:.0f} GB of "
        f"memory, {machine['system']}, Python {machine['python']}; {machine['date']}, commit "
        f"{machine['commit']}; load before the run {machine['load_before']}; seed {data['seed']}.\n"
    )
    yield "; ".join(f"{name} {version}" for name, version in data["versions"].items()) + ".\n"


def _about(name: str) -> str:
    """What the module of an engine says of it."""
    where: Where = PEERS[name]
    path = Path(__file__).parent / "peers" / f"{where.module}.py"
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return f": {' '.join(told.split())}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
