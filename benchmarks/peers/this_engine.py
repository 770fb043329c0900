"""This program, through its own doors: `build` as `qe index` calls it, `open_engine` as the site.

It does a little more than the others: it counts eleven facets, returns whole records, and cleans
the HTML that the others drop.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from benchmarks.metadata import DATA_UNTIL
from benchmarks.peers import Outcome, Peer
from benchmarks.workload import Query
from index.builder import build
from index.cluster.address import IndexAddress
from index.stores.manifest import program_version
from search.engine import Engine, open_engine
from search.request import SearchRequest

VERSION: Final = program_version()


class ThisEngine(Peer):
    """An index of this program, one engine kept open."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the file as `qe index` does.

        Raises:
            ValueError: a generated question was rejected.
        """
        address = cls.address(directory)
        report = build([source], address, today=DATA_UNTIL, progress=lambda *_: None)
        if report.rejects:
            raise ValueError(f"{report.rejected} rejects, the first: {report.rejects[0]}")

    @classmethod
    def address(cls, directory: Path) -> IndexAddress:
        """Where the index is that is measured."""
        return directory

    def __init__(self, directory: Path) -> None:
        self._engine: Engine = open_engine(self.address(directory))

    def search(self, query: Query) -> Outcome:
        """Search as the site does."""
        results = self._engine.search(SearchRequest.from_params(query.params))
        return Outcome(
            results.total,
            [hit.question.uid for hit in results.hits],
            [[*hit.extraits.question, *hit.extraits.reponse] for hit in results.hits],
            {
                name: {value.valeur: value.nombre for value in counts.valeurs}
                for name, counts in results.facets.items()
            },
        )

    def close(self) -> None:
        """Let go of the index."""
        self._engine.close()
