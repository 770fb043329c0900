"""The root command `qe`: one command a file, each a thin shell around `index` and `search`."""

from __future__ import annotations

import click

from index.stores.manifest import program_version
from web.commands.shell import CommandGroup

__all__ = ["main"]


@click.group(
    cls=CommandGroup,
    names=("sync", "index", "search", "show", "explain", "export", "serve", "stats", "check"),
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
