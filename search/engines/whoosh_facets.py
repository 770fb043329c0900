"""The values of the facets over one snapshot, and how many of some questions bear each.

The counts of all facets are one array, of which each facet has a part: the questions without a
value, then those of each value in the order of display. Facets whose values come together are
kept as combinations: one look-up a question counts several of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import DamagedFile
from search.engines.sorted_arrays import Ints, Mask, kth_greatest_bound, places_of
from search.engines.whoosh_snapshot import Snapshot, Texts
from search.facet_lines import Line, begins, first_lines, shown, with_named
from search.facets import (
    EN_RETARD,
    FACETS,
    LISTED_VALUES,
    Facet,
    FacetCounts,
    FacetValue,
    identity,
    text_of_number,
)
from search.request import Choice

MOST_COMBINATIONS: Final = 1 << 14
"""Combinations that are counted as one value; the counts of more would leave the nearest cache."""

MOST_POSSIBLE: Final = 1 << 24
"""Combinations that could be, of which those that are get counted."""

_UNSHOWN: Final = 0
"""The place of the counts for what no facet shows."""

_MANY: Final = 2 * LISTED_VALUES
"""Values of which the most frequent are looked for before any is put in order."""

_SAMPLE: Final = 1 << 12
"""Documents that tell about how many combinations there are."""

_WIDEST: Final = 1 << 14
"""Between the least and the greatest number of a facet: years have at most four digits."""


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    """For each document, one or several places of the counts.

    Attributes:
        codes: an unsigned type, shape (size,): the document's row of `places`.
        places: intp, shape (rows, values).
    """

    codes: NDArray[Any]
    places: Ints

    def codes_of(self, documents: Ints) -> NDArray[Any]:
        """The codes of some documents, each once; all of them are taken to be ascending."""
        whole = documents.size == self.codes.size
        return self.codes if whole else self.codes.take(documents)

    def count(self, documents: Ints, width: int) -> Ints:
        """How many of some documents have each place; shape (width,)."""
        codes = self.codes_of(documents)
        rows, values = self.places.shape
        if documents.size < rows:
            return np.bincount(self.places.take(codes, axis=0).ravel(), minlength=width)
        counts = np.repeat(np.bincount(codes, minlength=rows), values)
        return np.bincount(self.places.ravel(), counts, minlength=width).astype(np.intp)


class _Form(NamedTuple):
    """A wording of a facet's value: in order, the most frequent one of a value comes first.

    Attributes:
        key: the identity of the value.
        rarity: how many live documents bear the wording, negative.
        text: the wording.
        number: its number in the column.
    """

    key: str
    rarity: int
    text: str
    number: int


class FacetColumn:
    """The values of one facet.

    Attributes:
        part: its part of the counts, of which the first place counts the questions without a value.
        counted: the places after that, which count those of each value.
        end: the place after its last one.
        is_long: whether its most frequent values are worth looking for before any is ordered.
        valeurs: the values, in the order of display among those of equal count.
        values: that of each document.
        extra: what documents bear beside it.
    """

    def __init__(self, facet: Facet, snapshot: Snapshot, first: int) -> None:
        self._facet = facet
        self._snapshot = snapshot
        self._first = first
        texts = _raw_values(facet, snapshot)
        forms = _live_forms(facet, texts, snapshot)
        # Of each key, the most frequent form, ties by code point: the last one set.
        shown = {form.key: form.text for form in sorted(forms, reverse=True)}
        for valeur in shown.values():
            facet.parse(valeur)  # no link could name another value: the column is damaged
        overlapping = (EN_RETARD,) if facet.name == "statut" else ()
        self.valeurs = sorted((*shown.values(), *overlapping), key=facet.rank)
        self.end = first + 1 + len(self.valeurs)
        self.part, self.counted = slice(first, self.end), slice(first + 1, self.end)
        self.is_long = len(self.valeurs) > _MANY and not facet.descending
        self._place = {valeur: place for place, valeur in enumerate(self.valeurs, start=first + 1)}
        self._place_of_key = {key: self._place[valeur] for key, valeur in shown.items()}
        self._label = {valeur: facet.libelle(valeur) for valeur in self.valeurs}
        self.values = _Values(texts.ordinals, np.full((len(texts.values), 1), first))
        for form in forms:
            self.values.places[form.number] = self._place_of_key[form.key]
        self.extra = [
            _Values(snapshot.overdue.view(np.uint8), np.array([[_UNSHOWN], [self._place[valeur]]]))
            for valeur in overlapping
        ]

    def canonical(self, valeur: str) -> str:
        """The shown form of a value in any spelling; the spelling itself when no one bears it."""
        place = self._find(valeur)
        return valeur if place is None else self.valeurs[place - self._first - 1]

    def passes(self, choices: Iterable[Choice], documents: Ints) -> Mask:
        """Which of some documents bear one of the values chosen, if any, and none excluded."""
        chosen, excluded = (
            [self._bears(choice.valeur, documents) for choice in choices if choice.exclue is exclue]
            for exclue in (False, True)
        )
        kept = reduce(np.logical_or, chosen) if chosen else np.ones(documents.size, np.bool_)
        for mask in excluded:
            kept &= ~mask
        return kept

    def beginning(self, prefix: str) -> Mask:
        """Which places of its part stand for a value with a word that begins so, or for none."""
        return np.array([True, *(begins(valeur, prefix) for valeur in self.valeurs)])

    def first_lines(self, lines: list[Line]) -> list[Line]:
        """The first of its values that are borne, in the order of display.

        Args:
            lines: those with the greatest counts and maybe others, in the order of places.
        """
        return first_lines(self._facet, lines)

    def show(
        self,
        lines: list[Line],
        counts: Ints,
        borne: int,
        documents: Ints,
        choices: Collection[Choice] | None,
    ) -> FacetCounts:
        """The facet as it is shown.

        Args:
            lines: the values to list by their counts alone, in the order of display.
            counts: the facet's part of the counts of these documents.
            borne: the sum of these counts, the questions without a value among them.
            documents: what was counted.
            choices: the values chosen or excluded, listed whatever their count.
        """
        if choices:
            named = {choice.valeur for choice in choices}
            lines = with_named(
                self._facet, lines, {v: self._count(v, counts, documents) for v in named}
            )
            valeurs = tuple(shown(self._facet, lines, choices))
        else:
            valeurs = tuple(FacetValue(valeur, self._label[valeur], n) for valeur, n in lines)
        sans = int(counts[0])
        listed = sum([count for valeur, count in lines if valeur in self._place])
        return FacetCounts(valeurs, autres=borne - sans - listed, sans=sans)

    def _count(self, valeur: str, counts: Ints, documents: Ints) -> int:
        place = self._place.get(valeur)
        if place is None:
            return int(np.count_nonzero(self._bears(valeur, documents)))
        return int(counts[place - self._first])

    def _bears(self, valeur: str, documents: Ints) -> Mask:
        """Which of some documents bear a value."""
        if self._facet.name == "statut" and valeur == EN_RETARD:
            return self._snapshot.overdue.take(documents)
        place = self._find(valeur)
        if place is None:
            return self._called(valeur, documents)
        bears: Mask = (self.values.places[:, 0] == place).take(self.values.codes_of(documents))
        return bears

    def _find(self, valeur: str) -> int | None:
        """The place of the value that a spelling or an alias names; None when none is.

        An alias names a value only when both stand for the same questions: of two homonyms, or
        when some questions bear the reference and no name, it stays what it is.
        """
        place = self._place_of_key.get(self._facet.key(valeur))
        if place is not None or self._facet.aliases is None:
            return place
        everything = self._snapshot.collection.everything
        called = self._called(valeur, everything)
        places = self.values.places[:, 0].take(self.values.codes_of(everything))
        borne = np.unique(places[called])
        if borne.size != 1 or borne[0] == self._first:
            return None
        return int(borne[0]) if np.array_equal(called, places == borne[0]) else None

    def _called(self, valeur: str, documents: Ints) -> Mask:
        """Which of some documents an alias names."""
        if self._facet.aliases is None:
            return np.zeros(documents.size, np.bool_)
        aliases, numbers = self._aliases
        named = np.zeros(len(aliases.values), np.bool_)
        named[numbers.get(identity(valeur), [])] = True
        return named.take(aliases.ordinals.take(documents))

    @cached_property
    def _aliases(self) -> tuple[Texts, Mapping[str, list[int]]]:
        """The facet's column of aliases, and the numbers of its texts by their identity."""
        assert self._facet.aliases is not None
        texts = self._snapshot.texts(self._facet.aliases)
        numbers: dict[str, list[int]] = {}
        for number, text in enumerate(texts.values):
            if text:
                numbers.setdefault(identity(text), []).append(number)
        return texts, numbers


