"""`qe serve`: the site, behind a production server."""

from __future__ import annotations

from contextlib import closing
from textwrap import fill
from typing import Final

import click

from index.cluster.address import IndexAddress
from web.commands.shell import index_option
from web.server import (
    FEWEST_THREADS,
    THREADS,
    WORKERS,
    bind_address,
    check_index,
    serve,
    site_address,
)
from web.serving.logs import FORMATS, configure_logs
from web.settings import SETTINGS, Settings

_VARIABLES: Final = fill(
    " ".join(variable for variable, _ in SETTINGS.values()),
    width=78,
    initial_indent="  ",
    subsequent_indent="  ",
)


@click.command(
    "serve",
    short_help="Serve the site.",
    epilog=f"""\b
Examples:
  qe serve
      the default index, on http://127.0.0.1:8000, for this machine alone
  qe serve --index /srv/questions --host 0.0.0.0 --port 80 --workers 4
      for everyone who can reach this machine

\b
Settings of the site, from the environment:
{_VARIABLES}
""",
)
@index_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    envvar="QE_WORKERS",
    default=WORKERS,
    show_default=True,
    show_envvar=True,
    help="Processes; one a core is sensible. They share the memory of the index.",
)
@click.option(
    "--threads",
    type=click.IntRange(FEWEST_THREADS),
    envvar="QE_THREADS",
    default=THREADS,
    show_default=True,
    show_envvar=True,
    help="Threads in each process: requests answered at a time. Half of them at most serve "
    "downloads of whole searches; slow readers of pages hold none.",
)
@click.option(
    "--log",
    type=click.Choice(FORMATS),
    envvar="QE_LOG",
    show_envvar=True,
    help="How the log on standard error is written, one line a request without its parameters; "
    "by default text on a terminal, JSON elsewhere.",
)
def serve_command(
    address: IndexAddress, host: str, port: int, log: str | None, **running: int
) -> None:
    """Serve the index as a site and an API until Ctrl+C.

    A build published meanwhile is taken up without a restart. SIGTERM lets what is running end,
    within 30 seconds; SIGHUP replaces the processes without losing a request.
    """
    settings = Settings.from_environment()
    configure_logs(log)
    check_index(address)
    with closing(bind_address(host, port)) as listener:
        site = site_address(host, listener)
        click.echo(f"Serving at {site} (Ctrl+C to stop)", err=True)
        serve(address, listener, settings, **running)
