"""The engine over a Whoosh index; see `search.engine.Engine`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from index.columnar.array_file import DamagedFile
from index.columnar.index import (
    ColumnarIndex,
    OpenGeneration,
    Publication,
    open_generation,
)
from index.errors import IndexFormatError, QuestionsError
from index.french.analyzer import fingerprint
from index.question import Question
from index.stores.manifest import Manifest, check, rebuild_command
from index.stores.whoosh_store import damage_named, open_index, read_report
from search.allocator import give_back_memory, keep_freed_memory
from search.budget import Budgets, SearchTooLong, TooManyLongSearches
from search.completion import MOST_SUGGESTIONS, Suggestion
from search.corpus import Corpus, Holding
from search.engine import DatedUid, Engine, Health, Listing
from search.engines.following import Following
from search.engines.sorted_arrays import Ints
from search.engines.whoosh_completion import Completion
from search.engines.whoosh_corpus import count_holdings
from search.engines.whoosh_explanation import explain
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_highlights import highlight
from search.engines.whoosh_search import Search, same_answer
from search.engines.whoosh_similar import find_similar
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_statistics import count_statistics
from search.explanation import Explanation
from search.facets import FacetCounts
from search.ranking import RANKING, Ranking
from search.request import PER_PAGE, SearchRequest
from search.results import SearchResults
from search.similarity import Similar
from search.statistics import Statistics

_SETTLING: Final = 10_000_000_000
"""Nanoseconds; some systems keep the time of a change to the second, or by another clock."""

SIZES_BELIEVED: Final = 0.02
"""Seconds; looking at the sizes of all files takes some 40 µs a segment, a hundredth of a search.

A file that is cut short in between is noticed when it is read, which costs that search.
"""

CONTENTS_BELIEVED: Final = 10.0
"""Seconds; reading every byte takes some 0.3 s a gigabyte, and is done when a search has failed."""

RETRIED_AFTER: Final = 10.0
"""Seconds before what couldn't be opened is tried again."""

_log = logging.getLogger(__name__)


@dataclass
class _Seen:
    """Until when, by the monotonic clock in seconds, what was seen of a generation is believed."""

    sizes_until: float = 0.0
    contents_until: float = 0.0


@dataclass(frozen=True)
class _Opened:
    """A generation with what is computed from it once.

    Attributes:
        index: the directory, where a newer one may be published.
        files: of this generation, mapped.
        snapshot, facets: what searches read of them. budgets: what they may cost.
    """

    index: ColumnarIndex
    files: OpenGeneration
    snapshot: Snapshot
    facets: Facets
    budgets: Budgets
    _seen: _Seen = field(default_factory=_Seen)

    def understand(self, request: SearchRequest) -> Search:
        """A request as it is understood in this generation."""
        return Search.of(request, self.snapshot, self.facets)

    @cached_property
    def completion(self) -> Completion:
        """What completes queries; it looks at nothing before it is asked."""
        return Completion(self.snapshot, self.facets)

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """What it holds of each législature and type."""
        return count_holdings(self.snapshot)

    @cached_property
    def build(self) -> dict[str, Any]:
        """The account of the build that published it; empty when it can't be read."""
        try:
            return read_report(self.index.directory, self.snapshot.generation)
        except (OSError, ValueError, QuestionsError):
            return {}  # `qe check` names the file; searching goes on without it

    def check_sizes(self) -> None:
        """See that nothing is gone, and that no file is shorter unless that was seen a moment ago.

        Raises:
            DamagedFile: one has, and nothing of it must be read.
        """
        self.files.check_pages()
        now = time.monotonic()
        if now >= self._seen.sizes_until:
            self.files.check_sizes()
            self._seen.sizes_until = now + SIZES_BELIEVED

    def check_contents(self) -> None:
        """See that every byte is what was written, unless that was seen lately.

        Raises:
            DamagedFile: one isn't.
        """
        self.files.check_sizes()
        self.files.check_pages()
        now = time.monotonic()
        if now >= self._seen.contents_until:
            self.files.check_contents()
            self._seen.contents_until = now + CONTENTS_BELIEVED


@contextmanager
def _damage_told(opened: _Opened) -> Iterator[None]:
    """Tell a failure that damaged files explain from one of the program's own.

    Opening an index reads no more than headers: damage inside an array comes out as nearly any
    error, in nearly any place.

    Raises:
        IndexFormatError: an error was raised, and a file isn't what was written.
    """
    try:
        yield
        opened.files.check_pages()
    except (SearchTooLong, TooManyLongSearches):
        raise
    except Exception as error:
        try:
            opened.check_contents()
        except DamagedFile as damage:
            raise _worded(damage, opened) from error
        if isinstance(error, DamagedFile):
            raise _worded(error, opened) from error
        raise


