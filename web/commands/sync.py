"""`qe sync`: the published archives, brought here and indexed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

import click

from index.archives import ARCHIVES_VARIABLE, archives_of
from index.builder import Report, build
from index.cluster.address import IndexAddress
from index.errors import MixedCorpora
from index.places import place_of
from index.question import TYPES
from index.sync.addresses import (
    ACTORS,
    Addresses,
    Archive,
    UnknownLegislature,
    packaged_addresses,
    read_addresses,
)
from index.sync.fetch import Fetcher, Outcome
from index.sync.folder import ArchiveFolder
from index.sync.freshness import LONGEST_SILENCE, is_stale
from search.engine import open_engine
from web.commands.index import show_account
from web.commands.shell import DONE_WITH_REJECTS, FAILED, index_option, shown_progress

_MEGABYTE: Final = 1_000_000


def _show_addresses(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Print the addresses that come with the program, to be edited."""
    if value and not ctx.resilient_parsing:
        click.echo(packaged_addresses(), nl=False)
        ctx.exit()


@click.command(
    "sync",
    short_help="Download the published archives and index what is new.",
    epilog="""\b
Examples:
  qe sync
      everything published, and a new législature when there is one; the first time takes long
  qe sync --legislature 17 --type QE
      the written questions of one législature
  qe sync --download-only --legislature 15 --legislature 16
      the archives alone, for `qe index`
  0 6 * * *  qe sync --index /srv/questions
      every morning, as a line of crontab

\b
Archives are kept beside the index (var/index.archives for var/index), or in --archives DIR.
An interrupted download goes on where it was. An archive that has disappeared from its address
or become much smaller, and 30 days without a new JO, give a line and exit code 1; whatever else
could be done is done.
docs/sync.md tells more.
""",
)
@click.option(
    "--legislature",
    "legislatures",
    metavar="N",
    type=click.IntRange(1, 99),
    multiple=True,
    help="Only this one; repeatable. All known ones by default, and the next one is tried.",
)
@click.option(
    "--type",
    "types",
    metavar="TYPE",
    type=click.Choice(tuple(TYPES), case_sensitive=False),
    multiple=True,
    help=f"Only questions of this type ({', '.join(TYPES)}); repeatable. All by default.",
)
@index_option
@click.option(
    "--archives",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=ARCHIVES_VARIABLE,
    show_envvar=True,
    help="Where archives are kept; beside the index by default.",
)
@click.option(
    "--addresses",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="QE_ADDRESSES",
    show_envvar=True,
    help="Where archives are published; a file that comes with the program by default.",
)
@click.option("--download-only", is_flag=True, help="Leave the index alone.")
@click.option(
    "--accept-smaller", is_flag=True, help="Let an archive be replaced by a much smaller one."
)
@click.option(
    "--show-addresses",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_addresses,
    help="Print the file of addresses that comes with the program, and exit.",
)
@click.pass_context
def sync_command(  # noqa: PLR0913 - an argument an option
    ctx: click.Context,
    *,
    legislatures: tuple[int, ...],
    types: tuple[str, ...],
    address: IndexAddress,
    archives: Path | None,
    addresses: Path | None,
    download_only: bool,
    accept_smaller: bool,
) -> None:
    """Bring the archives that the Assemblée nationale publishes, and index what is new in them.

    Only what has changed since the last time is downloaded; an archive is replaced only by
    another whole one. The archive that names députés and bodies always comes too.
    """
    known = read_addresses(addresses)
    wanted = _selected(known, legislatures, types)
    folder = ArchiveFolder(archives or archives_of(address))
    if not download_only:
        _check_takes_published_questions(address)
    with folder.lock():
        with shown_progress() as progress:
            fetcher = Fetcher(folder, known.publisher, progress, accept_smaller=accept_smaller)
            outcomes = fetcher.fetch(wanted)
        failed = _show_outcomes(outcomes)
        report = None if download_only else _index(outcomes, folder, address)
    stale = not download_only and known.current in _legislatures(outcomes) and _warn_old(address)
    if failed or stale:
        ctx.exit(FAILED)
    if report is not None and report.rejected:
        ctx.exit(DONE_WITH_REJECTS)


def _selected(
    known: Addresses, legislatures: Sequence[int], types: Sequence[str]
) -> tuple[Archive, ...]:
    try:
        return known.select(legislatures, types)
    except UnknownLegislature as error:
        raise click.UsageError(str(error)) from error


def _check_takes_published_questions(address: IndexAddress) -> None:
    """Refuse before hours of downloading what the build would refuse after them."""
    place = place_of(address)
    place.check_replaceable()
    if not place.is_vacant() and place.is_fictional():
        raise MixedCorpora(
            f"{address} holds fictional questions, which never mix with published ones: "
            "name another index with --index"
        )


def _show_outcomes(outcomes: Sequence[Outcome]) -> bool:
    """Say what came; True when something that should have come didn't."""
    for outcome in outcomes:
        if outcome.ending == "downloaded":
            size = (outcome.size or 0) / _MEGABYTE
            click.echo(f"{outcome.archive.name}: downloaded, {size:.1f} MB")
    for ending, words in (("unchanged", "unchanged"), ("absent", "not published yet")):
        names = [outcome.archive.name for outcome in outcomes if outcome.ending == ending]
        if names:
            click.echo(f"{', '.join(names)}: {words}")
    failed = [outcome for outcome in outcomes if outcome.ending == "failed"]
    for outcome in failed:
        click.echo(f"qe: {outcome.describe_problem()}", err=True)
    return bool(failed)


def _index(
    outcomes: Sequence[Outcome], folder: ArchiveFolder, address: IndexAddress
) -> Report | None:
    """Index every archive asked for that is kept, also those that didn't come this time."""
    paths = [folder.path(o.archive) for o in outcomes if o.size is not None]
    if not paths:
        return None
    with shown_progress() as progress:
        report = build(paths, address, today=date.today(), progress=progress)
    show_account(report, address)
    return report


def _legislatures(outcomes: Sequence[Outcome]) -> set[int]:
    return {o.archive.legislature for o in outcomes if o.archive.kind != ACTORS}


def _warn_old(address: IndexAddress) -> bool:
    """Say that no JO has come for too long; True when it is so."""
    if place_of(address).is_vacant():
        return False
    with closing(open_engine(address)) as engine:
        donnees_au, today = engine.health().donnees_au, date.today()
    if donnees_au is None or not is_stale(donnees_au, today):
        return False
    click.echo(
        f"qe: the newest JO in {address} is of {donnees_au}, {(today - donnees_au).days} days "
        f"ago (more than {LONGEST_SILENCE}): look whether the publisher has moved its archives",
        err=True,
    )
    return True
