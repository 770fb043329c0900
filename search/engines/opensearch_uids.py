"""All questions in the order of their uids, by rank: what sitemaps list."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import Final

from index.cluster.shape import COLUMN, UID
from search.engine import DatedUid
from search.engines.opensearch_snapshot import KEYS_ONLY, WINDOW, Body, Snapshot

_NEWEST: Final = f"{COLUMN}.newest_jo"


class Uids:
    """Questions by rank; shared by threads.

    The cluster only goes on from a uid: those of ranks that were come by are remembered, so that
    one page after the other, or any of them again, is one search.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._before: dict[int, str] = {}
        """The uid of the rank before some ranks."""

    def dated(self, ranks: range) -> tuple[DatedUid, ...]:
        """Questions by their ranks from 0; those past the last give nothing."""
        if ranks.start >= min(ranks.stop, self._snapshot.questions):
            return ()
        rank = self._nearest(ranks.start)
        found: list[DatedUid] = []
        while rank < ranks.stop:
            # Up to where the wanted ones begin, only the way is looked for.
            end = ranks.start if rank < ranks.start else ranks.stop
            hits = self._follow(rank, min(end - rank, WINDOW))
            if rank >= ranks.start:
                found += map(_dated_uid, hits)
            if not hits:
                break
            rank += len(hits)
            self._before[rank] = hits[-1]["sort"][0]
        return tuple(found)

    def _nearest(self, rank: int) -> int:
        """The last rank that can be gone to at once, up to this one."""
        known = sorted(self._before)
        place = bisect_right(known, rank)
        return known[place - 1] if place else 0

    def _follow(self, rank: int, size: int) -> list[Body]:
        """The questions from a known rank on."""
        body: Body = {
            "query": {"match_all": {}},
            "sort": [{UID: "asc"}],
            "size": size,
            **KEYS_ONLY,
            "docvalue_fields": [_NEWEST],
            "track_total_hits": False,
        }
        if rank:
            body["search_after"] = [self._before[rank]]
        hits: list[Body] = self._snapshot.search(body)["hits"]["hits"]
        return hits


def _dated_uid(hit: Body) -> DatedUid:
    newest = hit.get("fields", {}).get(_NEWEST)
    return DatedUid(hit["sort"][0], date.fromordinal(newest[0]) if newest else None)
