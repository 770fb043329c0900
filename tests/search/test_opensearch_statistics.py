"""Figures from what a cluster counted of each wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from search.engines.opensearch_facets import FacetTable
from search.engines.opensearch_statistics import _break_down
from search.statistics import Figures, Group

TABLE = FacetTable(
    {
        "ministere": {("Travail", ""): 4, ("TRAVAIL", ""): 2, ("Justice", ""): 6},
        "legislature": {("16", ""): 9, ("17", ""): 1},
    },
    None,
)


def bucket(key: str | int, states: Mapping[str, int], delays: Sequence[int]) -> dict[str, Any]:
    """What the cluster counted of one wording."""
    return {
        "key": key,
        "statut": {"buckets": [{"key": name, "doc_count": n} for name, n in states.items()]},
        "en_retard": {"doc_count": 1},
        "delais": {"value": delays},
    }


def test_wordings_of_a_value_have_one_median() -> None:
    """That of all their delays, which isn't to be told from the median of each."""
    alone = [bucket("Justice", {"repondue": 6}, [7, 8])]
    varied = [
        bucket("Travail", {"repondue": 4}, [10, 10, 10, 100]),
        bucket("TRAVAIL", {"repondue": 2, "retiree": 1}, [20, 300]),
    ]
    counted = {"values": {"buckets": alone}, "varied": {"buckets": varied}}

    assert _break_down("ministere", TABLE, counted) == (
        Group("Travail", "Travail", Figures(7, 6, 0, 1, 0, 2, 15.0)),
        Group("Justice", "Justice", Figures(6, 6, 0, 0, 0, 1, 7.5)),
    )


def test_the_newest_legislature_comes_first() -> None:
    """However many questions it has."""
    states = {"repondue": 9}
    buckets = [bucket(number, states, []) for number in (16, 17)]
    groups = _break_down("legislature", TABLE, {"values": {"buckets": buckets}})

    assert [(group.valeur, group.figures.delai_median) for group in groups] == [
        ("17", None),
        ("16", None),
    ]
