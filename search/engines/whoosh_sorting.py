"""The questions of one page in the order of a sort, without putting all others in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.fields import NO_INTEGER
from search.engines.sorted_arrays import Floats, Ints, kth_greatest_bound, places_of
from search.engines.whoosh_snapshot import Snapshot
from search.ranking import SCORE_DECIMALS

_MARGIN: Final = 10.0**-SCORE_DECIMALS
"""Scores that are further apart don't round to one."""

_Key: TypeAlias = Callable[[Ints], NDArray[Any]]
"""What documents are sorted by: from their places to values of which the greatest comes first."""


def page_of(snapshot: Snapshot, documents: Ints, scores: Floats, sort: str, ranks: range) -> Ints:
    """Which of some documents are on a page.

    Ties: the newest question first (the oldest for `ancien`), then the uid.

    Args:
        snapshot: what they are in.
        documents: live ones, each once.
        scores: one for each.
        sort: a name of `search.request.SORTS`.
        ranks: those of the page, from 0.

    Returns:
        Places in `documents`, in the order of the sort.

    Raises:
        ValueError: there is no such sort.
    """
    first, last = ranks.start, min(ranks.stop, documents.size)
    if first >= last:
        return np.empty(0, np.intp)
    places = _best(scores, last) if sort == "pertinence" else np.arange(documents.size)

    def uids(places: Ints) -> NDArray[np.bytes_]:
        return snapshot.uids(documents.take(places))

    keys = _keys(snapshot, documents, scores, sort)
    page = _foremost(places, keys, uids, last)
    if first:
        page = np.setdiff1d(page, _foremost(places, keys, uids, first), assume_unique=True)
    descending = [-key(page) for key in keys]
    return page.take(np.lexsort((uids(page), *reversed(descending))))


def _keys(snapshot: Snapshot, documents: Ints, scores: Floats, sort: str) -> Sequence[_Key]:
    """The keys of a sort, the most important first."""

    def of_column(column: NDArray[np.int32]) -> _Key:
        return lambda places: column.take(documents.take(places)).astype(np.int64)

    integers = snapshot.integers
    newest = of_column(integers["date_question"])
    match sort:
        case "pertinence":
            return (lambda places: scores.take(places).round(SCORE_DECIMALS)), newest
        case "recent":
            return (newest,)
        case "ancien":
            return (lambda places: -_dateless_last(newest(places)),)
        case "reponse":
            return of_column(integers["date_reponse"]), newest
        case "delai":
            return of_column(snapshot.waits), newest
    raise ValueError(f"not a sort: {sort!r}")


def _dateless_last(days: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(days == NO_INTEGER, date.max.toordinal(), days)


def _best(scores: Floats, k: int) -> Ints:
    """Where the scores are that may be among the `k` best once they are rounded."""
    return places_of(scores >= kth_greatest_bound(scores, k) - _MARGIN)


def _foremost(places: Ints, keys: Sequence[_Key], uids: _Key, k: int) -> Ints:
    """Which of these places are the first `k` in the order of the keys, then of the uids.

    Each key settles all but those that are equal to the last one that it lets in; only these are
    left to the next key.
    """
    settled = []
    for key in keys:
        if places.size > k:
            before, places = _parted(places, key(places), k)
            settled.append(before)
            k -= before.size
    if places.size > k:
        places = places.take(uids(places).argsort(kind="stable")[:k])
    return np.concatenate((*settled, places))


def _parted(places: Ints, values: NDArray[Any], k: int) -> tuple[Ints, Ints]:
    """The places of the values above the `k`-th greatest, and those of its equals."""
    bound = kth_greatest_bound(values, k)
    above = places_of(values > bound)
    if above.size < k:
        return places.take(above), places.take(places_of(values == bound))
    return _parted(places.take(above), values.take(above), k)