def _worded(damage: DamagedFile, opened: _Opened) -> IndexFormatError:
    command = rebuild_command(opened.index.directory)
    return IndexFormatError(f"{damage}: make the index again with {command}")


class _Listed(NamedTuple):
    """A directory as it was when its files were listed: another one, or a change, is another."""

    device: int
    file: int
    changed_ns: int


def _listed(directory: Path) -> _Listed | None:
    """A directory as it is; None when there is none, or none that may be looked at."""
    try:
        found = directory.stat()
    except OSError:
        return None
    return _Listed(found.st_dev, found.st_ino, found.st_mtime_ns)


class _Refused(NamedTuple):
    """What was published and can't be read, why, and when it is tried again (monotonic clock)."""

    newest: Publication | None
    why: str
    until: float


class WhooshEngine:
    """Answers from the newest generation of a Whoosh index; safe to share between threads."""

    def __init__(
        self,
        directory: Path,
        ranking: Ranking = RANKING,
        prepare: Callable[[Engine], object] | None = None,
    ) -> None:
        """Open the index in `directory`; see `search.engine.open_engine`."""
        self._directory, self._ranking, self._prepare = directory, ranking, prepare
        self._following = Following(in_background=prepare is not None)
        self._refused: _Refused | None = None
        self._listed: _Listed | None = None
        keep_freed_memory()
        self._opened = self._open()

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        """The results of a request, with its months if they are asked for."""
        started = time.perf_counter()
        with self._reading() as opened:
            results = opened.understand(request).results(with_timeline=with_timeline)
        elapsed = (time.perf_counter() - started) * 1000
        return replace(results, duree_ms=round(elapsed, 1))

    def statistics(self, request: SearchRequest) -> Statistics:
        """A request in figures."""
        with self._reading() as opened:
            return count_statistics(opened.understand(request.replace(par=PER_PAGE)))

    def listing(self, request: SearchRequest) -> Listing:
        """Every question of a request, whatever its page."""
        with self._reading() as opened:
            search = opened.understand(request.replace(par=PER_PAGE))
            documents = search.ordered()
            snapshot = opened.snapshot
            return Listing(
                search.request,
                snapshot.generation,
                snapshot.donnees_au,
                documents.size,
                _read_records(opened, documents),
            )

    def get(self, uid: str) -> Question | None:
        """The question with exactly this uid, or None."""
        with self._reading() as opened:
            document = opened.snapshot.document_of(uid)
            return None if document is None else opened.snapshot.question(document)

    def dated_uids(self, ranks: range) -> tuple[DatedUid, ...]:
        """Some of all questions, by their ranks from 0 in the order of their uids."""
        with self._reading() as opened:
            return opened.snapshot.dated_uids(ranks)

    def highlight(
        self, questions: Sequence[Question], request: SearchRequest
    ) -> tuple[Question, ...]:
        """Questions with their titles and texts as HTML, the request's words marked."""
        with self._reading() as opened:
            documents = [opened.snapshot.document_of(question.uid) for question in questions]
            located = [
                None if number is None else opened.snapshot.collection.locate(number)
                for number in documents
            ]
            units = opened.understand(request).units_of(documents)
            return highlight(questions, located, units)

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        """The other questions that received the same answer, newest first."""
        if question.empreinte_reponse is None:
            return ()
        with self._reading() as opened:
            snapshot = opened.snapshot
            own = snapshot.document_of(question.uid)
            documents = same_answer(snapshot, question.empreinte_reponse).tolist()
            return tuple(snapshot.question(number) for number in documents if number != own)

    def similar(self, question: Question) -> Similar:
        """The questions most like another one, but those that received the same answer."""
        with self._reading() as opened:
            return find_similar(opened.snapshot, question)

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        """One facet of a search, its values limited to those with a word starting by `prefix`."""
        with self._reading() as opened:
            search = opened.understand(request)
            return search.count_facet(search.narrow(search.find()), name, prefix)

    def explain(self, request: SearchRequest, uid: str) -> Explanation | None:
        """Why a question is among the results of a request or isn't; None when there is none."""
        with self._reading() as opened:
            return explain(opened.understand(request), uid)

    def suggest(
        self, request: SearchRequest, limit: int = MOST_SUGGESTIONS
    ) -> tuple[Suggestion, ...]:
        """What may complete the query of a request, within its filters; at most `limit` lines."""
        with self._reading() as opened:
            return opened.completion.suggest(request, limit)

    def health(self) -> Health:
        """What the index holds now."""
        with self._reading() as opened:
            snapshot = opened.snapshot
            return Health(
                snapshot.generation,
                snapshot.collection.live_count,
                snapshot.donnees_au,
                snapshot.fictional,
                opened.files.digest,
            )

    def corpus(self) -> Corpus:
        """What the index holds of each législature and type, and the account of its build."""
        with self._reading() as opened:
            snapshot = opened.snapshot
            return Corpus(
                snapshot.generation,
                snapshot.collection.live_count,
                snapshot.donnees_au,
                snapshot.fictional,
                opened.holdings,
                opened.build,
            )

    def close(self) -> None:
        """Let go of the files; the engine answers no more."""
        del self._opened

    @contextmanager
    def _reading(self) -> Iterator[_Opened]:
        """The newest generation, to be read; a failure that damage explains is told as damage."""
        opened = self._current()
        with _damage_told(opened), opened.budgets.search():
            yield opened

    def _open(self) -> _Opened:
        with damage_named(self._directory):
            check(self._directory, analyser=fingerprint())
            index = open_index(self._directory)
            files = open_generation(index)
            # Read after the files: if another index was put in the place of this one meanwhile,
            # the next call sees it and opens both anew.
            fictional = Manifest.read(self._directory).fictional
            try:
                snapshot = Snapshot(files, fictional=fictional, ranking=self._ranking)
                budgets = Budgets(snapshot.collection.live_count)
                return _Opened(index, files, snapshot, Facets(snapshot), budgets)
            except Exception:
                files.check_contents()  # which names the file that is at fault
                raise

    def _current(self) -> _Opened:
        """The newest generation that can be read; a search under way keeps the one it began with.

        The generation before is left to the garbage collector: another thread may be reading it.

        Raises:
            IndexFormatError: a file of it has become shorter, and no sound one stands in its place.
        """
        self._following.follow(self._is_outdated, self._take_up_newest)
        opened = self._opened
        try:
            opened.check_sizes()
        except DamagedFile:
            return self._opened_again(opened)
        return opened

    def _prepared(self, opened: _Opened) -> _Opened:
        """A generation once `prepare` has asked it what it likes; a failure there is only told."""
        if self._prepare is not None:
            engine = copy(self)
            engine._opened, engine._prepare = opened, None
            engine._following = Following(in_background=False)
            try:
                self._prepare(engine)
            except Exception:
                _log.exception("generation %s was not prepared", opened.snapshot.generation)
        return opened

    def _opened_again(self, cut: _Opened) -> _Opened:
        """What stands now where files were cut short: whole ones may have taken their places."""
        with self._following.lock:
            if self._opened is cut:
                self._opened = self._open()
            return self._opened

    def _is_outdated(self) -> bool:
        """Whether there is a generation to take up.

        Listing a directory costs more than many a search: one that hasn't changed is not listed,
        once it has been long enough for its time of change to tell two changes apart.
        """
        listed = _listed(self._directory)
        if listed is not None and listed == self._listed:
            return False
        newest = self._opened.index.published()
        if newest != self._opened.files.published:
            refused = self._refused
            return not refused or newest != refused.newest or time.monotonic() >= refused.until
        self._refused = None
        if listed and time.time_ns() - listed.changed_ns > _SETTLING:
            self._listed = listed
        return False

    def _take_up_newest(self) -> None:
        """Open what is published now; what can't be read leaves what is open in its place.

        It is tried again after a while: what is being copied there will be whole. It is said once.
        """
        newest = self._opened.index.published()
        try:
            self._opened = self._prepared(self._open())
            # A link that leads back leads to a directory that was listed with another one open.
            self._refused = self._listed = None
            give_back_memory()
        except QuestionsError as error:
            if self._refused is None or self._refused.why != str(error):
                _log.error(
                    "what is published in %s cannot be read, generation %s is served on: %s",
                    self._directory,
                    self._opened.files.generation,
                    error,
                )
            self._refused = _Refused(newest, str(error), time.monotonic() + RETRIED_AFTER)


def _read_records(opened: _Opened, documents: Ints) -> Iterator[Question]:
    """The records of some documents one by one; a failure that damage explains is told as such."""
    with _damage_told(opened):
        for document in map(int, documents):
            opened.check_sizes()  # the reader may have taken long over the one before
            yield opened.snapshot.question(document)
