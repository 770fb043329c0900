"""One published file, wherever it stands: on disk or in a zip, read only as far as needed."""

from __future__ import annotations

import codecs
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO, Any, Final

from index.errors import QuestionsError

HEAD_SIZE: Final = 64 * 1024
"""How much of a document is looked at to recognise it."""

LARGEST: Final = 16 * 1024 * 1024
"""The largest document that is read whole, in bytes: a page, or one record. What holds many is
read by `lines` or `chunks`, however large it is."""

CHUNK_SIZE: Final = 256 * 1024
"""How much is read at once of a document that is not held whole."""

LONGEST_LINE: Final = 16 * 1024 * 1024
"""The longest line of NDJSON, in bytes; the longest published answer has less than one million."""

_LARGEST_LOOKED_INTO: Final = 1024 * 1024
"""Of JSON that no format recognises, so that the message can name its keys."""

_CANNOT_READ: Final = (
    OSError,
    EOFError,
    RuntimeError,  # an encrypted member
    NotImplementedError,  # an unknown compression
    ValueError,  # a member's own header: a name that is no UTF-8, a place before the beginning
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)


class UnreadableDocument(QuestionsError):
    """A document cannot be read, or not as what its beginning announces."""


class Document:
    """What a format is recognised in and read from.

    Attributes:
        source: its name in records and rejects: the SOURCE's own name and the path below it.
        size: bytes once decompressed, as announced.
        bytes_read: how far `lines` or `chunks` has come.
    """

    def __init__(self, source: str, size: int, opener: Callable[[], IO[bytes]]) -> None:
        self.source = source
        self.size = size
        self.bytes_read = 0
        self._opener = opener

    @cached_property
    def head(self) -> bytes:
        """The first 64 kB.

        Raises:
            UnreadableDocument: they cannot be read.
        """
        if self.size <= HEAD_SIZE:
            return self.data[:HEAD_SIZE]
        with self._open() as stream:
            return stream.read(HEAD_SIZE)

    @cached_property
    def data(self) -> bytes:
        """All of it.

        Raises:
            UnreadableDocument: it cannot be read, or is larger than `LARGEST`.
        """
        if self.size > LARGEST:
            raise UnreadableDocument(
                f"larger than {LARGEST >> 20} MB: split it, or give one file per question"
            )
        with self._open() as stream:
            return stream.read(LARGEST)

    @cached_property
    def text(self) -> str:
        """All of it as text, lines ended by a line feed.

        Raises:
            UnreadableDocument: it cannot be read or is not UTF-8.
        """
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            raise UnreadableDocument(_not_utf8(error.start)) from error

    @cached_property
    def json(self) -> Any:
        """All of it as a JSON value.

        Raises:
            UnreadableDocument: it cannot be read, is not UTF-8 or not JSON.
        """
        text = self.text
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if error.msg == "Extra data":
                raise UnreadableDocument(unrecognised("several JSON values")) from error
            raise UnreadableDocument(
                f"damaged JSON at line {error.lineno} column {error.colno} ({error.msg}):"
                " download or export it again"
            ) from error
        except RecursionError as error:
            raise UnreadableDocument("JSON nested too deep to be read") from error
        except ValueError as error:
            raise UnreadableDocument("JSON that holds an endless number") from error

    @property
    def begins_like_json(self) -> bool:
        """Whether the first character opens an object or a list."""
        return self.head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")

    @cached_property
    def head_text(self) -> str:
        """The head as text, whatever it is; U+FFFD stands for what is not UTF-8."""
        return self.head.decode("utf-8-sig", "replace")

    def lines(self) -> Iterator[bytes]:
        """Its lines one by one, so that an export of any size fits in memory.

        Of a line longer than `LONGEST_LINE` come that many bytes and one more; the rest is passed
        over.

        Raises:
            UnreadableDocument: it cannot be read on.
        """
        self.bytes_read = 0
        with self._open() as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                self.bytes_read += len(line)
                yield line.removeprefix(codecs.BOM_UTF8)
                while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                    line = stream.readline(LONGEST_LINE + 1)
                    self.bytes_read += len(line)

    def chunks(self) -> Iterator[bytes]:
        """Its bytes in pieces, so that a document of any size fits in memory.

        Raises:
            UnreadableDocument: it cannot be read on.
        """
        self.bytes_read = 0
        if self.size <= HEAD_SIZE:
            self.bytes_read = len(self.data)
            yield self.data  # read already, to recognise it
            return
        with self._open() as stream:
            while chunk := stream.read(CHUNK_SIZE):
                self.bytes_read += len(chunk)
                yield chunk

    def check_encoding(self) -> None:
        """Look at the head only.

        Raises:
            UnreadableDocument: it is not UTF-8.
        """
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)
        except UnicodeDecodeError as error:
            raise UnreadableDocument(_not_utf8(error.start)) from error

    def looks_like(self) -> str:
        """What a document that no format recognises seems to be, for the message."""
        for pattern, kind in _KINDS:
            if pattern.match(self.head):
                return kind
        if self.begins_like_json:
            return f"JSON of another kind ({self._shown_keys()})"
        return "plain text"

    def _shown_keys(self) -> str:
        if self.size > _LARGEST_LOOKED_INTO:
            return f"{self.size >> 20} MB"
        return ", ".join(list(self.json)[:4]) if isinstance(self.json, dict) else "a list"

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            with self._opener() as stream:
                yield stream
        except _CANNOT_READ as error:
            raise UnreadableDocument(why_unreadable(error)) from error


def unrecognised(kind: str) -> str:
    """The reason for a document that no format recognises."""
    return f"not a question, an actors' file or an export: it looks like {kind}; leave it out"


def why_unreadable(error: Exception) -> str:
    """The reason on one line, without the paths that system messages carry."""
    if isinstance(error, PermissionError):
        return "no permission to read it: change its permissions"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror}): check the disk or copy it again"
    if isinstance(error, NotImplementedError):
        return f"cannot be read ({error}): compress it again with a common method"
    if isinstance(error, MemoryError):
        return "too large for the memory of this machine: leave it out"
    if isinstance(error, RuntimeError):
        return "encrypted: give it without password"
    return f"damaged or truncated ({error}): download it again"


def _not_utf8(position: int) -> str:
    return f"not UTF-8 at byte {position + 1}: convert it to UTF-8"


_KINDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), kind)
    for pattern, kind in (
        (rb"%PDF-", "a PDF"),
        (rb"PK[\x03\x05]", "a zip inside a zip (extract it first)"),
        (rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf", "a compressed file (extract it first)"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8", "an image"),
        (rb".*\x00", "a binary file"),
        (rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html)", "an HTML page"),
        (rb"(?:\xef\xbb\xbf)?\s*<[?!a-z]", "XML"),
        (rb"(?:#[^\n]*\n)*(?:[^\n{;]*+;[^\n]*+\n){2}", "a table (CSV)"),
        (rb"(?:#[^\n]*\n)*(?:[^\n{\t]*+\t[^\n]*+\n){2}", "a table (TSV)"),
        (rb"(?:[^\n{#,]*+,[^\s][^\n]*+\n){2}", "a table (CSV)"),
        (rb"(?:\xef\xbb\xbf)?\s*#+ |[^{\[].*\n##+ ", "Markdown"),
    )
)
"""By what a file begins with; the first that matches is named."""
