"""The engine and the settings that the views of one application share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Flask, current_app

from search.engine import Engine
from web.settings import Settings

_KEY = "questions_ecrites"


@dataclass(frozen=True, slots=True)
class Site:
    """What every view needs: where to search, what the site is called, and the day it is."""

    engine: Engine
    settings: Settings
    today: Callable[[], date]


def attach_site(app: Flask, site: Site) -> None:
    """Make `site` the one that `current_site` gives inside this application."""
    app.extensions[_KEY] = site


def current_site() -> Site:
    """The site of the application that is answering."""
    return cast("Site", current_app.extensions[_KEY])
