"""The commands: run the comparison, write its page, generate a corpus."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import click
from rich.console import Console

from benchmarks.additions import measure_additions
from benchmarks.archive import (
    describe_archive,
    measure_archive,
    within_bounds,
    write_archive,
)
from benchmarks.attack import (
    MOST_RATIO,
    MOST_WAIT,
    describe_attack,
    describe_others,
    look_for_worst,
    measure_others,
)
from benchmarks.completion import describe_completion, measure_completion
from benchmarks.figures import Figures
from benchmarks.generator import write_questions
from benchmarks.load.report import print_load
from benchmarks.load.run import ClientFailed, Load, measure_load
from benchmarks.machine import ROOT, describe_machine
from benchmarks.measure import ROUNDS, Run, forget, measure_size, workload_of
from benchmarks.page import write_page
from benchmarks.peers import (
    OTHERS,
    PEERS,
    SLOW,
    STOCK,
    THIS,
    PeerAbsent,
    load_peer,
    peer_version,
)
from benchmarks.progress import Steps
from benchmarks.relevance import PARAMETERS, UnknownParameter, setting
from benchmarks.relevance_command import DATA, print_relevance
from benchmarks.report import print_report
from benchmarks.site import SERVED_SECONDS, WrkMissing, measure_page
from benchmarks.stages import print_stages
from benchmarks.topics import MalformedTopics
from benchmarks.verdicts import judge_load

Command = TypeVar("Command", bound=Callable[..., Any])

PIPED_WIDTH: Final = 150
"""Columns of the tables where no terminal says how wide it is."""


def of_a_run(command: Command) -> Command:
    """The options of a command that works on the corpus and the index that a run has kept."""
    questions = click.option(
        "--questions", type=click.IntRange(10, 1_000_000), default=100_000, show_default=True
    )
    keep = click.option(
        "--keep",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        required=True,
        help="The folder of a run, with its corpus and its index.",
    )
    return questions(keep(command))


@click.group()
def main() -> None:
    """Compare this engine with those a user would pick instead.

    One corpus, one run, the same work: what counts are the ratios.
    """


@main.command(
    "run",
    epilog="""\b
Examples:
  python -m benchmarks run
      100,000 questions, all engines that are installed: some ten minutes
  python -m benchmarks run --questions 5000 --peers tantivy --stock-questions 0
      a quick look: one minute
  python -m benchmarks run --questions 100000 --questions 1000000 --additions --page \\
      --keep /var/tmp/bench --json bench.json
      everything: some two hours and 40 GB of disk; the same command goes on where one stopped
""",
)
@click.option(
    "--questions",
    "sizes",
    type=click.IntRange(10, 1_000_000),
    multiple=True,
    default=(100_000,),
    show_default=True,
    help="Size of the corpus; repeatable.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed is another corpus.")
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the figures here, after each step.",
)
@click.option(
    "--peers",
    help=f"Engines to compare with, separated by commas: {', '.join(OTHERS)}; "
    "by default those that are installed.",
)
@click.option(
    "--stock-questions",
    type=click.IntRange(0),
    default=10_000,
    show_default=True,
    help="Size of the corpus for stock Whoosh and Xapian, too slow for the others'; a quarter of "
    "it shows their growth. 0 leaves them out.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep corpora, indexes and figures in this folder, and go on from what is there.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=ROUNDS,
    show_default=True,
    help="How often each query is asked at most; the first time only warms.",
)
@click.option(
    "--again",
    metavar="ENGINE",
    type=click.Choice(list(PEERS)),
    help="Forget what --keep has of this engine: it has changed.",
)
@click.option("--additions", is_flag=True, help="Also add to an index of 200,000, a hundred times.")
@click.option("--page", is_flag=True, help="Also time and serve results pages; needs wrk.")
def run_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    sizes: tuple[int, ...],
    seed: int,
    json_path: Path | None,
    peers: str | None,
    stock_questions: int,
    keep: Path | None,
    rounds: int,
    again: str | None,
    *,
    additions: bool,
    page: bool,
) -> None:
    """Index a generated corpus with each engine, then ask each the same queries in turns.

    Prints the ratios of the times, what each engine costs, and which of the promises hold.
    """
    names = _names(peers)
    with TemporaryDirectory(prefix="bench-") if keep is None else nullcontext(keep) as place:
        folder = Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        figures = Figures(folder / "figures.json", *([json_path] if json_path else []))
        _begin(figures, seed, names)
        if again is not None:
            forget(figures, folder, again)
        run = Run(figures, folder, Steps(), rounds)
        slow = [name for name in names if name in SLOW]
        if slow and stock_questions:
            for questions in (max(10, stock_questions // 4), stock_questions):
                measure_size(run, questions, [THIS, *slow], "stock")
        for questions in sorted(sizes):
            measure_size(run, questions, [name for name in names if name not in SLOW])
        if additions:
            measure_additions(run)
        if page:
            served = stock_questions if STOCK in names else 0
            try:
                measure_page(run, min(sizes), served)
            except WrkMissing as error:
                raise click.ClickException(str(error)) from error
    print_report(figures.data, _console())


@main.command("page")
@click.argument("figures", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--docs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT / "docs",
    help="The folder to write to.",
)
@click.option(
    "--load",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The figures of a load that were written elsewhere, to be shown with the others.",
)
def page_command(figures: Path, docs: Path, load: Path | None) -> None:
    """Write docs/benchmarks.md and its plots from the figures of a run."""
    data = Figures(figures).data
    if load is not None:
        data["load"] = json.loads(load.read_text(encoding="utf-8"))
    for path in write_page(data, docs):
        click.echo(path)


@main.command()
@of_a_run
def stages(questions: int, keep: Path) -> None:
    """Show where this engine's time goes, on the corpus and the index that a run has kept."""
    run = Run(Figures(keep / "figures.json"), keep, Steps())
    source = run.corpus(questions)
    print_stages(source, run.index_path(questions, THIS), workload_of(source), _console())


