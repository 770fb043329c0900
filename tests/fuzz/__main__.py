"""Fuzz for as long as wanted: `python -m tests.fuzz --executions 1000000`.

Each target is tried in a process of its own, under a fuzzer that looks for inputs that reach new
branches. What fails, takes more than a second, or holds on to memory is told at the end, and its
input is kept under var/fuzz.
"""

from __future__ import annotations

import importlib.util
import math
import sys

import click

from tests.fuzz.campaign import fuzz
from tests.fuzz.corpus import keep
from tests.fuzz.targets import TARGETS


@click.command()
@click.option("--target", "names", multiple=True, type=click.Choice(list(TARGETS)))
@click.option("--executions", type=click.IntRange(1), default=1_000_000, show_default=True,
              help="Of all targets together, or of those that are named.")  # fmt: skip
@click.option("--seconds", type=click.IntRange(0), default=0, help="At most, for each target.")
@click.option("--seed", type=click.IntRange(1), default=1, show_default=True)
@click.option("--keep", "kept", is_flag=True,
              help="Instead, keep the inputs found so far that reach something new.")  # fmt: skip
def fuzz_targets(
    names: tuple[str, ...], executions: int, seconds: int, seed: int, *, kept: bool
) -> None:
    """Try what anybody may send, by the hundred thousand."""
    targets = [TARGETS[name] for name in names or TARGETS]
    if kept:
        for target in targets:
            click.echo(f"{target.name}: {keep(target)} inputs kept")
        return
    if importlib.util.find_spec("atheris") is None:
        raise click.ClickException("atheris is not installed: run `make fuzz`, which installs it")
    shares = sum(target.share for target in targets)
    outcomes = []
    for target in targets:
        share = math.ceil(executions * target.share / shares)
        outcomes.append(fuzz(target, share, seconds, seed))
        click.echo(str(outcomes[-1]))
    total = sum(outcome.executions for outcome in outcomes)
    failed = [outcome.name for outcome in outcomes if outcome.failed]
    click.echo(f"{total:,} executions: {'look at ' + ', '.join(failed) if failed else 'all well'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    fuzz_targets()
