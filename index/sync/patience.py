"""How long a download waits, and how often it tries again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of one download; seconds and bytes.

    Attributes:
        connect: until the server takes the connection.
        read: without one byte; also until its answer has begun.
        stall: a body that brings fewer than `least` bytes in this time is given up.
        least: see `stall`.
        fruitless: attempts in a row that bring nothing new before giving up.
        attempts: at most, however much each brings.
        longest_wait: between two attempts, whoever asks for it; a server that asks for more is
            left alone until the next run.
        sleep: does the waiting between attempts.
    """

    connect: float = 10
    read: float = 30
    stall: float = 60
    least: int = 64 * 1024
    fruitless: int = 5
    attempts: int = 50
    longest_wait: float = 300
    sleep: Callable[[float], None] = time.sleep

    def backoff(self, fruitless: int) -> float:
        """Seconds to wait after so many attempts in vain: 1, 2, 4, 8…"""
        return min(self.longest_wait, 2.0 ** max(0, fruitless - 1))
