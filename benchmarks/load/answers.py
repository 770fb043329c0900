"""What became of each request, a line of JSON each: the client writes it, the report reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Answer:
    """One request and what came.

    Attributes:
        kind: of `mix.KINDS`. path: with its parameters.
        started: by the clock that all processes of the machine share, in seconds.
        seconds: until the last byte of the answer.
        status: 0 for no answer. size: bytes of the body, as sent.
        problem: what was wrong with it; empty for nothing.
        search: the place in the plan of the search that was counted; None for none.
        total: what the answer says of it. generation: that it was counted in, where it is told.
    """

    kind: str
    path: str
    started: float
    seconds: float
    status: int
    size: int
    problem: str = ""
    search: int | None = None
    total: int | None = None
    generation: int | None = None

    @property
    def ended(self) -> float:
        """When the last byte came."""
        return self.started + self.seconds

    def line(self) -> str:
        """The answer as a line of JSON, without what it doesn't have."""
        told = {name: value for name, value in asdict(self).items() if value not in {None, ""}}
        return json.dumps(told, ensure_ascii=False) + "\n"


class Client(NamedTuple):
    """What the client says of itself: seconds of its run, and of processors it took."""

    seconds: float
    cpu_seconds: float


def read_answers(path: Path) -> tuple[list[Answer], Client]:
    """What a client wrote: its answers, then a line about itself.

    Raises:
        ValueError: the client did not end its run.
    """
    *answers, last = map(json.loads, _lines(path))
    if "cpu_seconds" not in last:
        raise ValueError(f"{path} is cut short: the client did not end")
    return [Answer(**answer) for answer in answers], Client(**last)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file
