"""What pages compute once for each generation is computed before anybody asks for it."""

from __future__ import annotations

from typing import Any, cast

from search.engine import Engine, Health
from tests.web.conftest import DONNEES_AU, LoopEngine, day_of_the_data, sample_questions
from web.pages.help import read_help
from web.pages.home import read_home
from web.rehearsal import rehearse
from web.settings import Settings
from web.site import Site


class Watched(LoopEngine):
    """Remembers what it was asked, over a generation that a test gives it."""

    def __init__(self, generation: int, *, empty: bool = False) -> None:
        super().__init__([] if empty else sample_questions())
        self.generation = generation
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name in {"search", "similar", "same_answer", "suggest", "statistics", "corpus"}:
            self.asked.append(name)
        return super().__getattribute__(name)

    def health(self) -> Health:
        return Health(self.generation, len(self.questions), DONNEES_AU, fictional=False)


def site_over(engine: Watched) -> Site:
    return Site(cast("Engine", engine), Settings(), day_of_the_data)


def test_what_pages_ask_is_asked() -> None:
    """Results, a question with those beside it, letters typed, figures, what is held."""
    newer = Watched(2)
    rehearse(site_over(Watched(1)), cast("Engine", newer))

    assert set(newer.asked) == {
        "search", "similar", "same_answer", "suggest", "statistics", "corpus",
    }  # fmt: skip


def test_an_empty_index_is_rehearsed_too() -> None:
    """There is no question to look at."""
    newer = Watched(2, empty=True)
    rehearse(site_over(Watched(1)), cast("Engine", newer))

    assert "similar" not in newer.asked


def test_nothing_is_asked_of_the_generation_that_answers() -> None:
    """Its visitors' searches may be many: a rehearsal neither waits for them nor fails."""
    engine = Watched(1)
    rehearse(site_over(engine), cast("Engine", Watched(2)))

    assert engine.asked == []


def test_home_and_help_are_read_ahead() -> None:
    """Neither the first pages of a generation nor the last ones of that before cost more."""
    engine = Watched(1)
    site = site_over(engine)
    rehearse(site, cast("Engine", engine))
    rehearse(site, cast("Engine", Watched(2)))
    rehearsed = list(engine.asked)

    before = site.per_generation(read_home), site.per_generation(read_help)
    engine.generation = 2
    after = site.per_generation(read_home), site.per_generation(read_help)
    assert engine.asked == rehearsed
    assert all(one is not other for one, other in zip(before, after, strict=True))
