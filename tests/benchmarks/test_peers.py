"""Every engine does the same work: totals, counts, pages and filters as plain loops have them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.frequencies import folded_words
from benchmarks.generator import write_questions
from benchmarks.peers import OTHERS, PEERS, Peer, PeerAbsent, load_peer
from benchmarks.workload import COUNTED, Query

SIZE = 50
CLUSTER = "opensearch"
VARIABLE = "QE_BENCH_CLUSTER"


def installed() -> list[str]:
    """The engines that can run here; tantivy and Whoosh come with the development environment."""
    present = []
    for name in PEERS:
        try:
            load_peer(name)
        except PeerAbsent:
            assert name in ("xapian", CLUSTER), f"{name} must be installed to test the benchmarks"
        else:
            present.append(name)
    return present


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "questions.ndjson"
    write_questions(path, SIZE, processes=1)
    return path


@pytest.fixture(scope="module")
def records(source: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in source.read_bytes().splitlines()]


@pytest.fixture(scope="module", params=dict.fromkeys([*installed(), CLUSTER]))
def peer(
    request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peer]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == CLUSTER:
            hosts = request.getfixturevalue("cluster").hosts
            patch.setenv(VARIABLE, f"opensearch://{','.join(hosts)}")
        engine = load_peer(request.param)
        directory = tmp_path_factory.mktemp(request.param) / "index"
        engine.make_index(source, directory)
        with closing(engine(directory)) as opened:
            yield opened


def name_in_few(records: list[dict[str, Any]]) -> str:
    """A made name that several questions hold: it has no plural and no accent to differ by."""
    held: Counter[str] = Counter()
    for record in records:
        held.update({word for word in folded_words(record) if word.endswith(("ac", "aie"))})
    return min(word for word, number in held.items() if number == 2)


def holding(records: list[dict[str, Any]], *words: str) -> set[str]:
    return {record["uid"] for record in records if set(words) <= set(folded_words(record))}


def test_a_word_without_relatives_finds_the_questions_that_hold_it(
    peer: Peer, records: list[dict[str, Any]]
) -> None:
    """All of them and no other, with the word marked where it stands."""
    word = name_in_few(records)
    found = peer.search(Query("word", words=(word,)))

    assert set(found.uids) == holding(records, word)
    assert found.total == 2
    assert len(found.passages) == 2
    assert any(f">{word}</" in passage.lower() for one in found.passages for passage in one)


def test_a_word_of_all_questions_finds_all(peer: Peer) -> None:
    """The total is exact though ten are shown."""
    found = peer.search(Query("word", words=("ministre",)))

    assert found.total == SIZE
    assert len(set(found.uids)) == len(found.passages) == 10


def test_pages_follow_one_another(peer: Peer) -> None:
    """Five pages hold all fifty, each once."""
    pages = [peer.search(Query("page", words=("ministre",), page=page)) for page in range(1, 7)]
    uids = [uid for page in pages for uid in page.uids]

    assert len(uids) == len(set(uids)) == SIZE
    assert [page.total for page in pages] == [SIZE] * 6


def test_counts_are_those_of_the_questions(peer: Peer, records: list[dict[str, Any]]) -> None:
    """Every facet, without text and without filter."""
    found = peer.search(Query("no text"))

    assert found.total == SIZE
    assert found.facets.keys() >= set(COUNTED)
    for name in ("legislature", "type", "statut"):
        own = Counter(str(record[name]) for record in records)
        assert {v: n for v, n in found.facets[name].items() if v != "en_retard"} == dict(own)


def test_a_facet_is_counted_without_its_own_filter(
    peer: Peer, records: list[dict[str, Any]]
) -> None:
    """The others are counted with it; the page holds only what all filters leave."""
    filters = {"legislature": ("12", "13"), "statut": ("repondue",)}
    found = peer.search(Query("filters", words=("ministre",), filters=filters))
    sat = [record for record in records if record["legislature"] in {12, 13}]
    answered = [record for record in records if record["statut"] == "repondue"]

    assert found.total == sum(record in answered for record in sat)
    assert found.facets["statut"] == dict(Counter(record["statut"] for record in sat))
    assert found.facets["legislature"] == dict(
        Counter(str(record["legislature"]) for record in answered)
    )


@pytest.mark.parametrize(("sort", "newest_first"), [("recent", True), ("ancien", False)])
def test_sorts_order_by_date(
    peer: Peer, records: list[dict[str, Any]], sort: str, newest_first: bool
) -> None:
    """Without text too."""
    asked = {record["uid"]: record["date_question"] for record in records}
    shown = [asked[uid] for uid in peer.search(Query("sorted", sort=sort)).uids]

    assert shown == sorted(asked.values(), reverse=newest_first)[:10]


def test_phrases_prefixes_alternatives_and_exclusions(
    peer: Peer, records: list[dict[str, Any]]
) -> None:
    """Each part of a query does what it says, on words that have no relatives."""
    word = name_in_few(records)
    everything = Query("word", words=("ministre",))
    without = Query("exclusion", words=("ministre",), without=word)
    either = Query("either", words=("ministre",), either=(word, "introuvablex"))
    prefix = Query("prefix", words=("ministre",), prefix=word[:-1])
    phrase = Query("phrase", phrase=("entend", "prendre"))
    said = [" ".join(folded_words(record)) for record in records]
    totals = [peer.search(q).total for q in (everything, without, either, prefix, phrase)]

    assert totals[:3] == [SIZE, SIZE - 2, 2]
    assert totals[3] == sum(f" {word[:-1]}" in text for text in said)
    assert totals[4] == sum("entend prendre" in text for text in said)


def test_error_when_a_library_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install it and how to do without."""
    monkeypatch.setitem(sys.modules, "tantivy", None)
    monkeypatch.delitem(sys.modules, "benchmarks.peers.tantivy_peer", raising=False)

    with pytest.raises(PeerAbsent) as caught:
        load_peer("tantivy")
    assert str(caught.value) == (
        "tantivy needs the module tantivy: pip install -r requirements/bench.txt, "
        "or leave it out with --peers"
    )


def test_this_engine_is_compared_with_all_others() -> None:
    """It comes first, whatever is added."""
    assert next(iter(PEERS)) == "questions-ecrites"
    assert "questions-ecrites" not in OTHERS
