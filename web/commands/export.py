"""`qe export`: a whole search as NDJSON or CSV, the same files as the site's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO

import click

from index.atomic import open_atomically
from index.cluster.address import IndexAddress
from index.progress import Progress
from index.question import Question
from search.engine import Listing, open_engine
from web.commands.search import Option, read_request, search_options
from web.commands.shell import counted, index_option, shown_progress
from web.files.exports import CSV, CSV_WITH_COMMAS, NDJSON, SEPARATORS, ExportFormat

_STEP = "Exporting"


@click.command(
    "export",
    short_help="Write out every question of a search.",
    epilog="""\b
Examples:
  qe export > questions.ndjson
      everything, one record a line; `qe index questions.ndjson` reads it back
  qe export retraite --legislature 17 --csv --output retraite.csv
      a table that spreadsheets in French open
  qe export retraite --csv --sep virgule
      the same with commas, for programs
""",
)
@click.argument("words", metavar="[QUERY]", nargs=-1)
@search_options(paged=False)
@click.option("--csv", "as_csv", is_flag=True, help="A table instead of a record a line.")
@click.option(
    "--sep",
    type=click.Choice(list(SEPARATORS)),
    help="With --csv: commas between cells and no byte order mark, instead of semicolons.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to a file, replaced when the export is complete; standard output otherwise.",
)
@index_option
def export_command(
    words: tuple[str, ...],
    address: IndexAddress,
    *,
    as_csv: bool,
    sep: str | None,
    output: Path | None,
    **options: Option,
) -> None:
    """Write every question of a search, in its order, as NDJSON or as CSV.

    Options are those of `qe search`, pages aside. Records are written as they are read, so that
    an export of any size needs little memory.
    """
    format_ = _format(as_csv=as_csv, sep=sep)
    request = read_request(words, options)
    with closing(open_engine(address)) as engine:
        listing = engine.listing(request)
        if output is None:
            _write(format_, listing, sys.stdout.buffer)
            return
        with shown_progress() as progress, open_atomically(output) as file:
            _write(format_, _watched(listing, progress), file)
    click.echo(f"{counted(listing.total, 'question')} in {output}", err=True)


def _format(*, as_csv: bool, sep: str | None) -> ExportFormat:
    if not as_csv:
        if sep is not None:
            raise click.UsageError("--sep goes with --csv")
        return NDJSON
    return CSV if sep is None else CSV_WITH_COMMAS


def _watched(listing: Listing, progress: Progress) -> Listing:
    """The same listing, which tells how far it has been read."""

    def questions() -> Iterator[Question]:
        progress(_STEP, 0, listing.total)
        for done, question in enumerate(listing.questions, 1):
            yield question
            progress(_STEP, done, listing.total)

    return replace(listing, questions=questions())


def _write(format_: ExportFormat, listing: Listing, file: IO[bytes]) -> None:
    for piece in format_.encode(listing):
        file.write(piece)
    file.flush()
