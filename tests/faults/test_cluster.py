"""Nodes of a cluster go away and come back: nothing is lost, and totals are right again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest
from flask.testing import FlaskClient

from index.cluster import encoder
from index.cluster.address import ClusterAddress, parse_address
from index.cluster.check import check_cluster_index
from index.cluster.client import ClusterUnavailable, connect
from index.stores.version_key import version_key
from search.engine import Engine, open_engine
from search.request import SearchRequest
from tests.cluster import Cluster, ClusterMissing, own_cluster
from tests.conftest import missing
from tests.index.cluster.test_store import asked, opened, published
from web.application import create_app


def quiet(*_: object) -> None:
    """A progress that nobody looks at."""


@pytest.fixture(scope="module")
def fragile() -> Iterator[Cluster]:
    """A cluster whose nodes may be closed."""
    try:
        with own_cluster() as cluster:
            yield cluster
    except ClusterMissing as error:
        missing(str(error))


def test_a_node_that_goes_away_takes_nothing_with_it(
    fragile: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that leads, while questions are written; when it is back, all copies are."""
    monkeypatch.setattr(encoder, "BATCH", 50)
    monkeypatch.setattr(encoder, "start_processes", lambda: ThreadPoolExecutor(1))
    address = _in(fragile, "questions")
    with opened(address, patience=120.0) as written:
        written.known()
        fragile.wait()  # a shard whose copy isn't there yet would be lost
        closing_node = Thread(target=fragile.close_node, args=(0,))
        closing_node.start()
        for number in range(1, 601):
            question = asked(number)
            written.add(question, version_key(question.version))
        refused = written.settle(quiet)
        closing_node.join()
        written.publish({}, quiet)
    without = _counted(address)
    fragile.start_node(0)

    assert refused == []
    assert (without, _counted(address)) == (600, 600)
    assert check_cluster_index(address, quiet, every=False).damages == ()


def test_shards_that_are_lost_are_told_until_they_are_back(fragile: Cluster) -> None:
    """Without copies, an index lacks what a closed node has; nothing is published into it."""
    address = replace(_in(fragile, "alone"), replicas=0)
    published(address, *map(asked, range(1, 30)))
    fragile.close_node(2)
    verdict = check_cluster_index(address, quiet, every=False)
    with pytest.raises(ClusterUnavailable):
        published(address, asked(30), patience=1.0)

    fragile.start_node(2)
    published(address, asked(30))

    assert "lacks shards, of which no node has a copy" in verdict.damages[0]
    assert _counted(address) == 30
    assert check_cluster_index(address, quiet, every=True).damages == ()


def test_searches_go_on_without_a_node(fragile: Cluster) -> None:
    """Whatever is answered while one goes away is right, and so is what comes after."""
    address = _in(fragile, "searched")
    published(address, *map(asked, range(1, 60)))
    fragile.wait()
    with closing(open_engine(address)) as engine, _asked_all_the_while(engine) as totals:
        fragile.close_node(1)
        without = engine.search(SearchRequest(q="question")).total
        fragile.start_node(1)

    assert without == 59
    assert set(totals) == {59}


def test_the_site_says_that_shards_are_lost_and_recovers(fragile: Cluster) -> None:
    """A worded 503 while they are, also to a site that starts then; answers once they are back."""
    address = replace(_in(fragile, "served"), replicas=0)
    published(address, *map(asked, range(1, 30)))
    with _site(address) as before:
        before.get("/?q=question")
        fragile.close_node(2)
        with _site(address) as begun:
            lost = [site.get("/?q=question") for site in (before, begun)]
            fragile.start_node(2)
            back = [site.get("/api/v1/questions?q=question") for site in (before, begun)]

    assert [answer.status_code for answer in lost] == [503, 503]
    assert all("Recherche indisponible pour le moment" in answer.text for answer in lost)
    assert [answer.get_json()["total"] for answer in back] == [29, 29]


@contextmanager
def _asked_all_the_while(engine: Engine) -> Iterator[list[int]]:
    """The totals of a search that is asked again and again; failures told in words are none."""
    totals: list[int] = []
    ended = Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                totals.append(engine.search(SearchRequest(q="question")).total)
            except ClusterUnavailable:
                continue

    asking = Thread(target=ask)
    asking.start()
    try:
        yield totals
    finally:
        ended.set()
        asking.join()


@contextmanager
def _site(address: ClusterAddress) -> Iterator[FlaskClient]:
    with closing(open_engine(address)) as engine:
        yield create_app(engine).test_client()


def _in(cluster: Cluster, name: str) -> ClusterAddress:
    address = parse_address(cluster.address(name))
    assert isinstance(address, ClusterAddress)
    return address


def _counted(address: ClusterAddress) -> int:
    with closing(connect(address)) as client:
        count: int = client.count(index=address.name)["count"]
    return count
