"""Archives brought to a folder, one after the other; what went wrong with one stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from index.errors import AddressRefused, ArchiveUnavailable
from index.progress import Progress
from index.stores.manifest import program_version
from index.sync.addresses import Archive
from index.sync.download import Download, Gone, NoArchive, OutOfPatience, State
from index.sync.folder import ArchiveFolder
from index.sync.patience import Patience
from index.sync.publisher import Publisher
from index.sync.transport import Transport

Ending = State | Literal["absent", "failed"]

USER_AGENT: Final = f"questions-ecrites/{program_version()} (qe sync)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one archive.

    Attributes:
        ending: `absent` is a tentative one that is not published; only `failed` is a problem.
        size: bytes of the archive kept after all; None when there is none.
        problem: why it failed.
    """

    archive: Archive
    ending: Ending
    size: int | None
    problem: ArchiveUnavailable | AddressRefused | None = None

    def describe_problem(self) -> str:
        """The problem on one line, with what it means for the archive."""
        kept = "" if self.size is None else "; the archive kept before stays in place"
        return f"{self.archive.name}: {self.problem}{kept}"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Brings archives to a folder, whose lock the caller holds.

    Attributes:
        folder: where archives are kept.
        publisher: whom they are taken from.
        progress: told of each download, in bytes.
        patience: limits of time.
        accept_smaller: whether a much smaller archive may replace the one kept.
    """

    folder: ArchiveFolder
    publisher: Publisher
    progress: Progress
    patience: Patience = field(default_factory=Patience)
    accept_smaller: bool = False

    def fetch(self, archives: Iterable[Archive]) -> list[Outcome]:
        """Bring each archive, unless the one kept is the one published.

        Whatever happens, each archive in the folder is whole: the one kept before, or the new one.

        Raises:
            OSError: the disk is full, or the folder is read-only: no other archive would do
                better.
        """
        outcomes: list[Outcome] = []
        patience = self.patience
        for archive in archives:
            outcome = self._outcome_of(archive, patience)
            outcomes.append(outcome)
            # Waited for once, a server that doesn't answer isn't waited for a dozen times.
            in_vain = isinstance(outcome.problem, OutOfPatience)
            patience = replace(self.patience, fruitless=1) if in_vain else self.patience
        return outcomes

    def _outcome_of(self, archive: Archive, patience: Patience) -> Outcome:
        ending, problem = _ending_of(self._download(archive, patience))
        return Outcome(archive, ending, self.folder.size_kept(archive), problem)

    def _download(self, archive: Archive, patience: Patience) -> Download:
        return Download(
            archive=archive,
            folder=self.folder,
            transport=Transport(self.publisher, patience, USER_AGENT),
            patience=patience,
            progress=self.progress,
            accept_smaller=self.accept_smaller,
        )


def _ending_of(download: Download) -> tuple[Ending, ArchiveUnavailable | AddressRefused | None]:
    try:
        return download.run(), None
    except (Gone, NoArchive) as error:
        absent = download.archive.tentative and not download.kept
        return ("absent", None) if absent else ("failed", error)
    except (ArchiveUnavailable, AddressRefused) as error:
        return "failed", error
