"""What a search may cost, and what happens when it would cost more."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from index.question import make_question
from search import budget
from search.budget import Budgets, SearchTooLong, TooManyLongSearches, spend
from search.engine import Engine
from search.request import SearchRequest
from tests.conftest import MakeEngine

MOST = budget.LEAST


def test_a_search_may_cost_so_much_and_no_more() -> None:
    """The count begins anew with each search."""
    budgets = Budgets(0)
    for _ in range(2):
        with budgets.search():
            spend(MOST)

    with budgets.search(), pytest.raises(SearchTooLong):
        for _ in range(3):
            spend(MOST / 2)


def test_each_question_adds_to_what_a_search_may_cost() -> None:
    """Searching twice as much may take about twice as long."""
    with Budgets(100).search():
        spend(MOST + 100 * budget.PER_QUESTION)

        with pytest.raises(SearchTooLong):
            spend(1)


def test_nothing_is_counted_outside_of_a_search() -> None:
    """An index that is checked is read as a whole."""
    with Budgets(0).search():
        spend(1)

    spend(100 * MOST)


def test_the_clock_stands_behind_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody counted ends too."""
    with Budgets(0).search():
        monkeypatch.setattr(budget.time, "monotonic", lambda: 1e9)
        monkeypatch.setattr(budget.time, "thread_time", lambda: 1e9)

        with pytest.raises(SearchTooLong):
            spend(1)


def test_the_time_of_others_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that waited for the processor, and had little of it, goes on."""
    with Budgets(0).search():
        monkeypatch.setattr(budget.time, "monotonic", lambda: 1e9)

        spend(1)


def in_another_thread(work: Callable[[], None]) -> list[BaseException]:
    """What another thread raises, which has no search of its own."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised


def test_long_searches_are_few_at_once_and_short_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long one takes its turn only when it becomes long, and leaves it however it ends."""
    monkeypatch.setattr(budget, "PATIENCE", 0.01)
    budgets = Budgets(0, long_at_once=1)
    short, long = MOST / budget.LONG, MOST / budget.LONG + 1

    def search(cost: float) -> None:
        with budgets.search():
            spend(cost)

    with budgets.search():
        spend(long)

        assert in_another_thread(lambda: search(short)) == []
        assert [type(one) for one in in_another_thread(lambda: search(long))] == [
            TooManyLongSearches
        ]

    with budgets.search(), pytest.raises(SearchTooLong):
        spend(2 * MOST)
    assert in_another_thread(lambda: search(long)) == []


def test_a_long_search_waits_for_its_turn_and_one_more_does_not() -> None:
    """When the one before ends, it goes on; a third is told at once to come back."""
    budgets = Budgets(0, long_at_once=1)
    begun, ended = threading.Event(), list[str]()

    def wait() -> None:
        with budgets.search():
            begun.set()
            spend(MOST / budget.LONG + 1)
            ended.append("waited")

    with budgets.search():
        spend(MOST / budget.LONG + 1)
        waiting = threading.Thread(target=wait)
        waiting.start()
        begun.wait()
        while budgets._turns._waiting._value:
            pass

        def refused() -> None:
            with budgets.search():
                spend(MOST / budget.LONG + 1)

        assert [type(one) for one in in_another_thread(refused)] == [TooManyLongSearches]
        ended.append("first")
    waiting.join()

    assert ended == ["first", "waited"]


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """Questions with many words that begin alike."""
    return make_engine(
        make_question(
            uid=f"QANR5L17QE{number}",
            titre="Mots",
            rubrique="Mots",
            texte_question="<p>" + " ".join(f"mot{number}x{n}" for n in range(300)) + "</p>",
            source="a.json",
        )
        for number in range(1, 30)
    )


REQUESTS: dict[str, Callable[[Engine, SearchRequest], object]] = {
    "search": lambda engine, request: engine.search(request),
    "statistics": lambda engine, request: engine.statistics(request),
    "listing": lambda engine, request: engine.listing(request),
    "facet": lambda engine, request: engine.facet(request, "rubrique", ""),
    "explain": lambda engine, request: engine.explain(request, "QANR5L17QE1"),
}


@pytest.mark.parametrize("asked", REQUESTS)
def test_whatever_is_asked_of_an_engine_is_counted(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """A query of too many parts is refused, and the next one has its answer."""
    monkeypatch.setattr(budget, "LEAST", 12_000)
    monkeypatch.setattr(budget, "LONG", 1)
    engine = make_engine(
        [make_question(uid="QANR5L17QE1", titre="Mots", rubrique="Mots", source="a.json")]
    )

    with pytest.raises(SearchTooLong, match="take away a star"):
        REQUESTS[asked](engine, SearchRequest(q=" ".join(f"m{n}" for n in range(25))))
    assert REQUESTS[asked](engine, SearchRequest(q="mots")) is not None


def test_the_same_search_costs_the_same(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the machine does: what was remembered of it costs no more than before."""
    spent: list[float] = []
    whole = budget._Budget.spend

    def noted(self: budget._Budget, postings: float) -> None:
        spent.append(postings)
        whole(self, postings)

    monkeypatch.setattr(budget._Budget, "spend", noted)
    costs = []
    for _ in range(3):
        spent.clear()
        engine.search(SearchRequest(q='mot* OU "mot3x1 mot3x2"~50'))
        costs.append(sum(spent))

    assert costs[0] >= costs[1] == costs[2] > 0
