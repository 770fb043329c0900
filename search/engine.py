"""The one door to an index: `open_engine(url)` gives an `Engine`.

The site, the API and the commands know this protocol and nothing of the engine behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from index.cluster.address import ClusterAddress, IndexAddress, parse_address
from index.question import Question
from search.completion import MOST_SUGGESTIONS, Suggestion
from search.corpus import Corpus
from search.explanation import Explanation
from search.facets import FacetCounts
from search.ranking import RANKING, Ranking
from search.request import SearchRequest
from search.results import SearchResults
from search.similarity import Similar
from search.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Health:
    """What `/sante` says of an index, and what tells one state of it from another.

    Attributes:
        generation: grows by one with each published build.
        questions: how many it holds. donnees_au: its newest JO date, None when there is none.
        fictional: whether it holds the demo corpus, which every page must then say.
        edition: tells the generation from every other, of an index made anew too, which counts
            from one again; not for people to read.
    """

    generation: int
    questions: int
    donnees_au: date | None
    fictional: bool
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Every question of a search, all read from one generation of the index.

    Attributes:
        request: the search, its facet values in canonical form, without page.
        generation, donnees_au: of the index that is read, however long it takes.
        total: how many questions there are.
        questions: all of them in the order of the search, each read when it is asked for; once.
    """

    request: SearchRequest
    generation: int
    donnees_au: date | None
    total: int
    questions: Iterator[Question]


class DatedUid(NamedTuple):
    """A question by its key, and the newest JO date that its record tells, if it tells any."""

    uid: str
    newest_jo: date | None


class Engine(Protocol):
    """Answers searches from one index; safe to share between threads.

    A build published while the engine is open is taken up by the next call.
    Every method raises `index.errors.QuestionsError` when the index can no longer be read; those
    that take a request raise `search.budget.SearchTooLong` when it costs more than it may, and
    `search.budget.TooManyLongSearches` when it would have to wait for others.
    """

    def search(self, request: SearchRequest, *, with_timeline: bool = False) -> SearchResults:
        """The results of a request, with its months if they are asked for."""
        ...

    def statistics(self, request: SearchRequest) -> Statistics:
        """A request in figures."""
        ...

    def listing(self, request: SearchRequest) -> Listing:
        """Every question of a request, whatever its page; no passage of them is looked for.

        What is held in memory is a few numbers for each question, and one record at a time.
        """
        ...

    def get(self, uid: str) -> Question | None:
        """The question with exactly this uid, or None."""
        ...

    def dated_uids(self, ranks: range) -> tuple[DatedUid, ...]:
        """Some of all questions, by their ranks from 0 in the order of their uids.

        No record is read; ranks past the last question give nothing.
        """
        ...

    def highlight(
        self, questions: Sequence[Question], request: SearchRequest
    ) -> tuple[Question, ...]:
        """The same questions, their titles and texts HTML with the request's words in `<mark>`.

        Titles become HTML too: escaped, then marked.
        """
        ...

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        """The other questions that received the same answer, newest first."""
        ...

    def similar(self, question: Question) -> Similar:
        """The questions most like another one, but those that received the same answer."""
        ...

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        """One facet of a search, its values limited to those with a word starting by `prefix`."""
        ...

    def explain(self, request: SearchRequest, uid: str) -> Explanation | None:
        """Why a question is among the results of a request or isn't; None when there is none."""
        ...

    def suggest(
        self, request: SearchRequest, limit: int = MOST_SUGGESTIONS
    ) -> tuple[Suggestion, ...]:
        """What may complete the query of a request, within its filters; at most `limit` lines.

        Each finds something, and says exactly how much.
        """
        ...

    def health(self) -> Health:
        """What the index holds now."""
        ...

    def corpus(self) -> Corpus:
        """What the index holds of each législature and type, and the account of its build."""
        ...

    def close(self) -> None:
        """Let go of the files; the engine answers no more."""
        ...


def open_engine(
    url: str | IndexAddress,
    ranking: Ranking = RANKING,
    *,
    prepare: Callable[[Engine], object] | None = None,
) -> Engine:
    """Open an index.

    Args:
        url: its directory, or its address in a cluster.
        ranking: how questions are scored; another one to compare with.
        prepare: called in another thread with an engine over each new generation, before that
            generation answers; until then, the one before does. Without it, a call that finds a
            new generation waits until it is open.

    Raises:
        IndexMissing: there is nothing there.
        IndexFormatError: what is there was made by another version, or is no index.
        AddressMalformed: it begins as the address of a cluster, and can't be read.
        ClientMissing, ClusterUnavailable, ClusterRefused: see `index.cluster.client`.
    """
    address = parse_address(url) if isinstance(url, str) else url
    # Imported here: an engine's libraries are loaded only where that engine is opened.
    if isinstance(address, ClusterAddress):
        from search.engines.opensearch_engine import OpenSearchEngine  # noqa: PLC0415

        return OpenSearchEngine(address, ranking, prepare)
    from search.engines.whoosh_engine import WhooshEngine  # noqa: PLC0415

    return WhooshEngine(address, ranking, prepare)
