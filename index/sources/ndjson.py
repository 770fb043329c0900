"""Our own format: one record a line, as `Question.as_record` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from posixpath import splitext
from typing import Any, Final

from index.errors import MalformedRecord
from index.markup import clean_html
from index.question import Question, SourceRank
from index.sources.document import HEAD_SIZE, LONGEST_LINE, Document
from index.sources.rejects import Reject, make_reject

_IDENTITY: Final = frozenset({"uid", "legislature", "type", "numero"})
_RANK_OF_SUFFIX: Final = {
    ".json": SourceRank.JSON,
    ".ndjson": SourceRank.JSON,
    ".xml": SourceRank.XML,
    ".html": SourceRank.PAGE_HTML,
    ".htm": SourceRank.PAGE_HTML,
}
"""A record tells the file it was first read from, not its format."""

_LINES_TRIED: Final = 20
"""A damaged first line must not hide that the others are records."""


def recognises(document: Document) -> bool:
    """Whether one of the first lines is a record."""
    if b"\x00" in document.head or b'"uid"' not in document.head:
        return False
    if document.head.count(b"\n") < 1 and len(document.head) < HEAD_SIZE:
        return _is_record(document.head)
    for line in islice(document.lines(), _LINES_TRIED):
        if _is_record(line):
            return True
        if len(line) > LONGEST_LINE and b'"identifiant"' in line:
            break  # a whole archive on one line: reading it to the end would tell nothing
    return False


def read(document: Document) -> Iterator[Question | Reject]:
    """Each line's question, or why it is none; empty lines are skipped."""
    for number, line in enumerate(document.lines(), 1):
        if not line.strip():
            continue
        try:
            yield parse_line(line, document.source)
        except MalformedRecord as error:
            yield make_reject(document.source, f"line {number}", str(error), line)


def parse_line(line: bytes, source: str) -> Question:
    """The question on one line.

    It keeps the `source` it tells, so that an export reads back to the same record; `source` is
    for those that tell none. The texts are cleaned again: whoever wrote the file, what is shown
    holds allowed mark-up only.

    Raises:
        MalformedRecord: it is too long, not UTF-8, not a JSON object, or not a record.
    """
    if len(line) > LONGEST_LINE:
        raise MalformedRecord(f"longer than {LONGEST_LINE >> 20} MB: no question is")
    record = _load(line)
    if not isinstance(record, dict):
        raise MalformedRecord("not a JSON object")
    _check_encodable(line, record)
    for name, value in record.items():
        if name.startswith("texte_") and isinstance(value, str):
            record[name] = clean_html(value)
    told = record.get("source")
    rank = _rank_of(told)
    return Question.from_record(record, source=None if told else source, source_rank=rank)


def _rank_of(source: object) -> SourceRank:
    """Of the format a record was first read from; one that names no file is JSON itself."""
    if not source:
        return SourceRank.JSON
    _, suffix = splitext(str(source))
    return _RANK_OF_SUFFIX.get(suffix.lower(), SourceRank.PAGE_TEXT)


def _load(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MalformedRecord(f"not UTF-8 at byte {error.start + 1} of the line") from error
    except RecursionError as error:
        raise MalformedRecord("nested too deep: no question is") from error
    except ValueError as error:
        raise MalformedRecord(f"damaged JSON ({error})") from error


def _check_encodable(line: bytes, record: dict[str, Any]) -> None:
    """Half of an escaped surrogate pair is valid JSON, but no text that could be stored."""
    if b"\\" not in line or rb"\ud" not in line.lower():
        return
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MalformedRecord("half of a surrogate pair: not a text") from error


def _is_record(line: bytes) -> bool:
    if len(line) > LONGEST_LINE or not line.lstrip().startswith(b"{") or b'"identifiant"' in line:
        return False
    try:
        record = _load(line)
    except MalformedRecord:
        return False
    return isinstance(record, dict) and record.keys() >= _IDENTITY
