"""An index that may not be there when a process starts, or not yet: opened as soon as it can be."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, cast

from index.errors import IndexFormatError, QuestionsError
from search.engine import Engine

TRIED_EVERY: Final = 2.0
"""Seconds; reading the headers of a large index that is damaged takes a part of one."""

_log = logging.getLogger(__name__)


def reopening(
    open_: Callable[[], Engine], *, clock: Callable[[], float] = time.monotonic
) -> Engine:
    """An engine that opens its index at once, or else at a later call.

    While it can't be opened, every call raises the `QuestionsError` of the last attempt, and one
    call every `TRIED_EVERY` seconds attempts again. Once open, it stays so.

    Args:
        open_: opens the engine; what it raises that is no `QuestionsError` is logged, and told as
            an `IndexFormatError`.
        clock: seconds that never go back.
    """
    return cast("Engine", _Reopening(open_, clock))


class _Reopening:
    """Every method of an engine, by its name."""

    def __init__(self, open_: Callable[[], Engine], clock: Callable[[], float]) -> None:
        self._open, self._clock = open_, clock
        self._lock = Lock()
        self._engine: Engine | None = None
        self._error: QuestionsError | None = None
        self._attempt()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened(), name)

    def close(self) -> None:
        """Let go of the engine, if it was opened."""
        if self._engine is not None:
            self._engine.close()

    def _opened(self) -> Engine:
        if self._engine is None and self._clock() - self._tried >= TRIED_EVERY:
            self._attempt_unless_another_does()
        if self._engine is None:
            # A new one: many threads raise it, and each adds its own traceback.
            assert self._error is not None
            raise type(self._error)(*self._error.args)
        return self._engine

    def _attempt_unless_another_does(self) -> None:
        # Who asks meanwhile is told at once: a thread that waits answers nobody.
        if self._lock.acquire(blocking=False):
            try:
                if self._engine is None and self._clock() - self._tried >= TRIED_EVERY:
                    self._attempt()
            finally:
                self._lock.release()

    def _attempt(self) -> None:
        try:
            self._engine = self._open()
        except QuestionsError as error:
            self._error = error
        except Exception as error:
            _log.exception("the index cannot be opened")
            self._error = IndexFormatError(f"the index cannot be opened: {type(error).__name__}")
        self._tried = self._clock()
