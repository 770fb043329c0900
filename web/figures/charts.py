"""Where the bars, lines and labels of a chart stand: numbers only, neither words nor colours.

Across, everything is a percentage of the width, which no server knows; upwards, pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

FEWEST_SLOTS: Final = 12
"""A chart of fewer bars leaves its end empty, so that no bar is a wall."""

MOST_BARS: Final = 144
"""What a phone of 360 pixels shows with two pixels a bar: twelve years of months."""

MOST_TICKS: Final = 4

YEARS_APART: Final = (1, 2, 5, 10, 20, 50)
MONTHS_APART: Final = (1, 2, 3, 6, 12)
"""How far apart labels may stand; the first that leaves them room is taken."""

_ROUND: Final = (1, 2, 5, 10)
_FILLED: Final = 0.84
"""What part of its slot a bar fills."""

_LOWEST: Final = 2
"""Pixels of the lowest bar: something that is there can be seen."""

_WIDE_LABEL: Final = 5.5
_NARROW_LABEL: Final = 12.0
"""Room that a label takes, in percent of a column of text and of a phone."""

_NEAR_AN_END: Final = 2.0
"""Percent of the width; further in, what a label lacks of room is in the margin of the page."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and the slot it stands in; `top` counts from the top of the chart."""

    slot: float
    slot_width: float
    left: float
    width: float
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart at a round value."""

    value: float
    top: int


class Candidate(NamedTuple):
    """A label that may be shown: the slot it belongs to, its number in a row, its words."""

    place: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words under the chart.

    Attributes:
        x: where, in percent. anchor: which part of the words stands there.
        screens: `large` or `etroit` when only such screens have them, else empty.
    """

    text: str
    x: float
    anchor: str
    screens: str


def axis_values(highest: float, *, whole: bool = True) -> tuple[float, ...]:
    """Round values, evenly spaced, of which the last is at least `highest`; 0 is left out.

    Args:
        highest: of the values drawn; 0 when there are none.
        whole: whether nothing stands between two whole numbers.

    >>> axis_values(37)
    (10, 20, 30, 40)
    """
    if highest <= 0:
        return (1,)
    scale = 10.0 ** math.floor(math.log10(highest / MOST_TICKS))
    steps = (round(scale * factor, 12) for factor in _ROUND)
    step = next(s for s in steps if math.ceil(_quotient(highest, s)) <= MOST_TICKS)
    step = max(1, round(step)) if whole else step
    count = math.ceil(_quotient(highest, step))
    return tuple(round(step * place, 12) for place in range(1, count + 1))


def _quotient(value: float, step: float) -> float:
    """The quotient, freed of what binary fractions add to it: 0.3 is three times 0.1."""
    return round(value / step, 9)


def slots(count: int) -> int:
    """How many slots a chart of some bars has."""
    return max(count, FEWEST_SLOTS)


def stand_bars(values: Sequence[float], highest: float, height: int, top: int) -> list[Bar]:
    """A bar for each value, side by side.

    Args:
        values: at least 0; 0 has a bar without height.
        highest: the value whose bar is as high as the chart.
        height: of the chart, in pixels.
        top: what is left free above it.
    """
    width = 100 / slots(len(values))
    bars = []
    for place, value in enumerate(values):
        tall = max(_LOWEST, round(height * value / highest)) if value else 0
        left = width * (place + (1 - _FILLED) / 2)
        bars.append(Bar(width * place, width, left, width * _FILLED, top + height - tall, tall))
    return bars


def stand_ticks(values: Sequence[float], height: int, top: int) -> list[Tick]:
    """The lines of an axis; the last value is the top of the chart."""
    return [Tick(value, top + round(height * (1 - value / values[-1]))) for value in values]


def thin_labels(
    candidates: Iterable[Candidate], count: int, apart: float, steps: Sequence[int]
) -> Iterator[Label]:
    """The labels that have room, on wide and on narrow screens.

    Args:
        candidates: the labels of a chart, from left to right.
        count: how many bars the chart has.
        apart: how many slots there are from one number to the next.
        steps: those that may be left between numbers.
    """
    slot = 100 / slots(count)
    wide, narrow = (
        next((step for step in steps if step * apart * slot >= room), steps[-1])
        for room in (_WIDE_LABEL, _NARROW_LABEL)
    )
    for place, number, text in candidates:
        screens = (number % wide == 0, number % narrow == 0)
        if any(screens):
            x = slot * (place + 0.5)
            yield Label(text, x, _anchor(x), _SCREENS[screens])


_SCREENS: Final = {(True, True): "", (True, False): "large", (False, True): "etroit"}


def _anchor(x: float) -> str:
    """Labels near an end of the chart would otherwise be cut."""
    if x < _NEAR_AN_END:
        return "start"
    return "end" if x > 100 - _NEAR_AN_END else "middle"


def portion(value: float, highest: float) -> float:
    """How long a bar is, in percent of the longest; what is there can be seen."""
    return max(1.0, 100 * value / highest) if value and highest else 0.0
