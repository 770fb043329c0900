"""Whatever goes wrong between a build and its cluster, nothing is lost and all is accounted for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.archives import ARCHIVES_VARIABLE
from index.builder import build
from index.cluster import bulk, place
from index.cluster.address import ClusterAddress
from index.cluster.builds import read_account
from index.cluster.client import ClientMissing, ClusterUnavailable, connect
from tests.cluster import Cluster
from tests.cluster_proxy import (
    TIMEOUT,
    Proxy,
    Spoil,
    busy,
    busy_items,
    cut,
    late,
    proxy_of,
    unheard,
)
from tests.index.cluster.test_store import TODAY, asked, opened, published, state_of, titles


def quiet(*_: object) -> None:
    """A progress that nobody looks at."""


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    with proxy_of(cluster.hosts[0]) as proxy:
        yield proxy


@pytest.mark.parametrize("spoil", [busy, cut, unheard, late, busy_items])
def test_what_is_spoilt_is_sent_again(
    address: ClusterAddress, proxy: Proxy, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full queue, a cut connection and an answer too late cost time, and no question."""
    monkeypatch.setattr(bulk, "TIMEOUT", TIMEOUT)
    through = replace(address, hosts=(proxy.host,))
    proxy.spoil("/_bulk", spoil, times=6)

    published(through, *map(asked, range(1, 30)))

    assert proxy.spoilt == 6
    assert len(titles(address)) == 29


def test_a_cluster_that_stays_busy_ends_the_build(address: ClusterAddress, proxy: Proxy) -> None:
    """What is wrong is said, and the index is as it was; the same command then does it."""
    published(address, asked(1, "Un"))
    proxy.spoil("/_bulk", busy, times=1_000)
    with pytest.raises(ClusterUnavailable, match="hasn't taken what was sent for 1 seconds"):
        published(replace(address, hosts=(proxy.host,)), asked(2, "Deux"), patience=1.0)
    before = titles(address)

    published(address, asked(2, "Deux"))

    assert before == {"QANR5L17QE1": "Un"}
    assert titles(address) == {"QANR5L17QE1": "Un", "QANR5L17QE2": "Deux"}
    assert not state_of(address).pending


def test_a_question_that_is_refused_is_a_reject(
    address: ClusterAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lucene has no word of 40,000 letters: the account says so, and the others are indexed."""
    monkeypatch.setenv(ARCHIVES_VARIABLE, str(tmp_path / "archives"))
    source = tmp_path / "questions.ndjson"
    given = (asked(1, "Un"), asked(2, "x" * 40_000))
    source.write_text("\n".join(json.dumps(q.as_record(None)) for q in given))

    report = build([source], address, today=TODAY, progress=quiet)
    with closing(connect(address)) as client:
        account = read_account(client, address, state_of(address))
    (kept,) = map(json.loads, place.ClusterPlace(address).rejects.read_text().splitlines())

    assert (report.read, report.indexed, report.rejected) == (2, 1, 1)
    assert report.rejects[0].place == kept["place"] == "QANR5L17QE2"
    assert "immense term" in report.rejects[0].reason
    assert (account["indexed"], account["rejects"]) == (1, [kept])
    assert titles(address) == {"QANR5L17QE1": "Un"}


def test_a_cluster_that_is_not_there_is_told() -> None:
    """With its address, and what to look at."""
    nowhere = ClusterAddress(("127.0.0.1:1",), "questions")

    with pytest.raises(ClusterUnavailable, match="questions can't be reached"):
        opened(nowhere)


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "opensearchpy", None)

    with pytest.raises(ClientMissing, match=r"pip install 'questions-ecrites\[opensearch\]'"):
        opened(ClusterAddress(("127.0.0.1:1",), "questions"))
