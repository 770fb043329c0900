"""The values of columns that an index holds, with how many questions bear them: all of them.

A `composite` aggregation tells them page by page, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from index.cluster.shape import COLUMN
from search.engines.opensearch_snapshot import Body, Snapshot

_PAGE: Final = 4_000
"""Buckets that are asked for together; a cluster gives at most 65,535 in one answer."""


def read_buckets(
    snapshot: Snapshot, asked: Mapping[str, Sequence[str]], aggs: Body | None = None
) -> dict[str, list[Body]]:
    """The combinations of values that questions bear, for several sets of columns.

    Args:
        snapshot: what is asked.
        asked: by a name of the caller's, the columns whose values are combined.
        aggs: what is counted of each combination besides.

    Returns:
        By the same names, buckets; the `key` of each has a value by column, or None.
    """
    found: dict[str, list[Body]] = {name: [] for name in asked}
    pages = {name: _first_page(columns, aggs) for name, columns in asked.items()}
    while pages:
        bodies = [
            {"size": 0, "track_total_hits": False, "aggs": {"page": p}} for p in pages.values()
        ]
        for name, answer in zip(list(pages), snapshot.search_all(bodies), strict=True):
            page = answer["aggregations"]["page"]
            found[name] += page["buckets"]
            if len(page["buckets"]) < _PAGE:
                del pages[name]
            else:
                pages[name]["composite"]["after"] = page["after_key"]
    return found


def _first_page(columns: Sequence[str], aggs: Body | None) -> Body:
    sources = [
        {name: {"terms": {"field": f"{COLUMN}.{name}", "missing_bucket": True}}} for name in columns
    ]
    return {"composite": {"size": _PAGE, "sources": sources}, **({"aggs": aggs} if aggs else {})}
