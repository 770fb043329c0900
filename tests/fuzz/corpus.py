"""Which inputs are worth keeping: those that run lines which no shorter one runs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.campaign import FOLDER
from tests.fuzz.target import RunOne, Target, write_kept

_ROOT: Final = Path(__file__).parents[2]
_WATCHED: Final = tuple(str(_ROOT / name) for name in ("index", "search", "web"))

Line = tuple[str, int, int]
"""A file, and two lines of it that ran one after the other."""


def keep(target: Target) -> int:
    """Keep, of what campaigns found, the inputs that reach what the seeds don't; how many.

    The shortest ones first, and each only if it reaches something new. One that fails is left for
    whoever mends what it found.
    """
    found = [path.read_bytes() for path in (FOLDER / target.name / "corpus").glob("*")]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
        run_one = target.prepare(Path(work))
        reached: set[Line] = set()
        for seed in target.seeds():
            reached |= lines_of(run_one, seed)
        kept = []
        for data in sorted({*found, *target.inputs()}, key=lambda one: (len(one), one)):
            lines = _lines_if_well(run_one, data)
            if not lines <= reached:
                reached |= lines
                kept.append(data)
    write_kept(target.name, kept)
    return len(kept)


def lines_of(run_one: RunOne, data: bytes) -> set[Line]:
    """The pairs of successive lines of the program that an input runs."""
    with _tracing() as lines:
        run_one(data)
    return lines


def _lines_if_well(run_one: RunOne, data: bytes) -> set[Line]:
    try:
        return lines_of(run_one, data)
    except Exception:  # whatever it is, it is told by the campaign that found it
        return set()


@contextmanager
def _tracing() -> Iterator[set[Line]]:
    lines: set[Line] = set()

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(_WATCHED):
            return None
        last = frame.f_lineno

        def trace_line(inner: FrameType, event: str, _argument: object) -> Any:
            nonlocal last
            if event == "line":
                lines.add((name, last, inner.f_lineno))
                last = inner.f_lineno
            return trace_line

        return trace_line

    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(None)
