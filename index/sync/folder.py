"""Where the archives stay: each whole, with a receipt that says what was received.

Receipts and unfinished parts are hidden, so that the folder can be indexed as it is.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index.atomic import sync_directory, sync_file, write_atomically
from index.errors import ArchivesLocked
from index.sources.checksums import file_checksum
from index.sync.addresses import Archive


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came from where.

    Attributes:
        url: the address that was asked.
        etag: by which the server recognises this version, as it gave it; may be None.
        last_modified: likewise.
        size: bytes.
        sha256: of the archive, in hexadecimal.
    """

    url: str
    etag: str | None
    last_modified: str | None
    size: int
    sha256: str


class ArchiveFolder:
    """The archives kept in one directory, which is made when it is first written to."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, archive: Archive) -> Path:
        """Where an archive is, once it is whole."""
        return self.directory / archive.file_name

    def part_path(self, archive: Archive) -> Path:
        """Where an archive grows."""
        return self.directory / f".{archive.file_name}.part"

    def archives(self) -> list[Path]:
        """Every archive kept here, sorted."""
        return sorted(self.directory.glob("[!.]*.zip"))

    def size_kept(self, archive: Archive) -> int | None:
        """Bytes of the archive kept; None when there is none."""
        path = self.path(archive)
        return path.stat().st_size if path.is_file() else None

    def receipt(self, archive: Archive) -> Receipt | None:
        """The receipt of an archive that is still as it was received from where it is published.

        None when there is none such: its validators would then vouch for something else.
        """
        try:
            record = json.loads(self._receipt_path(archive).read_text(encoding="utf-8"))
            receipt = Receipt(**record)
            path = self.path(archive)
            intact = (path.stat().st_size, file_checksum(path)) == (receipt.size, receipt.sha256)
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return receipt if intact and receipt.url == archive.url else None

    def keep(
        self, archive: Archive, part: Path, etag: str | None, last_modified: str | None
    ) -> None:
        """Put a whole part in the place of the archive kept, in one step.

        Raises:
            OSError: the folder can't be written to; what was there stays.
        """
        sync_file(part)
        receipt = Receipt(
            archive.url, etag, last_modified, part.stat().st_size, file_checksum(part)
        )
        part.replace(self.path(archive))
        sync_directory(self.directory)
        # After the archive: a receipt ahead of it would have the old one taken for the new.
        write_atomically(self._receipt_path(archive), json.dumps(asdict(receipt), indent=1) + "\n")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from these archives until the block ends.

        Raises:
            ArchivesLocked: another one is at it.
            OSError: the folder can't be made.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise ArchivesLocked(
                f"another `qe sync` is bringing archives to {self.directory}: "
                "wait until it has finished"
            ) from error
        try:
            yield
        finally:
            os.close(descriptor)

    def _receipt_path(self, archive: Archive) -> Path:
        return self.directory / f".{archive.file_name}.receipt"
