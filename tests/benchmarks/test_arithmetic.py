"""What is made of times."""

from __future__ import annotations

import pytest

from benchmarks.arithmetic import geometric_mean, percentile, warm_median


def test_a_half_and_a_double_make_one() -> None:
    """The mean of ratios is geometric."""
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)
    assert geometric_mean([0.1, 0.1, 0.8]) == pytest.approx(0.2)


def test_error_when_there_is_nothing_to_average() -> None:
    """An empty table has no mean of one."""
    with pytest.raises(ValueError, match="nothing"):
        geometric_mean([])


def test_the_first_answer_only_warms() -> None:
    """The median is of the others; an engine that was asked once has that one."""
    assert warm_median([9.0, 1.0, 3.0, 2.0]) == 2.0
    assert warm_median([9.0]) == 9.0


def test_a_percentile_is_one_of_the_values() -> None:
    """95 of a hundred are no greater."""
    assert percentile(range(1, 101), 0.95) == 95
    assert percentile([3.0, 1.0], 0.95) == 3.0
    assert percentile([3.0], 0.5) == 3.0