@main.command()
@click.option(
    "--index",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="An index of this engine.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed types other words.")
def completion(index: Path, seed: int) -> None:
    """Type words of an index letter by letter, and show how long each letter is waited for."""
    for line in describe_completion(measure_completion(index, seed)):
        click.echo(line)


@main.command()
@of_a_run
@click.option("--seconds", type=click.IntRange(1), default=300, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Another seed makes other addresses.")
def attack(questions: int, keep: Path, seconds: int, seed: int) -> None:
    """Look for the dearest address that anyone may send, as an attacker would, and send it.

    Fails when one costs more than twenty times the usual results page, or when others wait more
    than three times longer beside attackers.
    """
    steps = Steps()
    run = Run(Figures(keep / "figures.json"), keep, steps)
    workload = workload_of(run.corpus(questions))
    with steps.step("looking for the dearest address", seconds) as advance:
        found = look_for_worst(run.index_path(questions, THIS), workload, seconds, seed, advance)
    with steps.step("sending the dearest addresses beside usual ones"):
        others = measure_others(run.index_path(questions, THIS), workload, found, SERVED_SECONDS)
    for line in (*describe_attack(found), *describe_others(others)):
        click.echo(line)
    if found.ratio > MOST_RATIO:
        raise click.ClickException(f"an address costs more than {MOST_RATIO} usual ones")
    if others.ratio > MOST_WAIT:
        raise click.ClickException(f"others wait more than {MOST_WAIT} times longer")


@main.command(
    epilog="""\b
Examples:
  python -m benchmarks relevance
  python -m benchmarks relevance --set titre.boost=4 --set k1=0.9
"""
)
@click.option(
    "--set",
    "assignments",
    metavar="NAME=VALUE",
    multiple=True,
    help=f"Compare with a ranking of which this is changed: {', '.join(PARAMETERS)}, or "
    "boost and b of a field, as titre.boost. Repeatable.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=DATA,
    help="The folder of real questions, whose titles are looked for when it is there.",
)
def relevance(assignments: tuple[str, ...], data: Path) -> None:
    """Measure whether the questions that should come first do.

    Judged queries on the demo corpus, then titles of real questions as queries.
    """
    try:
        other = setting(assignments) if assignments else None
        print_relevance(_console(), data, other)
    except (UnknownParameter, MalformedTopics) as error:
        raise click.ClickException(str(error)) from error


@main.command(
    "load",
    epilog="""\b
Examples:
  python -m benchmarks load
      fifteen minutes over 100,000 questions, an update every minute
  python -m benchmarks load --minutes 1 --questions 2500 --every 15
      a quick look
  python -m benchmarks load --keep /var/tmp/bench --json load.json
      over the corpus and the index that a run of the benchmarks has kept
""",
)
@click.option("--minutes", type=click.FloatRange(0.05, 24 * 60), default=15, show_default=True)
@click.option(
    "--questions", type=click.IntRange(500, 1_000_000), default=100_000, show_default=True
)
@click.option(
    "--connections",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="On each, one visitor follows another and asks as soon as the last answer is read.",
)
@click.option(
    "--every",
    type=click.FloatRange(3),
    default=60,
    show_default=True,
    help="Seconds from the start of an update to that of the next.",
)
@click.option(
    "--checked",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="How many totals are compared with the reference.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed is another corpus.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep corpus, index and figures in this folder, and use those that are there.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the figures of this run here.",
)
def load_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    minutes: float,
    questions: int,
    connections: int,
    every: float,
    checked: int,
    seed: int,
    keep: Path | None,
    json_path: Path | None,
) -> None:
    """Load the site with visitors of all kinds while updates are indexed.

    A real server with two workers, on 127.0.0.1, over a copy of the index. Fails when a promise
    does not hold.
    """
    asked = Load(questions, minutes * 60, connections, every, checked)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="bench-") if keep is None else nullcontext(keep) as place:
        folder = Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        figures = Figures(folder / "figures.json")
        _check_seed(figures, seed)
        try:
            load = measure_load(Run(figures, folder, Steps()), asked)
        except (ClientFailed, ChildProcessError) as error:
            raise click.ClickException(str(error)) from error
    if json_path is not None:
        json_path.write_text(json.dumps(load, ensure_ascii=False, indent=1), encoding="utf-8")
    print_load(load, _console())
    failed = [str(verdict) for verdict in judge_load(load) if not verdict.holds]
    if failed:
        raise click.ClickException("; ".join(failed))


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--questions", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--shape",
    type=click.Choice(["ndjson", "xiv"]),
    default="ndjson",
    show_default=True,
    help="This program's own records, or the one large file of JSON that the publisher has for "
    "the XIVe législature (in a zip when PATH ends in .zip).",
)
def generate(path: Path, questions: int, seed: int, shape: str) -> None:
    """Write a corpus that `qe index` reads."""
    write = write_archive if shape == "xiv" else write_questions
    with Steps().step(f"generating {questions:,} questions", questions) as advance:
        write(path, questions, seed, progress=advance)


