"""In how many questions words and phrases occur: what rarity is told by, and forms are shown with.

Each is counted once a generation, and all that a query needs together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from search.engines.memo import Memo
from search.engines.opensearch_query import matching
from search.engines.opensearch_snapshot import Snapshot
from search.expansion import Sequence, Unit

_REMEMBERED: Final = 1 << 15


class Sought(NamedTuple):
    """Any of some sequences of words, in any of some fields."""

    fields: tuple[str, ...]
    alternatives: tuple[Sequence, ...]

    @classmethod
    def of_term(cls, term: str, fields: tuple[str, ...]) -> Sought:
        """A single term."""
        return cls(fields, (Sequence((frozenset([term]),)),))

    @classmethod
    def of_unit(cls, unit: Unit) -> Sought:
        """A unit in any of its forms."""
        return cls(unit.fields, unit.alternatives)

    @classmethod
    def of_typed(cls, unit: Unit) -> Sought | None:
        """The form as typed of a unit; None when it has none."""
        return None if unit.typed is None else cls(unit.fields, (unit.typed,))


class Frequencies:
    """How many questions have what is sought; shared by threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: Memo[Sought, int] = Memo(_REMEMBERED)

    def of(self, sought: Iterable[Sought]) -> Mapping[Sought, int]:
        """How many questions have each, counted together."""
        return self._known.get_all(sought, self._count)

    def of_terms(self, terms: Iterable[str], fields: tuple[str, ...]) -> Mapping[str, int]:
        """How many questions have each of some terms in any of some fields."""
        sought = {term: Sought.of_term(term, fields) for term in terms}
        counted = self.of(sought.values())
        return {term: counted[one] for term, one in sought.items()}

    def _count(self, sought: list[Sought]) -> Mapping[Sought, int]:
        queries = {
            str(number): matching(Unit("", one.fields, one.alternatives))
            for number, one in enumerate(sought)
        }
        counts = self._snapshot.count(queries)
        return {one: counts[str(number)] for number, one in enumerate(sought)}
