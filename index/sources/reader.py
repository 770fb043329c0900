"""Files, folders and zips read into questions, whatever they are called.

Two passes: the first takes in the files of actors and bodies, so that the second can name the
author of every question. Nothing but names is kept in memory between them.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final, Protocol, TypeVar

from index.progress import Progress
from index.question import Question
from index.sources import actors, ndjson, opendata_json, page_html, page_text, question_xml
from index.sources.actors import Directory
from index.sources.archive import UnreadableArchive, open_archive
from index.sources.document import Document, UnreadableDocument, unrecognised, why_unreadable
from index.sources.rejects import Reject, Remark, make_reject

STEPS: Final = ("Looking for actors' files", "Reading questions")
"""What progress is told of, in bytes."""

MOST_REJECTS: Final = 10_000
"""How many more rejects than questions are read in one document: its end may never come."""


class Format(Protocol):
    """A published format: one module of this package, listed in `FORMATS`."""

    def recognises(self, document: Document) -> bool:
        """Whether the content is of this format; raises UnreadableDocument if it is damaged."""

    def read(self, document: Document) -> Iterator[Question | Remark | Reject]:
        """Every question of a recognised document, or why it is none.

        Remarks follow the question they are on.
        """


FORMATS: Final[tuple[Format, ...]] = (ndjson, opendata_json, question_xml, page_html, page_text)
"""Tried in this order. NDJSON comes first: it is read by line where JSON is read whole."""


_Outcome = Question | Remark | Reject
_AnyOutcome = TypeVar("_AnyOutcome", bound=_Outcome)


def read_sources(paths: Iterable[Path], on_progress: Progress | None = None) -> Reading:
    """Read files, folders (with all below them) and zips, recognised by their content.

    Nothing is read before the result is iterated over, and nothing raises because of what a
    source holds: what is not understood comes out as a `Reject`.
    """
    return Reading(paths, on_progress)


class Reading:
    """An iterable of `Question` and `Reject`; the counts are complete when it has ended.

    Attributes:
        directory: the names found in the actors' files.
        actors_files: how many files of actors and bodies were read.
        recognised: how many documents hold what they should, actors' files included.
        remarks: what was left out of them, because nobody knows what it says.
        unresolved: references to authors that nothing named, with how many questions bear each.
    """

    def __init__(self, paths: Iterable[Path], on_progress: Progress | None = None) -> None:
        self.directory = Directory()
        self.actors_files = 0
        self.recognised = 0
        self.remarks: list[Remark] = []
        self.unresolved: Counter[str] = Counter()
        self._paths = tuple(paths)
        self._on_progress = on_progress or (lambda *_: None)
        self._keys_of_actors: set[tuple[int, int]] = set()

    def __iter__(self) -> Iterator[Question | Reject]:
        found = [entry for path in self._paths for entry in _list_files(path)]
        files = [entry for entry in found if isinstance(entry, _File)]
        yield from (entry for entry in found if isinstance(entry, Reject))
        yield from self._read_actors(files)
        yield from self._read_questions(files)

    def _read_actors(self, files: list[_File]) -> Iterator[Reject]:
        for entry, progress in self._walk(STEPS[0], files):
            if isinstance(entry, _Entry) and _holds_actors(entry.document):
                self.actors_files += 1
                self.recognised += 1
                self._keys_of_actors.add(entry.key)
                taken_in = actors.read(entry.document, self.directory)
                yield from _accounted(entry.document, taken_in)
            progress(1.0)

    def _read_questions(self, files: list[_File]) -> Iterator[Question | Reject]:
        for entry, progress in self._walk(STEPS[1], files):
            if isinstance(entry, Reject):
                yield entry
            elif entry.key not in self._keys_of_actors:
                for outcome in self._outcomes(entry.document):
                    yield outcome
                    progress(min(1.0, entry.document.bytes_read / (entry.document.size or 1)))
            progress(1.0)

    def _outcomes(self, document: Document) -> Iterator[Question | Reject]:
        for outcome in _accounted(document, self._read_recognised(document)):
            if isinstance(outcome, Remark):
                self.remarks.append(outcome)
            else:
                yield self._resolved(outcome) if isinstance(outcome, Question) else outcome

    def _read_recognised(self, document: Document) -> Iterator[_Outcome]:
        format_ = _format_of(document)
        self.recognised += 1
        yield from format_.read(document)

    def _resolved(self, question: Question) -> Question:
        question = self.directory.resolve(question)
        if question.acteur_ref is not None and question.auteur is None:
            self.unresolved[question.acteur_ref] += 1
        return question

    def _walk(
        self, step: str, files: list[_File]
    ) -> Iterator[tuple[_Entry | Reject, Callable[[float], None]]]:
        """Every document, with the way to say which part of it is done."""
        total = sum(file.size for file in files)
        done = 0
        self._on_progress(step, done, total)
        for number, file in enumerate(files):
            for entry in _open_file(number, file):
                yield entry, partial(self._report, step, done, total, entry)
                done += 0 if isinstance(entry, Reject) else entry.weight
        self._on_progress(step, total, total)

    def _report(
        self, step: str, done: int, total: int, entry: _Entry | Reject, part: float
    ) -> None:
        weight = 0 if isinstance(entry, Reject) else entry.weight
        self._on_progress(step, min(total, done + int(part * weight)), total)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    source: str
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document, what tells it from all others, and its part of the bytes on disk."""

    key: tuple[int, int]
    document: Document
    weight: int


