"""The filters of a request as queries of a cluster: their form, and what passes them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from index.cluster.shape import COLUMN, document_of
from index.fields import COLUMNS
from index.question import Question, make_question
from search.engines.opensearch_facets import Borne, FacetTable
from search.engines.opensearch_filters import filter_queries, filter_query
from search.facets import FACETS, Facet
from search.request import SearchRequest
from tests.conformance import strategies
from tests.conformance.reference_engine import ReferenceEngine, facet_value

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "opensearch" / "filters.json"
DONNEES_AU = date(2026, 5, 12)

TABLE = FacetTable(
    {
        "rubrique": {("Santé", ""): 2, ("sante", ""): 1, ("Élus locaux", ""): 1},
        "groupe": {("Union des communes", "UDC"): 3, ("Non inscrit", "NI"): 1, ("", "NI"): 1},
        "legislature": {("17", ""): 3},
    },
    DONNEES_AU,
)
CASES = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_the_query_of_each_filter(case: Mapping[str, Any]) -> None:
    """By facet, and those that belong to none together."""
    request = TABLE.canonical(SearchRequest.from_params(map(tuple, case["params"])))

    queries = filter_queries(request, TABLE, DONNEES_AU)

    assert {name or "": query for name, query in queries.items()} == case["filters"]


def test_a_facet_is_counted_without_its_own_filter() -> None:
    """Of two filters, what is left without one is the other; without both, nothing."""
    request = SearchRequest.from_params([("rubrique", "Santé"), ("legislature", "17")])

    assert filter_query(request, TABLE, DONNEES_AU, but="rubrique") == {
        "terms": {"columns.legislature": [17]}
    }
    assert filter_query(SearchRequest(), TABLE, DONNEES_AU) is None


@settings(max_examples=20)
@given(situation=strategies.situations(searches=8))
def test_what_passes_is_what_passes_plain_loops(
    situation: tuple[list[list[Question]], list[SearchRequest]],
) -> None:
    """Values in any wording, references and sigles, excluded or not, periods: as the reference."""
    batches, requests = situation
    questions = list({q.uid: q for batch in batches for q in batch}.values())
    reference = ReferenceEngine(questions)
    table = FacetTable({f.name: borne(f, questions) for f in FACETS}, reference.donnees_au)
    for asked in requests:
        request = table.canonical(asked)
        query = table.filter_query(request) or {"match_all": {}}

        assert request == reference.canonical(asked)
        assert [q.uid for q in questions if matches(query, columns_of(q))] == [
            q.uid for q in questions if reference.passes(q, request)
        ]


def test_a_tie_of_wordings_goes_to_the_first_by_code_point() -> None:
    """Whichever an index tells first."""
    for wordings in (["Eau", "EAU"], ["EAU", "Eau"]):
        table = FacetTable({"rubrique": {(one, ""): 2 for one in wordings}}, None)

        assert table.values["rubrique"].canonical("eau") == "EAU"


def test_the_columns_told_by_questions_are_those_of_documents() -> None:
    """What `columns_of` takes from a document, with no entry for what a question lacks."""
    question = make_question(uid="QANR5L17QE1", rubrique="Eau", source="a.json")

    assert columns_of(question)["rubrique"] == "Eau"
    assert columns_of(question)["signalee"] == 0
    assert columns_of(question).keys() < {column.name for column in COLUMNS}


def columns_of(question: Question) -> Mapping[str, Any]:
    document, _ = document_of(question, b"")
    held: Mapping[str, Any] = document[COLUMN]
    return held


def borne(facet: Facet, questions: Iterable[Question]) -> Borne:
    """What an index of some questions tells of a facet."""
    return Counter(
        (
            facet_value(question, facet) or "",
            (facet.aliases and getattr(question, facet.aliases)) or "",
        )
        for question in questions
    )


def matches(query: Mapping[str, Any], columns: Mapping[str, Any]) -> bool:
    """Whether a document with these columns matches a query, as OpenSearch's manual says."""
    ((kind, asked),) = query.items()
    if kind == "bool":
        should = [matches(one, columns) for one in asked.get("should", ())]
        return (
            all(matches(one, columns) for one in asked.get("filter", ()))
            and not any(matches(one, columns) for one in asked.get("must_not", ()))
            and sum(should) >= asked.get("minimum_should_match", 0)
        )
    if kind in ("match_all", "match_none"):
        return kind == "match_all"
    ((field, given_values),) = asked.items()
    held = columns.get(field.removeprefix(f"{COLUMN}."))
    if held is None:
        return False
    match kind:
        case "term":
            return bool(held == given_values)
        case "terms":
            return held in given_values
        case "range":
            return all(_HOLDS[bound](held, value) for bound, value in given_values.items())
    raise ValueError(kind)


_HOLDS = {
    "gte": lambda held, value: held >= value,
    "lte": lambda held, value: held <= value,
    "lt": lambda held, value: held < value,
}
