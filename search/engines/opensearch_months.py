"""How many questions each month has, counted in the cluster; see `search.timeline`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.cluster.shape import DATED, MONTHS
from search.engines.opensearch_snapshot import Body, Snapshot
from search.timeline import Timeline, timeline_of

Counts = Mapping[int, int]
"""How many questions each month has, of those that have any."""


class Months:
    """The months of all questions of one generation; shared by threads.

    Args:
        every: by the name of a dated column, what each month has.
    """

    def __init__(self, every: Mapping[str, Counts]) -> None:
        self._every = every

    @classmethod
    def load(cls, snapshot: Snapshot) -> Months:
        """Count the months of all questions."""
        aggs = {name: count_months(name) for name in DATED}
        found = snapshot.search({"size": 0, "track_total_hits": False, "aggs": aggs})
        return cls({name: _counts(found["aggregations"][name]) for name in DATED})

    def timeline(self, name: str, counted: Mapping[str, Any]) -> Timeline:
        """The months of some questions.

        Args:
            name: of a dated column.
            counted: what `count_months` made the cluster answer.
        """
        found, every = _counts(counted), self._every[name]
        if not found:
            return ()
        months = range(min([*found, *every]), max([*found, *every]) + 1)
        return timeline_of(
            months.start,
            [found.get(month, 0) for month in months],
            [every.get(month, 0) for month in months],
        )


def count_months(name: str) -> Body:
    """The aggregation that counts the months of a dated column."""
    return {"histogram": {"field": f"{MONTHS}.{name}", "interval": 1, "min_doc_count": 1}}


def _counts(counted: Mapping[str, Any]) -> Counts:
    return {int(bucket["key"]): bucket["doc_count"] for bucket in counted["buckets"]}
