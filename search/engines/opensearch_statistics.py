"""The figures of a search, counted in the cluster; see `search.statistics`.

Percentiles of the cluster are approximate, so delays are counted, day by day, by a script, and
their medians are computed here: several wordings of a value have one median.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
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
    "scripted_metric": {
        "params": {"delay": f"{COLUMN}.delai_jours"},
        "init_script": "state.days = [:];",
        "map_script": (
            "def held = doc[params.delay];"
            "if (held.size() > 0) {"
            " String day = Long.toString(held.value);"
            " state.days[day] = state.days.getOrDefault(day, 0) + 1;"
            "}"
        ),
        "combine_script": "return state.days;",
        "reduce_script": (
            "def all = [:];"
            "for (days in states) { if (days != null) { for (day in days.entrySet()) {"
            " all[day.key] = all.getOrDefault(day.key, 0) + day.value;"
            "} } }"
            "return all;"
        ),
    }
}
"""How many answers took each number of days."""


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
    figures = _figures_of(snapshot)
    narrowed = all_of([one for one in (query, table.filter_query(request)) if one]) or query
    dated = {name: count_months(name) for name in DATED}
    words, whole, *parts = snapshot.search_all(
        [
            {"size": 0, "track_total_hits": True, "query": query},
            _counting(narrowed, {**figures, **dated}),
            *(
                _counting(narrowed, {"values": _by_value(name, table, figures)})
                for name in BROKEN_DOWN
            ),
        ]
    )
    unfiltered, total = (found["hits"]["total"]["value"] for found in (words, whole))
    counted = whole["aggregations"]
    broken_down = {
        name: _break_down(name, table, part["aggregations"]["values"]["buckets"])
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
        self._days: Counter[int] = Counter()
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
        for days, count in counted["delais"]["value"].items():
            self._days[int(days)] += count

    def figures(self) -> Figures:
        """The figures of all that was counted."""
        states = {statut: self._states[statut] for statut in STATUTS}
        return Figures(
            sum(states.values()), **states, en_retard=self._overdue, delai_median=self._median()
        )

    def _median(self) -> float | None:
        """The median of the delays, each as often as it was counted."""
        total = self._days.total()
        return (self._delay((total - 1) // 2) + self._delay(total // 2)) / 2 if total else None

    def _delay(self, rank: int) -> int:
        """The delay of a rank from 0, in ascending order."""
        for days in sorted(self._days):
            rank -= self._days[days]
            if rank < 0:
                return days
        raise IndexError(rank)


def _counting(query: Body, aggs: Body) -> Body:
    return {"size": 0, "track_total_hits": True, "query": query, "aggs": aggs}


def _figures_of(snapshot: Snapshot) -> Body:
    """The aggregations that figures are made of."""
    return {
        "statut": {"terms": {"field": f"{COLUMN}.statut", "size": len(STATUTS)}},
        "en_retard": {"filter": overdue_query(snapshot.donnees_au)},
        "delais": _DELAYS,
    }


def _by_value(name: str, table: FacetTable, figures: Body) -> Body:
    """The figures of each wording of a facet."""
    return {**table.wordings(name), "aggs": figures}


def _break_down(name: str, table: FacetTable, buckets: Iterable[Body]) -> tuple[Group, ...]:
    """The figures of each value of a facet, in the order of display."""
    facet, values = FACET[name], table.values[name]
    tallies: dict[str, _Tally] = {}
    for bucket in buckets:
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
