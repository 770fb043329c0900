"""The write side of the Whoosh index.

Whoosh keeps segments, generations, the lock and the atomic commit; beside its files stand the
manifest, and for each generation the families and the account of the build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.reading import IndexReader
from whoosh.writing import SegmentWriter

from index.errors import IndexLocked, IndexMissing, MixedCorpora
from index.fields import TEXT_FIELDS
from index.french.analyzer import fingerprint
from index.french.families import Families
from index.question import Question, Version
from index.stores import Progress
from index.stores.atomic import write_atomically
from index.stores.manifest import Manifest, check, is_vacant
from index.stores.whoosh_schema import (
    UID,
    VERSION,
    make_document,
    make_schema,
    read_version,
)

KEPT_GENERATIONS: Final = 2
"""Generations whose families stay: a reader may be opening the one before."""


def open_store(directory: Path, *, fictional: bool, today: date) -> WhooshStore:
    """Open an index for writing, made first when the directory is missing or empty.

    Args:
        directory: where the index is.
        fictional: whether what will be written is the demo corpus.
        today: written into the manifest of a new index.

    Raises:
        IndexFormatError: the directory is no index, or one of another version.
        IndexLocked: another process is writing to it.
        MixedCorpora: it holds real questions and fictional ones would come, or the reverse.
        OSError: the directory cannot be written.
    """
    if is_vacant(directory):
        directory.mkdir(parents=True, exist_ok=True)
        Manifest.of_this_version(
            analyser=fingerprint(), fictional=fictional, created=today
        ).write(directory)
    manifest = check(directory, analyser=fingerprint())
    if manifest.fictional != fictional:
        held, given = ("fictional", "real") if manifest.fictional else ("real", "fictional")
        raise MixedCorpora(
            f"{directory} holds {held} questions and the sources hold {given} ones: "
            "give another directory with --index"
        )
    return WhooshStore(directory)


def open_index(directory: Path) -> FileIndex:
    """The Whoosh index in a directory, with the schema of this version and not the pickled one.

    Raises:
        IndexMissing: the directory was made, but no build was ever published into it.
    """
    try:
        return FileIndex(FileStorage(str(directory)), make_schema())
    except EmptyIndexError as error:
        raise IndexMissing(
            f"{directory} holds no question yet: run `qe index SOURCE... --index {directory}`"
        ) from error


def families_path(directory: Path, generation: int) -> Path:
    """Where the families of a generation stand."""
    return directory / f"families-{generation}.json"


def report_path(directory: Path, generation: int) -> Path:
    """Where the account of the build that made a generation stands."""
    return directory / f"report-{generation}.json"


class WhooshStore:
    """A Whoosh index open for writing; see `index.stores.Store`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            self._index = open_index(directory)
        except IndexMissing:
            self._index = FileIndex.create(FileStorage(str(directory)), make_schema())
        try:
            self._writer = SegmentWriter(self._index)
        except LockError as error:
            raise IndexLocked(
                f"{directory} is being written by another process: wait until it has finished"
            ) from error

    def known(self) -> Mapping[str, Version]:
        """The version held of each question, by uid."""
        with self._index.reader() as reader:
            stored = reader.column_reader(VERSION) if reader.doc_count_all() else ()
            return {
                fields[UID]: read_version(stored[number])
                for number, fields in reader.iter_docs()
            }

    def publish(
        self, questions: Sequence[Question], report: Mapping[str, Any], progress: Progress
    ) -> int:
        """Add or replace questions and make them visible, all at once; see `index.stores`."""
        current: int = self._index.latest_generation()
        if not questions:
            return current
        generation = current + 1
        vocabulary = self._vocabulary()
        for done, question in enumerate(questions, start=1):
            document = make_document(question, _dump(question.as_record(None)))
            self._writer.update_document(**document)
            vocabulary.update(_terms(document))
            progress("indexing", done, len(questions))
        families = Families.build(vocabulary).as_json()
        write_atomically(families_path(self._directory, generation), _dump(families))
        account = {"generation": generation, **report}
        write_atomically(report_path(self._directory, generation), _dump(account))
        progress("publishing", 0, 1)
        self._writer.commit()
        self._forget_families_before(generation)
        progress("publishing", 1, 1)
        return generation

    def close(self) -> None:
        """Give up the write lock; what was not published is dropped."""
        if not self._writer.is_closed:
            self._writer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _vocabulary(self) -> set[str]:
        with self._index.reader() as reader:
            return set(vocabulary(reader))

    def _forget_families_before(self, generation: int) -> None:
        kept = {
            families_path(self._directory, generation - back).name
            for back in range(KEPT_GENERATIONS)
        }
        for path in self._directory.glob("families-*.json"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def vocabulary(reader: IndexReader) -> Iterable[str]:
    """Every term of every text field, folded and accented ones, some of them several times."""
    for field in TEXT_FIELDS:
        for term in reader.lexicon(field.name):
            yield term.decode()


def _terms(document: Mapping[str, Any]) -> Iterable[str]:
    for field in TEXT_FIELDS:
        for token in document.get(field.name, ()):
            yield token.term
            if token.accented:
                yield token.accented


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
