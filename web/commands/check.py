"""`qe check`: is an index as it was written, and rightly written?"""

from __future__ import annotations

import click

from index.cluster.address import IndexAddress
from index.places import place_of
from index.stores.manifest import rebuild_command
from web.commands.shell import Failure, counted, index_option, shown_progress


@click.command(
    "check",
    short_help="Read an index through and say what is damaged.",
    epilog="""\b
Examples:
  qe check
  qe check --all
      every record analysed again: about as long as indexing took
  qe check --index /srv/questions && cp -r /srv/questions /mnt/backup/
""",
)
@click.option(
    "--all", "every", is_flag=True, help="Analyse every record again, and not a sample of them."
)
@index_option
def check_command(address: IndexAddress, *, every: bool) -> None:
    """Read every file of an index, and see that what it holds hangs together.

    Each file is compared with the checksum kept when it was written, then the arrays with each
    other. A sample of the stored questions is then analysed again: their words must be in the
    lists, at their places, and their values in the columns.

    An index that is opened is only checked for files that are missing, cut short or another
    index's: reading it through takes as long as its disk needs. A damaged index is made again
    from the published files.
    """
    with shown_progress() as progress:
        verdict = place_of(address).check(progress, every=every)
    for line in (*verdict.damages, *verdict.remarks):
        click.echo(line)
    if verdict.damages:
        raise Failure(f"{address} is damaged: make it again with {rebuild_command(address)}")
    click.echo(
        f"{address} is sound: generation {verdict.generation}, "
        f"{counted(verdict.questions, 'question')} in {counted(verdict.parts, verdict.part)}, "
        f"{counted(verdict.records, 'record')} analysed again"
    )
