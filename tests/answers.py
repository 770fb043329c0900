"""Everything an index says, to hold two of them against each other.

Design: two indexes are equal when records, totals, facets and scores are; their bytes may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from search.engine import Engine, open_engine
from search.request import SearchRequest

REQUESTS: Final = tuple(
    SearchRequest.from_params([*params, ("par", "100")])
    for params in (
        [("q", "puits")],
        [("q", "communes puits")],
        [("q", '"eau potable"')],
        [("q", "eau OU écoles"), ("statut", "repondue")],
        [("q", "numero:900003")],
        [("statut", "-repondue"), ("tri", "delai")],
    )
)
"""Words in forms and sequences, fields, filters and sorts."""


def answers(directory: Path) -> dict[str, Any]:
    """The records of an index by uid, and its answers to `REQUESTS` with totals and scores.

    Raises:
        QuestionsError: there is no index, or none that can be read.
    """
    with closing(open_engine(directory)) as engine:
        said: dict[str, Any] = {str(request): _answer(engine, request) for request in REQUESTS}
        return said | dict(_records(engine))


def _answer(engine: Engine, request: SearchRequest) -> dict[str, Any]:
    answer = engine.search(request).as_json()
    del answer["duree_ms"]
    return answer


def _records(engine: Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    donnees_au = engine.health().donnees_au
    page = 1
    while hits := engine.search(SearchRequest(par=100, page=page)).hits:
        for hit in hits:
            question = engine.get(hit.question.uid)
            assert question is not None
            yield question.uid, question.as_record(donnees_au)
        page += 1
