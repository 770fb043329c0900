"""`qe stats`: what an index holds and lacks, and the account of its last build."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from index.builder import describe_counts
from index.cluster.address import IndexAddress
from search.corpus import Corpus, Gap, Holding
from search.engine import open_engine
from web.commands.shell import counted, index_option
from web.pages.holdings import longest

_SHOWN_GAPS: Final = 3
_SHOWN_SOURCES: Final = 3
"""Lines of a cell; `--json` has them all."""

_PLAIN_WIDTH: Final = 140
"""Columns when the output is no terminal."""

_COLUMNS: Final = (
    "lég.", "type", "questions", "highest", "missing numbers", "answers without text", "newest JO",
    "sources",
)  # fmt: skip
_NUMBERS: Final = frozenset(("lég.", "questions", "highest", "answers without text"))
"""Columns whose values stand under each other by their last digit."""


@click.command(
    "stats",
    short_help="Say what an index holds and what it lacks.",
    epilog="""\b
Examples:
  qe stats
  qe stats --json | jq '.corpus[] | select(.numeros_manquants > 0)'
""",
)
@click.option("--json", "as_json", is_flag=True, help="The same figures as one JSON object.")
@index_option
def stats_command(address: IndexAddress, *, as_json: bool) -> None:
    """Count what an index holds of each législature and type of question.

    Numbers are given one after the other: those that no question bears were not published, or
    not in the sources that were read. The account of the last build follows.
    """
    with closing(open_engine(address)) as engine:
        corpus = engine.corpus()
    if as_json:
        click.echo(json.dumps(corpus.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(corpus)


def _print(corpus: Corpus) -> None:
    console = _console()
    console.print(_headline(corpus), highlight=False)
    if corpus.holdings:
        console.print(_table(corpus.holdings))
    for line in _account(corpus.build):
        console.print(line, highlight=False, markup=False)


def _console() -> Console:
    # Off a terminal rich would fold tables at 80 columns.
    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)


def _headline(corpus: Corpus) -> str:
    fictional = ", fictional" if corpus.fictional else ""
    return (
        f"{counted(corpus.questions, 'question')}{fictional}, generation {corpus.generation}, "
        f"newest JO {_day(corpus.donnees_au)}"
    )


def _table(holdings: Iterable[Holding]) -> Table:
    table = Table()
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for holding in holdings:
        table.add_row(*_cells(holding))
    return table


def _cells(holding: Holding) -> Iterator[str]:
    yield str(holding.legislature)
    yield holding.type
    yield str(holding.questions)
    yield str(holding.highest)
    yield _missing(holding)
    yield str(holding.answers_without_text)
    yield _day(holding.newest_jo)
    sources = [f"{name}: {count}" for name, count in holding.archives.items()]
    yield _first(sources[:_SHOWN_SOURCES], len(sources))


def _missing(holding: Holding) -> str:
    if not holding.gaps:
        return "none"
    gaps = [_gap(gap) for gap in longest(holding.gaps, _SHOWN_GAPS)]
    return f"{holding.missing}: " + _first(gaps, len(holding.gaps))


def _gap(gap: Gap) -> str:
    return str(gap.first) if gap.size == 1 else f"{gap.first}–{gap.last}"


def _first(shown: list[str], count: int) -> str:
    """The first of so many words, and how many more there are."""
    others = count - len(shown)
    return ", ".join(shown) + (f" and {others} more" if others else "")


def _day(day: date | None) -> str:
    return "unknown" if day is None else day.isoformat()


def _account(build: Mapping[str, Any]) -> Iterator[str]:
    if not build:
        yield "the account of the last build cannot be read: see `qe check`"
        return
    yield f"last build, {build['day']}, by version {build['program_version']}:"
    yield f"  {describe_counts(build)}"
    if build["unresolved_references"]:
        references = counted(build["unresolved_references"], "author")
        yield f"  {references} known by reference only"
