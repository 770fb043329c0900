"""The site as one WSGI application: `create_app(engine)`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, current_app
from flask.json.provider import DefaultJSONProvider
from jinja2 import StrictUndefined

from search.completion import GENRES
from search.engine import Engine
from search.request import LONGEST_QUERY, SIDES, SearchRequest
from web.api.routes import api
from web.compression import register_compression
from web.display import register_display
from web.errors import register_errors
from web.figures.routes import statistics_pages
from web.files.discovery import discovery
from web.files.downloads import downloads as download_pages
from web.files.feeds import feeds
from web.files.places import PLACES, register_places
from web.files.sitemaps import sitemaps
from web.hosts import register_hosts
from web.pages.panel import register_panel
from web.pages.refine import register_refine
from web.pages.routes import pages
from web.question.routes import question_pages
from web.security import register_security
from web.serving.request_log import register_request_log
from web.settings import Settings
from web.site import Site, attach_site, current_site, public_url
from web.state import state_of_the_data, too_old_for
from web.validators import register_validators
from web.view import View

STATIC_MAX_AGE: Final = 365 * 24 * 3600
"""Seconds a browser may keep a static file: its address changes with its content."""


def create_app(
    engine: Engine,
    *,
    settings: Settings | None = None,
    today: Callable[[], date] = date.today,
    downloads: int = PLACES,
) -> Flask:
    """The site and its API over one engine.

    Args:
        engine: where to search; it stays the caller's to close.
        settings: what the site says of itself; read from the environment when left out.
        today: the day it is, asked for each page: data that have grown old are said to be.
        downloads: how many whole searches are sent at a time, in this process.
    """
    app = Flask(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_MAX_AGE
    # A doubled slash would otherwise redirect to an address that the visitor chose.
    app.url_map.merge_slashes = False
    settings = settings or Settings.from_environment()
    attach_site(app, Site(engine, settings, today))
    register_hosts(app, settings)
    _configure_json(app)
    _configure_templates(app)
    register_request_log(app)
    register_compression(app)
    register_security(app, encrypted=settings.encrypted)
    register_validators(app)
    register_errors(app)
    register_places(app, downloads)
    app.register_blueprint(pages)
    app.register_blueprint(question_pages)
    app.register_blueprint(api)
    app.register_blueprint(download_pages)
    app.register_blueprint(feeds)
    app.register_blueprint(discovery)
    app.register_blueprint(sitemaps)
    app.register_blueprint(statistics_pages)
    return app


def _configure_json(app: Flask) -> None:
    """Keep the documented order of names (docs/api.md), and French letters as they are."""
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.ensure_ascii = False
    app.json.sort_keys = False


def _configure_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Globals: macros, which know no page's context, need them.
    app.jinja_env.globals["longueur_max"] = LONGEST_QUERY
    app.jinja_env.globals["genres"] = GENRES
    app.jinja_env.globals["adresse_publique"] = public_url
    register_display(app)
    register_refine(app)
    register_panel(app)
    app.context_processor(_shared_context)


def _shared_context() -> dict[str, Any]:
    """What every page shows: the name of the site, the state of the data, the search box."""
    return {
        "reglages": current_site().settings,
        "sante": state_of_the_data(),
        "perime_depuis": too_old_for(),
        "recherche": SearchRequest(),
        "presentation": View(),
        "cotes": SIDES,
        "canonique": None,
        "fichier": _asset_url,
    }


def _asset_url(name: str) -> str:
    """The address of a static file, changing with its content.

    Without `url_for`, which fails where a request named an impossible host: there are error pages.
    """
    return f"{current_app.static_url_path}/{name}?v={_content_hash(name)}"


@cache
def _content_hash(name: str) -> str:
    content = (Path(__file__).parent / "static" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:10]
