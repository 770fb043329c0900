"""The write side of an engine.

A store keeps one index in one place; a build reads what it knows, adds what changed as it reads,
and publishes everything at its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from index.progress import Progress
from index.question import Question


class Refused(NamedTuple):
    """A question that a store can't keep, and why, on one line."""

    question: Question
    reason: str


class Store(Protocol):
    """Exclusive write access to one index, from `open_store` to `close`."""

    def known(self) -> Mapping[str, bytes]:
        """The key of the version held of each question, by uid (see `index.stores.version_key`)."""
        ...

    def add(self, question: Question, version: bytes) -> None:
        """Take in a question, to be published with the others; nothing is visible before that.

        Args:
            question: new, or newer than the one held, or than one added before, which it
                replaces whole.
            version: the key of its version.
        """
        ...

    def settle(self, progress: Progress) -> Sequence[Refused]:
        """What can't be kept of what was added; after the last of it, and before `publish`.

        Args:
            progress: called as the work goes.
        """
        ...

    def publish(self, report: Mapping[str, Any], progress: Progress) -> int:
        """Make what was added visible, all at once; once for each store.

        Whatever takes long and changes no answer, such as merging, comes afterwards, and may be a
        generation of its own.

        Args:
            report: the build's account, kept beside the index as `report-{generation}.json`.
            progress: called as the work goes.

        Returns:
            The newest generation. When nothing was added nothing is written and it is the current
            one.

        Raises:
            NotMerged: it is visible, but what comes afterwards failed.
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
