"""The write side of the Whoosh index.

Whoosh keeps segments, generations, the lock and the atomic commit; beside its files stand the
manifest, and for each generation the account of the build.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError

from index.columnar.array_file import DamagedFile
from index.columnar.index import ColumnarIndex, OpenSegment, open_generation
from index.columnar.records import SAMPLES
from index.columnar.run import Run
from index.columnar.segment_files import CONTENTS, describe_damage
from index.columnar.writer import ColumnarWriter, merge_waiting, waiting_segments
from index.errors import (
    IndexFormatError,
    IndexMissing,
    MixedCorpora,
    NotMerged,
    QuestionsError,
)
from index.french.analyzer import fingerprint
from index.progress import Progress
from index.question import Question
from index.stores import Refused
from index.stores.lock import hold_lock
from index.stores.manifest import MANIFEST_NAME, Manifest, check, is_vacant, rebuild_command
from index.stores.vouched_json import read_vouched, write_vouched
from index.stores.whoosh_runs import RunMaker
from index.stores.whoosh_schema import RELATION_KEYS, SHAPE, UID, VERSION, make_schema

_NAME: Final = "MAIN"
"""What Whoosh calls an index unless told otherwise."""

_FIRST: Final = "generation"
"""The first entry of an account."""

_INDEX: Final = "index"
"""The entry of an account that says of which index it is, as its manifest does."""


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
    with ExitStack() as held:
        held.enter_context(hold_lock(directory))
        held.enter_context(_vacant_again_on_failure(directory))
        if is_vacant(directory):
            _write_manifest(directory, fictional, today)
        check(directory, analyser=fingerprint())
        index = _opened_or_created(directory, after)
        with damage_named(directory):
            segments = open_generation(index).segments
        _settle_corpus(directory, fictional, today, empty=not segments)
        index.remove_leftovers()  # a killed build's may be as large as the index
        runs = held.enter_context(RunMaker(directory, _dictionary(segments)))
        return WhooshStore(index, segments, runs, held.pop_all())


def open_index(directory: Path) -> ColumnarIndex:
    """The Whoosh index in a directory, with the schema of this version and not the pickled one.

    Raises:
        IndexMissing: the directory was made, but no build was ever published into it.
        IndexFormatError: its table of contents is damaged, lost, or can't be read.
    """
    with damage_named(directory):
        return ColumnarIndex(directory, make_schema(), SHAPE, RELATION_KEYS)


@contextmanager
def damage_named(directory: Path) -> Iterator[None]:
    """Turn whatever reading a damaged index raises into a message that says what to do.

    Raises:
        IndexMissing: there is no table of contents, and there never was one.
        IndexFormatError: instead of any error that says less.
    """
    try:
        yield
    except EmptyIndexError as error:
        raise _without_contents(directory) from error
    except OSError as error:
        raise IndexFormatError(
            f"{describe_damage(error, directory)}: see that this user may read it and that its "
            f"disk is sound, or make the index again with {rebuild_command(directory)}"
        ) from error
    except Exception as error:
        if isinstance(error, QuestionsError) and not isinstance(error, DamagedFile):
            raise
        raise _damage(directory, error) from error


def latest_generation(directory: Path) -> int:
    """The newest generation in a directory, whatever version made it; 0 when there is none."""
    if not directory.is_dir():
        return 0
    newest: int = TOC._latest_generation(FileStorage(str(directory)), _NAME)
    return max(0, newest)


def report_path(directory: Path, generation: int) -> Path:
    """Where the account of the build that made a generation stands."""
    return directory / f"report-{generation}.json"


def read_report(directory: Path, generation: int) -> dict[str, Any]:
    """The account of the build that made a generation.

    Raises:
        OSError: it is missing or can't be read.
        ValueError: it is damaged, or another index's.
        IndexFormatError: the manifest is damaged.
    """
    account = read_vouched(report_path(directory, generation), _FIRST)
    index = account.pop(_INDEX, "")
    if (account[_FIRST], index) != (generation, Manifest.read(directory).index):
        raise ValueError(f"it is of another index or generation, or {MANIFEST_NAME} is")
    return account


class WhooshStore:
    """A Whoosh index open for writing; see `index.stores.Store`.

    Args:
        index: the index. segments: of its newest generation.
        runs: where what is added goes.
        held: what is given up when the store is closed: the lock, and the runs.
    """

    def __init__(
        self,
        index: ColumnarIndex,
        segments: Sequence[OpenSegment],
        runs: RunMaker,
        held: ExitStack,
    ) -> None:
        self._index, self._segments, self._runs, self._held = index, segments, runs, held
        self._directory = index.directory
        self._places: dict[str, int] = {}
        self._replaced: list[int] = []
        self._count = 0

    def known(self) -> Mapping[str, bytes]:
        """The key of the version held of each question, by uid; see `index.stores`."""
        known: dict[str, bytes] = {}
        for segment in self._segments:
            uids, versions = (_live(segment, name) for name in (UID, VERSION))
            known.update(zip(map(bytes.decode, uids), versions, strict=True))
        return known

    def add(self, question: Question, version: bytes) -> None:
        """Take in a question; see `index.stores`."""
        earlier = self._places.get(question.uid)
        if earlier is not None:
            self._replaced.append(earlier)
        self._places[question.uid] = self._count
        self._count += 1
        self._runs.add(question, version)

    def settle(self, progress: Progress) -> Sequence[Refused]:  # noqa: ARG002 - a `Store`
        """Nothing: whatever is a question is kept; see `index.stores`."""
        return ()

    def publish(self, report: Mapping[str, Any], progress: Progress) -> int:
        """Make what was added visible, all at once; see `index.stores`."""
        if not self._places:
            return self._index.latest_generation()
        with damage_named(self._directory):
            for segment in self._segments:
                segment.arrays.check_pages()  # or what is known of the index would be wrong
        account = {**report, "archives": self._archives(report)}
        runs = list(self._finished_runs(progress))
        with self._writing(account, "publishing", progress) as writer:
            self._add_runs(writer, runs)
            self._delete_replaced(writer)
            writer.commit()
        self._merge_waiting(account, progress)
        return self._index.latest_generation()

    def close(self) -> None:
        """Give up the write lock, and what was added and not published."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def _merge_waiting(self, account: Mapping[str, Any], progress: Progress) -> None:
        """Merge the segments that have become many, now that what was added can be found."""
        toc = self._index.toc()
        if not waiting_segments(toc.segments):
            return
        try:
            with self._writing(account, "merging", progress) as writer:
                writer.commit(mergetype=merge_waiting)
        except OSError as error:
            raise NotMerged(
                f"the questions were published in {self._directory} and can be found, but its "
                f"segments could not be merged ({error.strerror}): the next build tries again"
            ) from error

    @contextmanager
    def _writing(
        self, account: Mapping[str, Any], step: str, progress: Progress
    ) -> Iterator[ColumnarWriter]:
        """A writer of the next generation, its account written; the block commits.

        It gives up its lock and its files when what it is used for fails.
        """
        progress(step, 0, 1)

        def moved(done: int, total: int) -> None:
            progress(step, done, total + 1)  # the last step is the publication itself

        writer = self._index.writer(moved)
        generation: int = writer.generation
        path = report_path(self._directory, generation)
        try:
            index = Manifest.read(self._directory).index
            write_vouched(path, {_FIRST: generation, **account, _INDEX: index})
            yield writer
        except BaseException as error:
            if not writer.is_closed:
                writer.cancel()
            if isinstance(error, DamagedFile):
                raise _damage(self._directory, error) from error
            raise
        progress(step, 1, 1)

    def _archives(self, report: Mapping[str, Any]) -> dict[str, str]:
        """The checksums of the archives that builds read, those of the newest build the last.

        Each account holds all of them: the questions of an earlier build are still there.
        """
        try:
            account = read_report(self._directory, self._index.latest_generation())
            earlier = account["archives"]
        except (OSError, ValueError, KeyError):
            earlier = {}  # the first build, or an account that `qe check` says is damaged
        return {**earlier, **report.get("archives", {})}

    def _finished_runs(self, progress: Progress) -> Iterator[Run]:
        progress("indexing", 0, self._count)
        done = 0
        for run in self._runs.finish():
            yield run
            done += run.arrays.size
            progress("indexing", done, self._count)

    def _add_runs(self, writer: ColumnarWriter, runs: Sequence[Run]) -> None:
        replaced = np.array(sorted(self._replaced), np.int64)
        base = 0
        for run in runs:
            end = base + run.arrays.size
            first, last = np.searchsorted(replaced, (base, end))
            writer.add_run(run, replaced[first:last] - base)
            base = end

    def _delete_replaced(self, writer: ColumnarWriter) -> None:
        added = np.array([uid.encode() for uid in self._places])
        for segment, held in zip(writer.segments, self._segments, strict=True):
            numbers = np.flatnonzero(np.isin(held.arrays.keys[UID].values, added))
            writer.delete_documents(segment, numbers)


