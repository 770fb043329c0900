"""The OpenSearch that other tests ask for."""

from __future__ import annotations

import json
import shutil
from urllib.request import urlopen

import pytest

from tests.cluster import NODES, Cluster, ClusterMissing, own_cluster, shared_cluster


def test_every_node_sees_the_others(cluster: Cluster) -> None:
    """It is one cluster, whichever node is asked."""
    seen = {
        json.load(urlopen(f"http://{host}/_cluster/health"))["number_of_nodes"]
        for host in cluster.hosts
    }

    assert (len(cluster.hosts), seen) == (NODES, {NODES})


def test_a_run_has_one_cluster(cluster: Cluster) -> None:
    """Whoever asks again gets the same."""
    assert shared_cluster() == cluster


def test_without_java_there_is_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(ClusterMissing, match="no java: install openjdk-17"), own_cluster():
        pass
