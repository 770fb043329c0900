"""A directory as the place of an index; see `index.places.Place`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from index.atomic import write_atomically
from index.progress import Progress
from index.stores.lock import hold_lock
from index.stores.manifest import Manifest, check_replaceable, is_vacant
from index.stores.replacement import place_for_rebuild, recover, replace_directory
from index.stores.whoosh_check import check_index
from index.stores.whoosh_store import WhooshStore, latest_generation, open_store
from index.verdict import Verdict

REJECTS_NAME: Final = "rejects.ndjson"
"""The rejects of the latest build, one JSON object a line, in the index's directory."""


@dataclass(frozen=True, slots=True)
class DirectoryPlace:
    """A directory, which an index is in or may be put in.

    Attributes:
        directory: where.
        replaces: in the place of a rebuild, the directory of the old index.
    """

    directory: Path
    replaces: Path | None = None

    @property
    def rejects(self) -> Path:
        """Inside: a rebuild replaces them too."""
        return self.directory / REJECTS_NAME

    @property
    def disk(self) -> Path:
        """The directory itself."""
        return self.directory

    def recover(self) -> None:
        """Clear up after a rebuild that was killed."""
        recover(self.directory)

    def check_replaceable(self) -> None:
        """Refuse a directory of other files, and a file."""
        check_replaceable(self.directory)

    def is_vacant(self) -> bool:
        """Whether it is missing, or empty."""
        return is_vacant(self.directory)

    def is_fictional(self) -> bool:
        """What the manifest says."""
        return Manifest.read(self.directory).fictional

    def opened(self, *, fictional: bool, today: date) -> WhooshStore:
        """The index open for writing."""
        # Of a rebuild, generations go on, so that a running server sees the change.
        after = 0 if self.replaces is None else latest_generation(self.replaces)
        return open_store(self.directory, fictional=fictional, today=today, after=after)

    @contextmanager
    def rebuilding(self) -> Iterator[DirectoryPlace]:
        """A hidden directory beside this one, which is locked meanwhile."""
        with place_for_rebuild(self.directory) as fresh, hold_lock(self.directory):
            yield DirectoryPlace(fresh, self.directory)

    def take_over(self) -> None:
        """Exchange the two directories."""
        assert self.replaces is not None, "this is not the place of a rebuild"
        replace_directory(self.replaces, self.directory)

    def keep_rejects(self, lines: str) -> None:
        """Write the file of rejects, empty when there is none."""
        write_atomically(self.rejects, lines)

    def check(self, progress: Progress, *, every: bool) -> Verdict:
        """Read every file, then compare arrays and records."""
        return check_index(self.directory, progress, every=every)
