"""`qe index`: published files in, an account out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import click

from index.builder import Report, build, describe_problem
from index.cluster.address import IndexAddress
from index.places import place_of
from web.commands.shell import DONE_WITH_REJECTS, index_arguments, index_option, shown_progress

SHOWN_REJECTS: Final = 5
"""The rest is in a file."""


@click.command(
    "index",
    short_help="Add published questions to an index.",
    epilog="""\b
Examples:
  qe index Questions_ecrites.json.zip AMO30.json.zip
      a législature's archive, and the file that names the députés
  qe index downloads/
      a folder: every file in it is tried
  qe index --rebuild downloads/ --index /srv/questions
      make an index anew, as after an upgrade; the old one serves until the new one is complete
  qe index --rebuild
      the same from the archives that `qe sync` has kept

\b
Archives are published at
https://data.assemblee-nationale.fr/travaux-parlementaires/questions
""",
)
@click.argument(
    "sources",
    metavar="SOURCE...",
    nargs=-1,
    # An unreadable file is a reject like any other; a name that is no file is a slip of the hand.
    type=click.Path(exists=True, readable=False, path_type=Path),
)
@index_option
@click.option(
    "--rebuild",
    is_flag=True,
    help="Make the index anew from these sources, or from the kept archives, then replace the old.",
)
@click.pass_context
def index_command(
    ctx: click.Context, sources: tuple[Path, ...], address: IndexAddress, *, rebuild: bool
) -> None:
    """Add the questions of files, folders and zips to an index, made when there is none.

    Files are recognised by content: open-data JSON, XML of one question, question pages in HTML
    or as text, and this program's own NDJSON. Indexing a file again changes nothing, a newer
    version of a question replaces the older one, and an older file never overwrites. What can't
    be read is set apart with its reason and never stops the rest.
    """
    if not sources and not rebuild:
        raise click.MissingParameter(param_type="argument", param_hint="'SOURCE...'")
    with shown_progress() as progress:
        report = build(sources, address, today=date.today(), rebuild=rebuild, progress=progress)
    show_account(report, address)
    if report.rejected:
        ctx.exit(DONE_WITH_REJECTS)


def show_account(report: Report, address: IndexAddress) -> None:
    """Print the account of a build, its first rejects, and what to do next."""
    click.echo(report.render())
    _show_rejects(report, address)
    if report.indexed:
        _show_next_step(address)


def _show_rejects(report: Report, address: IndexAddress) -> None:
    kept = report.generation is not None
    shown = report.rejects[:SHOWN_REJECTS] if kept else report.rejects
    for reject in shown:
        click.echo(f"  rejected: {describe_problem(reject)}")
    if len(shown) < report.rejected:
        click.echo(f"  and {report.rejected - len(shown)} more: see {place_of(address).rejects}")


def _show_next_step(address: IndexAddress) -> None:
    where = index_arguments(address)
    click.echo(f'next: qe search "cotisations sociales"{where}\n  or: qe serve{where}')
