"""This program over an OpenSearch cluster that runs already: the same searches, sent there.

`QE_BENCH_CLUSTER` tells where, as `--index` does and without a name: opensearch://127.0.0.1:9200
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from benchmarks.peers import PeerAbsent
from benchmarks.peers.this_engine import ThisEngine
from index.cluster.address import AddressMalformed, IndexAddress, parse_address

VARIABLE: Final = "QE_BENCH_CLUSTER"


def _cluster() -> str:
    """Raises PeerAbsent when the environment tells none."""
    told = os.environ.get(VARIABLE, "")
    try:
        parse_address(f"{told}/benchmark")
    except AddressMalformed as error:
        raise PeerAbsent(f"opensearch: {error}") from error
    if not told:
        raise PeerAbsent(
            f"opensearch needs a cluster that runs: set {VARIABLE}=opensearch://127.0.0.1:9200, or "
            "leave it out with --peers"
        )
    return told.rstrip("/")


_cluster()


class OnCluster(ThisEngine):
    """An index in the cluster; its directory holds but a file with its address."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file as `qe index` does."""
        directory.mkdir()
        cls.place(directory).write_text(f"{_cluster()}/benchmark-{source.stem}")
        super().make_index(source, directory)

    @classmethod
    def address(cls, directory: Path) -> IndexAddress:
        """The index that a directory stands for."""
        return parse_address(cls.place(directory).read_text())

    @staticmethod
    def place(directory: Path) -> Path:
        """The file with the address."""
        return directory / "address"
