"""What every command shares: the `--index` option, exit codes, and progress on a terminal."""

from __future__ import annotations

import errno
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any, Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from index.cluster.address import AddressMalformed, IndexAddress, parse_address
from index.errors import QuestionsError
from index.progress import Progress

DEFAULT_INDEX: Final = "var/index"

FAILED: Final = 1
DONE_WITH_REJECTS: Final = 3
INTERRUPTED: Final = 130
"""Exit codes; 2, bad usage, is click's own."""


class _AddressType(click.ParamType[IndexAddress]):
    """A directory, or a cluster's address."""

    name = "index"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IndexAddress:
        try:
            return parse_address(value)
        except AddressMalformed as error:
            self.fail(str(error), param, ctx)


index_option = click.option(
    "--index",
    "address",
    metavar="INDEX",
    type=_AddressType(),
    envvar="QE_INDEX",
    default=DEFAULT_INDEX,
    show_default=True,
    show_envvar=True,
    help="Where the index is: a directory, or opensearch://HOST:9200/NAME in a cluster.",
)


class Failure(click.ClickException):
    """One line on standard error, then an exit code; no traceback."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Called by click before it exits."""
        click.echo(f"qe: {self.message}", file=file or sys.stderr)


class Interrupted(Failure):
    """Ctrl+C."""

    exit_code = INTERRUPTED


class CommandGroup(click.Group):
    """A group whose commands fail with one line instead of a traceback.

    A command is imported when it is called: most of what the others need takes longer to load
    than a search takes.

    Args:
        names: of the commands; `name` is `name_command` of the module `web.commands.name`.
        settings: click's.
    """

    def __init__(self, *, names: Sequence[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands."""
        return sorted(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name; None when there is none."""
        if cmd_name not in self._names:
            return None
        command: click.Command
        command = getattr(import_module(f"web.commands.{cmd_name}"), f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command.

        Raises:
            Failure: what went wrong, worded, with its exit code.
        """
        try:
            return super().invoke(ctx)
        except QuestionsError as error:
            raise Failure(str(error)) from error
        except KeyboardInterrupt as error:
            raise Interrupted(
                "interrupted: nothing was left half done; the same command starts again"
            ) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of a pipe has seen enough: click ends quietly
            raise Failure(_describe_os_error(error)) from error


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A progress to pass down: bars on a terminal, else one plain line when a step begins."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as bars:
            yield _BarProgress(bars)
    else:
        yield _LineProgress()


def index_arguments(address: IndexAddress) -> str:
    """The words that name an index in a command to try next; none when it is the default one."""
    return "" if str(address) == DEFAULT_INDEX else f" --index {shlex.quote(str(address))}"


def counted(number: int, noun: str) -> str:
    """A number and its noun in agreement: 1 question, 2 questions."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _BarProgress:
    """A bar for each step, in the order in which they begin."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step)
        self._bars.update(self._tasks[step], completed=done, total=total or None)


class _LineProgress:
    """A line for each step, for logs and screen readers."""

    def __init__(self) -> None:
        self._begun: set[str] = set()

    def __call__(self, step: str, done: int, total: int) -> None:  # noqa: ARG002 - a `Progress`
        if step not in self._begun:
            self._begun.add(step)
            click.echo(f"{step}...", err=True)


def _bars(console: Console) -> Bars:
    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _describe_os_error(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason
