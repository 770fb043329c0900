"""What a cluster counts beside the results of a search: holdings, words, lines that complete."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from index.cluster.address import ClusterAddress, parse_address
from index.cluster.client import connect
from index.cluster.state import read_state
from index.cluster.store import open_cluster_store
from index.question import Question, make_question
from search.completion import Suggestion
from search.engines import opensearch_buckets, opensearch_completion
from search.engines.opensearch_completion import Completion
from search.engines.opensearch_corpus import count_holdings
from search.engines.opensearch_facets import FacetTable
from search.engines.opensearch_snapshot import Snapshot
from search.engines.opensearch_spelling import Spelling
from search.engines.opensearch_vocabulary import Vocabulary
from search.request import SearchRequest
from tests.cluster import Cluster
from tests.conformance.reference_engine import ReferenceEngine
from tests.publishing import publish
from tests.search import test_completion, test_corpus

MakeSnapshot = Callable[..., Snapshot]


@pytest.fixture(scope="module")
def make_snapshot(cluster: Cluster) -> Iterator[MakeSnapshot]:
    """Build an index of questions, in as many steps as there are batches, and open it."""
    with ExitStack() as held:

        def make(*batches: Iterable[Question]) -> Snapshot:
            address = parse_address(cluster.address(f"f{secrets.token_hex(6)}"))
            assert isinstance(address, ClusterAddress)
            client = held.enter_context(closing(connect(address)))
            held.callback(client.indices.delete, index=f"{address.name}-*")
            for batch in batches:
                with open_cluster_store(address, fictional=False, today=date(2026, 5, 12)) as store:
                    publish(store, batch)
            return Snapshot(client, address, read_state(client, address))

        yield make


@pytest.fixture(scope="module")
def completing(make_snapshot: MakeSnapshot) -> Completion:
    """The questions whose words, authors and ministères are completed."""
    return completion_of(make_snapshot(test_completion.QUESTIONS))


def completion_of(snapshot: Snapshot) -> Completion:
    return Completion(snapshot, FacetTable.load(snapshot), Vocabulary(snapshot))


def suggest(completion: Completion, q: str, *params: tuple[str, str]) -> list[Suggestion]:
    request = SearchRequest.from_params([("q", q), *params])
    return list(completion.suggest(request, 10))


def words(completion: Completion, q: str) -> list[str]:
    return [line.texte for line in suggest(completion, q) if line.genre == "mot"]


def question(number: int, **given: Any) -> Question:
    return make_question(uid=f"QANR5L17QE{number}", source="a.json", **given)


def test_holdings_are_what_plain_loops_count(
    make_snapshot: MakeSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each législature and type, however few a page of the cluster's answer holds."""
    monkeypatch.setattr(opensearch_buckets, "_PAGE", 2)
    newer = test_corpus.question(
        "QANR5L17QE7", date_reponse=date(2025, 4, 1), texte_reponse="<p>Non.</p>"
    )
    others = [q for q in test_corpus.QUESTIONS if q.uid != newer.uid]

    holdings = count_holdings(make_snapshot(test_corpus.QUESTIONS, [newer]))

    assert [(holding.legislature, holding.type) for holding in holdings] == [
        (17, "QE"), (17, "QG"), (16, "QE"),
    ]  # fmt: skip
    for holding in holdings:
        test_corpus.assert_counts(holding, [*others, newer])


def test_what_may_have_been_meant(make_snapshot: MakeSnapshot) -> None:
    """Words an edit or two away, two words in one, the frequent ones first; none that is gone."""
    titles = ["Retraite des agriculteurs", "Permis de conduire", "Permis de conduite"]
    questions = [question(number, titre=titre) for number, titre in enumerate(titles, 2)]
    older = question(1, titre="Retraitées", date_question=date(2024, 1, 9))
    newer = question(1, titre="Retraites", date_question=date(2025, 1, 7))
    snapshot = make_snapshot([older, *questions], [newer])
    spelling = Spelling(snapshot, Vocabulary(snapshot))

    def meant(word: str) -> list[tuple[str, int]]:
        return [(one.text, one.frequency) for one in spelling.corrections(word)]

    assert meant("retrete") == [("retraite", 1)]
    assert meant("permi") == [("permis", 2)]
    assert meant("permisconduire") == [("permis conduire", 1)]
    assert meant("retraites") == [("retraite", 1)]
    assert meant("ab") == meant("école") == []


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("coti", ["cotisations", "cotiser"]),
        ("ELE", ["élève"]),
        ("l'hop", ["l'hôpital"]),
        ("micro-ent", ["micro-entreprise"]),
        ("peut", ["peut"]),  # never the glued form of « peut-être »
        ('"permis de con', ['"permis de conduire"', '"permis de construire"']),
        ("titre:éco", []),  # only texts hold it
        ("cotisations hop", []),  # never together
    ],
)
def test_words_are_completed(completing: Completion, q: str, expected: list[str]) -> None:
    """In their written form, one of each family, those that find most first."""
    assert words(completing, q) == expected


def test_every_count_is_what_plain_loops_find(completing: Completion) -> None:
    """Words, expressions and values of facets, with filters and without."""
    reference = ReferenceEngine(test_completion.QUESTIONS)
    queries = ["c", "san", "permis de c", "cotisations de l’educ", "jean-luc m", "école OU hop"]
    lines = [
        line
        for q in queries
        for filters in ([], [("rubrique", "-Logement"), ("champ", "question")])
        for line in suggest(completing, q, *filters)
    ]

    assert {line.genre for line in lines} >= {"mot", "expression", "auteur", "ministere", "titre"}
    assert [
        line for line in lines if line.genre != "titre" and line.nombre != total(reference, line)
    ] == []


def total(reference: ReferenceEngine, line: Suggestion) -> int:
    """How many questions the address of a line leads to."""
    if line.genre == "titre":
        return 1
    return reference.search(SearchRequest.from_params(parse_qsl(urlsplit(line.url).query))).total


def test_of_very_many_words_some_are_tried(
    make_snapshot: MakeSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More begin alike than are counted one by one: rare ones are still completed."""
    monkeypatch.setattr(opensearch_completion, "_FEW_WORDS", 20)
    rare = " ".join(f"pre{letter}{other}q" for letter in "abcdef" for other in "abcdef")
    often = [question(number, titre="Prénom" if number < 4 else "Nom") for number in range(1, 9)]
    snapshot = make_snapshot([*often, question(9, titre=rare)])

    assert words(completion_of(snapshot), "pre")[0] == "prénom"
    assert words(completion_of(snapshot), "preabq") == ["preabq"]
