"""How much one search may cost, counted while it is done.

What is counted are postings, which a search reads more of than of anything else; other work counts
as the postings that would take as long. So the same search costs the same on every machine and
under any load, and nothing else decides whether it has an answer. A clock stands behind that, for
what nobody thought of counting.

A search that costs several times the usual is a long one. Of these, one is under way at a time in
one process, and one waits for its turn: whoever sends the longest ones again and again waits behind
himself, and not others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore
from typing import Final

from index.errors import QuestionsError

LEAST: Final = 4_000_000
"""Postings that a search may cost in the smallest index."""

PER_QUESTION: Final = 40
"""Postings that each question of an index adds; it has some 250 of its own."""

LONG: Final = 8
"""A search that costs more than one part in so many of what it may is a long one."""

LONG_AT_ONCE: Final = 1
"""Long searches of one process at a time: its threads take turns at the processor."""

WAITING: Final = 1
"""Long searches of one process that wait for their turn; each holds a thread meanwhile."""

PATIENCE: Final = 2.0
"""Seconds that one waits, by the clock."""

SECONDS: Final = 5.0
"""Of the processor, whatever was counted."""


class SearchTooLong(QuestionsError):
    """A search costs more than it may: it asks for too much of too many questions."""

    def __init__(self) -> None:
        super().__init__(
            "the search costs too much: add a word, or take away a star, an alternative or a "
            "distance"
        )


class TooManyLongSearches(QuestionsError):
    """Other long searches are under way: a little later, this one would have an answer."""

    def __init__(self) -> None:
        super().__init__("long searches are under way: try again in a few seconds")


class Budgets:
    """Gives each search of an engine what it may cost; shared by threads.

    Args:
        questions: how many the index holds.
        long_at_once: long searches at a time.
    """

    def __init__(self, questions: int, long_at_once: int = LONG_AT_ONCE) -> None:
        self._most = LEAST + PER_QUESTION * questions
        self._turns = _Turns(long_at_once)

    @contextmanager
    def search(self) -> Iterator[None]:
        """A search of this thread; what it spends in it is counted.

        Raises:
            SearchTooLong: it costs more than it may.
            TooManyLongSearches: it is a long one, and others are under way.
        """
        with ExitStack() as held:
            token = _current.set(_Budget(self._most, self._turns, held))
            try:
                yield
            finally:
                _current.reset(token)


def spend(postings: float) -> None:
    """Count what a search is about to do.

    Nothing is counted outside of a search, as when an index is checked.

    Args:
        postings: how many are read and weighed in the time that it takes.

    Raises:
        SearchTooLong: the search costs more than it may.
        TooManyLongSearches: it is a long one by now, and others are under way.
    """
    budget = _current.get()
    if budget is not None:
        budget.spend(postings)


class _Turns:
    """The turns that long searches take."""

    def __init__(self, at_once: int) -> None:
        self._running = BoundedSemaphore(at_once)
        self._waiting = BoundedSemaphore(WAITING)

    def take(self) -> bool:
        """Whether it is this search's turn, now or soon; `give_back` must follow."""
        if self._running.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._running.acquire(timeout=PATIENCE)
        finally:
            self._waiting.release()

    def give_back(self) -> None:
        """Let the next one begin."""
        self._running.release()


class _Budget:
    def __init__(self, most: float, turns: _Turns, held: ExitStack) -> None:
        self._left, self._short = most, most - most / LONG
        self._turns, self._held = turns, held
        self._end = time.thread_time() + SECONDS
        self._soonest = time.monotonic() + SECONDS
        self._is_long = False

    def spend(self, postings: float) -> None:
        self._left -= postings
        if self._left < 0 or self._is_late():
            raise SearchTooLong
        if self._left < self._short and not self._is_long:
            self._begin_long()

    def _is_late(self) -> bool:
        """Whether the time of the processor is spent.

        What a thread has had of it is dear to ask for, in a virtual machine above all, and a search
        asks hundreds of times: it can't be more than the time that has gone by.
        """
        return time.monotonic() > self._soonest and time.thread_time() > self._end

    def _begin_long(self) -> None:
        """Take a turn among the long searches, until this one ends."""
        if not self._turns.take():
            raise TooManyLongSearches
        self._held.callback(self._turns.give_back)
        self._is_long = True


_current: ContextVar[_Budget | None] = ContextVar("budget", default=None)