@main.command()
@click.option("--questions", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the figures here.",
)
def memory(questions: int, seed: int, json_path: Path | None) -> None:
    """Measure the memory that one large archive takes, to read and to index.

    Fails when reading it takes 300 MB or indexing it 2 GB.
    """
    with TemporaryDirectory(prefix="bench-") as folder:
        figures = measure_archive(Path(folder), questions, seed, Steps())
    if json_path is not None:
        json_path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for line in describe_archive(figures):
        click.echo(line)
    if not within_bounds(figures):
        raise click.ClickException("more memory than was promised")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def _names(peers: str | None) -> list[str]:
    """This engine and those to compare with, in their usual order.

    Raises:
        click.ClickException: one is unknown, or was asked for and is not installed.
    """
    asked = OTHERS if peers is None else [name.strip() for name in peers.split(",")]
    unknown = [name for name in asked if name not in OTHERS]
    if unknown:
        raise click.ClickException(f"unknown: {', '.join(unknown)}; known: {', '.join(OTHERS)}")
    present = [THIS]
    for name in OTHERS:
        if name not in asked:
            continue
        try:
            load_peer(name)
        except PeerAbsent as error:
            if peers is not None:
                raise click.ClickException(str(error)) from error
            click.echo(f"left out: {error}", err=True)
        else:
            present.append(name)
    return present


def _begin(figures: Figures, seed: int, names: list[str]) -> None:
    """What the run is of.

    Raises:
        click.ClickException: the folder keeps figures of another corpus.
    """
    _check_seed(figures, seed)
    figures.data["machine"] = describe_machine()
    figures.data.setdefault("versions", {}).update({name: peer_version(name) for name in names})
    figures.save()


def _check_seed(figures: Figures, seed: int) -> None:
    """Raises click.ClickException when the folder keeps figures of another corpus."""
    if figures.data.setdefault("seed", seed) != seed:
        raise click.ClickException(
            f"the figures kept there are of --seed {figures.data['seed']}: keep these elsewhere"
        )
