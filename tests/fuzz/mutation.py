"""Inputs like others, without a fuzzer: the same in every run, for the tests."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.fuzz.target import Target


def mutated(target: Target, number: int, seed: int = 0) -> Iterator[bytes]:
    """So many inputs of a target, each made of one that it begins with."""
    chance = random.Random(seed)
    inputs = target.inputs()
    words = [word.encode() for word in target.words]
    for _ in range(number):
        data = chance.choice(inputs)
        for _ in range(chance.choice((1, 1, 2, 4, 8))):
            data = _changed(data, chance, inputs, words)
        yield data[: target.longest]


def _changed(
    data: bytes, chance: random.Random, inputs: Sequence[bytes], words: Sequence[bytes]
) -> bytes:
    """The input with one change somewhere: bytes put in, taken out, written over or repeated."""
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    other = chance.choice(inputs)
    piece = chance.choice(
        (
            b"",
            chance.choice(words),
            chance.randbytes(chance.randrange(1, 5)),
            data[start:end] * 2,
            other[chance.randrange(len(other) + 1) :],
        )
    )
    return data[:start] + piece + data[chance.choice((start, start + len(piece), end)) :]
