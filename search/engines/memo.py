"""What was computed once and never changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """The results of a pure function; shared by threads.

    Unlike `functools.lru_cache` it doesn't hold on to whom the function belongs to: an index that
    is let go of closes its files at once.

    Args:
        most: how many results are kept, before all are forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Key, Value] = {}

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        """The result for a key; computed when it isn't known."""
        try:
            return self._known[key]
        except KeyError:
            value = compute()
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = value
        return value

    def get_all(
        self, keys: Iterable[Key], compute: Callable[[list[Key]], Mapping[Key, Value]]
    ) -> dict[Key, Value]:
        """The results for several keys; those that aren't known are computed together."""
        wanted = list(dict.fromkeys(keys))
        found = {key: self._known[key] for key in wanted if key in self._known}
        unknown = [key for key in wanted if key not in found]
        if unknown:
            computed = compute(unknown)
            if len(self._known) + len(computed) > self._most:
                self._known.clear()
            self._known.update(computed)
            found.update(computed)
        return found
