"""The engine over a Whoosh index; see `search.engine.Engine`."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from index.columnar.index import ColumnarIndex, open_generation
from index.errors import QuestionsError
from index.french.analyzer import fingerprint
from index.question import Question
from index.stores.manifest import check
from index.stores.whoosh_store import damage_named, open_index
from search.description import describe
from search.engine import Health
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_search import Search, same_answer
from search.engines.whoosh_snapshot import Snapshot
from search.facets import FacetCounts
from search.marks import find_marks, mark_html, mark_text
from search.request import SearchRequest
from search.results import SearchResults

_KEPT_MEMORY: Final = 31 << 20
"""Bytes; see `_keep_freed_memory`."""

_SETTLING: Final = 10_000_000_000
"""Nanoseconds; some systems keep the time of a change to the second, or by another clock."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation with what is computed from it once."""

    index: ColumnarIndex
    snapshot: Snapshot
    facets: Facets


class WhooshEngine:
    """Answers from the newest generation of a Whoosh index; safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        """Open the index in `directory`; raises as `search.engine.open_engine` says."""
        self._directory = directory
        self._lock = Lock()
        self._unreadable: int | None = None
        self._listed: int | None = None
        _keep_freed_memory()
        self._opened = self._open()

    def search(self, request: SearchRequest) -> SearchResults:
        """The results of a request."""
        started = time.perf_counter()
        search = self._search(request)
        matches = search.find()
        narrowed = search.narrow(matches)
        unfiltered, total = matches.documents.size, narrowed.documents.size
        results = SearchResults(
            request=search.request,
            description=describe(search.request),
            total=total,
            unfiltered=unfiltered,
            duree_ms=0.0,
            donnees_au=search.snapshot.donnees_au,
            indications=tuple(search.indications(unfiltered, total)),
            formes=search.formes(),
            hits=search.page(matches, narrowed),
            approches=search.approches(matches),
            facets=search.count_facets(narrowed),
        )
        elapsed = (time.perf_counter() - started) * 1000
        return replace(results, duree_ms=round(elapsed, 1))

    def get(self, uid: str) -> Question | None:
        """The question with exactly this uid, or None."""
        snapshot = self._current().snapshot
        document = snapshot.document_of(uid)
        return None if document is None else snapshot.question(document)

    def highlight(self, question: Question, request: SearchRequest) -> Question:
        """The question with its title and texts as HTML, the request's words marked."""
        search = self._search(request)
        units = search.units_of(search.snapshot.document_of(question.uid))

        def marked(text: str | None, field: str) -> str | None:
            return text and mark_html(text, lambda plain: find_marks(plain, units, field))

        titre = question.titre
        return replace(
            question,
            titre=titre and mark_text(titre, find_marks(titre, units, "titre")),
            texte_question=marked(question.texte_question, "question"),
            texte_reponse=marked(question.texte_reponse, "reponse"),
        )

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        """The other questions that received the same answer, newest first."""
        snapshot = self._current().snapshot
        if question.empreinte_reponse is None:
            return ()
        own = snapshot.document_of(question.uid)
        documents = same_answer(snapshot, question.empreinte_reponse).tolist()
        return tuple(snapshot.question(number) for number in documents if number != own)

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        """One facet of a search, its values limited to those with a word starting by `prefix`."""
        search = self._search(request)
        return search.count_facet(search.narrow(search.find()), name, prefix)

    def health(self) -> Health:
        """What the index holds now."""
        snapshot = self._current().snapshot
        return Health(
            snapshot.generation,
            snapshot.collection.live_count,
            snapshot.donnees_au,
            snapshot.fictional,
        )

    def close(self) -> None:
        """Let go of the files; the engine answers no more."""
        del self._opened

    def _search(self, request: SearchRequest) -> Search:
        opened = self._current()
        return Search.of(request, opened.snapshot, opened.facets)

    def _open(self) -> _Opened:
        manifest = check(self._directory, analyser=fingerprint())
        index = open_index(self._directory)
        with damage_named(self._directory):
            snapshot = Snapshot(open_generation(index), fictional=manifest.fictional)
            return _Opened(index, snapshot, Facets(snapshot))

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
        """Whether there is a generation to take up.

        Listing a directory costs more than many a search: one that hasn't changed is not listed,
        once it has been long enough for its time of change to tell two changes apart.
        """
        try:
            changed = self._directory.stat().st_mtime_ns
            if changed == self._listed:
                return False
            newest = self._opened.index.latest_generation()
        except OSError:
            return False  # the directory is gone or being swapped: what is open still answers
        if newest not in (self._opened.snapshot.generation, self._unreadable):
            return True
        if time.time_ns() - changed > _SETTLING:
            self._listed = changed
        return False

    def _take_up_newest(self) -> None:
        newest = self._opened.index.latest_generation()
        try:
            self._opened = self._open()
        except QuestionsError as error:
            self._unreadable = newest
            _log.error("generation %s of %s cannot be read: %s", newest, self._directory, error)


def _keep_freed_memory() -> None:
    """Have the C library keep the memory of arrays that are let go of, for those of later searches.

    It would give large blocks back to the system, which clears them anew for each search: that
    takes longer than most of what is computed in them. Freeing one block of such a size tells
    glibc that blocks up to it come and go (its "dynamic mmap threshold"); elsewhere it is nothing.
    """
    np.empty(_KEPT_MEMORY, np.uint8)
