"""A cluster as the place of an index; see `index.places.Place`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.archives import archives_of
from index.atomic import write_atomically
from index.cluster.address import ClusterAddress
from index.cluster.check import check_cluster_index
from index.cluster.client import connect
from index.cluster.state import alias_targets, read_state
from index.cluster.store import ClusterStore, open_cluster_store
from index.progress import Progress
from index.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ClusterPlace:
    """An address of a cluster, where an index is or may be put.

    Attributes:
        address: where.
        anew: whether what is opened is another index, which replaces the one that is there once it
            is published.
    """

    address: ClusterAddress
    anew: bool = False

    @property
    def rejects(self) -> Path:
        """Beside the archives, on the machine of whoever builds."""
        return archives_of(self.address).with_name(f"{self.address.name}.rejects.ndjson")

    @property
    def disk(self) -> Path:
        """What is read waits in a temporary file."""
        return Path(tempfile.gettempdir())

    def recover(self) -> None:
        """Nothing: a store clears up when it is opened, under its lease."""

    def check_replaceable(self) -> None:
        """Refuse the name of an index that this program didn't make."""
        self._targets()

    def is_vacant(self) -> bool:
        """Whether the name is no alias yet, or another index will be made."""
        return self.anew or not self._targets()

    def is_fictional(self) -> bool:
        """What the state of the index says."""
        with closing(connect(self.address)) as client:
            return read_state(client, self.address).fictional

    def opened(self, *, fictional: bool, today: date) -> ClusterStore:
        """The index open for writing."""
        return open_cluster_store(self.address, fictional=fictional, today=today, rebuild=self.anew)

    @contextmanager
    def rebuilding(self) -> Iterator[ClusterPlace]:
        """The same address, for another index; the store that is opened has the lease."""
        yield ClusterPlace(self.address, anew=True)

    def take_over(self) -> None:
        """Nothing: to publish a new index is to move the alias to it."""

    def keep_rejects(self, lines: str) -> None:
        """Write the file of rejects, unless there neither is nor was any."""
        if lines or self.rejects.exists():
            self.rejects.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.rejects, lines)

    def check(self, progress: Progress, *, every: bool) -> Verdict:
        """See that records are found by what they say."""
        return check_cluster_index(self.address, progress, every=every)

    def _targets(self) -> tuple[str, ...]:
        with closing(connect(self.address)) as client:
            return alias_targets(client, self.address)
