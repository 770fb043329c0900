"""One archive: asked for, resumed, tried again, looked through, and only then put in its place."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Literal

from index.errors import ArchiveUnavailable
from index.progress import Progress
from index.sync.addresses import Archive
from index.sync.folder import ArchiveFolder, Receipt
from index.sync.part import Part, Version
from index.sync.patience import Patience
from index.sync.transport import Answer, Transient, Transport
from index.sync.whole_zip import fault_of_zip

State = Literal["downloaded", "unchanged"]

SMALLEST_SHARE: Final = 0.9
"""An archive smaller than this part of the one kept is not put in its place unasked: archives
of questions only grow."""

LARGEST: Final = 4 << 30
"""Bytes; the largest published archive has some hundred million."""

_PASSING: Final = (408, 425, 429)
"""Answers below 500 that another attempt may not meet."""

_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")


class Gone(ArchiveUnavailable):
    """Nothing is published at the address."""


class NoArchive(ArchiveUnavailable):
    """What is published at the address is no archive."""


class OutOfPatience(ArchiveUnavailable):
    """The server can't be reached, or is in trouble, however often it is asked."""


@dataclass(slots=True)
class Download:
    """The way of one archive into the folder.

    Attributes:
        archive: the one wanted.
        folder: where it is kept.
        transport: asks the publisher.
        patience: how often to try again.
        progress: told of the bytes that have come.
        accept_smaller: whether a much smaller archive may replace the one kept.
    """

    archive: Archive
    folder: ArchiveFolder
    transport: Transport
    patience: Patience
    progress: Progress
    accept_smaller: bool = False
    _furthest: int = 0

    @property
    def kept(self) -> bool:
        """Whether an archive is kept already."""
        return self.folder.size_kept(self.archive) is not None

    def run(self) -> State:
        """Bring the archive, in as many attempts as patience allows.

        Raises:
            Gone: the address holds nothing (any more).
            NoArchive: it holds something else, or the archive is damaged where it is published.
            OutOfPatience: the server can't be reached, or breaks off again and again.
            ArchiveUnavailable: the archive has shrunk, or the server refuses.
            AddressRefused: the server redirects elsewhere.
            OSError: the disk is full, or the folder is read-only.
        """
        fruitless = 0
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return self._attempt()
            except Transient as trouble:
                fruitless = 0 if self._has_advanced() else fruitless + 1
                self._check_patience(trouble, attempt, fruitless)
                self.patience.sleep(max(self.patience.backoff(fruitless), trouble.wait or 0))
        raise AssertionError("the last attempt has raised")

    def _attempt(self) -> State:
        part = Part(self.folder.part_path(self.archive))
        resumed = part.version(self.archive.url)
        if resumed is not None and part.size == resumed.length:
            return self._finish(part, resumed, resumed=True)
        receipt = None if resumed else self.folder.receipt(self.archive)
        with self.transport.get(self.archive.url, _conditions(part, resumed, receipt)) as answer:
            if answer.status == 304 and receipt is not None:
                return "unchanged"
            version = self._version_coming(answer, part, resumed)
            self._receive(answer, part, version)
        return self._finish(part, version, resumed=answer.status == 206)

    def _version_coming(self, answer: Answer, part: Part, resumed: Version | None) -> Version:
        """What the body is going to be, the part being ready to take it."""
        _check_status(answer, self.archive.url, ranged=resumed is not None)
        if answer.status == 206 and resumed is not None:
            if not _goes_on(answer, part.size, resumed):
                part.discard()
                raise Transient("the rest it sends is not of the archive begun")
            return resumed
        if answer.status == 416:
            part.discard()
            raise Transient("the archive has changed since the download began")
        version = _version_of(answer, self.archive.url)
        self._refuse_if_smaller(version.length)
        part.begin(version)
        return version

    def _receive(self, answer: Answer, part: Part, version: Version) -> None:
        step, total = f"Downloading {self.archive.name}", version.length or 0
        self.progress(step, part.size, total)
        # Closed at once, whatever is raised: what has come must be in the file.
        with closing(part.append(answer.chunks())) as sizes:
            for size in sizes:
                self._check_size(size, version, part)
                self.progress(step, size, total)
        if version.length is not None and part.size < version.length:
            raise Transient(f"cut off after {part.size} of {version.length} bytes")

    def _check_size(self, size: int, version: Version, part: Part) -> None:
        most = LARGEST if version.length is None else version.length
        if size > most:
            part.discard()
            raise NoArchive(f"{self.archive.url} sends more than {most} bytes")

    def _finish(self, part: Part, version: Version, *, resumed: bool) -> State:
        fault = fault_of_zip(part.path)
        if fault is not None:
            size = part.size
            part.discard()
            if resumed:  # Its pieces may not have fitted.
                raise Transient(f"put together, it is {fault}")
            raise NoArchive(f"{self.archive.url} ({size} bytes) is {fault}")
        self._refuse_if_smaller(part.size, part)
        self.folder.keep(self.archive, part.path, version.etag, version.last_modified)
        part.forget_version()
        return "downloaded"

    def _refuse_if_smaller(self, size: int | None, part: Part | None = None) -> None:
        kept = self.folder.size_kept(self.archive)
        if self.accept_smaller or size is None or kept is None or size >= SMALLEST_SHARE * kept:
            return
        if part is not None:
            part.discard()
        raise ArchiveUnavailable(
            f"{self.archive.url} shrank from {kept} to {size} bytes: "
            "if that is right, run again with --accept-smaller"
        )

    def _has_advanced(self) -> bool:
        size = Part(self.folder.part_path(self.archive)).size
        advanced = size > self._furthest
        self._furthest = max(size, self._furthest)
        return advanced

    def _check_patience(self, trouble: Transient, attempt: int, fruitless: int) -> None:
        given_up = f"{self.archive.url}: {trouble}"
        if trouble.wait is not None and trouble.wait > self.patience.longest_wait:
            raise OutOfPatience(
                f"{given_up}, and asks to come back in {trouble.wait:.0f} seconds: run again then"
            ) from trouble
        if fruitless >= self.patience.fruitless or attempt == self.patience.attempts:
            raise OutOfPatience(
                f"{given_up}; given up after {attempt} attempts: run again later"
            ) from trouble