class Facets:
    """All facets over one snapshot; shared by threads.

    Attributes:
        columns: by the facet's name, in the order of `FACETS`.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._collection = snapshot.collection
        self.columns: dict[str, FacetColumn] = {}
        self._width = _UNSHOWN + 1
        for facet in FACETS:
            column = self.columns[facet.name] = FacetColumn(facet, snapshot, self._width)
            self._width = column.end
        self._groups = _combined(
            [one for column in self.columns.values() for one in (column.values, *column.extra)]
        )
        self._whole = self._count(self._groups, self._collection.everything)
        self._valeurs, self._least = self._lay_out()

    def count(self, documents: Ints) -> Ints:
        """How many of some live documents, each once, each value of each facet has.

        Returns:
            intp; `FacetColumn.part` is where a facet has its counts.
        """
        live = self._collection.live_count
        if documents.size == live:
            return self._whole
        if documents.size * 4 < live * 3:
            return self._count(self._groups, documents)
        return self._whole - self._count(self._groups, self._others(documents))

    def count_one(self, name: str, documents: Ints) -> Ints:
        """The part of one facet in the counts of some live documents, each once."""
        column = self.columns[name]
        if documents.size == self._collection.live_count:
            return self._whole[column.part]
        return self._count([column.values, *column.extra], documents)[column.part]

    def show(
        self,
        counts: Ints,
        documents: Callable[[str], Ints],
        choices: Mapping[str, Collection[Choice]],
    ) -> dict[str, FacetCounts]:
        """All facets as they are shown.

        Args:
            counts: as `count` gives them.
            documents: by the name of a facet, those that its part of the counts is about.
            choices: by the name of a facet, the values that are listed whatever their count.
        """
        lines = self._first_lines(counts)
        sums = np.add.reduceat(counts, [column.part.start for column in self.columns.values()])
        return {
            name: column.show(
                lines[name], counts[column.part], borne, documents(name), choices.get(name)
            )
            for (name, column), borne in zip(self.columns.items(), sums.tolist(), strict=True)
        }

    def _first_lines(self, counts: Ints) -> dict[str, list[Line]]:
        """For each facet, the values to list by their counts alone, in the order of display."""
        least = self._least.copy()
        for column in self.columns.values():
            if column.is_long:
                bound = kth_greatest_bound(counts[column.counted], LISTED_VALUES)
                least[column.counted] = max(1, bound)
        places = places_of(counts >= least)
        valeurs = map(self._valeurs.__getitem__, places.tolist())
        lines = list(zip(valeurs, counts.take(places).tolist(), strict=True))
        ends = places.searchsorted([column.end for column in self.columns.values()]).tolist()
        return {
            name: column.first_lines(lines[start:end])
            for (name, column), (start, end) in zip(
                self.columns.items(), pairwise([0, *ends]), strict=True
            )
        }

    def _lay_out(self) -> tuple[list[str], Ints]:
        """The value that each place counts, and the least count it is listed with."""
        valeurs = [""] * self._width
        least = np.full(self._width, np.iinfo(np.intp).max)
        for column in self.columns.values():
            valeurs[column.counted] = column.valeurs
            least[column.counted] = 1
        return valeurs, least

    def _count(self, groups: Iterable[_Values], documents: Ints) -> Ints:
        counts = np.zeros(self._width, np.intp)
        for values in groups:
            counts += values.count(documents, self._width)
        return counts

    def _others(self, documents: Ints) -> Ints:
        """The live documents that aren't among these."""
        live = self._collection.live
        others = np.ones(self._collection.size, np.bool_) if live is None else live.copy()
        others[documents] = False
        return places_of(others)


