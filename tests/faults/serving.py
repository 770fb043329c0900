"""Ill-treat a real server for some minutes: `python -m tests.faults serving`.

Each round floods it with connections, slow downloads and halves of requests, publishes a build,
kills or replaces processes, takes the index away and brings it back; meanwhile pages are asked
for. The first one that is lost for no reason ends the run, and the log stays to be read.
"""

from __future__ import annotations

import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import click

from index.question import make_question
from tests.faults.served import (
    Answer,
    Served,
    eventually,
    flowing,
    index_of,
    kill,
    long_questions,
    serving,
)

CLIENTS: Final = 4
CONNECTIONS: Final = 1500
"""At once; half more than a process keeps, with both ends in files that this machine may open."""


class Treatment:
    """Ways to ill-treat one server, each with how many requests it may cost."""

    def __init__(self, served: Served, directory: Path, dice: random.Random) -> None:
        self.served, self.directory, self._dice = served, directory, dice
        self._published = 0

    def flood(self) -> int:
        """Connections of all kinds, most of them silent, left open a while, then left."""
        for _ in range(CONNECTIONS):
            sock = self.served.connect(window=4096)
            begun = self._dice.choice((b"", b"", b"", b"GET / HTTP/1.1\r\nX", b"\x16\x03\x01"))
            sock.sendall(begun)
        self.served.leave()
        return 0

    def download_slowly(self) -> int:
        """More downloads than there are places, which nobody takes."""
        for _ in range(4 * CLIENTS):
            self.served.begin("/recherche.ndjson")
        time.sleep(2)
        self.served.leave()
        return 0

    def publish(self) -> int:
        """A build."""
        self._published += 1
        uid = f"QANR5L17QE{1000 + self._published}"
        index_of(
            self.directory, make_question(uid=uid, titre="Eau", date_question=date(2026, 3, 3))
        )
        return 0

    def kill_one(self) -> int:
        """A process, whose requests are lost."""
        pid = self._dice.choice(self.served.workers())
        kill(pid)
        eventually(lambda: pid not in self.served.workers() and len(self.served.workers()) == 2)
        return CLIENTS

    def replace_all(self) -> int:
        """Every process, none of whose requests is lost."""
        before = set(self.served.workers())
        self.served.process.send_signal(signal.SIGHUP)
        eventually(
            lambda: len(self.served.workers()) == 2 and not before & {*self.served.workers()}
        )
        return 0

    def all(self) -> tuple[Callable[[], int], ...]:
        """In the order of a round."""
        return (
            self.flood,
            self.download_slowly,
            self.publish,
            self.kill_one,
            self.publish,
            self.replace_all,
        )


def play(minutes: float) -> None:
    """Ill-treat a server for some minutes and see that pages go on.

    Raises:
        AssertionError: pages were lost that should not have been.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    directory = index_of(folder / "index", *long_questions())
    end = time.monotonic() + 60 * minutes
    rounds = asked = 0
    with serving(directory, folder / "log", workers=2) as served:
        treatment = Treatment(served, directory, random.Random(0))
        while time.monotonic() < end:
            rounds += 1
            for treat in treatment.all():
                asked += _see(served, treat, folder)
    click.echo(f"{rounds} rounds, {asked} pages: none lost but by processes that were killed")


def _see(served: Served, treat: Callable[[], int], folder: Path) -> int:
    with flowing(lambda: served.get("/?q=eau"), CLIENTS) as outcomes:
        admitted = treat()
        after = len(outcomes) + CLIENTS
        eventually(lambda: len(outcomes) > after)
    lost = [o for o in outcomes if not isinstance(o, Answer) or o.status != 200]
    if len(lost) > admitted:
        raise AssertionError(f"{treat.__name__} cost {lost}: see {folder}")
    return len(outcomes)
