"""Try what goes wrong where the site is served: `python -m tests.faults [SCENE]...`.

A scene ends with an AssertionError when something isn't as it should be. Without a name, all are
played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import click

from tests.faults import damage, serving

SCENES: Final[Mapping[str, Callable[[float], None]]] = {
    "damage": lambda _minutes: damage.play(),
    "serving": serving.play,
}


@click.command()
@click.argument("names", metavar="[SCENE]...", type=click.Choice(list(SCENES)), nargs=-1)
@click.option(
    "--minutes",
    type=click.FloatRange(0.1),
    default=3.0,
    show_default=True,
    help="How long the server is ill-treated.",
)
def play(names: tuple[str, ...], minutes: float) -> None:
    """Play scenes.

    damage: every file of an index is damaged in every way, before and while it is served.
    serving: a server is flooded, its processes killed, its index taken away.
    """
    for name in names or SCENES:
        click.echo(f"{name}:")
        SCENES[name](minutes)


if __name__ == "__main__":
    play()
