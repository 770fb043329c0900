"""How likely it is that one word was typed for another: the cost of edits, and how common it is.

Words are folded. Edits are those of the optimal string alignment distance (Levenshtein's, and two
neighbouring letters exchanged); an edit that French spelling invites costs less than another.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

SHORTEST, LONGEST = 3, 24
"""Letters of a word that is corrected, or suggested."""

_ONE_EDIT_UP_TO: Final = 4
"""Letters of a word in which only one edit is looked for; two in longer ones."""

FREQUENCY_WEIGHT: Final = 0.15
"""What being e times as common is worth, in edits."""

_DOUBLED: Final = 0.5
"""A letter written once for twice, or twice for once."""
_ALIKE: Final = 0.6
"""Two letters that one sound may be written with."""
_SILENT: Final = 0.7
"""A letter that is often written and not heard."""
_EXCHANGED: Final = 0.8
"""Two neighbouring letters in the wrong order."""
_PARTED: Final = 1.5
"""Two words for one: seldom, when one word is a letter away."""
_FIRST: Final = 0.4
"""More for a first letter, which is seldom wrong."""

_SOUNDS: Final = ("cks", "sz", "kq", "gj", "iy", "ae", "ei", "mn", "bp", "dt", "vf")
_LOOK_ALIKE: Final = frozenset(
    (one, other) for sound in _SOUNDS for one in sound for other in sound if one != other
)
_UNHEARD: Final = frozenset("hestx")


class Candidate(NamedTuple):
    """A word, or two, that may have been meant.

    Attributes:
        text: folded, the words separated by a space.
        frequency: how often it occurs, from 1.
    """

    text: str
    frequency: int


def is_corrected(word: str) -> bool:
    """Whether a folded word is one that is corrected, or suggested."""
    return SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()


def most_edits(word: str) -> int:
    """How many edits away from a word others are looked for."""
    return 1 if len(word) <= _ONE_EDIT_UP_TO else 2


def halves(word: str) -> Iterator[tuple[str, str]]:
    """The pairs of words that may have been written as one."""
    for place in range(SHORTEST, len(word) - SHORTEST + 1):
        yield word[:place], word[place:]


def rank(typed: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates for a word, the likeliest first.

    A candidate gains `FREQUENCY_WEIGHT` edits for each factor of e that it is more frequent by.
    """
    return sorted(
        candidates,
        key=lambda one: (
            edit_cost(typed, one.text) - FREQUENCY_WEIGHT * math.log(one.frequency),
            one.text,
        ),
    )


def edit_cost(typed: str, meant: str) -> float:
    """The cost of the cheapest edits that make one word of another; 1 for an edit like any other.

    >>> edit_cost("cotization", "cotisation"), edit_cost("batiment", "batimant")
    (0.6, 0.6)
    """
    before: list[float] = []
    previous = _first_row(meant)
    for i, letter in enumerate(typed, 1):
        row = [previous[0] + _gap(typed, i - 1)]
        for j, other in enumerate(meant, 1):
            costs = [
                previous[j] + _gap(typed, i - 1),
                row[j - 1] + _gap(meant, j - 1),
                previous[j - 1] + _substitution(letter, other, first=i == j == 1),
            ]
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                costs.append(before[j - 2] + _EXCHANGED)
            row.append(min(costs))
        before, previous = previous, row
    return round(previous[-1], 6)


def _first_row(meant: str) -> list[float]:
    row = [0.0]
    for place in range(len(meant)):
        row.append(row[-1] + _gap(meant, place))
    return row


def _gap(word: str, place: int) -> float:
    """The cost of a letter that the other word lacks."""
    letter = word[place]
    if letter == " ":
        return _PARTED
    if letter in {word[place - 1 : place], word[place + 1 : place + 2]}:
        return _DOUBLED
    cost = _SILENT if letter in _UNHEARD else 1
    return cost + _FIRST * (place == 0)


def _substitution(letter: str, other: str, *, first: bool) -> float:
    if letter == other:
        return 0
    return (_ALIKE if (letter, other) in _LOOK_ALIKE else 1) + _FIRST * first
