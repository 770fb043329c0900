"""The panel of filters: facets with their values to tick, to leave out, or to look for.

What its own fields ask for is neither the search nor its view: it is in the address that the form
leads to, and in no link of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from flask import Flask

from search.description import PERIODS, RENEWED
from search.facets import EN_RETARD, FACET, FACETS, FacetCounts, FacetValue
from search.request import Choice, SearchRequest
from search.results import SearchResults
from web.pages.refine import carried_params
from web.query_string import Params, read_keys
from web.view import View

SHOWN_AT_ONCE: Final = 5
"""Values of a facet that stand outside its fold."""

FILTER_FIELDS: Final[Mapping[str, str]] = {
    f"filtre_{facet.name}": facet.name for facet in FACETS if facet.libelle is str
}
"""The parameters that narrow the list of a facet, each with that facet's name.

Where values are shown in other words than their own, letters typed would not find them.
"""

TICK_ALL: Final = "tout_cocher"
"""The parameter whose value is the facet to tick whole, as far as its list is shown."""

_OPEN_FACETS: Final = frozenset(("legislature", "statut", "ministere", "rubrique", "groupe"))
_FIELD_OF: Final = {name: parameter for parameter, name in FILTER_FIELDS.items()}


@dataclass(frozen=True, slots=True)
class PanelRequest:
    """What the fields of the panel ask for beside the search.

    Attributes:
        prefixes: by the name of a facet, how a word of the values to list begins.
        ticked: the facet all of whose listed values are to be chosen.
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    ticked: str | None = None


class Narrowed(NamedTuple):
    """The values of a facet that have a word beginning with `prefix`."""

    prefix: str
    counts: FacetCounts


@dataclass(frozen=True, slots=True)
class FacetLine:
    """One value of a facet: `exclude_url` leaves it out, `restore_url` forgets its choice."""

    value: FacetValue
    nested: bool
    exclude_url: str
    restore_url: str

    @property
    def chosen_by(self) -> str:
        """What a URL holds to choose the value."""
        return str(Choice(self.value.valeur))

    @property
    def in_use(self) -> bool:
        """Whether the value is a filter in force."""
        return self.value.choisie or self.value.exclue


@dataclass(frozen=True, slots=True)
class FacetList:
    """One facet, its values parted into those shown and those under a fold.

    Attributes:
        counts: of the values listed, and of the questions that bear another one or none.
        whole: what the bars are shares of: every question the facet's counts are about.
        in_use: how many values are chosen or excluded.
        filter_field: the parameter that narrows the list; None when all values are in sight.
        narrowed: what it is narrowed to, None when it isn't.
        untick_url: the search without the values chosen, when there are several.
    """

    name: str
    label: str
    counts: FacetCounts
    shown: tuple[FacetLine, ...]
    folded: tuple[FacetLine, ...]
    whole: int
    in_use: int
    opened: bool
    filter_field: str | None
    narrowed: Narrowed | None
    untick_url: str | None

    @property
    def can_be_ticked(self) -> bool:
        """Whether ticking what was looked for would change anything."""
        return self.narrowed is not None and not all(line.in_use for line in self.shown)


def register_panel(app: Flask) -> None:
    """Give templates the names and the words of the panel."""
    app.jinja_env.globals.update(periodes=PERIODS, renouvelee=RENEWED, tout_cocher=TICK_ALL)


_PANEL_VALUES: Final[Mapping[str, Iterable[str] | None]] = {
    TICK_ALL: _FIELD_OF,
    **dict.fromkeys(FILTER_FIELDS),
}

PANEL_PARAMETERS: Final = tuple(_PANEL_VALUES)
"""What the panel's fields are called that are no filters."""


def read_panel(params: Iterable[tuple[str, str]]) -> tuple[PanelRequest, Params]:
    """What the panel's fields ask for, and the other parameters.

    An empty value counts as absent.

    Raises:
        BadRequest: a parameter is given twice, or the facet to tick has no such list.
    """
    given, others = read_keys(params, _PANEL_VALUES)
    ticked = given.pop(TICK_ALL, None)
    return PanelRequest(
        {FILTER_FIELDS[name]: " ".join(words.split()) for name, words in given.items()}, ticked
    ), others


def tick_all(request: SearchRequest, name: str, counts: FacetCounts) -> SearchRequest:
    """The search with every listed value of a facet chosen, but those that are left out."""
    for value in counts.valeurs:
        if not (value.choisie or value.exclue):
            request = request.with_choice(name, value.valeur)
    return request


