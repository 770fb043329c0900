"""The values of the facets in one generation, and how many questions of a search bear each.

Which wordings there are is read once a generation, with the aliases that come with them. A search
then counts wordings, in the cluster, and they are put together here: those of one value are one
line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from index.cluster.shape import COLUMN
from index.fields import COLUMNS
from search.engines.opensearch_buckets import read_buckets
from search.engines.opensearch_filters import bearing_query, filter_query, overdue_query
from search.engines.opensearch_snapshot import Body, Snapshot
from search.facet_lines import Line, begins, first_lines, shown, with_named
from search.facets import (
    EN_RETARD,
    FACET,
    FACETS,
    Facet,
    FacetCounts,
    identity,
    text_of_number,
)
from search.request import Choice, SearchRequest

Borne: TypeAlias = Mapping[tuple[str, str], int]
"""How many questions bear each wording of a facet's value with each wording of its alias; "" for
none of either."""

_NEWER: Final = 100
"""Wordings that a build may have added since a table was read."""

_INTEGERS: Final = frozenset(column.name for column in COLUMNS if column.integer)


class FacetValues:
    """The values of one facet, in all their wordings.

    Attributes:
        valeurs: those that questions bear, each as it is shown, in the order of display among
            those of equal count.
        size: how many buckets its wordings may take.
    """

    def __init__(self, facet: Facet, borne: Borne) -> None:
        self._facet = facet
        counts: Counter[str] = Counter()
        for (wording, _), count in borne.items():
            counts[wording] += count
        # Of each value, the most frequent wording comes first, ties by code point.
        ordered = sorted(filter(None, counts), key=lambda wording: (-counts[wording], wording))
        self._keys = {wording: facet.key(wording) for wording in ordered}
        self._forms: dict[str, list[str]] = {}
        for wording, key in self._keys.items():
            self._forms.setdefault(key, []).append(wording)
        self._aliases = _Aliases((self._keys.get(one), alias) for one, alias in borne)
        self.valeurs = sorted((forms[0] for forms in self._forms.values()), key=facet.rank)
        self._place = {valeur: place for place, valeur in enumerate(self.valeurs)}
        self.size = len(counts) + _NEWER

    @property
    def varied(self) -> list[str]:
        """The wordings of the values that have several."""
        return sorted(one for forms in self._forms.values() if len(forms) > 1 for one in forms)

    def canonical(self, valeur: str) -> str:
        """The shown form of a value in any spelling; the spelling itself when no one bears it."""
        key = self._find(valeur)
        return valeur if key is None else self._forms[key][0]

    def bearing(self, valeur: str) -> Mapping[str, Sequence[str | int]]:
        """What questions that bear a value have in a column: one of these, by its name."""
        key, name = self._find(valeur), self._facet.name
        if key is not None:
            forms = sorted(self._forms[key])
            return {name: [int(form) for form in forms] if name in _INTEGERS else forms}
        if self._facet.aliases is None or not (called := self._aliases.called(valeur)):
            return {}
        return {self._facet.aliases: called}

    def is_borne(self, valeur: str) -> bool:
        """Whether a spelling names one value that questions bear."""
        return self._find(valeur) is not None

    def counts(self, buckets: Iterable[Body]) -> Counter[str]:
        """How many questions bear each value, by its shown form, from the counts of wordings."""
        counts: Counter[str] = Counter()
        for bucket in buckets:
            if wording := self.wording(bucket["key"]):
                counts[self.form(wording)] += bucket["doc_count"]
        return counts

    def wording(self, held: str | int) -> str:
        """What the facet's column holds, as a wording; "" for no value."""
        return _wording(self._facet, held)

    def form(self, wording: str) -> str:
        """The form that a wording's value is shown in."""
        key = self._keys.get(wording)
        return self.canonical(wording) if key is None else self._forms[key][0]

    def ordered(self, counts: Mapping[str, int]) -> list[Line]:
        """The values that are counted at all, in the order of display among those of equal count.

        A value that a newer build brought comes after the others.
        """
        known = sorted(counts.keys() & self._place.keys(), key=self._place.__getitem__)
        newer = sorted(counts.keys() - self._place.keys(), key=self._facet.rank)
        return [(valeur, counts[valeur]) for valeur in (*known, *newer)]

    def _find(self, valeur: str) -> str | None:
        """The identity of the value that a spelling or an alias names; None when none is."""
        key = self._facet.key(valeur)
        return key if key in self._forms else self._aliases.named(valeur)


