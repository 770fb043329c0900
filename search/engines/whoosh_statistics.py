"""The figures of a search, counted on columns; see `search.statistics`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from index.question import STATUTS
from search.description import describe
from search.engines.sorted_arrays import Ints, Mask, places_of
from search.engines.whoosh_facets import FacetColumn
from search.engines.whoosh_months import count_months
from search.engines.whoosh_search import Search
from search.facets import FACET
from search.statistics import BROKEN_DOWN, Figures, Group, Statistics

_DELAY_BITS: Final = 32
"""Of a number that puts delays in order within their groups: any int32 fits below the group."""


def count_statistics(search: Search) -> Statistics:
    """The figures of a search."""
    snapshot, matches = search.snapshot, search.find()
    documents = search.narrow(matches).documents
    unfiltered = matches.documents.size
    counted = _Counted(search, documents)
    broken_down = {name: counted.break_down(name) for name in BROKEN_DOWN}
    everything = np.zeros(documents.size, np.intp)
    return Statistics(
        request=search.request,
        description=describe(search.request),
        donnees_au=snapshot.donnees_au,
        indications=tuple(search.indications(unfiltered, documents.size)),
        unfiltered=unfiltered,
        figures=next(counted.figures(everything, 1)),
        asked=search.timeline(documents),
        answered=count_months(snapshot.months("date_reponse"), documents),
        groups={name: groups for name, (groups, _) in broken_down.items()},
        valueless={name: valueless for name, (_, valueless) in broken_down.items()},
    )


class _Counted:
    """Some documents, ascending, with what their figures are made of."""

    def __init__(self, search: Search, documents: Ints) -> None:
        self._columns, self._documents = search.facets.columns, documents
        snapshot = search.snapshot
        statut = self._columns["statut"]
        states = np.array([-1, *map(_state_number, statut.valeurs)], np.intp)
        self._states = states.take(_values_of(statut, documents))
        self._overdue: Mask = snapshot.overdue.take(documents)
        self._delays = snapshot.integers["delai_jours"].take(documents)

    def break_down(self, name: str) -> tuple[tuple[Group, ...], int]:
        """The figures of each value of a facet that a document bears, and how many bear none."""
        column, facet = self._columns[name], FACET[name]
        figures = self.figures(_values_of(column, self._documents), len(column.valeurs) + 1)
        valueless = next(figures).nombre
        groups = [
            Group(valeur, facet.libelle(valeur), one)
            for valeur, one in zip(column.valeurs, figures, strict=True)
            if one.nombre
        ]
        # The values stand in the order of display among those of equal count.
        return tuple(groups if facet.descending else sorted(groups, key=_by_count)), valueless

    def figures(self, groups: Ints, count: int) -> Iterator[Figures]:
        """The figures of each group.

        Args:
            groups: the group of each document, from 0.
            count: how many groups there are.
        """
        width = len(STATUTS)
        states = np.bincount(groups * width + self._states, minlength=count * width)
        overdue = np.bincount(groups[self._overdue], minlength=count)
        rows = states.reshape(count, width)
        for row, late, median in zip(
            rows.tolist(), overdue.tolist(), self._medians(groups, count), strict=True
        ):
            states_of = dict(zip(STATUTS, row, strict=True))
            yield Figures(sum(row), **states_of, en_retard=late, delai_median=median)

    def _medians(self, groups: Ints, count: int) -> list[float | None]:
        """The median of the known delays of each group."""
        known = places_of(self._delays >= 0)
        keys = groups.take(known).astype(np.int64) << _DELAY_BITS
        keys |= self._delays.take(known)
        keys.sort()
        bounds = keys.searchsorted(np.arange(count + 1, dtype=np.int64) << _DELAY_BITS)
        delays = keys & ((1 << _DELAY_BITS) - 1)
        starts, sizes = bounds[:-1], np.diff(bounds)
        held = places_of(sizes)
        lower = delays.take((starts + (sizes - 1) // 2).take(held))
        upper = delays.take((starts + sizes // 2).take(held))
        medians: list[float | None] = [None] * count
        for place, median in zip(held.tolist(), ((lower + upper) / 2).tolist(), strict=True):
            medians[place] = median
        return medians


def _values_of(column: FacetColumn, documents: Ints) -> Ints:
    """The number of each document's value in `column.valeurs`, from 1; 0 for none."""
    places: Ints = column.values.places[:, 0] - column.part.start
    return places.take(column.values.codes_of(documents))


def _state_number(valeur: str) -> int:
    """The rank of a state among the four; being overdue is none of them."""
    return list(STATUTS).index(valeur) if valeur in STATUTS else -1


def _by_count(group: Group) -> int:
    return -group.figures.nombre
