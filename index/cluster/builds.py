"""Who builds an index in a cluster, and the accounts of builds, in an index beside it.

One build at a time writes to an index: it holds a lease, which it renews. That of a build that was
killed runs out, and the next build takes over.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from index.cluster.address import ClusterAddress
from index.cluster.client import ClusterUnavailable, cluster_errors
from index.cluster.names import builds
from index.cluster.state import IndexState
from index.errors import IndexLocked

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

LEASE: Final = 60.0
"""Seconds until a lease that isn't renewed runs out: what the next build waits for after a kill,
and more than the clocks of two machines may differ by."""

_RENEWED: Final = 6
"""Times that a lease is renewed before it would run out."""

_ID: Final = "lease"
_EDITION: Final = "edition"


class Lease:
    """The right to write to an index, until it is given up or taken over.

    Args:
        client: of the cluster. address: of the index.
        seconds: until it runs out when it isn't renewed.
    """

    def __init__(self, client: OpenSearch, address: ClusterAddress, seconds: float) -> None:
        self._client, self._address, self._seconds = client, address, seconds
        self._index = builds(address.name)
        self._owner = f"process {os.getpid()} on {socket.gethostname()}"
        self._held: Mapping[str, int] = {}
        self._lost = False

    def take(self) -> None:
        """Take it.

        Raises:
            IndexLocked: another build has it.
        """
        with cluster_errors(self._address):
            found = self._client.get(index=self._index, id=_ID, ignore=[404])
        if not found.get("found"):
            self._write({"op_type": "create"})
            return
        left = found["_source"]["expires"] - time.time()
        if left > 0:
            raise IndexLocked(
                f"{self._address} is being written by {found['_source']['owner']}: wait until it "
                f"has finished, or {left:.0f} seconds if it was killed"
            )
        self._write(_place(found))

    def renew(self) -> None:
        """Put off its end.

        Raises:
            IndexLocked: another build has taken it over.
        """
        self._write(self._held)

    def check(self) -> None:
        """See that it hasn't been taken over.

        Raises:
            IndexLocked: it has been.
        """
        if self._lost:
            raise self._taken()

    def give_up(self) -> None:
        """Let another build have it at once."""
        if not self._lost:
            with cluster_errors(self._address):
                self._client.delete(index=self._index, id=_ID, params=self._held, ignore=[404, 409])

    def _write(self, only_if: Mapping[str, Any]) -> None:
        body = {"owner": self._owner, "expires": time.time() + self._seconds}
        with cluster_errors(self._address):
            told = self._client.index(
                index=self._index, id=_ID, body=body, params=only_if, ignore=[409]
            )
        if told.get("status") == 409:
            self._lost = True
            raise self._taken()
        self._held = _place(told)

    def _taken(self) -> IndexLocked:
        return IndexLocked(
            f"{self._address} is being written by another build: wait until it has finished"
        )


@contextmanager
def hold_lease(
    client: OpenSearch, address: ClusterAddress, seconds: float = LEASE
) -> Iterator[Lease]:
    """Keep other builds from an index until the block ends.

    Raises:
        IndexLocked: another build has the lease.
        ClusterUnavailable: the cluster can't answer.
    """
    make_builds(client, address)
    lease = Lease(client, address, seconds)
    lease.take()
    ended = Event()
    renewing = Thread(target=_renew, args=(lease, seconds / _RENEWED, ended), daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        ended.set()
        renewing.join()
        with suppress(ClusterUnavailable):  # it runs out by itself
            lease.give_up()


def is_leased(client: OpenSearch, address: ClusterAddress) -> bool:
    """Whether a build is under way."""
    with cluster_errors(address):
        found = client.get(index=builds(address.name), id=_ID, ignore=[404])
    return bool(found.get("found")) and found["_source"]["expires"] > time.time()


def make_builds(client: OpenSearch, address: ClusterAddress) -> None:
    """Make the index of the lease and of the accounts, if there is none."""
    body = {
        # A copy wherever there is a second node, even of an index that has none: without the lease
        # nobody could build, not even anew.
        "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
        "mappings": {"dynamic": False, "properties": {_EDITION: {"type": "keyword"}}},
    }
    with cluster_errors(address):
        if not client.indices.exists(index=builds(address.name)):
            # Another build may make it in the same moment.
            client.indices.create(index=builds(address.name), body=body, ignore=[400])


def read_account(client: OpenSearch, address: ClusterAddress, state: IndexState) -> dict[str, Any]:
    """The account of the build that made a generation; empty when it isn't there."""
    with cluster_errors(address):
        found = client.get(index=builds(address.name), id=_account_id(state), ignore=[404])
    account: dict[str, Any] = found["_source"] if found.get("found") else {}
    account.pop(_EDITION, None)
    return account


def write_account(
    client: OpenSearch, address: ClusterAddress, state: IndexState, account: Mapping[str, Any]
) -> None:
    """Keep the account of the build that makes a generation."""
    body = {"generation": state.generation, **account, _EDITION: state.edition}
    with cluster_errors(address):
        client.index(index=builds(address.name), id=_account_id(state), body=body)


def forget_other_editions(client: OpenSearch, address: ClusterAddress, state: IndexState) -> None:
    """Remove the accounts of indexes that this one has replaced."""
    others = {
        "bool": {
            "filter": {"exists": {"field": _EDITION}},
            "must_not": {"term": {_EDITION: state.edition}},
        }
    }
    with cluster_errors(address):
        client.indices.refresh(index=builds(address.name))
        client.delete_by_query(
            index=builds(address.name), body={"query": others}, params={"conflicts": "proceed"}
        )


def _renew(lease: Lease, every: float, ended: Event) -> None:
    """Renew a lease until a build ends, or has lost it, which `check` tells it."""
    while not ended.wait(every):
        try:
            lease.renew()
        except ClusterUnavailable:
            continue  # whoever looks meanwhile can't take it over either
        except IndexLocked:
            return


def _place(told: Mapping[str, Any]) -> dict[str, int]:
    """What tells one writing of a document from the next ones."""
    return {"if_seq_no": told["_seq_no"], "if_primary_term": told["_primary_term"]}


def _account_id(state: IndexState) -> str:
    return f"{state.edition}-{state.generation}"