@contextmanager
def _vacant_again_on_failure(directory: Path) -> Iterator[None]:
    """Take away an index that was made for a build that failed.

    It would be empty, and in the way of whatever else the directory is for. The directory itself
    stays when it was given: it may be a mount point.
    """
    was_vacant = is_vacant(directory)
    try:
        yield
    except BaseException:
        if was_vacant:
            for entry in directory.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        raise


def _write_manifest(directory: Path, fictional: bool, today: date) -> None:
    Manifest.of_this_version(analyser=fingerprint(), fictional=fictional, created=today).write(
        directory
    )


def _opened_or_created(directory: Path, generation: int) -> ColumnarIndex:
    try:
        return open_index(directory)
    except IndexMissing:
        TOC(make_schema(), [], generation).write(FileStorage(str(directory)), _NAME)
        return open_index(directory)


def _settle_corpus(directory: Path, fictional: bool, today: date, *, empty: bool) -> None:
    """See that what is held and what would come are both real, or both fictional.

    An index without a question is neither: a first build was killed before it published.
    """
    held = Manifest.read(directory).fictional
    if held == fictional:
        return
    if not empty:
        kinds = ("fictional", "real") if held else ("real", "fictional")
        raise MixedCorpora(
            f"{directory} holds {kinds[0]} questions and the sources hold {kinds[1]} ones: "
            "give another directory with --index"
        )
    _write_manifest(directory, fictional, today)


