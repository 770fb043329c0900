"""Where an index is, as whoever builds it sees it: a directory or a cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol, Self

from index.cluster.address import ClusterAddress, IndexAddress
from index.cluster.place import ClusterPlace
from index.progress import Progress
from index.stores import Store
from index.stores.directory import DirectoryPlace
from index.verdict import Verdict


class Place(Protocol):
    """A place for one index, which may be there."""

    @property
    def rejects(self) -> Path:
        """The file of the rejects of the latest build."""
        ...

    @property
    def disk(self) -> Path:
        """A directory on the disk that a build here writes to."""
        ...

    def recover(self) -> None:
        """Clear up after builds that were killed, where that can't wait for `opened`.

        Raises:
            IndexLocked: another build is writing here.
        """
        ...

    def check_replaceable(self) -> None:
        """Refuse to put an index where something else is.

        Raises:
            IndexFormatError: something else is here.
        """
        ...

    def is_vacant(self) -> bool:
        """Whether no index is here."""
        ...

    def is_fictional(self) -> bool:
        """Whether the index that is here holds the demo corpus.

        Raises:
            IndexMissing, IndexFormatError: there is none, or none that can be read.
        """
        ...

    def opened(self, *, fictional: bool, today: date) -> Store:
        """The index open for writing, made when there is none; see `index.builder.build`.

        Args:
            fictional: whether what will be written is the demo corpus.
            today: the day on which a new index is made.
        """
        ...

    def rebuilding(self) -> AbstractContextManager[Self]:
        """A vacant place, whose index may take the place of the one here; locked meanwhile."""
        ...

    def take_over(self) -> None:
        """In the place of a rebuild: put its index in the place of the old one."""
        ...

    def keep_rejects(self, lines: str) -> None:
        """Write the file of rejects."""
        ...

    def check(self, progress: Progress, *, every: bool) -> Verdict:
        """Read an index through.

        Args:
            progress: called as the check goes.
            every: whether every record is analysed again, and not a sample.

        Raises:
            IndexMissing: there is no index.
            IndexFormatError: it is too damaged to be opened, or of another version.
        """
        ...


def place_of(address: IndexAddress) -> Place:
    """The place that an address names; nothing is asked of it yet."""
    if isinstance(address, ClusterAddress):
        return ClusterPlace(address)
    return DirectoryPlace(address)
