"""Questions into what is sent of them, on every core when there are many."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Final

from index.cluster.documents import Documents, documents_of
from index.question import Question
from index.stores.processes import killing_named, start_processes

BATCH: Final = 512
"""Questions that are analysed together; fewer in all are, by this process."""

_WAITING: Final = 2
"""Batches for each process, under way or done: memory stays bounded."""


class Encoder:
    """Turns the questions it is given into documents; their order is kept.

    Args:
        index: where they go.
        word_index: where their words go.
    """

    def __init__(self, index: str, word_index: str) -> None:
        self._where = index, word_index
        self._batch: list[tuple[bytes, bytes]] = []
        self._processes: ProcessPoolExecutor | None = None
        self._under_way: list[Future[Documents]] = []

    def add(self, question: Question, version: bytes) -> Iterator[Documents]:
        """Take in a question; what has become ready meanwhile.

        Raises:
            ProcessKilled: a process was killed.
        """
        self._batch.append((question.to_stored(), version))
        if len(self._batch) == BATCH:
            self._submit()
            yield from self._ready(_WAITING * (os.cpu_count() or 1))

    def finish(self) -> Iterator[Documents]:
        """What is left.

        Raises:
            ProcessKilled: a process was killed.
        """
        if self._processes is None:
            if self._batch:
                yield documents_of(self._batch, *self._where)
            return
        if self._batch:
            self._submit()
        yield from self._ready(0)
        self.close()

    def close(self) -> None:
        """Stop the processes."""
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        if self._processes is None:
            self._processes = start_processes()
        with killing_named():
            self._under_way.append(self._processes.submit(documents_of, self._batch, *self._where))
        self._batch = []

    def _ready(self, most: int) -> Iterator[Documents]:
        """The oldest batches, until so many are under way."""
        while len(self._under_way) > most:
            with killing_named():
                documents = self._under_way.pop(0).result()
            yield documents
