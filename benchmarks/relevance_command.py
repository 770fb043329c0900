"""`python -m benchmarks relevance`: rank what was judged, and print what it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.machine import ROOT
from benchmarks.peers import PeerAbsent, load_peer
from benchmarks.relevance import (
    PAGE,
    Measures,
    Rank,
    Ranked,
    likelihood,
    measure,
    measure_setting,
)
from benchmarks.topics import Topic, known_items, read_topics, without_accents, write_untitled
from benchmarks.workload import Query
from index.builder import build
from search.ranking import RANKING, Ranking

JUDGED: Final = ROOT / "benchmarks" / "judged"
"""Files of topics, each named after the corpus in it that was judged."""
DEMO: Final = tuple(ROOT / "demo" / name for name in ("acteurs", "organes", "questions"))
DATA: Final = ROOT.parent / "shared" / "data"
"""Where real questions may be; they are no part of the project."""
PEERS: Final = ("tantivy", "sqlite-fts5")

USUAL: Final = "this engine"
CHANGED: Final = "changed"
"""The columns of the ranking as it is, and with `--set`."""

_SHOWN: Final = 15
"""Queries whose difference is shown, at most, in each direction."""
_LEAST: Final = 0.005
"""Differences that are shown as such."""


def print_relevance(console: Console, data: Path, other: Ranking | None) -> None:
    """Measure the judged topics, then the known items where there is data to make them of.

    Args:
        console: where to print.
        data: the folder of real questions.
        other: a setting to compare the usual one with.
    """
    with TemporaryDirectory(prefix="relevance-") as folder:
        demo = _index(Path(folder), "demo", DEMO)
        for path in sorted(JUDGED.glob("*.tsv")):
            topics = read_topics(path)
            title = f"{len(topics)} judged queries ({path.name})"
            _print_topics(console, title, topics, _measured(topics, demo, other))
        if data.is_dir():
            _print_known_items(console, Path(folder), data, other)
        else:
            console.print(f"no known items: {data} is not there")


def _print_known_items(console: Console, folder: Path, data: Path, other: Ranking | None) -> None:
    source = folder / "untitled.ndjson"
    write_untitled(data, source)
    index = _index(folder, "untitled", [source])
    titles = known_items(data)
    with ExitStack() as opened:
        peers = {}
        for name in PEERS:
            try:
                peers[name] = opened.enter_context(_peer(name, source, folder / name))
            except PeerAbsent as error:
                console.print(f"left out: {error}")
        for topics, how in ((titles, "as written"), (without_accents(titles), "without accents")):
            title = f"{len(topics)} titles of real questions, {how}"
            columns = _measured(topics, index, other)
            columns |= {name: measure(topics, rank) for name, rank in peers.items()}
            _print_topics(console, title, topics, columns)


def _measured(topics: Sequence[Topic], index: Path, other: Ranking | None) -> dict[str, Measures]:
    """What this engine makes of some topics, with another setting too if there is one."""
    settings = {USUAL: RANKING} | ({CHANGED: other} if other else {})
    return {name: measure_setting(index, topics, ranking) for name, ranking in settings.items()}


def _print_topics(
    console: Console, title: str, topics: Sequence[Topic], columns: Mapping[str, Measures]
) -> None:
    """Measures side by side, then what another setting changes."""
    _print_table(console, title, columns)
    if CHANGED in columns:
        usual, changed = columns[USUAL], columns[CHANGED]
        chance = likelihood(usual.ndcg, changed.ndcg)
        console.print(f"nDCG@{PAGE}: such a difference by chance alone: p = {chance:.3f}")
        for line in _differences(topics, usual, changed):
            console.print(line, highlight=False)


def _print_table(console: Console, title: str, columns: Mapping[str, Measures]) -> None:
    table = Table(title=title, title_justify="left", min_width=len(title))
    table.add_column("measure")
    for name in columns:
        table.add_column(name, justify="right")
    for rows in zip(*(measures.rows() for measures in columns.values()), strict=True):
        table.add_row(rows[0][0], *(f"{value:.3f}" for _, value in rows))
    console.print(table)


def _differences(topics: Sequence[Topic], usual: Measures, changed: Measures) -> Iterator[str]:
    """The queries that a setting changes most, the worst and then the best."""
    ordered = sorted(
        (after - before, topic.query)
        for topic, before, after in zip(topics, usual.ndcg, changed.ndcg, strict=True)
    )
    worse = [one for one in ordered if one[0] < -_LEAST]
    better = [one for one in reversed(ordered) if one[0] > _LEAST]
    yield f"worse: {len(worse)}, better: {len(better)}, of {len(topics)} queries"
    for difference, query in (*worse[:_SHOWN], *better[:_SHOWN]):
        yield f"  {difference:+.3f}  {query}"


def _index(folder: Path, name: str, sources: Iterable[Path]) -> Path:
    directory = folder / f"{name}-index"
    build(list(sources), directory, today=date.today(), progress=lambda *_: None)
    return directory


@contextmanager
def _peer(name: str, source: Path, directory: Path) -> Iterator[Rank]:
    """How another engine ranks the questions that have any of some words.

    Raises:
        PeerAbsent: it isn't installed.
    """
    kind = load_peer(name)
    kind.make_index(source, directory)
    peer = kind(directory)

    def rank(query: str) -> Ranked:
        found = peer.search(Query(kind="title", either=tuple(re.findall(r"\w+", query))))
        return Ranked(tuple(found.uids), found.total)

    try:
        yield rank
    finally:
        peer.close()
