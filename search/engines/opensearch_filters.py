"""The filters of a request as queries of the cluster; nothing is asked of it here.

Each facet's filter stands alone, so that the facet may be counted without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from index.cluster.shape import COLUMN
from search.engines.opensearch_query import NOTHING
from search.engines.opensearch_snapshot import Body
from search.facets import EN_RETARD
from search.request import Choice, SearchRequest


class Bearers(Protocol):
    """What filters ask of the values that an index holds."""

    def bearing(self, facet: str, valeur: str) -> Mapping[str, Sequence[str | int]]:
        """What questions that bear a value have in a column: one of these, by its name."""
        ...


def filter_query(
    request: SearchRequest, table: Bearers, donnees_au: date | None, but: str | None = None
) -> Body | None:
    """What passes all filters of a request; None when there is none.

    Args:
        request: with its facet values in canonical form.
        table: of the values that the index holds.
        donnees_au: its newest JO date.
        but: the facet whose own filter is left out, if any.
    """
    queries = filter_queries(request, table, donnees_au)
    return all_of([query for name, query in queries.items() if name is None or name != but])


def filter_queries(
    request: SearchRequest, table: Bearers, donnees_au: date | None
) -> Mapping[str | None, Body]:
    """What passes each filter: by the name of its facet, those that belong to none by None."""
    queries: dict[str | None, Body] = {}
    general = all_of(list(_general(request)))
    if general is not None:
        queries[None] = general
    for name, choices in request.filters.items():
        queries[name] = _of_facet(name, choices, table, donnees_au)
    return queries


def bearing_query(facet: str, valeur: str, table: Bearers, donnees_au: date | None) -> Body:
    """What bears a value of a facet."""
    return _any_value(facet, [valeur], table, donnees_au)


def overdue_query(donnees_au: date | None) -> Body:
    """What waits for an answer past its deadline."""
    if donnees_au is None:
        return NOTHING
    return {"range": {f"{COLUMN}.deadline": {"lt": donnees_au.toordinal()}}}


def all_of(queries: Sequence[Body]) -> Body | None:
    """What matches all of some queries, without any score; None when there is none."""
    if len(queries) <= 1:
        return queries[0] if queries else None
    return {"bool": {"filter": list(queries)}}


def _general(request: SearchRequest) -> Iterator[Body]:
    """What passes each filter that belongs to no facet."""
    if request.renouvelee:
        yield {"term": {f"{COLUMN}.renouvelee": 1}}
    periods = {
        "date_question": (request.du, request.au),
        "date_reponse": (request.reponse_du, request.reponse_au),
    }
    for name, (start, end) in periods.items():
        bounds = {"gte": start, "lte": end}
        days = {bound: day.toordinal() for bound, day in bounds.items() if day}
        if days:
            yield {"range": {f"{COLUMN}.{name}": days}}


def _of_facet(
    name: str, choices: Iterable[Choice], table: Bearers, donnees_au: date | None
) -> Body:
    """What bears one of the values chosen, if any, and none excluded."""
    chosen, excluded = (
        [choice.valeur for choice in choices if choice.exclue is exclue] for exclue in (False, True)
    )
    query: Body = {}
    if chosen:
        kept = _any_value(name, chosen, table, donnees_au)
        if not excluded:
            return kept
        query["filter"] = [kept]
    query["must_not"] = [_any_value(name, excluded, table, donnees_au)]
    return {"bool": query}


def _any_value(facet: str, valeurs: Iterable[str], table: Bearers, donnees_au: date | None) -> Body:
    """What bears any of some values; those told by one column are looked up in it together."""
    held: dict[str, list[str | int]] = {}
    queries: list[Body] = []
    for valeur in valeurs:
        if facet == "statut" and valeur == EN_RETARD:
            queries.append(overdue_query(donnees_au))
        else:
            for column, texts in table.bearing(facet, valeur).items():
                held.setdefault(column, []).extend(texts)
    queries[:0] = [{"terms": {f"{COLUMN}.{name}": texts}} for name, texts in held.items()]
    if len(queries) <= 1:
        return queries[0] if queries else NOTHING
    return {"bool": {"should": queries, "minimum_should_match": 1}}
