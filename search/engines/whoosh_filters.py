"""The filters of a request, tested once over the questions that match its words.

A facet then counts the questions that no *other* filter excludes, so no facet needs a search of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np

from index.fields import NO_INTEGER
from search.engines.sorted_arrays import Ints, Mask, places_of
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_snapshot import Snapshot
from search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The documents that pass the filters.

    Attributes:
        documents: ascending: those that pass all of them.
        places: where each stands among the matching documents; None when all of them pass.
        without: by the name of a facet with a filter: those that pass all the others; ascending.
    """

    documents: Ints
    places: Ints | None
    without: Mapping[str, Ints]

    def others(self, facet: str) -> Ints:
        """The documents that pass all filters but that of one facet, ascending."""
        return self.without.get(facet, self.documents)


def canonical(request: SearchRequest, facets: Facets) -> SearchRequest:
    """The request with every facet value in the form that is shown, each once."""
    return request.with_shown(lambda name, valeur: facets.columns[name].canonical(valeur))


def narrow(matching: Ints, request: SearchRequest, snapshot: Snapshot, facets: Facets) -> Narrowed:
    """Apply the filters of a request.

    Args:
        matching: live documents, ascending.
        request: with its facet values in canonical form.
        snapshot: what the documents are in.
        facets: over the same.
    """
    general = list(_general_masks(matching, request, snapshot))
    own = {
        name: facets.columns[name].passes(choices, matching)
        for name, choices in request.filters.items()
    }
    masks = [*general, *own.values()]
    if not masks:
        return Narrowed(matching, None, {})
    places = places_of(_all(masks))
    documents = matching.take(places)
    if len(masks) == 1:
        return Narrowed(documents, places, dict.fromkeys(own, matching))
    without = {
        name: matching.take(places_of(_all([mask for mask in masks if mask is not passing])))
        for name, passing in own.items()
    }
    return Narrowed(documents, places, without)


def _all(masks: Sequence[Mask]) -> Mask:
    """Where all of one or several masks hold; `np.logical_and.reduce` would copy them first."""
    return reduce(np.logical_and, masks)


def _general_masks(matching: Ints, request: SearchRequest, snapshot: Snapshot) -> Iterator[Mask]:
    """Which documents pass each filter that belongs to no facet."""
    if request.renouvelee:
        yield snapshot.integers["renouvelee"].take(matching) == 1
    periods = {
        "date_question": (request.du, request.au),
        "date_reponse": (request.reponse_du, request.reponse_au),
    }
    for name, (start, end) in periods.items():
        if start or end:
            days = snapshot.integers[name].take(matching)
            yield _within(days, start, end)


def _within(days: np.typing.NDArray[np.int32], start: date | None, end: date | None) -> Mask:
    kept: Mask = days != NO_INTEGER
    if start:
        kept &= days >= start.toordinal()
    if end:
        kept &= days <= end.toordinal()
    return kept
