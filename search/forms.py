"""The forms that a searched word stood for, as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol, TypeAlias

from index.french.fold import fold
from search.expansion import Clause, TermsBeginning, Unit, positive_units

MOST_FORMS: Final = 30
"""Forms shown for one word; a short prefix may stand for thousands."""

Ranked: TypeAlias = tuple[int, str]
"""A form behind its count, negative: in order, the most frequent form comes first."""


class Spellings(Protocol):
    """What is asked of the words of an index."""

    def spelling(self, form: str) -> str:
        """A folded form as a person would write it."""
        ...

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, whether the texts hold them or not."""
        ...


def widened_units(root: Clause) -> Iterable[Unit]:
    """The words of a query that are searched with other forms, each once, in the order typed.

    What a sigle adds is no form of a word: an indication tells it.
    """
    return dict.fromkeys(unit.plain or unit for unit in positive_units(root) if unit.widened)


def show_forms(
    unit: Unit, frequency: int, most: Sequence[Ranked], words: Spellings
) -> dict[str, int]:
    """The forms of a unit with their counts, the most frequent first.

    A folded form counts under its usual spelling. The dictionary form is there even when no text
    holds it: it was searched too. A hyphenated word counts as one form.

    Args:
        unit: a word or a prefix.
        frequency: how many questions it occurs in.
        most: at least its `MOST_FORMS` most frequent forms, the most frequent first.
        words: of the index.
    """
    counts = {words.spelling(form): -rank for rank, form in most[:MOST_FORMS]}
    slots = unit.single_slots
    if any(len(sequence.slots) > 1 for sequence in unit.alternatives):
        counts[unit.label.lower()] = frequency
    elif not any(isinstance(slot, TermsBeginning) for slot in slots):
        searched = frozenset().union(*(slot for slot in slots if isinstance(slot, frozenset)))
        bases = words.base_forms(unit.label)
        counts |= dict.fromkeys((base for base in bases if fold(base) not in searched), 0)
    return dict(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])))
