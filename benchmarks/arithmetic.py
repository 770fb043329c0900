"""What is computed from times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median


def warm_median(seconds: Sequence[float]) -> float:
    """The median without the first, which found nothing in memory; of one, that one."""
    return median(seconds[1:] or seconds)


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of ratios: a half and a double make one.

    Raises:
        ValueError: there are none, or one is not above zero.
    """
    logarithms = [math.log(value) for value in values]
    if not logarithms:
        raise ValueError("there is no mean of nothing")
    return math.exp(sum(logarithms) / len(logarithms))


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
