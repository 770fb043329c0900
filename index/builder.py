"""From sources to an index: what is new is published, and everything read is accounted for.

Every input ends as one of four: indexed, unchanged, superseded or rejected; `Report` refuses an
account that doesn't add up.
"""

from __future__ import annotations

import errno
import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Final

from index.archives import kept_archives
from index.cluster.address import IndexAddress
from index.errors import DiskFull, FilesExhausted, IndexNotWritable, MixedCorpora, NothingRecognised
from index.places import Place, place_of
from index.progress import Progress
from index.question import Question
from index.sources import Reading, Reject, Remark, read_sources
from index.sources.checksums import archive_checksums
from index.sources.rejects import make_reject
from index.stores import Refused, Store
from index.stores.manifest import program_version
from index.stores.version_key import same_content, version_key

_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT))
_NO_FILES: Final = frozenset((errno.EMFILE, errno.ENFILE))
_NO_PERMISSION: Final = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


@dataclass(frozen=True, slots=True)
class Report:
    """The account of one build.

    Attributes:
        sources: what was given to read. day: the day of the build.
        read: questions and rejects seen; the next three and `rejected` add up to it.
        indexed: new questions, and newer versions of known ones.
        unchanged: the same content as held, or as read before in the same build.
        superseded: older than the version held, or than another one read in the same build.
        rejects: what could not be taken in, and why.
        remarks: what was left out of questions that were taken in, and why.
        actors_files: files of députés and bodies, which are not questions.
        unresolved_references: questions whose author is known by reference only.
        archives: the SHA-256 of each archive read, by name; empty when nothing was indexed.
        generation: of the index after the build; None when no index was opened.

    Raises:
        ValueError: the counts don't add up, which is a fault of the program.
    """

    sources: tuple[str, ...]
    day: date
    read: int = 0
    indexed: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejects: tuple[Reject, ...] = ()
    remarks: tuple[Remark, ...] = ()
    actors_files: int = 0
    unresolved_references: int = 0
    archives: Mapping[str, str] = field(default_factory=dict)
    generation: int | None = None

    def __post_init__(self) -> None:
        ended = self.indexed + self.unchanged + self.superseded + self.rejected
        if ended != self.read:
            raise ValueError(f"{self.read} were read but {ended} are accounted for")

    @property
    def rejected(self) -> int:
        """How many inputs were rejected."""
        return len(self.rejects)

    def as_json(self) -> dict[str, Any]:
        """The account kept beside the index, under the name of its generation."""
        return {
            "program_version": program_version(),
            "day": self.day.isoformat(),
            "sources": list(self.sources),
            "read": self.read,
            "indexed": self.indexed,
            "unchanged": self.unchanged,
            "superseded": self.superseded,
            "rejected": self.rejected,
            "actors_files": self.actors_files,
            "unresolved_references": self.unresolved_references,
            "archives": dict(self.archives),
            "rejects": [asdict(reject) for reject in self.rejects],
            "remarks": [asdict(remark) for remark in self.remarks],
        }

    def render(self) -> str:
        """The account as lines for a terminal."""
        lines = [describe_counts(self.as_json())]
        if self.actors_files:
            files = _count(self.actors_files, "actors' file")
            lines.append(f"{files} read, counted apart")
        if self.unresolved_references:
            references = _count(self.unresolved_references, "unresolved reference")
            lines.append(f"{references}: authors that no actors' file names")
        if self.remarks:
            values, first = _count(len(self.remarks), "value"), describe_problem(self.remarks[0])
            lines.append(f"{values} not understood: {first}")
        if not self.indexed:
            lines.append("nothing new: nothing was published")
        return "\n".join(lines)


def describe_counts(account: Mapping[str, Any]) -> str:
    """What became of everything read, on one line, of an account as `Report.as_json` gives it."""
    ends = ("indexed", "unchanged", "superseded", "rejected")
    return f"{account['read']} read: " + ", ".join(f"{account[end]} {end}" for end in ends)


def describe_problem(problem: Reject | Remark) -> str:
    """A reject or a remark on one line: file, place in it, reason."""
    where = f"{problem.source}, {problem.place}" if problem.place else problem.source
    return f"{where}: {problem.reason}"