def _conditions(part: Part, resumed: Version | None, receipt: Receipt | None) -> dict[str, str]:
    """The headers that ask for what is lacking only."""
    if resumed is not None:
        return {"Range": f"bytes={part.size}-", "If-Range": resumed.validator or ""}
    if receipt is None:
        return {}
    conditions = {"If-None-Match": receipt.etag, "If-Modified-Since": receipt.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _check_status(answer: Answer, url: str, *, ranged: bool) -> None:
    """Let pass what brings bytes, or says why a range can't.

    Raises:
        Gone: the address holds nothing.
        Transient: the server is overloaded or in trouble.
        ArchiveUnavailable: any other answer.
    """
    status = answer.status
    if status == 200 or (ranged and status in (206, 416)):
        return
    if status in (404, 410):
        raise Gone(f"{url}: nothing is published there ({status}): has its address changed?")
    if status in _PASSING or status >= 500:
        raise Transient(f"the server answers {status}", wait=answer.retry_after)
    raise ArchiveUnavailable(f"{url}: the server answers {status}")


def _version_of(answer: Answer, url: str) -> Version:
    etag, last_modified = (_validator(answer, name) for name in ("ETag", "Last-Modified"))
    return Version(url, etag, last_modified, answer.length)


def _validator(answer: Answer, name: str) -> str | None:
    """The value of a header, when it can be sent back as it is."""
    value = answer.headers.get(name, "")
    return value if value and value.isascii() and value.isprintable() else None


def _goes_on(answer: Answer, start: int, resumed: Version) -> bool:
    """Whether a partial answer begins where the part ends, in the same version."""
    coming = _version_of(answer, resumed.url)
    content_range = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if content_range is None or int(content_range[1]) != start:
        return False
    total = None if content_range[2] == "*" else int(content_range[2])
    return (
        (total is None or resumed.length in (None, total))
        and coming.etag in (None, resumed.etag)
        and coming.last_modified in (None, resumed.last_modified)
    )
