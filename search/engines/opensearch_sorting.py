"""The sorts, as the cluster is told them. Ties: the newest question first, then the uid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from index.cluster.shape import COLUMN, UID
from search.engines.opensearch_snapshot import Body

_BY_UID: Final[Body] = {UID: {"order": "asc"}}

_WAIT: Final = """
    def asked = doc[params.asked], state = doc[params.state], delay = doc[params.delay];
    if (state.size() > 0 && state.value == 'en_attente' && asked.size() > 0)
      return params.today - asked.value;
    return delay.size() > 0 ? delay.value : -1;
"""
"""Days from question to answer, or to the newest JO for a waiting one; -1 for neither."""


def sort_of(sort: str, donnees_au: date | None) -> Sequence[Body]:
    """The keys of a sort, the most important first.

    Args:
        sort: a name of `search.request.SORTS`.
        donnees_au: the newest JO date of the index.

    Raises:
        ValueError: there is no such sort.
    """
    newest = _dated("date_question", "desc")
    match sort:
        case "pertinence":
            return [{"_score": {"order": "desc"}}, newest, _BY_UID]
        case "recent":
            return [newest, _BY_UID]
        case "ancien":
            return [_dated("date_question", "asc"), _BY_UID]
        case "reponse":
            return [_dated("date_reponse", "desc"), newest, _BY_UID]
        case "delai":
            return [_waits(donnees_au), newest, _BY_UID]
    raise ValueError(f"not a sort: {sort!r}")


def _dated(column: str, order: str) -> Body:
    return {f"{COLUMN}.{column}": {"order": order, "missing": "_last"}}


def _waits(donnees_au: date | None) -> Body:
    columns = {"asked": "date_question", "state": "statut", "delay": "delai_jours"}
    params: dict[str, Any] = {name: f"{COLUMN}.{column}" for name, column in columns.items()}
    params["today"] = donnees_au.toordinal() if donnees_au else 0
    script = {"source": _WAIT.strip(), "params": params}
    return {"_script": {"type": "number", "order": "desc", "script": script}}
