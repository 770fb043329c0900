"""The engine, the settings and the public address that the views of one application share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar, cast

from flask import Flask, current_app, request

from search.engine import Engine, Health
from web.settings import Settings

_KEY = "questions_ecrites"

Facts = TypeVar("Facts")
_HOST: Final = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.I)
"""A name or an address with its port: letters that mean nothing in HTML, XML or a header."""

_NO_HOST: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Site:
    """What every view needs: where to search, what the site is called, and the day it is."""

    engine: Engine
    settings: Settings
    today: Callable[[], date]
    _known: dict[Callable[[Engine], Any], tuple[Health, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _ahead: dict[Callable[[Engine], Any], tuple[Health, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def per_generation(self, read: Callable[[Engine], Facts]) -> Facts:
        """What a function reads of the index, read once for each generation.

        For what doesn't depend on who asks. Safe to share between threads: two of them may both
        read, and either answer is kept.

        Args:
            read: a function of a module, which tells its facts from those of others.

        Raises:
            QuestionsError: the index can no longer be read.
        """
        # Not the generation alone: an index put in this one's place may bear the same number.
        health = self.engine.health()
        known = self._known.get(read)
        if known is None or known[0] != health:
            known = self._ahead.get(read)
            if known is None or known[0] != health:
                known = (health, read(self.engine))
            self._known[read] = known
        facts: Facts = known[1]
        return facts

    def read_ahead(self, engine: Engine, read: Callable[[Engine], Any]) -> None:
        """Read of a generation that answers next what `per_generation` will be asked for."""
        ahead, health = self._ahead.get(read), engine.health()
        # What was read ahead for the generation that answers now must not make way for the next;
        # nor is that one asked for more, which would have to wait beside its visitors' searches.
        if ahead is not None and ahead[0] == self.engine.health():
            self._known[read] = ahead
        if ahead is None or ahead[0] != health:
            self._ahead[read] = (health, read(engine))


def attach_site(app: Flask, site: Site) -> None:
    """Make `site` the one that `current_site` gives inside this application."""
    app.extensions[_KEY] = site


def site_of(app: Flask) -> Site:
    """The site of an application."""
    return cast("Site", app.extensions[_KEY])


def current_site() -> Site:
    """The site of the application that is answering."""
    return site_of(current_app)


def public_url(path: str) -> str:
    """The absolute address of a path, for what is read away from the site: feeds, sitemaps.

    The setting says where the site is. Without it, it is where the request was sent, whose `Host`
    any client may make up: one that isn't of the shape of a host is written nowhere, nor is a
    scheme that a proxy lets through.
    """
    settings = current_site().settings
    if settings.url:
        return settings.absolute(path)
    host = request.host if _HOST.fullmatch(request.host) else _NO_HOST
    scheme = "https" if request.scheme == "https" else "http"
    return f"{scheme}://{host}{path}"
