"""An index that can't be opened is opened later, without being tried at each request."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from index.errors import IndexFormatError, IndexMissing, QuestionsError
from search.engine import Engine
from tests.web.conftest import LoopEngine, sample_questions
from web.serving.reopening import TRIED_EVERY, reopening


class Opening:
    """Something that opens an engine unless told to fail, counts attempts, and has a clock."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.attempts = 0
        self.now = 0.0
        self.has_begun, self.may_end = Event(), Event()
        self.may_end.set()

    def open(self) -> Engine:
        self.attempts += 1
        if self.error:
            raise self.error
        self.has_begun.set()
        assert self.may_end.wait(60)
        return LoopEngine(sample_questions())  # type: ignore[return-value]

    def engine(self) -> Engine:
        return reopening(self.open, clock=lambda: self.now)


def test_an_index_that_is_there_is_opened_once() -> None:
    """At once, and never again."""
    opening = Opening()
    engine = opening.engine()
    opening.now += 10 * TRIED_EVERY

    assert opening.attempts == 1
    assert engine.health().questions == len(sample_questions())
    assert opening.attempts == 1


def test_an_index_that_comes_back_is_opened() -> None:
    """At the first call after it has been long enough since the last attempt."""
    opening = Opening(IndexMissing("no index at /srv/index"))
    engine = opening.engine()
    opening.error = None

    with pytest.raises(IndexMissing, match="no index at /srv/index"):
        engine.health()
    opening.now += TRIED_EVERY

    assert engine.health().generation == 3


def test_an_index_is_not_tried_at_each_call() -> None:
    """However many calls there are, one in so many seconds attempts."""
    opening = Opening(IndexMissing("no index"))
    engine = opening.engine()
    for _ in range(100):
        opening.now += TRIED_EVERY / 10
        with pytest.raises(QuestionsError):
            engine.get("QANR5L17QE1")

    assert 10 <= opening.attempts <= 11


def test_a_failure_of_any_kind_is_an_index_that_cannot_be_read() -> None:
    """What damage comes out as is no reason for a process not to start."""
    engine = Opening(ValueError("buffer is smaller than requested size")).engine()

    with pytest.raises(IndexFormatError, match="cannot be opened: ValueError"):
        engine.health()


def test_nobody_waits_for_an_attempt() -> None:
    """While one thread opens the index, others are told that it isn't open yet."""
    opening = Opening(IndexMissing("no index"))
    engine = opening.engine()
    opening.now += TRIED_EVERY
    opening.error = None
    opening.may_end.clear()
    thread = Thread(target=_asking, args=(engine,))
    thread.start()
    assert opening.has_begun.wait(60)

    with pytest.raises(IndexMissing):
        engine.health()
    opening.may_end.set()
    thread.join()
    assert engine.health().generation == 3


def _asking(engine: Engine) -> None:
    engine.health()
