"""One generation of an index in a cluster, with what is known of it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from search.corpus import Holding
from search.engines.opensearch_completion import Completion
from search.engines.opensearch_corpus import count_holdings
from search.engines.opensearch_facets import FacetTable
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_months import Months
from search.engines.opensearch_query import Weights
from search.engines.opensearch_snapshot import Snapshot
from search.engines.opensearch_spelling import Spelling
from search.engines.opensearch_uids import Uids
from search.engines.opensearch_vocabulary import Vocabulary
from search.expansion import Clause, TermsBeginning, Unit, positive_units
from search.ranking import idf


@dataclass(frozen=True)
class Generation:
    """What searches of one generation share; shared by threads.

    Attributes:
        snapshot: what is asked.
        table: its facets.
        months: those of its questions.
        vocabulary: its words.
        spelling: of them.
        uids: its questions in the order of their uids.
    """

    snapshot: Snapshot
    table: FacetTable
    months: Months
    vocabulary: Vocabulary
    spelling: Spelling
    uids: Uids

    @classmethod
    def of(cls, snapshot: Snapshot) -> Generation:
        """Read what every search needs."""
        vocabulary = Vocabulary(snapshot)
        return cls(
            snapshot,
            FacetTable.load(snapshot),
            Months.load(snapshot),
            vocabulary,
            Spelling(snapshot, vocabulary),
            Uids(snapshot),
        )

    @cached_property
    def completion(self) -> Completion:
        """What completes queries; it asks nothing before it is asked."""
        return Completion(self.snapshot, self.table, self.vocabulary)

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """What it holds of each législature and type."""
        return count_holdings(self.snapshot)

    def frequencies(self, clause: Clause) -> Mapping[Unit, int]:
        """How many questions have each unit that a clause looks for."""
        sought = {unit: Sought.of_unit(unit) for unit in positive_units(clause)}
        counts = self.vocabulary.frequencies.of(sought.values())
        return {unit: counts[one] for unit, one in sought.items()}

    def weights(self, clause: Clause) -> Weights:
        """The numbers of the formula for a clause."""
        units = dict.fromkeys(positive_units(clause))
        typed = {unit: one for unit in units if (one := Sought.of_typed(unit)) is not None}
        sought = {unit: Sought.of_unit(unit) for unit in units}
        counts = self.vocabulary.frequencies.of([*sought.values(), *typed.values()])
        rarity = {one: idf(count, self.snapshot.questions) for one, count in counts.items()}
        return Weights(
            self.snapshot.ranking,
            self.snapshot.averages,
            idf={unit: rarity[one] for unit, one in sought.items()},
            typed_idf={unit: rarity[one] for unit, one in typed.items() if counts[one]},
            beginnings=self.vocabulary.beginnings(prefixes_of(units)),
        )


def prefixes_of(units: Iterable[Unit]) -> list[str]:
    """The beginnings of words that units have."""
    slots = (slot for unit in units for one in unit.alternatives for slot in one.slots)
    return list(dict.fromkeys(s.prefix for s in slots if isinstance(s, TermsBeginning)))
