"""What could not be read, and why: it never stops the rest and is never silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from index.errors import MalformedRecord
from index.question import Question

_EXCERPT_LENGTH: Final = 200
_MOST_REMARKS: Final = 10


@dataclass(frozen=True, slots=True)
class Reject:
    """One record, or one whole file, that did not become a question.

    Attributes:
        source: the file, named as in `Question.source`.
        place: where in the file (a line, a uid); empty when the whole file is meant.
        reason: one line: what is wrong and, when something can be done, what.
        excerpt: the beginning of the raw record, 200 characters at most.
    """

    source: str
    place: str
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A value that was left out of a question, because nobody knows what it says.

    Attributes:
        source: the file, named as in `Question.source`.
        place: the uid of the question.
        reason: one line: which value, and why it is not understood.
    """

    source: str
    place: str
    reason: str


def make_remarks(question: Question, reasons: Iterable[str]) -> Iterator[Remark]:
    """A `Remark` on a question for each different reason, as it fits on one line; ten at most."""
    told = islice(dict.fromkeys(reasons), _MOST_REMARKS)
    return (Remark(question.source, question.uid, _one_line(reason)) for reason in told)


def make_reject(source: str, place: str, reason: str, raw: str | bytes = "") -> Reject:
    """A `Reject` whose reason and excerpt fit on one line and can be encoded."""
    return Reject(source, place, _one_line(reason), _one_line(raw[: 4 * _EXCERPT_LENGTH]))


def read_one(
    text: str, source: str, parse: Callable[[str, str, list[str]], Question]
) -> Iterator[Question | Remark | Reject]:
    """What a document that is one question comes out as: it and the remarks, or a reject.

    Args:
        text: the document.
        source: its name.
        parse: makes a question of the two and adds to the remarks; raises MalformedRecord.
    """
    remarks: list[str] = []
    try:
        question = parse(text, source, remarks)
    except MalformedRecord as error:
        yield make_reject(source, "", str(error), text)
    else:
        yield question
        yield from make_remarks(question, remarks)


def _one_line(raw: str | bytes) -> str:
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "replace")
    text = raw.decode("utf-8", "replace")
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:_EXCERPT_LENGTH]
