"""What goes on, on a terminal or in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Steps:
    """Shows one step after another: a bar on a terminal, a line each elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """One step; the function it gives takes how much of `total` is done."""
        started = time.perf_counter()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as shown:
            task = shown.add_task(name, total=total)
            yield lambda done: shown.update(task, completed=done)
        self._console.print(f"{name}: {time.perf_counter() - started:.1f} s", highlight=False)
