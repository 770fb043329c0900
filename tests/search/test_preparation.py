"""A new generation may be prepared before it answers; until then, the one before does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from index.question import make_question
from index.stores.whoosh_store import open_store
from search.engine import Engine, open_engine
from tests.publishing import publish


def grow(directory: Path, number: int) -> None:
    """Publish a generation with one question more."""
    with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
        publish(store, [make_question(uid=f"QANR5L17QE{number}", titre="Permis bateau")])


def held(engine: Engine) -> int:
    return engine.health().questions


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true: another thread is at it."""
    for _ in range(1_000):
        if holds():
            return True
        time.sleep(0.01)
    return False


def test_a_generation_answers_once_it_is_prepared(tmp_path: Path) -> None:
    """What prepares it sees it already; nobody else does, and nobody waits."""
    grow(tmp_path, 1)
    begun, may_end, seen = Event(), Event(), []

    def prepare(newer: Engine) -> None:
        seen.append((newer.health().generation, held(newer)))
        begun.set()
        may_end.wait()

    engine = open_engine(tmp_path, prepare=prepare)
    grow(tmp_path, 2)

    assert held(engine) == 1
    assert begun.wait(10)
    assert held(engine) == 1
    may_end.set()
    assert eventually(lambda: held(engine) == 2)
    assert seen == [(2, 2)]


def test_generations_follow_each_other(tmp_path: Path) -> None:
    """The second is prepared as the first was."""
    grow(tmp_path, 1)
    seen: list[int] = []
    engine = open_engine(tmp_path, prepare=lambda newer: seen.append(held(newer)))
    for number in (2, 3):
        grow(tmp_path, number)
        assert eventually(lambda number=number: held(engine) == number)  # type: ignore[misc]

    assert seen == [2, 3]


def test_a_generation_that_is_not_prepared_answers_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Preparing is a comfort; its failure is logged."""
    grow(tmp_path, 1)

    def fail(_: Engine) -> None:
        raise ZeroDivisionError

    engine = open_engine(tmp_path, prepare=fail)
    grow(tmp_path, 2)

    assert eventually(lambda: held(engine) == 2)
    assert "generation 2 was not prepared" in caplog.text
