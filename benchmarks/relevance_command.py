"""`python -m benchmarks relevance`: rank what was judged, and print what it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.machine import ROOT
from benchmarks.peers import Peer, PeerAbsent, load_peer
from benchmarks.relevance import (
    DEPTH,
    PAGE,
    Measures,
    Rank,
    Ranked,
    likelihood,
    measure,
    measure_setting,
)
from benchmarks.topics import (
    OTHERS,
    TITLED,
    Topic,
    has_data,
    known_items,
    read_topics,
    without_accents,
    write_untitled,
)
from benchmarks.workload import PER_PAGE, Query
from index.builder import build
from search.ranking import RANKING, Ranking

JUDGED: Final = ROOT / "benchmarks" / "judged"
"""Files of topics, all judged on the demo corpus."""
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
        if has_data(data):
            _print_known_items(console, Path(folder), data, other)
        else:
            console.print(f"no known items: {data} holds no {TITLED} and {OTHERS}")


def _print_known_items(console: Console, folder: Path, data: Path, other: Ranking | None) -> None:
    """Titles as written and as typed; then among the texts of questions alone."""
    for answers in (True, False):
        place = folder / ("whole" if answers else "questions")
        place.mkdir()
        source = place / "untitled.ndjson"
        write_untitled(data, source, answers=answers)
        index = _index(place, "untitled", [source])
        titles = known_items(data, answers=answers)
        where = "" if answers else ", no answer indexed"
        with _peers(console, source, place) as peers:
            for topics, how in ((titles, "as written"), (without_accents(titles), "no accents")):
                columns = _measured(topics, index, other)
                columns |= {name: measure(topics, rank) for name, rank in peers.items()}
                _print_topics(console, f"{len(topics)} titles, {how}{where}", topics, columns)
    console.print("The other engines are asked for any of the words, as they have no second try.")


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
def _peers(console: Console, source: Path, folder: Path) -> Iterator[dict[str, Rank]]:
    """The other engines that are installed, open on an index of the source."""
    with ExitStack() as opened:
        ranks = {}
        for name in PEERS:
            try:
                kind = load_peer(name)
            except PeerAbsent as error:
                console.print(f"left out: {error}")
                continue
            kind.make_index(source, folder / name)
            ranks[name] = _rank_with(opened.enter_context(closing(kind(folder / name))))
        yield ranks


def _rank_with(peer: Peer) -> Rank:
    """How another engine ranks the questions that have any of some words."""

    def rank(query: str) -> Ranked:
        words = tuple(re.findall(r"\w+", query))
        uids: list[str] = []
        for page in range(1, DEPTH // PER_PAGE + 1):
            found = peer.search(Query(kind="title", either=words, page=page))
            uids += found.uids
            if len(found.uids) < PER_PAGE:
                break
        return Ranked(tuple(uids), found.total)

    return rank
