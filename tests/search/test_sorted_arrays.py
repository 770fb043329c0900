"""Operations on arrays of numbers say what plain Python says."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines import sorted_arrays
from search.engines.memo import Memo
from search.engines.sorted_arrays import (
    align,
    common_places,
    count_groups,
    kth_greatest_bound,
    sum_groups,
)

numbers = st.lists(st.integers(0, 30), max_size=40)
distinct = st.sets(st.integers(0, 60), max_size=30).map(sorted)
pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 5)), max_size=30)


@given(numbers)
def test_counts_of_groups(given: list[int]) -> None:
    """Each number once, ascending, with how often it came."""
    found, counts = count_groups(np.array(sorted(given), np.intp))

    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == Counter(given)
    assert found.tolist() == sorted(set(given))


@given(pairs)
def test_sums_of_groups(given: list[tuple[int, int]]) -> None:
    """Each number once, ascending, with the sum of its values; several rows at once."""
    keys = np.array([key for key, _ in given], np.intp)
    values = np.array([value for _, value in given], np.float64)

    found, sums = sum_groups(keys, values)
    expected = {key: sum(v for k, v in given if k == key) for key in sorted(dict(given))}
    assert dict(zip(found.tolist(), sums.tolist(), strict=True)) == expected
    assert sum_groups(keys, np.stack((values, -values)))[1].tolist() == [
        sums.tolist(),
        (-sums).tolist(),
    ]


@given(distinct, distinct)
def test_common_places(some: list[int], others: list[int]) -> None:
    """Where the numbers of both stand in each, whichever is the longer one."""
    first, second = common_places(np.array(some, np.uint32), np.array(others, np.uint32))

    common = sorted(set(some) & set(others))
    assert [some[place] for place in first] == [others[place] for place in second] == common


@given(distinct, distinct)
def test_align(held: list[int], asked: list[int]) -> None:
    """The value of each number that is held, 0 for the others."""
    values = np.array(held, np.float64) + 1

    aligned = align(np.array(held, np.intp), values, np.array(asked, np.intp))
    assert aligned.tolist() == [number + 1 if number in held else 0 for number in asked]


@given(
    values=st.lists(st.integers(-3, 40), min_size=1, max_size=200),
    k=st.integers(1, 8),
    groups=st.sampled_from((1, 2, 1 << 20)),
)
def test_a_bound_on_the_greatest(values: list[int], k: int, groups: int) -> None:
    """At least k values reach it, and it is itself one of them."""
    k = min(k, len(values))
    with (
        patch.object(sorted_arrays, "_GROUPS_EACH", groups),
        patch.object(sorted_arrays, "_GROUPS", groups),
    ):
        bound = kth_greatest_bound(np.array(values), k)

    assert sum(value >= bound for value in values) >= k
    assert bound in values


def test_of_many_values_few_reach_the_bound() -> None:
    """Else it would spare no work."""
    values = np.random.default_rng(5).random(100_000)

    assert np.count_nonzero(values >= kth_greatest_bound(values, 10)) < 50


def test_a_memo_computes_once_and_forgets() -> None:
    """What is known isn't computed again; too many results are all let go of."""
    computed: list[int] = []

    def square(number: int) -> int:
        computed.append(number)
        return number * number

    memo: Memo[int, int] = Memo(2)
    answers = [memo.get(n, lambda n=n: square(n)) for n in (3, 4, 3, 5, 3)]  # type: ignore[misc]

    assert answers == [9, 16, 9, 25, 9]
    assert computed == [3, 4, 5, 3]


def test_a_memo_remembers_no_failure() -> None:
    """An error is raised again only if it happens again."""
    memo: Memo[str, float] = Memo(2)
    with pytest.raises(ZeroDivisionError):
        memo.get("x", lambda: 1 / 0)

    assert memo.get("x", lambda: 1.0) == 1.0
