"""What a generation holds of each législature and type, counted in the cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from index.cluster.shape import COLUMN
from search.corpus import Gap, Holding, first_number
from search.engines.opensearch_buckets import read_buckets
from search.engines.opensearch_snapshot import Body, Snapshot

_COLUMNS: Final = ("legislature", "type")

_GAPS: Final[Mapping[str, Any]] = {
    "init_script": "state.numbers = [];",
    "map_script": "state.numbers.add(doc[params.number].value);",
    "combine_script": "return state.numbers;",
    "reduce_script": (
        "def numbers = [];"
        "for (some in states) { if (some != null) { numbers.addAll(some); } }"
        "numbers.sort(null);"
        "def gaps = [];"
        "long next = params.first;"
        "for (long number : numbers) {"
        " if (number > next) { gaps.add([next, number - 1]); }"
        " next = number + 1;"
        "}"
        "return gaps;"
    ),
}
"""What is missing among numbers, each gap by its first and its last one."""


def count_holdings(snapshot: Snapshot) -> tuple[Holding, ...]:
    """The holdings of a generation, the newest législature first."""
    held = read_buckets(snapshot, {"holdings": _COLUMNS}, _aggregations(snapshot))["holdings"]
    archives = _count_archives(snapshot)
    holdings = [_holding(bucket, archives[_pair(bucket)]) for bucket in held]
    return tuple(sorted(holdings, key=lambda holding: (-holding.legislature, holding.type)))


def _aggregations(snapshot: Snapshot) -> Body:
    first = first_number(fictional=snapshot.state.fictional)
    params = {"number": f"{COLUMN}.numero", "first": first}
    return {
        "highest": {"max": {"field": f"{COLUMN}.numero"}},
        "gaps": {"scripted_metric": {**_GAPS, "params": params}},
        "textless": {"filter": _ANSWERED_WITHOUT_TEXT},
        "newest_jo": {"max": {"field": f"{COLUMN}.newest_jo"}},
    }


_ANSWERED_WITHOUT_TEXT: Final[Mapping[str, Any]] = {
    "bool": {
        "filter": [{"term": {f"{COLUMN}.statut": "repondue"}}],
        "must_not": [{"exists": {"field": f"{COLUMN}.empreinte_reponse"}}],
    }
}


def _holding(bucket: Body, archives: Mapping[str, int]) -> Holding:
    legislature, type_ = _pair(bucket)
    newest = bucket["newest_jo"]["value"]
    return Holding(
        legislature=legislature,
        type=type_,
        questions=bucket["doc_count"],
        highest=int(bucket["highest"]["value"]),
        gaps=tuple(Gap(first, last) for first, last in bucket["gaps"]["value"]),
        answers_without_text=bucket["textless"]["doc_count"],
        newest_jo=None if newest is None else date.fromordinal(int(newest)),
        archives=dict(sorted(archives.items(), key=lambda line: (-line[1], line[0]))),
    )


def _count_archives(snapshot: Snapshot) -> Mapping[Any, Mapping[str, int]]:
    """How many questions of each législature and type came from each archive."""
    found: dict[Any, Counter[str]] = {}
    for bucket in read_buckets(snapshot, {"archives": (*_COLUMNS, "archive")})["archives"]:
        counts = found.setdefault(_pair(bucket), Counter())
        counts[bucket["key"]["archive"]] += bucket["doc_count"]
    return found


def _pair(bucket: Body) -> tuple[int, Any]:
    legislature, type_ = (bucket["key"][name] for name in _COLUMNS)
    return legislature, type_
