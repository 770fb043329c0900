"""Filters, facet counts and sorts over the columns of a snapshot.

Every question that matches the text is tested against every filter once; a facet then counts the
questions that no *other* filter excludes, so no facet needs a search of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np

from index.fields import NO_INTEGER
from search.engines.whoosh_snapshot import Floats, Ints, Mask, Snapshot
from search.facets import (
    EN_RETARD,
    FACETS,
    LISTED_VALUES,
    Facet,
    FacetCounts,
    FacetValue,
    identity,
)
from search.request import Choice, SearchRequest

_NO_VALUE = -1
_YES = "1"


class FacetColumn:
    """The values of one facet over one snapshot.

    Attributes:
        values: the shown form of each value; `ordinals` says which a document has.
        ordinals: int64, shape (size,): an index into `values`, or -1 for none and for the
            documents that aren't live.
    """

    def __init__(self, facet: Facet, snapshot: Snapshot) -> None:
        self.facet = facet
        self._snapshot = snapshot
        raw = _raw_values(facet, snapshot)
        # A value that only replaced questions bore is no value any more.
        keys = [
            facet.key(value) if value and live else ""
            for value, live in zip(raw, snapshot.live, strict=True)
        ]
        self._by_key = {key: number for number, key in enumerate(sorted(set(keys) - {""}))}
        numbers = (self._by_key.get(key, _NO_VALUE) for key in keys)
        self.ordinals = np.fromiter(numbers, dtype=np.int64, count=snapshot.size)
        self.values = _shown_forms(raw, self.ordinals, len(self._by_key))

    def canonical(self, valeur: str) -> str:
        """The shown form of a value in any spelling; the spelling itself when no one bears it."""
        number = self._number(valeur)
        return valeur if number is None else self.values[number]

    def mask(self, valeur: str) -> Mask:
        """Which documents bear a value."""
        if self.facet.name == "statut" and valeur == EN_RETARD:
            return self._snapshot.overdue
        number = self._number(valeur)
        if number is None:
            return self._alias_mask(valeur)
        bearing: Mask = self.ordinals == number
        return bearing

    def counts(self, documents: Mask) -> list[int]:
        """How many of these documents bear each value; the last entry counts those with none."""
        found = np.bincount(self.ordinals[documents] + 1, minlength=len(self.values) + 1)
        return [*found[1:].tolist(), int(found[0])]

    def _number(self, valeur: str) -> int | None:
        """The number of the value that a spelling or an alias names; None when none is.

        An alias names a value only when both stand for the same questions: of two homonyms, or
        when some questions bear the reference and no name, it stays what it is.
        """
        number = self._by_key.get(self.facet.key(valeur))
        if number is not None:
            return number
        called = self._alias_mask(valeur)
        named = np.unique(self.ordinals[called])
        if named.size != 1 or named[0] == _NO_VALUE:
            return None
        alike = np.array_equal(called, self.ordinals == named[0])
        return int(named[0]) if alike else None

    def _alias_mask(self, valeur: str) -> Mask:
        mask = np.zeros(self._snapshot.size, np.bool_)
        mask[self._aliases.get(identity(valeur), [])] = True
        return mask

    @cached_property
    def _aliases(self) -> Mapping[str, list[int]]:
        """The live documents that bear each alias, by its identity."""
        if self.facet.aliases is None:
            return {}
        texts = self._snapshot.texts[self.facet.aliases]
        places: dict[str, list[int]] = {}
        for number in np.flatnonzero(self._snapshot.live):
            if texts[number]:
                places.setdefault(identity(texts[number]), []).append(int(number))
        return places


class Columns:
    """What narrows, counts and orders the questions of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._facets = {facet.name: FacetColumn(facet, snapshot) for facet in FACETS}

    def canonical(self, request: SearchRequest) -> SearchRequest:
        """The request with every facet value in the form that is shown, each once."""
        return request.with_filters(
            {
                name: [
                    replace(choice, valeur=self._facets[name].canonical(choice.valeur))
                    for choice in choices
                ]
                for name, choices in request.filters.items()
            }
        )

    def narrow(self, matching: Mask, request: SearchRequest) -> tuple[Mask, dict[str, Mask]]:
        """Apply the filters.

        Returns:
            The documents that pass them all; and for each facet, those that pass all but its own.
        """
        kept = matching & self._within_dates(request)
        if request.renouvelee:
            kept = kept & (self._snapshot.integers["renouvelee"] == 1)
        passes = {name: self._passes(name, chosen) for name, chosen in request.filters.items()}
        failures = np.zeros(self._snapshot.size, np.int64)
        for passing in passes.values():
            failures += ~passing
        passing_all = kept & (failures == 0)
        others = dict.fromkeys((facet.name for facet in FACETS), passing_all)
        for name, passing in passes.items():
            others[name] = kept & ((failures - ~passing) == 0)
        return passing_all, others

    def count(
        self, name: str, documents: Mask, choices: Iterable[Choice], prefix: str = ""
    ) -> FacetCounts:
        """One facet over these documents.

        Args:
            name: the facet's name.
            documents: what to count.
            choices: the values chosen or excluded, listed whatever their count.
            prefix: only list values with a word that begins so; empty lists all.
        """
        column = self._facets[name]
        *counts, sans = column.counts(documents)
        by_value = dict(zip(column.values, counts, strict=True))
        if name == "statut":
            by_value[EN_RETARD] = int((self._snapshot.overdue & documents).sum())
        choices = tuple(choices)
        named = {choice.valeur for choice in choices}
        for valeur in named:
            by_value.setdefault(valeur, int((column.mask(valeur) & documents).sum()))
        present = [v for v, n in by_value.items() if n or v in named]
        ordered = _order(column.facet, [v for v in present if _begins(v, prefix)], by_value)
        listed = [v for rank, v in enumerate(ordered) if rank < LISTED_VALUES or v in named]
        unlisted = set(ordered) - set(listed) - {EN_RETARD}
        return FacetCounts(
            tuple(
                FacetValue(
                    valeur,
                    column.facet.libelle(valeur),
                    by_value[valeur],
                    choisie=Choice(valeur) in choices,
                    exclue=Choice(valeur, exclue=True) in choices,
                )
                for valeur in listed
            ),
            autres=sum(by_value[valeur] for valeur in unlisted),
            sans=sans,
        )

    def order(self, documents: Mask, scores: Floats, sort: str) -> Ints:
        """The numbers of these documents in the order of a sort.

        Ties: the newest question first (the oldest for `ancien`), then the uid.
        """
        integers = self._snapshot.integers
        asked = integers["date_question"]
        dateless_last = np.where(asked == NO_INTEGER, date.max.toordinal(), asked)
        first: Floats | Ints
        match sort:
            case "pertinence":
                first, second = -scores, -asked
            case "recent":
                first, second = -asked, -asked
            case "ancien":
                first, second = dateless_last, dateless_last
            case "reponse":
                first, second = -integers["date_reponse"], -asked
            case "delai":
                first, second = -self._waits(), -asked
            case _:
                raise ValueError(f"not a sort: {sort!r}")
        numbers = np.flatnonzero(documents)
        keys = (self._snapshot.uid_ranks[numbers], second[numbers], first[numbers])
        return numbers[np.lexsort(keys)]

    def _passes(self, name: str, choices: tuple[Choice, ...]) -> Mask:
        masks = [(choice, self._facets[name].mask(choice.valeur)) for choice in choices]
        chosen = [mask for choice, mask in masks if not choice.exclue]
        excluded = [mask for choice, mask in masks if choice.exclue]
        everything = np.ones(self._snapshot.size, np.bool_)
        kept = np.logical_or.reduce(chosen) if chosen else everything
        for mask in excluded:
            kept = kept & ~mask
        return kept

    def _within_dates(self, request: SearchRequest) -> Mask:
        return self._within("date_question", request.du, request.au) & self._within(
            "date_reponse", request.reponse_du, request.reponse_au
        )

    def _within(self, name: str, start: date | None, end: date | None) -> Mask:
        days = self._snapshot.integers[name]
        kept = np.ones(self._snapshot.size, np.bool_)
        if start or end:
            kept = days != NO_INTEGER
        if start:
            kept = kept & (days >= start.toordinal())
        if end:
            kept = kept & (days <= end.toordinal())
        return kept

    def _waits(self) -> Ints:
        """Days from question to answer, or to `donnees_au` for a waiting one; -1 for neither."""
        integers = self._snapshot.integers
        waits = integers["delai_jours"].copy()
        newest = self._snapshot.donnees_au
        if newest is not None:
            waiting = self._facets["statut"].mask("en_attente")
            waiting = waiting & (integers["date_question"] != NO_INTEGER)
            waits[waiting] = newest.toordinal() - integers["date_question"][waiting]
        return waits


def _raw_values(facet: Facet, snapshot: Snapshot) -> list[str]:
    if facet.name in snapshot.texts:
        return snapshot.texts[facet.name]
    numbers = snapshot.integers[facet.name].tolist()
    if facet.name == "signalee":
        return [_YES if number == 1 else "" for number in numbers]
    return ["" if number == NO_INTEGER else str(number) for number in numbers]


def _shown_forms(raw: list[str], ordinals: Ints, values: int) -> list[str]:
    """The most frequent form of each value; ties by code point."""
    forms: list[Counter[str]] = [Counter() for _ in range(values)]
    for number in np.flatnonzero(ordinals != _NO_VALUE):
        forms[ordinals[number]][raw[number]] += 1
    return [min(counts, key=lambda form: (-counts[form], form)) for counts in forms]


def _order(facet: Facet, values: list[str], counts: Mapping[str, int]) -> list[str]:
    if facet.descending:
        return sorted(values, key=facet.rank)
    return sorted(values, key=lambda value: (-counts[value], facet.rank(value)))


def _begins(value: str, prefix: str) -> bool:
    """Whether a word of the value begins so; the empty prefix begins every word."""
    return re.search(rf"(?<!\w){re.escape(identity(prefix))}", identity(value)) is not None