def _list_files(path: Path) -> Iterator[_File | Reject]:
    """The files of one SOURCE, sorted; hidden ones are passed over."""
    name = path.name or path.resolve().name
    if not _is_folder(path):
        yield _look_at(path, name)
        return
    unreadable: list[OSError] = []
    for folder, below, names in os.walk(path, onerror=unreadable.append):
        below[:] = sorted(entry for entry in below if not entry.startswith("."))
        for file_name in sorted(entry for entry in names if not entry.startswith(".")):
            file = Path(folder, file_name)
            yield _look_at(file, f"{name}/{file.relative_to(path).as_posix()}")
    for error in unreadable:
        place = Path(str(error.filename)).relative_to(path).as_posix()
        yield make_reject(f"{name}/{place}".removesuffix("/."), "", why_unreadable(error))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _look_at(path: Path, source: str) -> _File | Reject:
    # A name that is not UTF-8 could not be stored in the record.
    source = source.encode("utf-8", "replace").decode()
    try:
        status = path.stat()
    except FileNotFoundError:
        return make_reject(source, "", "no such file or folder: check the path")
    except (OSError, ValueError) as error:
        return make_reject(source, "", why_unreadable(error))
    if not stat.S_ISREG(status.st_mode):
        return make_reject(source, "", "neither a file nor a folder: give a regular file")
    return _File(path, source, status.st_size)


def _open_file(number: int, file: _File) -> Iterator[_Entry | Reject]:
    """The document of a file, or those of a zip."""
    document = Document(file.source, file.size, partial(_open_bytes, file.path))
    try:
        is_zip = document.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    except UnreadableDocument as error:
        yield make_reject(file.source, "", str(error))
        return
    if is_zip:
        yield from _open_zip(number, file)
    else:
        yield _Entry((number, 0), document, file.size)


def _open_bytes(path: Path) -> IO[bytes]:
    return path.open("rb")


def _open_zip(number: int, file: _File) -> Iterator[_Entry | Reject]:
    try:
        with open_archive(file.path) as members:
            for place, member in enumerate(members):
                source = f"{file.source}/{member.name}"
                if member.refusal is not None:
                    yield make_reject(source, "", member.refusal)
                else:
                    document = Document(source, member.size, member.open)
                    yield _Entry((number, place), document, member.weight)
    except UnreadableArchive as error:
        yield make_reject(file.source, "", str(error))


def _holds_actors(document: Document) -> bool:
    try:
        return actors.recognises(document)
    except UnreadableDocument:
        return False  # whoever looks for questions in it reports it


def _format_of(document: Document) -> Format:
    """The format that recognises a document; raises UnreadableDocument when none does."""
    if not document.head.strip():
        raise UnreadableDocument("empty file: nothing to read, download or export it again")
    for format_ in FORMATS:
        if format_.recognises(document):
            return format_
    if b"\x00" not in document.head:
        document.check_encoding()
    raise UnreadableDocument(unrecognised(document.looks_like()))


def _accounted(
    document: Document, outcomes: Iterator[_AnyOutcome]
) -> Iterator[_AnyOutcome | Reject]:
    """What is read of a document, then why the rest of it could not be, if it couldn't."""
    surplus = 0
    try:
        for outcome in outcomes:
            yield outcome
            surplus += isinstance(outcome, Reject) - isinstance(outcome, Question)
            if surplus > MOST_REJECTS:
                raise UnreadableDocument(f"more than {MOST_REJECTS} rejects: the rest is left out")
    except UnreadableDocument as error:
        yield make_reject(document.source, "", str(error), _excerpt(document))


def _excerpt(document: Document) -> bytes:
    try:
        return document.head
    except UnreadableDocument:
        return b""
