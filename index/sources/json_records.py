"""Records of a JSON document of any size, one at a time: what is wrong with one stays with it.

The publisher's archives hold records (`question`, `acteur`, `organe`) one a file, or all of a
législature in one file of hundreds of megabytes. Both are walked alike: only the names, brackets
and strings around records are looked at here; a record's bytes are parsed by themselves, so that
a damaged one costs no other.

The walk, as `_Walk` does it::

    document  = container, { container } ;
    container = "[" { record } "]" | "{" { name ":" ( container | records | skipped ) } "}" ;
    records   = record | "[" { record } "]" ;

A container stands under a name of `_CONTAINER`, records under one of `_RECORD`. An object with
neither inside is a record itself.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from index.errors import MalformedRecord
from index.sources.document import Document, UnreadableDocument

LONGEST_RECORD: Final = 3 * 1024 * 1024
"""In bytes; published ones have less than one million. What is made of it must fit in a line of
NDJSON, where a character of it may take five times as much room (`&amp;`)."""

MOST_NESTED: Final = 100
"""Levels of brackets in a record; published ones have about ten."""

_CONTAINER: Final = re.compile(rb"(?i:questions\w*|export|acteurs|organes)")
_RECORD: Final = re.compile(rb"question|acteur|organe|P[AO][0-9]+")
_MOST_CONTAINERS: Final = 4
"""Containers within each other; published ones have two."""

_KEPT_OF_TOO_LONG: Final = 1024
_LONGEST_NAME: Final = 64

_SPACE: Final = re.compile(rb"\s*+")
_SCALAR: Final = re.compile(rb'[^\s,:"\[\]{}]*+')
_IN_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BETWEEN_BRACKETS: Final = re.compile(
    rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+', re.DOTALL
)
"""Whatever stands before the next bracket; ends at a quote when the string has no end yet."""


@dataclass(frozen=True, slots=True)
class Record:
    """The bytes of one record, not parsed yet.

    Attributes:
        name: what it stands under; empty for an element of the outermost list, or the document.
        number: its place among the records of the document, from 1.
        data: its bytes; only the first ones when it is longer than `LONGEST_RECORD`.
        whole: whether `data` is all of it.
        depth: how many brackets are open at its deepest place.
    """

    name: str
    number: int
    data: bytes
    whole: bool
    depth: int

    def parse(self) -> Any:
        """Its value; control characters in texts are let through.

        Raises:
            MalformedRecord: it is too long or nested too deep, not UTF-8, or not JSON.
        """
        if not self.whole:
            raise MalformedRecord(f"longer than {LONGEST_RECORD >> 20} MB: no question is")
        if self.depth > MOST_NESTED:
            raise MalformedRecord(f"nested deeper than {MOST_NESTED} levels: no question is")
        try:
            return json.loads(self.data.decode(), strict=False)
        except UnicodeDecodeError as error:
            place = error.start + 1
            raise MalformedRecord(f"not UTF-8 at byte {place} of the record") from error
        except json.JSONDecodeError as error:
            place = error.pos + 1
            raise MalformedRecord(
                f"damaged JSON at character {place} of the record ({error.msg})"
            ) from error
        except ValueError as error:
            raise MalformedRecord("a number of thousands of digits") from error


def read_records(document: Document) -> Iterator[Record]:
    """The records of a JSON document, read as they are asked for.

    Raises:
        UnreadableDocument: the document cannot be read on, or is damaged between two records;
            those before the damage have come out.
    """
    return iter(_Walk(document.chunks()))


class _Walk:
    """Goes through a document once, from container to container."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._cursor = _Cursor(iter(chunks))
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        while (opening := self._cursor.peek()) and opening in b"{[":
            yield from self._container("", 0)
        if opening:
            raise self._cursor.damaged("no value where one is expected")

    def _container(self, name: str, level: int) -> Iterator[Record]:
        opening = self._cursor.peek()
        if opening == b"[":
            yield from self._elements(name)
        elif opening == b"{" and level <= _MOST_CONTAINERS:
            yield from self._members(name, level)
        else:
            self._cursor.skip_value()

    def _elements(self, name: str) -> Iterator[Record]:
        """Every element of a list, as a record; nulls are passed over."""
        for _ in self._cursor.items(b"[", b"]"):
            record = self._record(name)
            if record.data != b"null":
                yield record

    def _members(self, name: str, level: int) -> Iterator[Record]:
        """The records in an object, else the object as one."""
        cursor = self._cursor
        cursor.keep()
        depth = 0
        for _ in cursor.items(b"{", b"}"):
            member = cursor.take_name()
            if _RECORD.fullmatch(member):
                cursor.drop()
                yield from self._records(member.decode())
            elif _CONTAINER.fullmatch(member):
                cursor.drop()
                yield from self._container(member.decode(), level + 1)
            else:
                depth = max(depth, cursor.skip_value())
        if cursor.keeping:
            yield self._numbered(name, depth + 1)

    def _records(self, name: str) -> Iterator[Record]:
        opening = self._cursor.peek()
        if opening == b"[":
            yield from self._elements(name)
        elif opening == b"{":
            yield self._record(name)
        else:
            self._cursor.skip_value()

    def _record(self, name: str) -> Record:
        self._cursor.keep()
        return self._numbered(name, self._cursor.skip_value())

    def _numbered(self, name: str, depth: int) -> Record:
        self._number += 1
        data, whole = self._cursor.taken()
        return Record(name, self._number, data, whole, depth)