def build(
    sources: Sequence[Path],
    address: IndexAddress,
    *,
    today: date,
    progress: Progress,
    rebuild: bool = False,
) -> Report:
    """Add what the sources hold to the index at `address`, made when there is none.

    Whatever is raised, the index is as it was; in a cluster that failed while it was written to,
    what was written comes with the next build.

    Args:
        sources: files, folders and archives; none, to rebuild from the archives that are kept.
        address: where the index is.
        today: the day of the build; a question dated later is rejected.
        progress: called as reading and publishing go.
        rebuild: make the index anew from these sources alone, then replace the old one.

    Raises:
        NothingRecognised: no format recognises any source, nor is one an actors' file.
        MixedCorpora: fictional and real questions would share one index.
        IndexLocked: another process is writing to this index.
        IndexFormatError: the directory holds something else, or an index of another version.
        ArchivesMissing: no source was given, and no archive is kept.
        DiskFull: there is no room for what would be published.
        FilesExhausted: this process may not open as many files as the build has parts.
        IndexNotWritable: this process may not write there.
        ProcessKilled: one of the build's processes was.
        ClientMissing, ClusterUnavailable, ClusterRefused: see `index.cluster.client`.
        OSError: the disk fails in another way.
    """
    if rebuild and not sources:
        sources = kept_archives(address)
    task = _Build(tuple(sources), today, progress)
    place = place_of(address)
    with _refusals_named(place.disk):
        place.recover()
        place.check_replaceable()
        return task.rebuild(place) if rebuild else task.update(place)


@dataclass(frozen=True, slots=True)
class _Build:
    """One build's settings."""

    sources: tuple[Path, ...]
    today: date
    progress: Progress

    def update(self, place: Place) -> Report:
        reading = read_sources(self.sources, self.progress)
        items = (_checked(item, self.today) for item in reading)
        head, first = _until_first_question(items)
        if first is None and not reading.recognised:
            raise _nothing_recognised(self.sources, head)
        if first is None and place.is_vacant():
            # An index without questions would already be a fictional or a real one.
            return self._report(_nothing_added(head), reading)
        fictional = first.fictional if first else place.is_fictional()
        with _collector_paused(), place.opened(fictional=fictional, today=self.today) as store:
            intake = _taken_in(store, chain(head, (first,) if first else (), items))
            intake.refuse(store.settle(self.progress))
            report = self._report(intake, reading)
            place.keep_rejects(_as_lines(report.rejects))
            generation = store.publish(report.as_json(), self.progress)
        return replace(report, generation=generation)

    def rebuild(self, place: Place) -> Report:
        """Build beside the old index, then take its place."""
        with place.rebuilding() as fresh:
            report = self.update(fresh)
            # Nothing taken in: the old index is worth more than an empty one.
            if report.indexed:
                fresh.take_over()
        return report

    def _report(self, intake: _Intake, reading: Reading) -> Report:
        return Report(
            sources=tuple(map(str, self.sources)),
            day=self.today,
            read=intake.read,
            indexed=len(intake.newest),
            unchanged=intake.unchanged,
            superseded=intake.superseded,
            rejects=tuple(intake.rejects),
            remarks=tuple(reading.remarks),
            actors_files=reading.actors_files,
            unresolved_references=reading.unresolved.total(),
            archives=archive_checksums(self.sources) if intake.newest else {},
        )


