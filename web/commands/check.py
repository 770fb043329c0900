"""`qe check`: is every byte of an index as it was written?"""

from __future__ import annotations

from pathlib import Path

import click

from index.stores.manifest import rebuild_command
from index.stores.whoosh_check import check_index
from web.commands.shell import Failure, index_option, shown_progress


@click.command(
    "check",
    short_help="Read an index through and say what is damaged.",
    epilog="""\b
Examples:
  qe check
  qe check --index /srv/questions && cp -r /srv/questions /mnt/backup/
""",
)
@index_option
def check_command(directory: Path) -> None:
    """Read every file of an index and compare it with the checksum kept when it was written.

    An index that is opened is only checked for files that are missing, cut short or another
    index's: reading it through takes as long as its disk needs. A damaged index is made again
    from the published files.
    """
    with shown_progress() as progress:
        verdict = check_index(directory, progress)
    for damage in verdict.damages:
        click.echo(damage)
    if verdict.damages:
        raise Failure(f"{directory} is damaged: make it again with {rebuild_command(directory)}")
    click.echo(
        f"{directory} is sound: generation {verdict.generation}, "
        f"{_count(verdict.questions, 'question')} in {_count(verdict.segments, 'segment')}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
