"""The write side of an engine.

A store keeps one index in one place; a build reads what it knows and publishes what changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from index.progress import Progress
from index.question import Question, Version


class Store(Protocol):
    """Exclusive write access to one index, from `open_store` to `close`."""

    def known(self) -> Mapping[str, Version]:
        """The version held of each question, by uid."""
        ...

    def publish(
        self, questions: Sequence[Question], report: Mapping[str, Any], progress: Progress
    ) -> int:
        """Add or replace questions and make them visible, all at once.

        Args:
            questions: at most one for each uid; one already held is replaced whole.
            report: the build's account, kept beside the index as `report-{generation}.json`.
            progress: called as the work goes.

        Returns:
            The generation published. With no questions nothing is written and the current
            generation is returned.
        """
        ...

    def close(self) -> None:
        """Give up the write lock."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
