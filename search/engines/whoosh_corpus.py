"""What a generation holds of each législature and type, counted on its columns."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import DamagedFile
from index.fields import NO_INTEGER
from index.question import TYPES, QuestionType
from search.corpus import Gap, Holding, first_number
from search.engines.sorted_arrays import Ints, Mask, places_of
from search.engines.whoosh_snapshot import Snapshot, Texts


def count_holdings(snapshot: Snapshot) -> tuple[Holding, ...]:
    """The holdings of a generation, the newest législature first.

    One sort puts the questions of each législature and type together, in the order of their
    numbers.
    """
    everything = snapshot.collection.everything
    legislatures = snapshot.integers["legislature"].take(everything)
    types = snapshot.texts("type")
    ordinals = types.ordinals.take(everything)
    numbers = snapshot.integers["numero"].take(everything)
    order = np.lexsort((numbers, ordinals, -legislatures))
    starts = _starts_of_pairs(legislatures.take(order), ordinals.take(order))
    counted = _Counted(snapshot)
    return tuple(
        counted.holding(
            int(legislatures[group[0]]), types.values[ordinals[group[0]]], everything.take(group)
        )
        for group in np.split(order, starts[1:])
        if group.size
    )


def _starts_of_pairs(first: NDArray[Any], second: NDArray[Any]) -> Ints:
    """Where each group of equal pairs begins, among pairs in order."""
    begins = np.ones(first.size, np.bool_)
    begins[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return places_of(begins)


class _Counted:
    """The columns that holdings are counted on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._first = first_number(fictional=snapshot.fictional)
        self._numbers = snapshot.integers["numero"]
        self._newest = snapshot.integers["newest_jo"]
        self._textless = _answered_without_text(snapshot)
        self._archives = snapshot.texts("archive")

    def holding(self, legislature: int, type_: str, documents: Ints) -> Holding:
        """The holding that some documents are, in the order of their numbers."""
        if type_ not in TYPES:
            raise DamagedFile(f"the column type holds « {type_} »")
        numbers = self._numbers.take(documents)
        newest = int(self._newest.take(documents).max())
        return Holding(
            legislature=legislature,
            type=cast("QuestionType", type_),
            questions=documents.size,
            highest=int(numbers[-1]),
            gaps=_gaps(numbers, self._first),
            answers_without_text=int(np.count_nonzero(self._textless.take(documents))),
            newest_jo=None if newest == NO_INTEGER else date.fromordinal(newest),
            archives=_frequencies(self._archives, documents),
        )


def _gaps(numbers: NDArray[np.int32], first: int) -> tuple[Gap, ...]:
    """What is missing from `first` on among numbers in ascending order."""
    before = np.concatenate(([first - 1], numbers[:-1]))
    places = places_of(numbers - before > 1)
    firsts, lasts = before.take(places) + 1, numbers.take(places) - 1
    return tuple(map(Gap, firsts.tolist(), lasts.tolist()))


def _answered_without_text(snapshot: Snapshot) -> Mask:
    """Which documents are answered and hold no answer's text; shape (size,)."""
    mask = np.zeros(snapshot.collection.size, np.bool_)
    statut = snapshot.texts("statut")
    if "repondue" in statut.values:
        textless = snapshot.documents_without_answer()
        answered = statut.ordinals.take(textless) == statut.values.index("repondue")
        mask[textless[answered]] = True
    return mask


def _frequencies(texts: Texts, documents: Ints) -> dict[str, int]:
    """How many of some documents have each text, the most frequent first, then by name."""
    counts = np.bincount(texts.ordinals.take(documents), minlength=len(texts.values))
    borne = [(texts.values[place], int(counts[place])) for place in places_of(counts).tolist()]
    return dict(sorted(borne, key=lambda line: (-line[1], line[0])))
