"""The visitors, in a process of their own: `python -m benchmarks.load.client PLAN ANSWERS`.

A closed loop: so many connections, on each of which one visitor follows another and asks as soon
as the last answer is read. Nobody stops to think: each connection stands for the dozens of
readers who would ask as much between them.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TextIO

from benchmarks.load.answers import Answer, Client
from benchmarks.load.http import BrokenAnswer, Connection, Reply
from benchmarks.load.mix import BARE, KINDS, VISITS, Ask, Crowd, Params, Visit, visit
from benchmarks.servers import HOST

SITE: Final = "site"
_VISITS: Final[Mapping[str, Sequence[Visit]]] = {SITE: VISITS, "bare": BARE}

_GIVING_UP: Final = 0.2
"""Seconds before a visitor comes after one whom the server did not answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a client does.

    Attributes:
        port: of the server. seconds: for how long visitors come; those who are there then finish
            what they asked for last.
        connections: at once. seed: of all that is drawn. visits: a name of `_VISITS`.
        searches, uids, values: see `mix.Crowd`.
    """

    port: int
    seconds: float
    connections: int
    seed: int
    visits: str = SITE
    searches: Sequence[tuple[str, Params]] = ((("one word"), []),)
    uids: Sequence[str] = ()
    values: Sequence[tuple[str, str]] = ()

    def write(self, path: Path) -> None:
        """Write it for the client to read."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read back what `write` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        told["searches"] = [(kind, list(map(tuple, params))) for kind, params in told["searches"]]
        told["values"] = list(map(tuple, told["values"]))
        return cls(**told)

    def crowd(self) -> Crowd:
        """The visitors of the plan."""
        return Crowd(self.searches, self.uids, self.values, random.Random(self.seed))


async def send_visitors(plan: Plan, written: TextIO) -> None:
    """Let visitors come on all connections until the time is over; what came is written."""
    crowd, end = plan.crowd(), time.monotonic() + plan.seconds

    async def one_after_another() -> None:
        while time.monotonic() < end:
            await _let_visit(plan, crowd, end, written)

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.connections):
            group.create_task(one_after_another())


async def _let_visit(plan: Plan, crowd: Crowd, end: float, written: TextIO) -> None:
    """One visitor, from a new connection to its end; who meets a broken one leaves."""
    steps = visit(crowd, _VISITS[plan.visits])
    try:
        ask = next(steps)
        async with Connection(HOST, plan.port) as connection:
            while time.monotonic() < end:
                reply, answer = await _time(connection, ask)
                written.write(answer.line())
                if reply is None:
                    break
                ask = steps.send(reply)
    except StopIteration:
        return  # the visit is over
    except OSError as error:
        problem = f"no connection: {error}"
        written.write(Answer(ask.kind, ask.path, time.monotonic(), 0, 0, 0, problem).line())
        await asyncio.sleep(_GIVING_UP)


async def _time(connection: Connection, ask: Ask) -> tuple[Reply | None, Answer]:
    """The reply to what is asked, if any, and what is noted of it."""
    started = time.monotonic()
    try:
        reply = await connection.get(ask.path, ask.headers)
    except (BrokenAnswer, OSError) as error:  # a TimeoutError is one
        seconds = time.monotonic() - started
        problem = f"{type(error).__name__}: {error}"
        return None, Answer(ask.kind, ask.path, started, seconds, 0, 0, problem)
    seconds = time.monotonic() - started
    fine = reply.status in KINDS[ask.kind].expected
    told = json.loads(reply.text()) if fine and ask.search is not None else {}
    return reply, Answer(
        ask.kind,
        ask.path,
        started,
        seconds,
        reply.status,
        len(reply.body),
        "" if fine else f"{reply.status}: {reply.text()[:500]}",
        ask.search,
        told.get("total"),
        told.get("generation"),
    )


def main(plan: Path, answers: Path) -> None:
    """Carry out a plan; the answers' last line tells what the client itself took."""
    started = time.monotonic()
    with answers.open("w", encoding="utf-8") as written:
        asyncio.run(send_visitors(Plan.read(plan), written))
        took = Client(time.monotonic() - started, time.process_time())
        written.write(json.dumps(took._asdict()) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