@dataclass(slots=True)
class _Intake:
    """Takes in what is read, and counts what becomes of it.

    Attributes:
        known: the key of the version held of each question, by uid.
        add: given each version to publish; a later one of the same uid replaces it.
    """

    known: Mapping[str, bytes]
    add: Callable[[Question, bytes], None]
    newest: dict[str, bytes] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    read: int = 0
    unchanged: int = 0
    superseded: int = 0
    _corpus: tuple[str, str, bool] | None = None

    def take(self, item: Question | Reject) -> None:
        self.read += 1
        if isinstance(item, Question):
            self._take_question(item)
        else:
            self.rejects.append(item)

    def refuse(self, refused: Iterable[Refused]) -> None:
        """Reject what was added, when the index can't keep it."""
        for question, reason in refused:
            del self.newest[question.uid]
            self.rejects.append(_reject_of(question, reason))

    def _take_question(self, question: Question) -> None:
        self._check_corpus(question)
        version = version_key(question.version)
        if self._newer_than_held(question.uid, version) and self._newer_than_read(
            question.uid, version
        ):
            self.newest[question.uid] = version
            self.add(question, version)

    def _newer_than_held(self, uid: str, version: bytes) -> bool:
        held = self.known.get(uid)
        return held is None or self._newer(version, held)

    def _newer_than_read(self, uid: str, version: bytes) -> bool:
        other = self.newest.get(uid)
        if other is None:
            return True
        if not self._newer(version, other):
            return False
        self.superseded += 1  # the other one, which this one replaces
        return True

    def _newer(self, version: bytes, than: bytes) -> bool:
        if version > than:
            return True
        # Compared first, the same content from a better source would leave the lesser one's rank:
        # which version a later one has to beat would then hang on the order of reading.
        if same_content(version, than):
            self.unchanged += 1
        else:
            self.superseded += 1
        return False

    def _check_corpus(self, question: Question) -> None:
        described = (question.uid, question.source, question.fictional)
        if self._corpus is None:
            self._corpus = described
        elif question.fictional != self._corpus[2]:
            (one, place, _), (other, elsewhere, _) = sorted(
                (self._corpus, described), key=lambda described: not described[2]
            )
            raise MixedCorpora(
                f"{one} in {place} is fictional and {other} in {elsewhere} is "
                f"not: index them apart, each with its own --index"
            )


def _nothing_added(rejects: Iterable[Reject]) -> _Intake:
    """The account of what was read when no question was among it."""
    intake = _Intake({}, lambda _question, _version: None)
    for reject in rejects:
        intake.take(reject)
    return intake


def _taken_in(store: Store, items: Iterable[Question | Reject]) -> _Intake:
    intake = _Intake(store.known(), store.add)
    for item in items:
        intake.take(item)
    return intake


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from searching what a build holds for cycles, of which it makes none.

    It holds ever more, and searching it again and again takes a sixth of the time to read.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _refusals_named(directory: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a message that says what became of the index.

    Failures to read never come here: they are rejects.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(
                f"no space left on the disk of {directory}: nothing was published and what was "
                "there is as it was; make room, then give the same command again"
            ) from error
        if error.errno in _NO_FILES:
            raise FilesExhausted(
                "the system lets this process open too few files at once: nothing was published; "
                "raise the limit (ulimit -n 65536), or index fewer questions at a time"
            ) from error
        if error.errno in _NO_PERMISSION:
            raise IndexNotWritable(
                f"{error.filename or directory} cannot be written ({error.strerror}): nothing was "
                "published; name another directory with --index, or ask for the right to write"
            ) from error
        raise


def _until_first_question(
    items: Iterator[Question | Reject],
) -> tuple[list[Reject], Question | None]:
    """The rejects before the first question, which tells the corpus; None when there is none."""
    rejects: list[Reject] = []
    for item in items:
        if isinstance(item, Question):
            return rejects, item
        rejects.append(item)
    return rejects, None


def _checked(item: Question | Reject, today: date) -> Question | Reject:
    """What was read, or a reject in the place of a question that is dated in the future."""
    if isinstance(item, Reject) or item.last_event <= today:
        return item
    day = item.last_event
    reason = f"{_field_holding(item, day)} {day} is later than the day of the build, {today}"
    return _reject_of(item, reason)


def _reject_of(question: Question, reason: str) -> Reject:
    record = json.dumps(question.as_record(None), ensure_ascii=False)
    return make_reject(question.source, question.uid, reason, record)


def _field_holding(question: Question, day: date) -> str:
    if day in question.dates_renouvellement:
        return "dates_renouvellement"
    names = ("date_question", "date_reponse", "date_signalement", "date_retrait", "date_erratum")
    return next((name for name in names if getattr(question, name) == day), "attributions")


def _nothing_recognised(sources: Sequence[Path], rejects: Sequence[Reject]) -> NothingRecognised:
    given = ", ".join(map(str, sources))
    if not rejects:
        return NothingRecognised(f"no question in {given}: there is no file in it to read")
    first = rejects[0]
    others = f" (and {_count(len(rejects) - 1, 'other')})" if len(rejects) > 1 else ""
    return NothingRecognised(f"no question in {given}: {describe_problem(first)}{others}")


def _as_lines(rejects: Iterable[Reject]) -> str:
    return "".join(json.dumps(asdict(reject), ensure_ascii=False) + "\n" for reject in rejects)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
