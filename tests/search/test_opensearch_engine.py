"""The engine over a cluster: what the searches of `tests.conformance` don't ask."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from queue import Queue
from statistics import fmean

import pytest

from benchmarks.relevance import measure, rank_with
from benchmarks.topics import read_topics
from index.cluster.address import ClusterAddress, parse_address
from index.cluster.client import ClusterUnavailable, connect
from index.cluster.state import read_state, write_state
from index.cluster.store import open_cluster_store
from index.question import Question
from search.budget import SearchTooLong
from search.engine import Engine
from search.engines import opensearch_engine, opensearch_search, opensearch_uids
from search.engines.opensearch_engine import OpenSearchEngine
from search.request import BadRequest, SearchRequest
from tests.cluster import Cluster
from tests.conformance.cluster_index import fill
from tests.conftest import DEMO
from tests.publishing import publish
from tests.search.test_hostile_queries import LONG, SEED, hostile_params

JUDGED = DEMO.parent / "benchmarks" / "judged" / "demo.tsv"

QUERIES = (
    *("retraite", "école eau", "transition énergétique des bâtiments", '"sécurité sociale"'),
    *("auto-entrepreneur", "agence régionale de santé", "infirm*", "retraitte", "santé -hôpital"),
    *("titre:eau", "ministere:travail OU prison", '"eau potable"~5', "a*", "zzzz", ""),
)


@pytest.fixture(scope="module")
def questions(demo_engine: Engine) -> list[Question]:
    """The demo corpus."""
    return list(demo_engine.listing(SearchRequest()).questions)


@pytest.fixture(scope="module")
def engine(questions: list[Question], cluster: Cluster) -> Iterator[OpenSearchEngine]:
    """The demo corpus in the cluster."""
    assert cluster.hosts
    engine = OpenSearchEngine(fill([questions]))
    yield engine
    engine.close()


@pytest.mark.parametrize("query", QUERIES)
def test_the_demo_has_the_same_answers(
    query: str, demo_engine: Engine, engine: OpenSearchEngine
) -> None:
    """A page is the same to the letter in a directory and in a cluster, its scores included."""
    for params in ((), (("tri", "delai"),), (("statut", "repondue"), ("par", "5"))):
        request = SearchRequest.from_params([("q", query), *params])
        ours = engine.search(request, with_timeline=True)
        theirs = demo_engine.search(request, with_timeline=True)

        assert replace(ours, duree_ms=0.0) == replace(theirs, duree_ms=0.0)


def test_a_hostile_query_has_an_answer_in_a_cluster(engine: OpenSearchEngine) -> None:
    """Or costs too much: the cluster refuses none that our own limits let through."""
    chance, answered = random.Random(SEED), 0
    for params in (
        *([("q", query)] for query in LONG),
        *(list(hostile_params(chance)) for _ in range(40)),
    ):
        try:
            results = engine.search(SearchRequest.from_params(params))
        except (BadRequest, SearchTooLong):
            continue
        assert json.dumps(results.as_json(), ensure_ascii=False).encode()
        answered += 1

    assert answered > 40


def test_the_judged_queries_are_ranked_as_in_a_directory(
    demo_engine: Engine, engine: OpenSearchEngine
) -> None:
    """nDCG@10 within 0.02, and of a hundred queries ninety-five with the same first result."""
    topics = read_topics(JUDGED)
    ours, theirs = (
        {topic.query: rank_with(one)(topic.query) for topic in topics}
        for one in (engine, demo_engine)
    )
    worth, expected = (measure(topics, ranked.__getitem__) for ranked in (ours, theirs))

    assert fmean(worth.ndcg) == pytest.approx(fmean(expected.ndcg), abs=0.02)
    assert fmean(ours[query].uids[:1] == theirs[query].uids[:1] for query in ours) >= 0.95


def test_what_is_asked_of_one_question_has_the_same_answers(
    questions: list[Question], demo_engine: Engine, engine: OpenSearchEngine
) -> None:
    """Its record, those with the same answer, its words marked, and why it is found."""
    request = SearchRequest(q="santé OU retraite")
    for question in questions[:20]:
        assert engine.get(question.uid) == question
        assert engine.same_answer(question) == demo_engine.same_answer(question)
    assert engine.highlight(questions, request) == demo_engine.highlight(questions, request)
    assert engine.get("\ud800") is None


def test_an_explanation_adds_up_to_the_score(engine: OpenSearchEngine) -> None:
    """What each word gives, and what standing together gives, is the score shown."""
    request = SearchRequest(q="retraite agricole")
    (first, *_) = engine.search(request).hits

    told = engine.explain(request, first.question.uid)

    assert told is not None and told.rank == 1 and told.nearness > 0
    given = sum(unit.points + unit.bonus for unit in told.units) + told.nearness
    assert first.score == pytest.approx(given, abs=2e-4)
    assert engine.explain(request, "QANR5L17QE0") is None


def test_similar_questions_share_its_words(
    questions: list[Question], engine: OpenSearchEngine
) -> None:
    """Neither itself nor what has its answer is among them."""
    found = {question: engine.similar(question) for question in questions[:30]}

    assert any(similar.questions for similar in found.values())
    for question, similar in found.items():
        known = {question.uid, *(one.uid for one in engine.same_answer(question))}
        assert known.isdisjoint(one.uid for one in similar.questions)
        assert bool(similar.words) == bool(similar.questions)


def test_pages_are_walked_to_beyond_the_window(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cluster doesn't reach by itself is the same page."""
    request = SearchRequest(q="santé", page=4, par=7)
    reached = engine.search(request)

    monkeypatch.setattr(opensearch_search, "WINDOW", 5)

    assert engine.search(request).hits == reached.hits
    assert engine.search(replace(request, page=10**15)).hits == ()


