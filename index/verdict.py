"""What a check of an index found: what `qe check` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SAMPLE: Final = 1_000
"""Records that are analysed again unless all are: a second or two."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        generation: the one that was checked.
        questions: how many it holds.
        records: how many of them were analysed again.
        parts: how many it is made of. part: what they are called.
        damages: what is wrong, one sentence each that says where; empty when all is well.
        remarks: what isn't wrong and is worth knowing, one sentence each.
    """

    generation: int
    questions: int
    records: int
    parts: int
    part: str
    damages: tuple[str, ...]
    remarks: tuple[str, ...] = ()
