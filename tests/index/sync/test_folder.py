"""Where archives stay."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from index.errors import ArchivesLocked
from index.sync.folder import ArchiveFolder
from index.sync.freshness import LONGEST_SILENCE, is_stale
from index.sync.patience import Patience
from tests.archive_server import whole
from tests.index.sync.conftest import NEW, Sync

PROJECT = Path(__file__).resolve().parents[3]


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second is told what the first is doing; afterwards the folder is free."""
    directory = tmp_path / "archives"
    first, second = ArchiveFolder(directory), ArchiveFolder(directory)
    with first.lock(), pytest.raises(ArchivesLocked) as caught, second.lock():
        pass
    with second.lock():
        pass

    assert str(caught.value) == (
        f"another `qe sync` is bringing archives to {directory}: wait until it has finished"
    )


def test_the_archives_of_a_folder_are_those_that_are_whole(sync: Sync) -> None:
    """Parts and receipts are hidden, from this list and from whoever indexes the folder."""
    sync.server.publish("questions.zip", whole(NEW))
    sync.run()
    sync.folder.part_path(sync.archive).write_bytes(NEW[:100])

    assert sync.folder.archives() == [sync.folder.path(sync.archive)]


@pytest.mark.parametrize("receipt", ["", "{", "[]", "null", '{"size": 3}'])
def test_a_damaged_receipt_is_none(sync: Sync, receipt: str) -> None:
    """The archive is then downloaded again."""
    sync.server.publish("questions.zip", whole(NEW))
    sync.run()
    (sync.folder.directory / ".17-QE.json.zip.receipt").write_text(receipt)

    assert sync.folder.receipt(sync.archive) is None
    assert sync.run().ending == "downloaded"


@pytest.mark.parametrize(("days", "stale"), [(-1, False), (0, False), (30, False), (31, True)])
def test_data_are_stale_after_30_days(days: int, stale: bool) -> None:
    """Thirty days are still right; a JO of tomorrow is no worry."""
    newest = date(2026, 5, 12)

    assert is_stale(newest, newest + timedelta(days)) is stale


def test_data_without_a_date_are_not_stale() -> None:
    """They say nothing about the publisher."""
    assert not is_stale(None, date(2026, 5, 12))


def test_the_documentation_gives_the_limits() -> None:
    """Those that an operator may wonder about."""
    page = (PROJECT / "docs" / "sync.md").read_text(encoding="utf-8")
    patience = Patience()

    assert f"{patience.connect} seconds to connect, {patience.read} for an answer" in page
    assert f"than {patience.least // 1024} KiB a minute" in page
    assert f"more than {LONGEST_SILENCE} days" in page


def test_waits_double_up_to_a_limit() -> None:
    """The first attempt in vain waits a second."""
    patience = Patience(longest_wait=10)

    assert [patience.backoff(n) for n in range(6)] == [1, 1, 2, 4, 8, 10]
