"""An index of a test's own in the cluster of the run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing

import pytest

from index.cluster.address import ClusterAddress, parse_address
from index.cluster.client import connect
from tests.cluster import Cluster


@pytest.fixture
def address(cluster: Cluster) -> Iterator[ClusterAddress]:
    """Where nothing is yet; whatever the test puts there goes away."""
    address = parse_address(cluster.address(f"w{secrets.token_hex(6)}", shards=2))
    assert isinstance(address, ClusterAddress)
    yield address
    remove(address)


def remove(address: ClusterAddress) -> None:
    with closing(connect(address)) as client:
        for name in client.indices.get_alias(index=f"{address.name}*"):
            client.indices.delete(index=name)