def _dictionary(segments: Sequence[OpenSegment]) -> bytes | None:
    """What the records of an index are compressed against, so that merging copies them.

    None to make a new one: those of a few questions would make a poor one for many more.
    """
    largest = max((segment.arrays for segment in segments), key=lambda a: a.size, default=None)
    if largest is None or largest.size < SAMPLES:
        return None
    return largest.records.dictionary.tobytes()


def _live(segment: OpenSegment, name: str) -> list[bytes]:
    """A key column of the documents that aren't deleted."""
    values: list[bytes] = np.delete(segment.arrays.keys[name].values, segment.deleted).tolist()
    return values


def _without_contents(directory: Path) -> IndexMissing | IndexFormatError:
    """An index that no build has published into yet, or whose table of contents is lost."""
    if not any(directory.glob(f"{_NAME}_*.{CONTENTS}")):
        return IndexMissing(
            f"{directory} holds no question yet: run `qe index SOURCE... --index {directory}`"
        )
    vouched = (path.stem for path in directory.glob(f"{_NAME}_*.toc_crc32"))
    names = sorted(f"_{name}.toc" for name in vouched) or [f"_{_NAME}_*.toc"]
    return IndexFormatError(
        f"{directory} is damaged ({directory / names[-1]}, its table of contents, is missing): "
        f"make it again with {rebuild_command(directory)}"
    )


def _damage(directory: Path, error: Exception) -> IndexFormatError:
    what = str(error) if isinstance(error, DamagedFile) else f"{type(error).__name__}: {error}"
    return IndexFormatError(
        f"{directory} is damaged ({what}): make it again with {rebuild_command(directory)}"
    )