def test_questions_are_listed_by_rank(
    questions: list[Question], engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any ranks, in any order, whether they were come by or not."""
    monkeypatch.setattr(opensearch_uids, "WINDOW", 16)
    uids = sorted(question.uid for question in questions)

    for ranks in (range(100, 140), range(5, 9), range(150, 400), range(400, 410), range(50)):
        assert [dated.uid for dated in engine.dated_uids(ranks)] == uids[ranks.start : ranks.stop]


@pytest.mark.usefixtures("cluster")
def test_a_new_generation_is_taken_up(
    questions: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is asked again which one is published, the next call answers from it."""
    monkeypatch.setattr(opensearch_engine, "STATE_BELIEVED", 0.0)
    address = fill([questions[:3]])
    client = connect(address, timeout=60.0)
    engine = OpenSearchEngine(address)
    before = engine.health()

    state = read_state(client, address)
    write_state(client, address, replace(state, generation=state.generation + 1))

    assert engine.health().generation == before.generation + 1
    assert engine.health().edition != before.edition


@pytest.mark.usefixtures("cluster")
def test_a_new_generation_is_prepared_before_it_answers(
    questions: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another thread, with an engine over that generation, whatever is published."""
    monkeypatch.setattr(opensearch_engine, "STATE_BELIEVED", 0.0)
    address, prepared = fill([questions[:3]]), Queue[int]()
    client = connect(address, timeout=60.0)
    state = read_state(client, address)
    engine = OpenSearchEngine(
        address, prepare=lambda newest: prepared.put(newest.health().generation)
    )

    write_state(client, address, replace(state, generation=state.generation + 1))

    assert engine.health().generation == state.generation
    assert prepared.get(timeout=60) == state.generation + 1


def test_an_index_that_was_made_anew_is_taken_up_at_once(
    questions: list[Question], cluster: Cluster
) -> None:
    """The one before is deleted: a search that looks for it there is asked again."""
    address = parse_address(cluster.address(f"anew-{os.getpid()}"))
    assert isinstance(address, ClusterAddress)
    _build(address, questions[:3])
    engine = OpenSearchEngine(address)
    assert engine.search(SearchRequest()).total == 3

    _build(address, questions[:2])

    assert engine.search(SearchRequest()).total == 2


def _build(address: ClusterAddress, questions: list[Question]) -> None:
    day = date(2026, 5, 12)
    with open_cluster_store(address, fictional=True, today=day, rebuild=True) as store:
        publish(store, questions)


def test_a_cluster_that_is_away_is_told_at_each_call(tmp_path: Path) -> None:
    """An engine is opened nevertheless: the cluster may come back."""
    engine = OpenSearchEngine(ClusterAddress(("127.0.0.1:9",), tmp_path.name.lower()))

    for _ in range(2):
        with pytest.raises(ClusterUnavailable, match="can't be reached"):
            engine.health()
    engine.close()
