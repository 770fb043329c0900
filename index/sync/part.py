"""An archive that is not whole yet, and by what to go on with it."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from index.atomic import write_atomically

_WEAK: Final = "W/"


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of an archive is coming, from its headers.

    Attributes:
        url: the address that was asked.
        etag: as given, or None. last_modified: likewise.
        length: bytes of the whole archive, when they were announced.
    """

    url: str
    etag: str | None
    last_modified: str | None
    length: int | None

    @property
    def validator(self) -> str | None:
        """What makes sure that a rest is of the same version; None when nothing does."""
        if self.etag and not self.etag.startswith(_WEAK):
            return self.etag
        return self.last_modified


class Part:
    """The bytes that have come so far, in a file of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._version_path = path.with_name(f"{path.name}.version")

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    def version(self, url: str) -> Version | None:
        """The version that the bytes are of, when a download from `url` can go on with them."""
        try:
            version = Version(**json.loads(self._version_path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        too_long = version.length is not None and self.size > version.length
        usable = version.url == url and version.validator and self.size and not too_long
        return version if usable else None

    def begin(self, version: Version) -> None:
        """Start anew, with another version.

        Raises:
            OSError: the folder can't be written to.
        """
        # Its old bytes go first: they must never be taken for the new version's.
        self._version_path.unlink(missing_ok=True)
        with _naming(self.path), self.path.open("wb"):
            pass
        write_atomically(self._version_path, json.dumps(asdict(version), indent=1) + "\n")

    def append(self, chunks: Iterable[bytes]) -> Generator[int]:
        """Write chunks behind what has come, and give the size after each.

        What has come stays if the chunks break off.

        Raises:
            OSError: the disk is full; it names the file.
        """
        size = self.size
        with _naming(self.path), self.path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
                size += len(chunk)
                yield size

    def discard(self) -> None:
        """Forget what has come."""
        self._version_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def forget_version(self) -> None:
        """Tidy up once the bytes have become an archive."""
        self._version_path.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have errors of writing say which file they are about, as errors of opening do."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
