"""The figures of a search, counted in the cluster; see `search.statistics`.

Percentiles of the cluster are approximate, so a script tells the delays in the middle. Of values
with several wordings it tells all delays, whose median is that of none of the wordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from index.cluster.shape import COLUMN, DATED
from index.question import STATUTS
from search.description import describe
from search.engines.opensearch_facets import FacetTable
from search.engines.opensearch_filters import all_of, overdue_query
from search.engines.opensearch_months import Months, count_months
from search.engines.opensearch_snapshot import Body, Snapshot
from search.facets import FACET
from search.request import SearchRequest
from search.statistics import BROKEN_DOWN, Figures, Group, Statistics

_DELAYS: Final[Mapping[str, Any]] = {
    "init_script": "state.days = [];",
    "map_script": (
        "def held = doc[params.delay]; if (held.size() > 0) { state.days.add(held.value); }"
    ),
    "combine_script": "return state.days;",
    "reduce_script": (
        "def days = [];"
        "for (some in states) { if (some != null) { days.addAll(some); } }"
        "days.sort(null);"
        "int size = days.size();"
        "return params.every || size < 2 ? days : [days[(size - 1) / 2], days[size / 2]];"
    ),
}
"""How many days answers took: of every one, or of the one or two in the middle."""


def count_statistics(
    snapshot: Snapshot,
    table: FacetTable,
    months: Months,
    request: SearchRequest,
    query: Body,
) -> Statistics:
    """The figures of a search; its indications are left empty, being no figures.

    Args:
        snapshot: what is asked.
        table: the facets of the same generation.
        months: those of the same generation.
        request: with its facet values in canonical form, without page.
        query: what matches its words, whatever the filters.
    """
    narrowed = all_of([one for one in (query, table.filter_query(request)) if one]) or query
    dated = {name: count_months(name) for name in DATED}
    words, whole, *parts = snapshot.search_all(
        [
            {"size": 0, "track_total_hits": True, "query": query},
            _counting(narrowed, {**_figures(snapshot), **dated}),
            *(_counting(narrowed, _by_value(name, table, snapshot)) for name in BROKEN_DOWN),
        ]
    )
    unfiltered, total = (found["hits"]["total"]["value"] for found in (words, whole))
    counted = whole["aggregations"]
    broken_down = {
        name: _break_down(name, table, part["aggregations"])
        for name, part in zip(BROKEN_DOWN, parts, strict=True)
    }
    return Statistics(
        request=request,
        description=describe(request),
        donnees_au=snapshot.donnees_au,
        indications=(),
        unfiltered=unfiltered,
        figures=_Tally.of(counted).figures(),
        asked=months.timeline("date_question", counted["date_question"]),
        answered=months.timeline("date_reponse", counted["date_reponse"]),
        groups=broken_down,
        valueless={
            name: total - sum(group.figures.nombre for group in groups)
            for name, groups in broken_down.items()
        },
    )


class _Tally:
    """What figures are made of; those of several wordings of a value are added up."""

    def __init__(self) -> None:
        self._states: Counter[str] = Counter()
        self._days: list[int] = []
        self._overdue = 0

    @classmethod
    def of(cls, counted: Mapping[str, Any]) -> _Tally:
        """From what the cluster counted."""
        tally = cls()
        tally.add(counted)
        return tally

    def add(self, counted: Mapping[str, Any]) -> None:
        """Count what the cluster counted."""
        for bucket in counted["statut"]["buckets"]:
            self._states[bucket["key"]] += bucket["doc_count"]
        self._overdue += counted["en_retard"]["doc_count"]
        self._days += counted["delais"]["value"]

    def figures(self) -> Figures:
        """The figures of all that was counted."""
        states = {statut: self._states[statut] for statut in STATUTS}
        delay = float(median(self._days)) if self._days else None
        return Figures(sum(states.values()), **states, en_retard=self._overdue, delai_median=delay)


def _counting(query: Body, aggs: Body) -> Body:
    return {"size": 0, "track_total_hits": True, "query": query, "aggs": aggs}


def _figures(snapshot: Snapshot, *, every_delay: bool = False) -> Body:
    """The aggregations that figures are made of."""
    params = {"delay": f"{COLUMN}.delai_jours", "every": every_delay}
    return {
        "statut": {"terms": {"field": f"{COLUMN}.statut", "size": len(STATUTS)}},
        "en_retard": {"filter": overdue_query(snapshot.donnees_au)},
        "delais": {"scripted_metric": {**_DELAYS, "params": params}},
    }


def _by_value(name: str, table: FacetTable, snapshot: Snapshot) -> Body:
    """What counts the figures of each wording of a facet."""
    varied, counted = table.values[name].varied, table.wordings(name)["terms"]
    if not varied:
        return {"values": {"terms": counted, "aggs": _figures(snapshot)}}
    return {
        "values": {"terms": {**counted, "exclude": varied}, "aggs": _figures(snapshot)},
        "varied": {
            "terms": {**counted, "include": varied},
            "aggs": _figures(snapshot, every_delay=True),
        },
    }


def _break_down(name: str, table: FacetTable, counted: Mapping[str, Body]) -> tuple[Group, ...]:
    """The figures of each value of a facet, in the order of display."""
    facet, values = FACET[name], table.values[name]
    tallies: dict[str, _Tally] = {}
    for part in counted.values():
        for bucket in part["buckets"]:
            if wording := values.wording(bucket["key"]):
                tallies.setdefault(values.form(wording), _Tally()).add(bucket)
    figures = {valeur: tally.figures() for valeur, tally in tallies.items()}
    groups = [
        Group(valeur, facet.libelle(valeur), figures[valeur])
        for valeur in sorted(figures, key=facet.rank)
    ]
    if facet.descending:
        return tuple(groups)
    return tuple(sorted(groups, key=lambda group: -group.figures.nombre))
