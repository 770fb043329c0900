"""What a target of the fuzzer is, and the inputs that are kept for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

RunOne: TypeAlias = Callable[[bytes], None]
"""Tries one input, and raises when something isn't as it must be. The same for the same bytes."""

CORPUS: Final = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Target:
    """A door of the program that takes what anybody may send.

    Attributes:
        name: of the target, on the command line and in file names.
        prepare: given an empty folder to use, what tries one input.
        seeds: inputs to begin with, made by code.
        words: pieces that mean something there.
        longest: bytes of the longest input.
        share: of all executions.
        packages: whose branches guide the fuzzer; the fewer, the faster.
        compares: whether what they compare guides it too. Of two arrays of NumPy, it would keep
            what each comparison gives, and its memory would grow for ever.
    """

    name: str
    prepare: Callable[[Path], RunOne]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...]
    longest: int
    share: float
    packages: tuple[str, ...]
    compares: bool = True

    def inputs(self) -> list[bytes]:
        """The seeds, and the inputs that earlier campaigns left."""
        return [*self.seeds(), *read_kept(self.name)]


class Dice:
    """Choices read from bytes, from the first on; zeros once they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def __bool__(self) -> bool:
        """Whether bytes are left."""
        return self._place < len(self._data)

    def number(self, size: int) -> int:
        """An unsigned number of this many bytes."""
        taken = self._data[self._place : self._place + size]
        self._place += size
        return int.from_bytes(taken.ljust(size, b"\0"), "little")

    def rest(self) -> bytes:
        """The bytes that nobody has read yet."""
        taken, self._place = self._data[self._place :], len(self._data)
        return taken


def any_text(data: bytes) -> str:
    """Any bytes as a text; a lone surrogate stands for each that isn't UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def read_kept(name: str) -> Iterator[bytes]:
    """The kept inputs of a target: one a line, each written as Python writes bytes."""
    path = CORPUS / f"{name}.txt"
    if path.exists():
        for line in path.read_text(encoding="ascii").splitlines():
            kept: bytes = ast.literal_eval(line)
            yield kept


def write_kept(name: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs, the shortest first."""
    lines = (f"{one!r}\n" for one in sorted(set(inputs), key=lambda one: (len(one), one)))
    (CORPUS / f"{name}.txt").write_text("".join(lines), encoding="ascii")
