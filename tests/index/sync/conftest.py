"""A publisher on this machine, and a folder to bring its archives to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from index.question import make_question
from index.sync.addresses import Archive
from index.sync.fetch import Fetcher, Outcome
from index.sync.folder import ArchiveFolder
from index.sync.patience import Patience
from index.sync.publisher import Publisher
from tests.archive_server import ArchiveServer, archive_of

QUESTION = make_question(uid="QANR5L17QE1", titre="Une question", date_question=date(2025, 4, 22))
OLD = archive_of(QUESTION, padding=3_000)
NEW = archive_of(QUESTION, padding=5_000)
THIS_MACHINE = Publisher("127.0.0.1", allow_http=True)


@dataclass
class Sync:
    """One archive brought from a server to a folder, without ever waiting long."""

    server: ArchiveServer
    folder: ArchiveFolder
    archive: Archive
    publisher: Publisher = THIS_MACHINE
    slept: list[float] = field(default_factory=list)
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def run(self, *, accept_smaller: bool = False, **patience: float) -> Outcome:
        """Fetch the archive."""
        limits = {"connect": 5, "read": 5, "stall": 5} | patience
        fetcher = Fetcher(
            self.folder,
            self.publisher,
            lambda *step: self.steps.append(step),
            Patience(**limits, sleep=self.slept.append),  # type: ignore[arg-type]
            accept_smaller=accept_smaller,
        )
        return fetcher.fetch([self.archive])[0]

    @property
    def kept(self) -> bytes | None:
        """The archive in the folder."""
        path = self.folder.path(self.archive)
        return path.read_bytes() if path.exists() else None

    @property
    def part(self) -> bytes | None:
        """What has come of an archive that isn't whole."""
        path = self.folder.part_path(self.archive)
        return path.read_bytes() if path.exists() else None


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's proxy stands between the tests and their server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with ArchiveServer().running() as server:
        yield server


@pytest.fixture
def sync(server: ArchiveServer, tmp_path: Path) -> Sync:
    """A folder that holds nothing yet."""
    (tmp_path / "archives").mkdir()
    archive = Archive(17, "QE", server.url + "questions.zip")
    return Sync(server, ArchiveFolder(tmp_path / "archives"), archive)