class _Aliases:
    """What else values are called.

    An alias names a value only when both stand for the same questions: of two homonyms, or when
    some questions bear the alias and no value, it stays what it is.

    Args:
        pairs: the identity of a value, None for none, and the wording of an alias, "" for none,
            that some question bears together.
    """

    def __init__(self, pairs: Iterable[tuple[str | None, str]]) -> None:
        self._wordings: dict[str, set[str]] = {}
        self._keys: dict[str, set[str | None]] = {}
        self._called: dict[str | None, set[str]] = {}
        for key, wording in pairs:
            alias = identity(wording)
            self._called.setdefault(key, set()).add(alias)
            if wording:
                self._wordings.setdefault(alias, set()).add(wording)
                self._keys.setdefault(alias, set()).add(key)

    def called(self, valeur: str) -> list[str]:
        """The wordings of an alias in any spelling; none of what is no alias."""
        return sorted(self._wordings.get(identity(valeur), ()))

    def named(self, valeur: str) -> str | None:
        """The identity of the value that an alias names; None when it names none, or several."""
        alias = identity(valeur)
        keys = self._keys.get(alias, set())
        if len(keys) != 1:
            return None
        (key,) = keys
        return key if self._called[key] == {alias} else None


class FacetTable:
    """All facets over one generation; shared by threads. Nothing in it changes.

    Attributes:
        values: those of each facet, by its name, in the order of `FACETS`.
        donnees_au: the newest JO date of the generation.
    """

    def __init__(self, borne: Mapping[str, Borne], donnees_au: date | None) -> None:
        self.values = {f.name: FacetValues(f, borne.get(f.name, {})) for f in FACETS}
        self.donnees_au = donnees_au

    @classmethod
    def load(cls, snapshot: Snapshot) -> FacetTable:
        """Read which values there are."""
        asked = {f.name: [f.name, *([f.aliases] if f.aliases else [])] for f in FACETS}
        found = read_buckets(snapshot, asked)
        return cls(
            {name: _borne(FACET[name], buckets) for name, buckets in found.items()},
            snapshot.donnees_au,
        )

    def canonical(self, request: SearchRequest) -> SearchRequest:
        """The request with every facet value in the form that is shown, each once."""
        return request.with_shown(lambda name, valeur: self.values[name].canonical(valeur))

    def bearing(self, facet: str, valeur: str) -> Mapping[str, Sequence[str | int]]:
        """See `search.engines.opensearch_filters.Bearers`."""
        return self.values[facet].bearing(valeur)

    def filter_query(self, request: SearchRequest, but: str | None = None) -> Body | None:
        """What passes all filters of a request but that of one facet; None when there is none."""
        return filter_query(request, self, self.donnees_au, but)

    def wordings(self, name: str) -> Body:
        """The aggregation that counts each wording of a facet, exactly."""
        return {"terms": {"field": f"{COLUMN}.{name}", "size": self.values[name].size}}

    def aggregations(self, request: SearchRequest, names: Collection[str] = tuple(FACET)) -> Body:
        """What counts facets, each regardless of its own filter.

        They go beside a query that matches the words, whatever the filters. Facets without a
        filter share one that all filters make.

        Args:
            request: with its facet values in canonical form.
            names: of the facets that are counted.
        """
        return {
            group: {
                "filter": self.filter_query(request, but) or {"match_all": {}},
                "aggs": {
                    part: counted
                    for name in members
                    for part, counted in self._parts(name, request.filters.get(name, ()))
                },
            }
            for group, but, members in _groups(request, names)
        }

    def read(
        self,
        request: SearchRequest,
        aggs: Mapping[str, Body],
        names: Collection[str] = tuple(FACET),
        prefix: str = "",
    ) -> Mapping[str, FacetCounts]:
        """The facets as they are shown.

        Args:
            request: as `aggregations` was told.
            names: as it was told, too.
            aggs: what the cluster answered.
            prefix: how a word of each value that is listed begins.
        """
        group_of = {
            m: aggs[group] for group, _, members in _groups(request, names) for m in members
        }
        return {
            name: self._read_one(FACET[name], request, group_of[name], prefix) for name in names
        }

    def _parts(self, name: str, choices: Iterable[Choice]) -> Iterator[tuple[str, Body]]:
        """What counts one facet: its wordings, and what no wording tells."""
        yield name, self.wordings(name)
        if apart := self._apart(name, choices):
            yield _apart_from(name), {"filters": {"filters": apart}}

    def _apart(self, name: str, choices: Iterable[Choice]) -> dict[str, Body]:
        """What bears each value that is told by no wording, and is listed or named."""
        apart = {EN_RETARD: overdue_query(self.donnees_au)} if name == "statut" else {}
        for choice in choices:
            if choice.valeur not in apart and not self.values[name].is_borne(choice.valeur):
                apart[choice.valeur] = bearing_query(name, choice.valeur, self, self.donnees_au)
        return apart

    def _read_one(
        self, facet: Facet, request: SearchRequest, group: Body, prefix: str
    ) -> FacetCounts:
        values, told = self.values[facet.name], group[facet.name]
        choices: Sequence[Choice] = request.filters.get(facet.name, ())
        counts, unlisted = values.counts(told["buckets"]), told["sum_other_doc_count"]
        sans = group["doc_count"] - counts.total() - unlisted
        buckets = group.get(_apart_from(facet.name), {"buckets": {}})["buckets"]
        apart = Counter({valeur: bucket["doc_count"] for valeur, bucket in buckets.items()})
        if prefix:
            counts, apart = _begun(counts, prefix), _begun(apart, prefix)
            choices = [choice for choice in choices if begins(choice.valeur, prefix)]
        lines = first_lines(facet, _with_overdue(facet, values.ordered(counts), apart))
        if choices:
            named = {choice.valeur for choice in choices}
            lines = with_named(facet, lines, {v: apart.get(v, counts[v]) for v in named})
        listed = sum(counts[valeur] for valeur, _ in lines)
        return FacetCounts(
            tuple(shown(facet, lines, choices)),
            autres=counts.total() + unlisted - listed,
            sans=sans,
        )