def panel_params(request: SearchRequest) -> list[tuple[str, str]]:
    """What the form of the facets carries along: words, where to search, sort and page size.

    Facets, exclusions too, have their own boxes.
    """
    bounds = [bound for _, since, until in PERIODS for bound in (since, until)]
    return carried_params(request, without=(*FACET, "renouvelee", *bounds))


def blank_line(request: SearchRequest, view: View) -> FacetLine:
    """The line of no value, from which a script makes lines for those that were not listed."""
    url = view.url(request.replace())
    return FacetLine(FacetValue("", "", 0), nested=False, exclude_url=url, restore_url=url)


def facet_lists(
    results: SearchResults, view: View, narrowed: Mapping[str, Narrowed] | None = None
) -> list[FacetList]:
    """The facets that have something to show, in the order of `FACETS`.

    Args:
        results: of the search.
        view: that links keep.
        narrowed: by the name of a facet, what its list is narrowed to.
    """
    lists = [
        _facet_list(
            results.request,
            view,
            facet.name,
            results.facets.get(facet.name, FacetCounts()),
            (narrowed or {}).get(facet.name),
        )
        for facet in FACETS
    ]
    return [facet for facet in lists if facet.shown or facet.narrowed]


def _facet_list(
    request: SearchRequest, view: View, name: str, counts: FacetCounts, narrowed: Narrowed | None
) -> FacetList:
    listed = _narrow(counts, narrowed.counts) if narrowed else counts
    lines = [_facet_line(request, view, name, value) for value in _nested(listed.valeurs)]
    shown, folded = _fold(lines) if narrowed is None else (tuple(lines), ())
    in_use = sum(line.in_use for line in lines)
    is_long = bool(narrowed or folded or counts.autres)
    return FacetList(
        name,
        FACET[name].label,
        listed,
        shown,
        folded,
        whole=_whole(counts),
        in_use=in_use,
        opened=name in _OPEN_FACETS or in_use > 0 or narrowed is not None,
        filter_field=_FIELD_OF.get(name) if is_long else None,
        narrowed=narrowed,
        untick_url=_untick_url(request, view, name),
    )


def _narrow(counts: FacetCounts, found: FacetCounts) -> FacetCounts:
    """The values in use, whatever they begin with, then the others that were looked for."""
    in_use = [value for value in counts.valeurs if value.choisie or value.exclue]
    known = {value.valeur for value in in_use}
    others = (value for value in found.valeurs if value.valeur not in known)
    return FacetCounts((*in_use, *others), found.autres, counts.sans)


def _whole(counts: FacetCounts) -> int:
    """How many questions the counts of a facet are about, the overdue ones once."""
    listed = sum(value.nombre for value in counts.valeurs if value.valeur != EN_RETARD)
    return listed + counts.autres + counts.sans


def _untick_url(request: SearchRequest, view: View, name: str) -> str | None:
    choices = request.filters.get(name, ())
    excluded = [choice for choice in choices if choice.exclue]
    if len(choices) - len(excluded) < 2:
        return None
    return view.url(request.replace().with_filters({**request.filters, name: excluded}))


def _facet_line(request: SearchRequest, view: View, name: str, value: FacetValue) -> FacetLine:
    return FacetLine(
        value,
        nested=value.valeur == EN_RETARD,
        exclude_url=view.url(request.with_choice(name, value.valeur, exclue=True)),
        restore_url=view.url(request.without_choice(name, value.valeur)),
    )


def _nested(values: Iterable[FacetValue]) -> list[FacetValue]:
    """The values with the overdue ones right after the waiting ones they are a part of."""
    ordered = [value for value in values if value.valeur != EN_RETARD]
    overdue = [value for value in values if value.valeur == EN_RETARD]
    names = [value.valeur for value in ordered]
    place = names.index("en_attente") + 1 if "en_attente" in names else len(ordered)
    return [*ordered[:place], *overdue, *ordered[place:]]


def _fold(lines: list[FacetLine]) -> tuple[tuple[FacetLine, ...], tuple[FacetLine, ...]]:
    """The first lines and those in use, then the others; a fold for one line is not worth it."""
    if len(lines) <= SHOWN_AT_ONCE + 1:
        return tuple(lines), ()
    kept = [index < SHOWN_AT_ONCE or line.in_use for index, line in enumerate(lines)]
    shown = tuple(line for line, keep in zip(lines, kept, strict=True) if keep)
    return shown, tuple(line for line, keep in zip(lines, kept, strict=True) if not keep)
