"""Many documents into a cluster: several requests at a time, and every answer looked at.

What the cluster is too busy for is sent again after waits that grow, which is what slows whoever
writes down; so is what was sent to a node that went away. What it refuses for good is told apart,
item by item.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from index.cluster.address import ClusterAddress
from index.cluster.client import ClusterRefused, ClusterUnavailable, cluster_errors
from index.cluster.documents import Item

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

CHUNK: Final = 4_000_000
"""Bytes of one request, unless a single document has more."""

PARALLEL: Final = 4
"""Requests under way; as many wait, and whoever writes more waits too."""

PATIENCE: Final = 300.0
"""Seconds that a cluster may refuse to answer for: a node that starts again takes one or two
minutes."""

TIMEOUT: Final = 60.0
"""Seconds until the answer to a request."""

_SHARDS_AWAITED: Final = "30s"
"""How long the cluster itself waits for a shard that has no leading copy."""

_FIRST_WAIT, _LONGEST_WAIT = 0.25, 15.0

_BUSY: Final = frozenset((429, 500, 502, 503, 504))
_DONE: Final = frozenset((200, 201, 409))
"""409: the cluster has the same word, or a newer version."""

_UNTAKEN: Final = frozenset((400, 413))
"""What is sent can't be taken, whoever sends it, whenever."""


class Refusal(NamedTuple):
    """An item that the cluster won't take, and why, on one line."""

    item: Item
    reason: str


class BulkWriter:
    """Writes items in the background.

    Args:
        client: of the cluster. address: of the index, for messages.
        before: called before each request; what it raises ends the writing.
        patience: seconds that the cluster may be unable to answer for.
    """

    def __init__(
        self,
        client: OpenSearch,
        address: ClusterAddress,
        before: Callable[[], None],
        patience: float = PATIENCE,
    ) -> None:
        self._client, self._address = client, address
        self._before, self._patience = before, patience
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="bulk")
        self._room = BoundedSemaphore(2 * PARALLEL)
        self._stopped = Event()
        self._lock = Lock()
        self._failure: BaseException | None = None
        self._refusals: list[Refusal] = []

    def write(self, items: Iterable[Item]) -> None:
        """Send items, in whatever order; waits while enough wait already.

        Raises:
            ClusterUnavailable, ClusterRefused: an earlier request has failed.
        """
        for chunk in chunks(items):
            self._room.acquire()
            self._raise_failure()
            self._threads.submit(self._write, chunk)

    def finish(self) -> list[Refusal]:
        """Wait until all is written; what was refused.

        Raises:
            ClusterUnavailable: the cluster couldn't answer for too long.
            ClusterRefused: it refuses something else than a document.
        """
        self._threads.shutdown(wait=True)
        self._raise_failure()
        return self._refusals

    def stop(self) -> None:
        """Send no more; ends when nothing is under way."""
        self._stopped.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write(self, chunk: Sequence[Item]) -> None:
        try:
            if self._failure is None:
                self._write_whole(chunk)
        except BaseException as error:
            self._failure = self._failure or error
        finally:
            self._room.release()

    def _write_whole(self, chunk: Sequence[Item]) -> None:
        for wait in waits(self._patience):
            chunk, why = self._write_once(chunk)
            if not chunk:
                return
            if self._stopped.wait(wait):
                return
        raise ClusterUnavailable(
            f"{self._address} hasn't taken what was sent for {self._patience:.0f} seconds ({why}): "
            "see `_cluster/health`, then give the same command again"
        )

    def _write_once(self, chunk: Sequence[Item]) -> tuple[Sequence[Item], str]:
        """What is left of a chunk to be sent again, and why."""
        self._before()
        try:
            return self._sort_out(chunk, self._post(chunk))
        except ClusterUnavailable as error:
            return chunk, str(error)

    def _post(self, chunk: Sequence[Item]) -> Sequence[Mapping[str, Any]]:
        """What the cluster answers about each item."""
        from opensearchpy.exceptions import TransportError  # noqa: PLC0415 - an extra

        body = b"".join(b"%b\n%b\n" % item for item in chunk)
        try:
            with cluster_errors(self._address):
                answer = self._client.bulk(
                    body=body,
                    params={"filter_path": _ANSWERS, "timeout": _SHARDS_AWAITED},
                    request_timeout=TIMEOUT,
                )
        except ClusterRefused as error:
            cause = error.__cause__
            if not isinstance(cause, TransportError) or cause.status_code not in _UNTAKEN:
                raise
            if len(chunk) == 1:
                return [{"status": cause.status_code, "error": {"reason": str(error)}}]
            # One of them may be the reason, or there are too many.
            half = len(chunk) // 2
            return [*self._post(chunk[:half]), *self._post(chunk[half:])]
        return [told for one in answer["items"] for told in one.values()]

    def _sort_out(
        self, chunk: Sequence[Item], answers: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Item], str]:
        left, why = [], ""
        for item, answer in zip(chunk, answers, strict=True):
            if answer["status"] in _DONE:
                continue
            why = _reason(answer)
            if answer["status"] in _UNTAKEN:
                with self._lock:
                    self._refusals.append(Refusal(item, why))
            elif answer["status"] in _BUSY:
                left.append(item)
            else:
                raise ClusterRefused(
                    f"{self._address} refuses to write {answer.get('_id')} (HTTP "
                    f"{answer['status']}): {why}"
                )
        return left, why


_ANSWERS: Final = ",".join(f"items.*.{name}" for name in ("status", "error", "_id"))


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Items in their order, as many together as a request may have bytes; at least one."""
    chunk: list[Item] = []
    held = 0
    for item in items:
        if chunk and held + item.size > size:
            yield chunk
            chunk, held = [], 0
        chunk.append(item)
        held += item.size
    if chunk:
        yield chunk


def waits(patience: float) -> Iterator[float]:
    """Seconds to wait after each attempt, twice as long each time, until patience is at its end.

    Each differs a little, so that those who were refused together don't come back together.
    """
    end, wait = time.monotonic() + patience, _FIRST_WAIT
    while time.monotonic() < end:
        yield wait * random.uniform(0.5, 1.0)
        wait = min(2 * wait, _LONGEST_WAIT)


def _reason(answer: Mapping[str, Any]) -> str:
    """What an answer says is wrong, with what caused it."""
    error = answer.get("error", {})
    reasons = [str(error.get("reason", error))]
    while isinstance(error := error.get("caused_by"), dict):
        reasons.append(str(error.get("reason")))
    return ": ".join(reasons)[:500]