def _raw_values(facet: Facet, snapshot: Snapshot) -> Texts:
    """A facet's values as columns hold them; "" for none."""
    if facet.name not in snapshot.integers:
        return snapshot.texts(facet.name)
    integers = snapshot.integers[facet.name]
    if not integers.size:
        return Texts(integers, [])
    least, greatest = int(integers.min()), int(integers.max())
    if greatest - least > _WIDEST:
        raise DamagedFile(f"the column {facet.name} holds numbers from {least} to {greatest}")
    texts = [text_of_number(facet, number) for number in range(least, greatest + 1)]
    return Texts((integers - least).astype(np.uint16), texts)


def _live_forms(facet: Facet, texts: Texts, snapshot: Snapshot) -> list[_Form]:
    """The raw values that live documents bear: what only replaced questions bore is no value."""
    ordinals, live = texts.ordinals, snapshot.collection.live
    counts = np.bincount(ordinals if live is None else ordinals[live], minlength=len(texts.values))
    return [
        _Form(facet.key(text), -count, text, number)
        for number, (text, count) in enumerate(zip(texts.values, counts.tolist(), strict=True))
        if text and count
    ]


def _combined(columns: Iterable[_Values]) -> list[_Values]:
    """Values in as few columns of combinations as `MOST_COMBINATIONS` lets."""
    groups: list[_Values] = []
    for values in sorted(columns, key=lambda values: -len(values.places)):
        for group in sorted(groups, key=lambda group: _estimate(group, values)):
            joined = _join(group, values)
            if joined is not None:
                groups[groups.index(group)] = joined
                break
        else:
            groups.append(values)
    return groups


def _estimate(group: _Values, values: _Values) -> int:
    """How many combinations a sample of the documents has of both."""
    some = slice(None, None, max(1, group.codes.size // _SAMPLE))
    codes = group.codes[some].astype(np.intp) * len(values.places) + values.codes[some]
    return len(np.unique(codes))


def _join(group: _Values, values: _Values) -> _Values | None:
    """The combinations of both; None when they would be too many."""
    possible = len(group.places) * len(values.places)
    if possible > MOST_POSSIBLE:
        return None
    codes = group.codes.astype(np.intp)
    codes *= len(values.places)
    codes += values.codes
    held = np.zeros(possible, np.bool_)
    held[codes] = True
    rows, others = np.divmod(places_of(held), len(values.places))
    if rows.size > MOST_COMBINATIONS:
        return None
    numbers = held.cumsum(dtype=np.uint16) - np.uint16(1)
    places = np.hstack((group.places.take(rows, axis=0), values.places.take(others, axis=0)))
    return _Values(numbers.take(codes), places)
