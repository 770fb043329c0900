"""What is computed from times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median


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


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The slope of the line of least squares through some points, and its standard error.

    Args:
        points: three or more, at different places; each is a place and a value.
    """
    places, values = zip(*points, strict=True)
    middle, mean = fmean(places), fmean(values)
    spread = math.fsum((place - middle) ** 2 for place in places)
    slope = math.fsum((place - middle) * (value - mean) for place, value in points) / spread
    left = math.fsum((value - mean - slope * (place - middle)) ** 2 for place, value in points)
    return slope, math.sqrt(left / (len(points) - 2) / spread)
