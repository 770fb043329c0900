"""Try what goes wrong where the site is served: `python -m tests.faults [SCENE]...`.

A scene is a module with a `play()` that ends with an AssertionError when something isn't as it
should be. Without a name, all are played.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

SCENES: Final = ("damage",)
"""The modules of this package that are scenes."""


@click.command()
@click.argument("names", metavar="[SCENE]...", type=click.Choice(SCENES), nargs=-1)
def play(names: tuple[str, ...]) -> None:
    """Play scenes: damage (files of an index damaged, before and while it is served)."""
    for name in names or SCENES:
        click.echo(f"{name}:")
        import_module(f"tests.faults.{name}").play()


if __name__ == "__main__":
    play()
