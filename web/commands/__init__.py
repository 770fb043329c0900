"""The root command `qe`: one command a file, each a thin shell around `index` and `search`."""

from __future__ import annotations

import click

from index.stores.manifest import program_version
from web.commands.check import check_command
from web.commands.export import export_command
from web.commands.index import index_command
from web.commands.search import search_command
from web.commands.serve import serve_command
from web.commands.shell import CommandGroup
from web.commands.show import show_command
from web.commands.stats import stats_command
from web.commands.sync import sync_command

__all__ = ["main"]


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
First steps:
  qe sync                                 make an index of everything published
  qe index Questions_ecrites.json.zip     or of published files that are here
  qe search "cotisations sociales"        search it here
  qe serve                                search it in a browser

\b
Exit codes: 0 done, 1 failed, 2 bad usage, 3 done with rejects, 130 interrupted.
""",
)
@click.version_option(program_version(), prog_name="qe")
def main() -> None:
    """Search the written questions of French députés and the ministers' answers."""


for command in (
    sync_command,
    index_command,
    search_command,
    show_command,
    export_command,
    serve_command,
    stats_command,
    check_command,
):
    main.add_command(command)
