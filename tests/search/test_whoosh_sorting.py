"""A page of a sort is what sorting all questions would put there."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fields import NO_INTEGER
from search.engines import sorted_arrays
from search.engines.sorted_arrays import Ints
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_sorting import page_of
from search.request import SORTS

days = st.sampled_from((NO_INTEGER, 730_000, 730_001, 730_090))
scores = st.sampled_from((0.0, 1.0, 1.00004, 1.00006, 1.5, 2.0))
row = st.tuples(days, days, st.integers(-1, 3), scores)
rows = st.lists(row, max_size=20).flatmap(
    lambda some: st.lists(row, min_size=9, max_size=9).map(lambda others: some + others * 20)
)
"""Some rows, and many that are tied with one another."""


def snapshot_of(rows: Sequence[tuple[int, int, int, float]]) -> Snapshot:
    """As much of a snapshot as sorts read; the uids are in another order than the documents."""
    asked, answered, waits = (np.array([row[n] for row in rows], np.int32) for n in range(3))

    def uids(documents: Ints) -> Any:
        return np.array([uid_of(number) for number in documents.tolist()], "S4")

    integers = {"date_question": asked, "date_reponse": answered}
    return cast("Snapshot", SimpleNamespace(integers=integers, waits=waits, uids=uids))


def uid_of(document: int) -> str:
    """Three digits, in the order of which documents are mixed."""
    return f"{document * 37 % 211:03}"


def order(sort: str, number: int, row: tuple[int, int, int, float]) -> tuple[Any, ...]:
    """The key of one question in a sort, written out."""
    asked, answered, wait, score = row
    newest = -asked
    oldest = 10**7 if asked == NO_INTEGER else asked
    first: Any = {
        "pertinence": (-np.round(score, 4), newest),
        "recent": (newest,),
        "ancien": (oldest,),
        "reponse": (-answered, newest),
        "delai": (-wait, newest),
    }[sort]
    return (*first, uid_of(number))


@given(
    rows=rows,
    sort=st.sampled_from(("pertinence", *SORTS)),
    page=st.integers(0, 5),
    par=st.integers(1, 12),
    groups=st.sampled_from((1, 2, 16)),
)
def test_a_page(
    rows: list[tuple[int, int, int, float]], sort: str, page: int, par: int, groups: int
) -> None:
    """Ties on what is shown go to the date, ties on the date to the uid, on every page."""
    documents = np.arange(len(rows))
    ranks = range(page * par, (page + 1) * par)

    with (
        patch.object(sorted_arrays, "_GROUPS_EACH", groups),
        patch.object(sorted_arrays, "_GROUPS", groups),
    ):
        found = page_of(
            snapshot_of(rows), documents, np.array([row[3] for row in rows]), sort, ranks
        )
    ordered = sorted(documents.tolist(), key=lambda number: order(sort, number, rows[number]))
    assert found.tolist() == ordered[page * par : (page + 1) * par]


def test_places_are_those_of_the_documents_given() -> None:
    """Not the documents' own numbers."""
    snapshot = snapshot_of([(730_000 + n, NO_INTEGER, -1, 0.0) for n in range(6)])

    assert page_of(snapshot, np.array([1, 3, 5]), np.zeros(3), "recent", range(2)).tolist() == [
        2,
        1,
    ]


def test_an_unknown_sort() -> None:
    """Is a mistake of the caller: requests hold known ones only."""
    with pytest.raises(ValueError, match="not a sort: 'x'"):
        page_of(snapshot_of([(1, 1, 1, 1.0)]), np.arange(1), np.ones(1), "x", range(1))
