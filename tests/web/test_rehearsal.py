"""What pages compute once for each generation is computed before anybody asks for it."""

from __future__ import annotations

from datetime import date
from typing import cast

from search.engine import Engine, Health
from web.rehearsal import rehearse
from web.settings import Settings
from web.site import Site


class Asked:
    """An engine that knows its generation, what it was asked, and no question."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.asked: list[str] = []
        self.hits = ()

    def health(self) -> Health:
        return Health(self.generation, 0, None, fictional=False)

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: self.asked.append(name) or self


def site_over(engine: Asked) -> Site:
    return Site(cast("Engine", engine), Settings(), lambda: date(2026, 5, 12))


def test_what_pages_ask_is_asked() -> None:
    """Of an empty index too."""
    newer = Asked(2)
    rehearse(site_over(Asked(1)), cast("Engine", newer))

    assert {"search", "suggest", "statistics", "corpus"} <= set(newer.asked)


def test_what_was_read_once_is_read_ahead() -> None:
    """Of the new generation; the pages of the one before keep what they have."""
    engine = Asked(1)
    site = site_over(engine)
    read: list[int] = []

    def count(of: Engine) -> int:
        read.append(cast("Asked", of).generation)
        return read[-1]

    assert site.per_generation(count) == 1
    site.read_ahead(cast("Engine", Asked(2)))
    assert site.per_generation(count) == 1
    engine.generation = 2
    assert site.per_generation(count) == 2
    assert read == [1, 2]
