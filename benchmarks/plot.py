"""The times of each kind of query as a picture: a row a kind, a mark an engine, time to the right.

The axis is logarithmic, so that equal distances are equal ratios. The picture follows the
reader's light or dark setting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Final

from benchmarks.arithmetic import geometric_mean
from benchmarks.figures import Json, by_kind, engines, query_time

WIDTH: Final = 760
LEFT: Final = 150
RIGHT: Final = 30
TOP: Final = 64
ROW: Final = 26

_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 15px; }
.small { font-size: 11px; fill: #57606a; }
line { stroke: #d0d7de; }
.row { stroke: #eaeef2; }
.e0 { fill: #0550ae; stroke: #0550ae; } .e1 { fill: #bc4c00; stroke: #bc4c00; }
.e2 { fill: #1a7f37; stroke: #1a7f37; } .e3 { fill: #8250df; stroke: #8250df; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .small { fill: #9198a1; }
  line { stroke: #3d444d; } .row { stroke: #262c36; }
  .e0 { fill: #58a6ff; stroke: #58a6ff; } .e1 { fill: #f0883e; stroke: #f0883e; }
  .e2 { fill: #56d364; stroke: #56d364; } .e3 { fill: #bc8cff; stroke: #bc8cff; }
}
"""


def plot_times(questions: int, size: Json) -> str:
    """An SVG of the geometric mean of each engine's times, by kind of query."""
    names = engines(size)
    kinds = {
        kind: [geometric_mean(query_time(row, name) for row in rows) for name in names]
        for kind, rows in by_kind(size)
    }
    low = math.floor(math.log10(min(map(min, kinds.values()))))
    high = math.ceil(math.log10(max(map(max, kinds.values()))))
    height = TOP + ROW * len(kinds) + 40
    title = f"Time of a query at {questions:,} questions, by kind"
    parts = [
        *_heading(title, names),
        *_axis(low, high, height),
        *_rows(kinds, low, high),
    ]
    picture = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">\n<style>{_STYLE}</style>\n{picture}\n</svg>\n'
    )


def _heading(title: str, names: list[str]) -> Iterator[str]:
    yield f'<text class="title" x="12" y="22">{escape(title)}</text>'
    across = LEFT
    for place, name in enumerate(names):
        yield _mark(place, across, 42)
        yield f'<text x="{across + 12}" y="46">{escape(name)}</text>'
        across += 40 + 8 * len(name)


def _axis(low: int, high: int, height: int) -> Iterator[str]:
    """A line for each power of ten, and what it stands for below it."""
    for power in range(low, high + 1):
        across = _place(10.0**power, low, high)
        yield f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{TOP - 6}" y2="{height - 34}"/>'
        yield (
            f'<text class="small" x="{across:.1f}" y="{height - 16}" text-anchor="middle">'
            f"{_label(power)}</text>"
        )


def _rows(kinds: dict[str, list[float]], low: int, high: int) -> Iterator[str]:
    for row, (kind, times) in enumerate(kinds.items()):
        down = TOP + ROW * row + ROW / 2
        yield f'<line class="row" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down}" y2="{down}"/>'
        yield f'<text x="{LEFT - 12}" y="{down + 4}" text-anchor="end">{escape(kind)}</text>'
        # This engine last, on top of the others.
        for place, seconds in reversed(list(enumerate(times))):
            yield _mark(place, _place(seconds, low, high), down)


def _mark(place: int, across: float, down: float) -> str:
    """A shape of its own for each engine, told apart without colours too."""
    x, y = round(across, 1), round(down, 1)
    shapes = (
        f'<circle class="e0" cx="{x}" cy="{y}" r="5.5"/>',
        f'<rect class="e1" x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>',
        f'<path class="e2" d="M{x},{y - 6:.1f} l6,11 h-12 z"/>',
        f'<path class="e3" fill="none" stroke-width="2.5" d="M{x - 5:.1f},{y - 5:.1f} l10,10 '
        f'm0,-10 l-10,10"/>',
    )
    return shapes[place % len(shapes)]


def _place(seconds: float, low: int, high: int) -> float:
    share = (math.log10(seconds) - low) / (high - low)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _label(power: int) -> str:
    return f"{10**power:g} s" if power >= 0 else f"{10 ** (power + 3):g} ms"
