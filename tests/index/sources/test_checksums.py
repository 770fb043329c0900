"""What is read can be recognised later."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.sources.checksums import archive_checksums


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_files_and_zips_have_checksums(tmp_path: Path) -> None:
    """Each under the name that the records of its questions bear."""
    (tmp_path / "kept" / "17").mkdir(parents=True)
    (tmp_path / "kept" / "17" / "q.zip").write_bytes(b"zip")
    (tmp_path / "kept" / "loose.json").write_bytes(b"{}")
    (tmp_path / "kept" / ".part.zip").write_bytes(b"unfinished")
    (tmp_path / "one.json").write_bytes(b"[]")

    checksums = archive_checksums([tmp_path / "kept", tmp_path / "one.json"])

    assert checksums == {"kept/17/q.zip": sha256(b"zip"), "one.json": sha256(b"[]")}


def test_what_is_not_there_has_none(tmp_path: Path) -> None:
    """The reader is the one to reject it."""
    assert archive_checksums([tmp_path / "gone.zip"]) == {}
