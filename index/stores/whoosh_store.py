"""The write side of the Whoosh index.

Whoosh keeps segments, generations, the lock and the atomic commit; beside its files stand the
manifest, and for each generation the families and the account of the build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.reading import IndexReader
from whoosh.writing import SegmentWriter

from index.errors import IndexFormatError, IndexMissing, MixedCorpora, QuestionsError
from index.fields import TEXT_FIELDS
from index.french.analyzer import fingerprint
from index.french.families import Families
from index.progress import Progress
from index.question import Question, Version
from index.stores.atomic import write_atomically
from index.stores.lock import hold_lock
from index.stores.manifest import Manifest, check, is_vacant, rebuild_command
from index.stores.whoosh_schema import (
    UID,
    VERSION,
    make_document,
    make_schema,
    read_version,
)

_NAME: Final = "MAIN"
"""What Whoosh calls an index unless told otherwise."""

KEPT_GENERATIONS: Final = 2
"""Generations whose families stay: a reader may be opening the one before."""


def open_store(directory: Path, *, fictional: bool, today: date, after: int = 0) -> WhooshStore:
    """Open an index for writing, made first when the directory is missing or empty.

    Args:
        directory: where the index is.
        fictional: whether what will be written is the demo corpus.
        today: written into the manifest of a new index.
        after: the generation that a new index counts on from: a rebuilt index goes on from the
            one it replaces, so that a server sees that something changed.

    Raises:
        IndexFormatError: the directory is no index, or one of another version.
        IndexLocked: another process is writing to it.
        MixedCorpora: it holds real questions and fictional ones would come, or the reverse.
        OSError: the directory cannot be written.
    """
    if is_vacant(directory):
        directory.mkdir(parents=True, exist_ok=True)
        Manifest.of_this_version(analyser=fingerprint(), fictional=fictional, created=today).write(
            directory
        )
    manifest = check(directory, analyser=fingerprint())
    if manifest.fictional != fictional:
        held, given = ("fictional", "real") if manifest.fictional else ("real", "fictional")
        raise MixedCorpora(
            f"{directory} holds {held} questions and the sources hold {given} ones: "
            "give another directory with --index"
        )
    return WhooshStore(directory, after)


def open_index(directory: Path) -> FileIndex:
    """The Whoosh index in a directory, with the schema of this version and not the pickled one.

    Raises:
        IndexMissing: the directory was made, but no build was ever published into it.
        IndexFormatError: its table of contents is damaged.
    """
    try:
        with damage_named(directory):
            return FileIndex(FileStorage(str(directory)), make_schema())
    except EmptyIndexError as error:
        raise IndexMissing(
            f"{directory} holds no question yet: run `qe index SOURCE... --index {directory}`"
        ) from error


@contextmanager
def damage_named(directory: Path) -> Iterator[None]:
    """Turn whatever reading a damaged index raises into a message that says what to do.

    Whoosh unpickles and unpacks its files without a checksum: cut or overwritten bytes raise
    nearly anything, from struct.error to AttributeError.

    Raises:
        IndexFormatError: instead of any error that isn't worded yet.
    """
    try:
        yield
    except (QuestionsError, EmptyIndexError):
        raise
    except Exception as error:
        raise IndexFormatError(
            f"{directory} is damaged ({type(error).__name__}: {error}): "
            f"make it again with {rebuild_command(directory)}"
        ) from error


def latest_generation(directory: Path) -> int:
    """The newest generation in a directory, whatever version made it; 0 when there is none."""
    if not directory.is_dir():
        return 0
    newest: int = TOC._latest_generation(FileStorage(str(directory)), _NAME)
    return max(0, newest)


def families_path(directory: Path, generation: int) -> Path:
    """Where the families of a generation stand."""
    return directory / f"families-{generation}.json"


def report_path(directory: Path, generation: int) -> Path:
    """Where the account of the build that made a generation stands."""
    return directory / f"report-{generation}.json"


class WhooshStore:
    """A Whoosh index open for writing; see `index.stores.Store`."""

    def __init__(self, directory: Path, after: int = 0) -> None:
        self._directory = directory
        with ExitStack() as held:
            held.enter_context(hold_lock(directory))
            try:
                self._index = open_index(directory)
            except IndexMissing:
                self._index = _create_index(directory, after)
            self._held = held.pop_all()

    def known(self) -> Mapping[str, Version]:
        """The version held of each question, by uid."""
        with damage_named(self._directory), self._index.reader() as reader:
            stored = reader.column_reader(VERSION) if reader.doc_count_all() else ()
            return {
                fields[UID]: read_version(stored[number]) for number, fields in reader.iter_docs()
            }

    def publish(
        self, questions: Sequence[Question], report: Mapping[str, Any], progress: Progress
    ) -> int:
        """Add or replace questions and make them visible, all at once; see `index.stores`."""
        current: int = self._index.latest_generation()
        if not questions:
            return current
        generation = current + 1
        with _cancelled_on_failure(SegmentWriter(self._index)) as writer:
            terms = self._write(writer, questions, progress)
            progress("publishing", 0, 1)
            families = Families.build(terms).as_json()
            write_atomically(families_path(self._directory, generation), _dump(families))
            account = {"generation": generation, **report}
            write_atomically(report_path(self._directory, generation), _dump(account))
            writer.commit()
        self._forget_families_before(generation)
        progress("publishing", 1, 1)
        return generation

    def close(self) -> None:
        """Give up the write lock."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(
        self, writer: SegmentWriter, questions: Sequence[Question], progress: Progress
    ) -> set[str]:
        """Write the documents; the vocabulary of the index as it will be."""
        with damage_named(self._directory), self._index.reader() as reader:
            terms = set(vocabulary(reader))
        for done, question in enumerate(questions, start=1):
            document = make_document(question, _dump(question.as_record(None)))
            writer.update_document(**document)
            terms.update(_terms(document))
            progress("indexing", done, len(questions))
        return terms

    def _forget_families_before(self, generation: int) -> None:
        kept = {
            families_path(self._directory, generation - back).name
            for back in range(KEPT_GENERATIONS)
        }
        for path in self._directory.glob("families-*.json"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


@contextmanager
def _cancelled_on_failure(writer: SegmentWriter) -> Iterator[SegmentWriter]:
    """A writer that gives up its lock and its files when what it is used for fails."""
    try:
        yield writer
    except BaseException:
        writer.cancel()
        raise


def _create_index(directory: Path, generation: int) -> FileIndex:
    storage = FileStorage(str(directory))
    TOC(make_schema(), [], generation).write(storage, _NAME)
    return FileIndex(storage, make_schema(), _NAME)


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
