"""The engine over an index in a cluster; see `search.engine.Engine`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Final, TypeVar

from index.cluster.address import ClusterAddress
from index.cluster.builds import read_account
from index.cluster.client import ClusterUnavailable, connect
from index.cluster.state import IndexState, read_state
from index.errors import IndexMissing, QuestionsError
from index.question import Question
from search.completion import MOST_SUGGESTIONS, Suggestion
from search.corpus import Corpus
from search.engine import DatedUid, Engine, Health, Listing
from search.engines.following import Following
from search.engines.opensearch_explanation import explain
from search.engines.opensearch_generation import Generation
from search.engines.opensearch_highlights import highlight
from search.engines.opensearch_search import Search, find_question, same_answer
from search.engines.opensearch_similar import find_similar
from search.engines.opensearch_snapshot import Snapshot
from search.engines.opensearch_statistics import count_statistics
from search.explanation import Explanation
from search.facets import FacetCounts
from search.ranking import RANKING, Ranking
from search.request import PER_PAGE, SearchRequest
from search.results import SearchResults
from search.similarity import Similar
from search.statistics import Statistics

STATE_BELIEVED: Final = 1.0
"""Seconds; asking which generation is published takes a way to the cluster, as a search does."""

_log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


class OpenSearchEngine:
    """Answers from the newest generation of an index in a cluster; safe to share between threads.

    A cluster that is out of reach is told at each call, and the first one that reaches it again
    has its answer; at the start, too.
    """

    def __init__(
        self,
        address: ClusterAddress,
        ranking: Ranking = RANKING,
        prepare: Callable[[Engine], object] | None = None,
    ) -> None:
        """Open the index at `address`; see `search.engine.open_engine`."""
        self._address, self._ranking, self._prepare = address, ranking, prepare
        self._client = connect(address)
        self._follows = True
        self._generation: Generation | None = None
        self._newest: IndexState | None = None
        self._believed_until = 0.0
        self._following = Following(in_background=prepare is not None)
        try:
            self._generation = self._open(self._published())
        except ClusterUnavailable as error:
            if prepare is not None:  # a server, whose first visitor may be long in coming
                _log.error("%s: it will be tried again at each search", error)

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        """The results of a request, with its months if they are asked for."""
        started = time.perf_counter()
        results = self._ask(
            lambda held: Search.of(request, held).results(with_timeline=with_timeline)
        )
        elapsed = (time.perf_counter() - started) * 1000
        return replace(results, duree_ms=round(elapsed, 1))

    def statistics(self, request: SearchRequest) -> Statistics:
        """A request in figures."""
        return self._ask(lambda held: _count(Search.of(request.replace(par=PER_PAGE), held)))

    def listing(self, request: SearchRequest) -> Listing:
        """Every question of a request, whatever its page."""
        return self._ask(lambda held: _list(Search.of(request.replace(par=PER_PAGE), held)))

    def get(self, uid: str) -> Question | None:
        """The question with exactly this uid, or None."""
        return self._ask(lambda held: find_question(held.snapshot, uid))

    def dated_uids(self, ranks: range) -> tuple[DatedUid, ...]:
        """Some of all questions, by their ranks from 0 in the order of their uids."""
        return self._ask(lambda held: held.uids.dated(ranks))

    def highlight(
        self, questions: Sequence[Question], request: SearchRequest
    ) -> tuple[Question, ...]:
        """Questions with their titles and texts as HTML, the request's words marked."""
        return self._ask(lambda held: highlight(questions, Search.of(request, held)))

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        """The other questions that received the same answer, newest first."""
        empreinte = question.empreinte_reponse
        if empreinte is None:
            return ()
        found = self._ask(lambda held: same_answer(held.snapshot, empreinte))
        return tuple(other for other in found if other.uid != question.uid)

    def similar(self, question: Question) -> Similar:
        """The questions most like another one, but those that received the same answer."""
        return self._ask(lambda held: find_similar(held, question))

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        """One facet of a search, its values limited to those with a word starting by `prefix`."""
        return self._ask(lambda held: Search.of(request, held).count_facet(name, prefix))

    def explain(self, request: SearchRequest, uid: str) -> Explanation | None:
        """Why a question is among the results of a request or isn't; None when there is none."""
        return self._ask(lambda held: explain(Search.of(request, held), uid))

    def suggest(
        self, request: SearchRequest, limit: int = MOST_SUGGESTIONS
    ) -> tuple[Suggestion, ...]:
        """What may complete the query of a request, within its filters; at most `limit` lines."""
        return self._ask(lambda held: held.completion.suggest(request, limit))

    def health(self) -> Health:
        """What the index holds now."""
        return self._ask(_health)

    def corpus(self) -> Corpus:
        """What the index holds of each législature and type, and the account of its build."""
        return self._ask(
            lambda held: _corpus(
                held, read_account(self._client, self._address, held.snapshot.state)
            )
        )

    def close(self) -> None:
        """Let go of the connections; the engine answers no more."""
        self._client.close()

    def _ask(self, question: Callable[[Generation], _Answer]) -> _Answer:
        """What the newest generation answers.

        One that was made anew takes the place of the one before, which is then deleted: a search
        that meets the gap is asked again.
        """
        held = self._current()
        try:
            return question(held)
        except IndexMissing:
            if not self._follows:
                raise
            self._believed_until = 0.0
        return question(self._renewed(held))

    def _current(self) -> Generation:
        """The newest generation, or the one before while the newest is prepared.

        Raises:
            ClusterUnavailable: it is out of reach.
        """
        held = self._generation
        if held is None:
            return self._renewed(None)
        if self._follows:
            self._following.follow(self._is_outdated, self._take_up_newest)
        return self._generation or held

    def _renewed(self, gone: Generation | None) -> Generation:
        """What is published in the place of a generation that is no more, or never was open."""
        with self._following.lock:
            held = self._generation
            if held is None or held is gone:
                held = self._generation = self._open(self._published())
            return held

    def _published(self) -> IndexState:
        """What is published, as it was a moment ago."""
        if self._newest is None or time.monotonic() >= self._believed_until:
            self._newest = read_state(self._client, self._address)
            self._believed_until = time.monotonic() + STATE_BELIEVED
        return self._newest

    def _is_outdated(self) -> bool:
        held = self._generation
        return held is None or _key(self._published()) != _key(held.snapshot.state)

    def _take_up_newest(self) -> None:
        """Open what is published now; without it, the generation before answers."""
        try:
            self._generation = self._prepared(self._open(self._published()))
        except QuestionsError:
            if self._prepare is None:
                raise
            _log.exception("what is published in %s cannot be read", self._address)

    def _open(self, state: IndexState) -> Generation:
        return Generation.of(Snapshot(self._client, self._address, state, self._ranking))

    def _prepared(self, generation: Generation) -> Generation:
        """A generation once `prepare` has asked it what it likes; a failure there is only told."""
        if self._prepare is not None:
            try:
                self._prepare(self._over(generation))
            except Exception:
                _log.exception(
                    "generation %s was not prepared", generation.snapshot.state.generation
                )
        return generation

    def _over(self, generation: Generation) -> OpenSearchEngine:
        """The same engine over one generation, whatever is published."""
        engine = copy(self)
        engine._generation, engine._follows = generation, False
        return engine


def _key(state: IndexState) -> tuple[object, ...]:
    """What tells one generation from another."""
    return state.questions, state.words, state.edition, state.generation


def _count(search: Search) -> Statistics:
    held = search.generation
    counted = count_statistics(
        held.snapshot, held.table, held.months, search.request, search.matching()
    )
    told = search.indications(counted.unfiltered, counted.figures.nombre)
    return replace(counted, indications=tuple(told))


def _list(search: Search) -> Listing:
    snapshot = search.snapshot
    return Listing(
        search.request,
        snapshot.state.generation,
        snapshot.donnees_au,
        search.count(),
        search.walk(),
    )


def _health(held: Generation) -> Health:
    snapshot, state = held.snapshot, held.snapshot.state
    return Health(
        state.generation,
        snapshot.questions,
        snapshot.donnees_au,
        state.fictional,
        f"{state.edition}-{state.generation}",
    )


def _corpus(held: Generation, account: Mapping[str, Any]) -> Corpus:
    snapshot, state = held.snapshot, held.snapshot.state
    return Corpus(
        state.generation,
        snapshot.questions,
        snapshot.donnees_au,
        state.fictional,
        held.holdings,
        account,
    )
