"""Questions into a store in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from index.progress import Progress
from index.question import Question
from index.stores import Store
from index.stores.version_key import version_key


def publish(
    store: Store,
    questions: Iterable[Question],
    report: Mapping[str, Any] | None = None,
    progress: Progress = lambda *_: None,
) -> int:
    """Add questions and publish them; the generation."""
    for question in questions:
        store.add(question, version_key(question.version))
    return store.publish(report or {}, progress)