def _begun(counts: Mapping[str, int], prefix: str) -> Counter[str]:
    """The counts of those values that have a word that begins so."""
    return Counter({valeur: count for valeur, count in counts.items() if begins(valeur, prefix)})


def _with_overdue(facet: Facet, lines: list[Line], apart: Mapping[str, int]) -> list[Line]:
    """The values of a facet with that of the overdue questions, in the order of `Facet.rank`."""
    if not apart.get(EN_RETARD):
        return lines
    return sorted([*lines, (EN_RETARD, apart[EN_RETARD])], key=lambda line: facet.rank(line[0]))


def _groups(
    request: SearchRequest, names: Collection[str]
) -> Iterator[tuple[str, str | None, list[str]]]:
    """The facets that are counted over the same questions.

    Returns:
        What they are called together, the facet whose own filter is left out, and which they are.
    """
    unfiltered = [name for name in names if name not in request.filters]
    if unfiltered:
        yield "facets", None, unfiltered
    for name in names:
        if name in request.filters:
            yield f"facets_{name}", name, [name]


def _apart_from(name: str) -> str:
    """What the counts of values are called that are apart from a facet's wordings."""
    return f"{name}_apart"


def _borne(facet: Facet, buckets: Iterable[Body]) -> Borne:
    """What buckets of a facet's column, and of its aliases', say of it."""
    borne: Counter[tuple[str, str]] = Counter()
    for bucket in buckets:
        key = bucket["key"]
        alias = key[facet.aliases] if facet.aliases else None
        borne[_wording(facet, key[facet.name]), alias or ""] += bucket["doc_count"]
    return borne


def _wording(facet: Facet, held: str | int | None) -> str:
    """What the column of a facet holds, as a wording; "" for no value."""
    return text_of_number(facet, held) if isinstance(held, int) else held or ""
