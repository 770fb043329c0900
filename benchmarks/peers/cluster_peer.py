"""This program over an OpenSearch cluster that runs already: the same searches, sent there.

`QE_BENCH_CLUSTER` tells where, as `--index` does and without a name: opensearch://127.0.0.1:9200
Its disk is the cluster's, with all copies; its memory and its time to open are those of the process
that asks, to which the cluster's own memory comes.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.peers import PeerAbsent
from benchmarks.peers.this_engine import ThisEngine
from index.cluster.address import AddressMalformed, ClusterAddress, parse_address
from index.cluster.client import ClusterUnavailable, cluster_errors, connect

VARIABLE: Final = "QE_BENCH_CLUSTER"


def _cluster() -> str:
    """Raises PeerAbsent when the environment tells none."""
    told = os.environ.get(VARIABLE, "")
    if not told:
        raise PeerAbsent(
            f"opensearch needs a cluster that runs: set {VARIABLE}=opensearch://127.0.0.1:9200, or "
            "leave it out with --peers"
        )
    return told.rstrip("/")


def _address(name: str) -> ClusterAddress:
    """Raises PeerAbsent when the environment tells no cluster."""
    try:
        address = parse_address(f"{_cluster()}/{name}")
    except AddressMalformed as error:
        raise PeerAbsent(f"opensearch: {error}") from error
    if not isinstance(address, ClusterAddress):
        raise PeerAbsent(f"opensearch: {VARIABLE} begins with opensearch://")
    return address


def _version() -> str:
    """Of the cluster, with how many nodes it has; raises PeerAbsent when it doesn't answer."""
    address = _address("benchmark")
    try:
        with closing(connect(address)) as client, cluster_errors(address):
            number: str = client.info()["version"]["number"]
            nodes: int = client.nodes.info()["_nodes"]["total"]
    except ClusterUnavailable as error:
        raise PeerAbsent(f"opensearch: {error}") from error
    return f"{number} ({nodes} nodes)"


VERSION: Final = _version()


class OnCluster(ThisEngine):
    """An index in the cluster; its directory holds but a file with its address."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file as `qe index` does."""
        directory.mkdir()
        cls.place(directory).write_text(f"benchmark-{source.stem}")
        super().make_index(source, directory)

    @classmethod
    def disk_use(cls, directory: Path) -> int:
        """Bytes that all copies of all shards take, those of the words and the accounts too."""
        address = cls.address(directory)
        with closing(connect(address)) as client, cluster_errors(address):
            told = client.indices.stats(index=f"{address.name}*", metric="store")
        size: int = told["_all"]["total"]["store"]["size_in_bytes"]
        return size

    @classmethod
    def address(cls, directory: Path) -> ClusterAddress:
        """The index that a directory stands for."""
        return _address(cls.place(directory).read_text())

    @staticmethod
    def place(directory: Path) -> Path:
        """The file with the name."""
        return directory / "name"
