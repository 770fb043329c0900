"""The engine over a Whoosh index; see `search.engine.Engine`."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np

from index.columnar.index import ColumnarIndex, open_generation
from index.errors import IndexFormatError, QuestionsError
from index.french.analyzer import fingerprint
from index.question import Question
from index.stores.manifest import check, rebuild_command
from index.stores.whoosh_check import damaged_arrays
from index.stores.whoosh_store import damage_named, open_index, report_path
from search.budget import Budgets, SearchTooLong, TooManyLongSearches
from search.completion import MOST_SUGGESTIONS, Suggestion
from search.corpus import Corpus, Holding
from search.engine import DatedUid, Health, Listing
from search.engines.sorted_arrays import Ints
from search.engines.whoosh_completion import Completion
from search.engines.whoosh_corpus import count_holdings
from search.engines.whoosh_explanation import explain
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_search import Search, same_answer
from search.engines.whoosh_similar import find_similar
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_statistics import count_statistics
from search.expansion import Unit
from search.explanation import Explanation
from search.facets import FacetCounts
from search.marks import find_marks, mark_html, mark_text
from search.ranking import RANKING, Ranking
from search.request import PER_PAGE, SearchRequest
from search.results import SearchResults
from search.similarity import Similar
from search.statistics import Statistics

_KEPT_MEMORY: Final = 31 << 20
"""Bytes; see `_keep_freed_memory`."""

_SETTLING: Final = 10_000_000_000
"""Nanoseconds; some systems keep the time of a change to the second, or by another clock."""

_log = logging.getLogger(__name__)


class _Identity(NamedTuple):
    """What tells an index that was published from every other one at the same path.

    The generation alone doesn't: behind a link, another directory counts its own.
    """

    device: int
    inode: int
    generation: int


@dataclass(frozen=True)
class _Opened:
    """A generation with what is computed from it once."""

    identity: _Identity
    index: ColumnarIndex
    snapshot: Snapshot
    facets: Facets
    budgets: Budgets

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
        path = report_path(self.index.directory, self.snapshot.generation)
        try:
            account = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return {}  # `qe check` names the file; searching goes on without it
        return account if isinstance(account, dict) else {}

    @cached_property
    def damage(self) -> str | None:
        """What is wrong with one of its files, every byte of which is read; None for nothing."""
        if self.index.latest_generation() != self.snapshot.generation:
            return None
        return next(damaged_arrays(self.index, lambda *_: None), None)


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
    except (SearchTooLong, TooManyLongSearches):
        raise
    except Exception as error:
        if opened.damage is None:
            raise
        raise IndexFormatError(
            f"{opened.damage}: make the index again with {rebuild_command(opened.index.directory)}"
        ) from error


class WhooshEngine:
    """Answers from the newest generation of a Whoosh index; safe to share between threads."""

    def __init__(self, directory: Path, ranking: Ranking = RANKING) -> None:
        """Open the index in `directory`; raises as `search.engine.open_engine` says."""
        self._directory, self._ranking = directory, ranking
        self._lock = Lock()
        self._unreadable: _Identity | None = None
        self._listed: tuple[_Identity, int, int, int] | None = None
        _keep_freed_memory()
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
            units = opened.understand(request).units_of(documents)
            return tuple(map(_mark, questions, units))

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
                snapshot.edition,
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
        manifest = check(self._directory, analyser=fingerprint())
        # Before anything is read: of a directory that another replaces meanwhile, the next
        # request sees that it is not the one.
        status = self._directory.stat()
        index = open_index(self._directory)
        with damage_named(self._directory):
            snapshot = Snapshot(
                open_generation(index), fictional=manifest.fictional, ranking=self._ranking
            )
            identity = _Identity(status.st_dev, status.st_ino, snapshot.generation)
            budgets = Budgets(snapshot.collection.live_count)
            return _Opened(identity, index, snapshot, Facets(snapshot), budgets)

    def _current(self) -> _Opened:
        """The newest generation that can be read; a search under way keeps the one it began with.

        The generation before is left to the garbage collector: another thread may be reading it.
        """
        if self._is_outdated():
            with self._lock:
                if self._is_outdated():
                    self._take_up_newest()
        return self._opened

    def _is_outdated(self) -> bool:
        """Whether there is a generation to take up, here or where a link leads now.

        Listing a directory costs more than many a search: one that hasn't changed is not listed,
        once it has been long enough for its time of change to tell two changes apart.
        """
        opened = self._opened.identity
        try:
            status = self._directory.stat()
            # With what is open: a link that leads back leads to a directory once listed.
            listed = (opened, status.st_dev, status.st_ino, status.st_mtime_ns)
            if listed == self._listed:
                return False
            newest = self._newest()
        except OSError:
            return False  # the directory is gone or being swapped: what is open still answers
        if newest not in (opened, self._unreadable):
            return True
        if time.time_ns() - status.st_mtime_ns > _SETTLING:
            self._listed = listed
        return False

    def _take_up_newest(self) -> None:
        try:
            newest = self._newest()
            self._opened = self._open()
        except OSError:
            return  # gone between two steps: the next request looks again
        except QuestionsError as error:
            self._unreadable = newest
            _log.error(
                "generation %s of %s cannot be read: %s", newest.generation, self._directory, error
            )

    def _newest(self) -> _Identity:
        """What is at the path now, whether or not it can be read."""
        status = self._directory.stat()
        return _Identity(status.st_dev, status.st_ino, self._opened.index.latest_generation())


def _read_records(opened: _Opened, documents: Ints) -> Iterator[Question]:
    """The records of some documents one by one; a failure that damage explains is told as such."""
    with _damage_told(opened):
        for document in map(int, documents):
            yield opened.snapshot.question(document)


def _mark(question: Question, units: list[Unit]) -> Question:
    """A question with its title and texts as HTML, the words of some units marked."""

    def marked(text: str | None, field: str) -> str | None:
        return text and mark_html(text, lambda plain: find_marks(plain, units, field))

    titre = question.titre
    return replace(
        question,
        titre=titre and mark_text(titre, find_marks(titre, units, "titre")),
        texte_question=marked(question.texte_question, "question"),
        texte_reponse=marked(question.texte_reponse, "reponse"),
    )


def _keep_freed_memory() -> None:
    """Have the C library keep the memory of arrays that are let go of, for those of later searches.

    It would give large blocks back to the system, which clears them anew for each search: that
    takes longer than most of what is computed in them. Freeing one block of such a size tells
    glibc that blocks up to it come and go (its "dynamic mmap threshold"); elsewhere it is nothing.
    """
    np.empty(_KEPT_MEMORY, np.uint8)
