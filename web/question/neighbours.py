"""Where a question stands in the search it was found by, and which stand next to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from search.engine import Engine
from search.request import MOST_PER_PAGE, SearchRequest

_FEWEST: Final = 3
"""A question and its two neighbours."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a question in a search.

    Attributes:
        rank: from 1. total: how many questions there are.
        closest: whether they are those that lack a word, which stand on one page of their own.
        before, after: the uids of the neighbours; None at either end.
    """

    rank: int
    total: int
    closest: bool
    before: str | None
    after: str | None


def find_place(engine: Engine, asked: SearchRequest, uid: str, rank: int) -> Place | None:
    """The place of a question in a search, from one search of a small page.

    Args:
        engine: where to search.
        asked: the search; its page doesn't count.
        uid: of the question.
        rank: where it is said to stand, from 1.

    Returns:
        None when another question stands there, or none: the address is made up, or a build has
        been published since.
    """
    if rank < 1:
        return None
    first, last = max(rank - 2, 0), rank
    size = _page_size(first, last)
    page = last // size
    results = engine.search(asked.replace(page=page + 1, par=size))
    closest = not results.total
    hits, offset = (results.approches, 0) if closest else (results.hits, page * size)
    uids = {offset + number: hit.question.uid for number, hit in enumerate(hits)}
    if uids.get(rank - 1) != uid:
        return None
    total = len(hits) if closest else results.total
    return Place(rank, total, closest, uids.get(rank - 2), uids.get(rank))


def _page_size(first: int, last: int) -> int:
    """The smallest page that holds some places (from 0) together, whichever page that is."""
    sizes = range(_FEWEST, MOST_PER_PAGE + 1)
    return next((size for size in sizes if first // size == last // size), MOST_PER_PAGE)
