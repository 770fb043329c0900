"""The write side of an index in a cluster.

A new index grows under a name of its own, and the alias is moved to it when it is whole. What a
build of an index that is there reads is kept on disk until all is read, then written; it can be
found once the cluster is told to show it, which is followed by the next generation. A build that
was killed while it wrote leaves its index marked as pending: the next one shows what was written,
and publishes it with its own.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Final, Self

from index.cluster.address import ClusterAddress
from index.cluster.builds import Lease, hold_lease
from index.cluster.bulk import PATIENCE, BulkWriter, Refusal
from index.cluster.client import connect
from index.cluster.documents import Documents
from index.cluster.encoder import Encoder
from index.cluster.state import alias_targets
from index.cluster.target import (
    Target,
    held_target,
    new_target,
    remove_leftovers,
    remove_unpublished,
)
from index.progress import Progress
from index.question import Question
from index.stores import Refused
from index.stores.version_key import version_key

WRITE_TIMEOUT: Final = 60.0
"""Seconds until the answer to a request of a build."""


def open_cluster_store(
    address: ClusterAddress,
    *,
    fictional: bool,
    today: date,
    rebuild: bool = False,
    patience: float = PATIENCE,
) -> ClusterStore:
    """Open an index in a cluster for writing; one that isn't there is made.

    What killed builds left is removed.

    Args:
        address: of the index.
        fictional: whether what will be written is the demo corpus.
        today: written into the state of a new index.
        rebuild: make another index, which then replaces the one that is there.
        patience: seconds that the cluster may be unable to answer for, once the index is open.

    Raises:
        IndexFormatError: there is something else, or an index of another version.
        IndexLocked: another build is writing to it.
        MixedCorpora: it holds real questions and fictional ones would come, or the reverse.
        ClusterUnavailable, ClusterRefused: the cluster can't answer, or won't.
    """
    client = connect(address, timeout=WRITE_TIMEOUT)
    with ExitStack() as held:
        held.callback(client.close)
        lease = held.enter_context(hold_lease(client, address))
        targets = alias_targets(client, address)
        remove_leftovers(client, address, targets)
        if rebuild or not targets:
            held.callback(remove_unpublished, client, address)
            target = new_target(
                client, address, fictional=fictional, today=today, patience=patience
            )
        else:
            target = held_target(client, address, fictional=fictional, patience=patience)
        writer = BulkWriter(client, address, lease.check, patience)
        held.callback(writer.stop)
        kept = held.enter_context(TemporaryFile())
        return ClusterStore(target, lease, writer, kept, held.pop_all())


class ClusterStore:
    """An index in a cluster, open for writing; see `index.stores.Store`.

    Args:
        target: the index. lease: on it. writer: into it.
        kept: an empty file, for what must wait until all is read.
        held: what is given up when the store is closed.
    """

    def __init__(
        self, target: Target, lease: Lease, writer: BulkWriter, kept: IO[bytes], held: ExitStack
    ) -> None:
        self._target, self._lease, self._writer = target, lease, writer
        self._kept, self._held = kept, held
        self._encoder = Encoder(target.state.questions, target.state.words)
        held.callback(self._encoder.close)
        self._words: set[str] = set()
        self._known: frozenset[str] | None = None
        self._added: dict[str, bytes] = {}
        self._refused: list[Refused] | None = None

    def known(self) -> Mapping[str, bytes]:
        """The key of the version held of each question, by uid; see `index.stores`."""
        known = self._target.versions()
        self._known = frozenset(known)
        return known

    def add(self, question: Question, version: bytes) -> None:
        """Take in a question; see `index.stores`."""
        self._added[question.uid] = version
        for documents in self._encoder.add(question, version):
            self._take(documents)

    def settle(self, progress: Progress) -> Sequence[Refused]:
        """Write what was added; what the cluster won't take of it; see `index.stores`.

        Raises:
            ClusterUnavailable, ClusterRefused: the cluster can't answer, or won't.
            IndexLocked: another build has taken over.
            ProcessKilled: a process was killed.
        """
        if self._refused is None:
            progress("indexing", 0, 1)
            for documents in self._encoder.finish():
                self._take(documents)
            if not self._target.fresh and self._added:
                self._write_kept()
            self._refused = list(self._newest_refused(self._writer.finish()))
            progress("indexing", 1, 1)
        return self._refused

    def publish(self, report: Mapping[str, Any], progress: Progress) -> int:
        """Make what was added visible; see `index.stores`.

        What a killed build had written becomes visible with it, or alone.
        """
        refused = {one.question.uid for one in self.settle(progress)}
        known = frozenset() if self._known is None else self._known
        expected = known | (self._added.keys() - refused) | self._target.held_of(refused)
        state = self._target.state
        if not (expected if self._target.fresh else self._added or state.pending):
            return state.generation
        progress("publishing", 0, 1)
        self._lease.renew()
        generation = self._target.publish(len(expected), report)
        progress("publishing", 1, 1)
        return generation

    def close(self) -> None:
        """Give up the lease, and an index that was made and not published."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def _take(self, documents: Documents) -> None:
        """Write documents, or keep them while an index would change that others read."""
        if self._target.fresh:
            self._write(documents)
        else:
            pickle.dump(documents, self._kept)

    def _newest_refused(self, refusals: Iterable[Refusal]) -> Iterator[Refused]:
        """Those of the newest versions: others were replaced before they were refused."""
        for item, reason in refusals:
            if not item.is_question:
                continue  # a word that is refused is of such a question
            question = item.question
            if self._added.get(question.uid) == version_key(question.version):
                yield Refused(question, reason)

    def _write_kept(self) -> None:
        if self._known is None:
            self.known()
        self._target.mark_pending()
        self._kept.seek(0)
        with suppress(EOFError):
            while True:
                self._write(pickle.load(self._kept))

    def _write(self, documents: Documents) -> None:
        self._writer.write(documents.items)
        new = documents.words.keys() - self._words
        self._writer.write(documents.words[word] for word in new)
        self._words |= new