class _Cursor:
    """A place in bytes that come in chunks; a chunk is forgotten once it was passed.

    `keep` and `taken` bracket what is not forgotten, up to `LONGEST_RECORD`.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = next(chunks, b"").removeprefix(codecs.BOM_UTF8)
        self._place = 0
        self._passed = 0
        self._kept: _Kept | None = None

    @property
    def keeping(self) -> bool:
        """Whether what is passed is kept."""
        return self._kept is not None

    def keep(self) -> None:
        """Keep everything from the next value on."""
        self.peek()
        self._kept = _Kept(self._place)

    def drop(self) -> None:
        """Forget what was kept."""
        self._kept = None

    def taken(self) -> tuple[bytes, bool]:
        """What was passed since `keep`, and whether that is all of it."""
        assert self._kept is not None
        self._kept.add(self._buffer, self._place)
        data, whole = bytes(self._kept.data), self._kept.whole
        self._kept = None
        return data, whole

    def damaged(self, what: str) -> UnreadableDocument:
        """The error that says where the document is not JSON."""
        return UnreadableDocument(
            f"damaged JSON at byte {self._passed + self._place + 1} ({what}):"
            " download or export it again"
        )

    def peek(self) -> bytes:
        """The next byte that is no white space, which is not passed; empty at the end."""
        while True:
            self._place = self._after(_SPACE)
            if self._place < len(self._buffer):
                return self._buffer[self._place : self._place + 1]
            if not self._refill():
                return b""

    def items(self, opening: bytes, closing: bytes) -> Iterator[None]:
        """Stop at each item between two brackets; whoever asks must pass it."""
        self._pass(opening)
        while self.peek() != closing:
            yield
            after = self.peek()
            if after == b",":
                self._place += 1
            elif after != closing:
                raise self.damaged("no comma between two values" if after else "cut off")
        self._place += 1

    def take_name(self) -> bytes:
        """The raw name of a member, and pass its colon; cut when it is longer than any known."""
        if self.peek() != b'"':
            raise self.damaged("no name where one is expected")
        name = self._pass_string()
        self._pass(b":")
        return name

    def skip_value(self) -> int:
        """Pass a value whole; how many brackets are open at its deepest place."""
        opening = self.peek()
        if opening == b'"':
            self._pass_string()
        elif opening and opening in b"{[":
            return self._pass_brackets()
        else:
            self._pass_scalar()
        return 0

    def _pass(self, expected: bytes) -> None:
        if self.peek() != expected:
            raise self.damaged(f"no {expected.decode()} where one is expected")
        self._place += 1

    def _pass_string(self) -> bytes:
        """Pass a string; the beginning of what is in it."""
        self._place += 1
        beginning = b""
        while True:
            start, self._place = self._place, self._after(_IN_STRING)
            if len(beginning) <= _LONGEST_NAME:
                beginning += self._buffer[start : min(self._place, start + _LONGEST_NAME + 1)]
            # What is left is the quote, or a backslash whose character is in the next chunk.
            if self._buffer[self._place : self._place + 1] == b'"':
                self._place += 1
                return beginning
            self._need_more()

    def _pass_brackets(self) -> int:
        depth = deepest = 0
        while True:
            self._place = self._after(_BETWEEN_BRACKETS)
            bracket = self._buffer[self._place : self._place + 1]
            if not bracket:
                self._need_more()
                continue
            if bracket == b'"':
                self._pass_string()
                continue
            self._place += 1
            depth += 1 if bracket in b"{[" else -1
            deepest = max(deepest, depth)
            if depth == 0:
                return deepest

    def _pass_scalar(self) -> None:
        start = self._passed + self._place
        while True:
            self._place = self._after(_SCALAR)
            if self._place < len(self._buffer) or not self._refill():
                break
        if self._passed + self._place == start:
            raise self.damaged("no value where one is expected")

    def _after(self, pattern: re.Pattern[bytes]) -> int:
        """Where what matches a pattern ends; the patterns here match anywhere, if only nothing."""
        found = pattern.match(self._buffer, self._place)
        return self._place if found is None else found.end()

    def _need_more(self) -> None:
        if not self._refill():
            raise self.damaged("cut off")

    def _refill(self) -> bool:
        """Read on; what is not passed yet stays. False at the end."""
        chunk = next(self._chunks, b"")
        if not chunk:
            return False
        if self._kept is not None:
            self._kept.add(self._buffer, self._place)
        self._passed += self._place
        self._buffer = self._buffer[self._place :] + chunk
        self._place = 0
        return True


class _Kept:
    """What a cursor keeps: from a place in its buffer on, and no more than fits a record."""

    def __init__(self, start: int) -> None:
        self._start = start
        self.data = bytearray()
        self.whole = True

    def add(self, buffer: bytes, end: int) -> None:
        """Take a buffer's bytes up to `end`; the next buffer begins there."""
        if self.whole:
            self.data += buffer[self._start : end]
            if len(self.data) > LONGEST_RECORD:
                self.whole = False
                del self.data[_KEPT_OF_TOO_LONG:]
        self._start = 0
