"""Taking up what is published: at once, or in another thread when it is prepared first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread


class Following:
    """Has an engine take up the newest generation; shared by threads.

    It doesn't hold on to the engine: a generation that is let go of closes its files at once.

    Args:
        in_background: whether searches go on meanwhile, in the generation before.

    Attributes:
        lock: held while one is taken up.
    """

    def __init__(self, *, in_background: bool) -> None:
        self._in_background = in_background
        self.lock, self._preparing = Lock(), Lock()

    def follow(self, is_outdated: Callable[[], bool], take_up: Callable[[], None]) -> None:
        """Take up what is newer; in the background, only begin to.

        Args:
            is_outdated: whether there is a newer generation than is open.
            take_up: opens it; called by one thread at a time.
        """

        def follow() -> None:
            with self.lock:
                if is_outdated():
                    take_up()

        if is_outdated():
            if not self._in_background:
                follow()
            elif self._preparing.acquire(blocking=False):
                self._begin(follow)

    def _begin(self, follow: Callable[[], None]) -> None:
        """Follow in a thread that then lets another one be begun."""

        def follow_once() -> None:
            try:
                follow()
            finally:
                self._preparing.release()

        try:
            Thread(target=follow_once, daemon=True).start()
        except RuntimeError:  # the system has no more threads: the next call tries again
            self._preparing.release()
