"""Every question that an index in a cluster shows, and the key of its version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from index.cluster.shape import UID, VERSION

_STEP: Final = 10_000
"""Questions that are asked for together: no record is read."""

_ALL: Final[dict[str, Any]] = {
    "size": _STEP,
    "_source": False,
    "docvalue_fields": [UID, VERSION],
    "sort": [UID],
    "track_total_hits": False,
}


def versions_of(
    search: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Iterator[tuple[str, bytes]]:
    """The uid and the version's key of each question, in the order of uids.

    Args:
        search: answers a search of all shards; what they show must not change meanwhile.
    """
    after: dict[str, Any] = {}
    while True:
        hits = search(_ALL | after)["hits"]["hits"]
        for hit in hits:
            yield hit["fields"][UID][0], hit["fields"][VERSION][0].encode()
        if len(hits) < _STEP:
            return
        after = {"search_after": hits[-1]["sort"]}
