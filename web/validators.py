"""Conditional requests: who has the newest answer already is told so in a few bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Final

from flask import Response, request

from index.question import parse_date
from index.stores.manifest import program_version
from search.corpus import Corpus
from search.engine import Health
from web.site import current_site, public_url

_DIGITS: Final = 32
"""Hexadecimal digits of an ETag: enough that no two are alike by chance."""


def revalidated(make: Callable[[], Response], *asked: object) -> Response:
    """An answer that follows from the index, with its validators; 304 without making it.

    The ETag stands for the generation of the index, for what is asked, and for what else is
    written into the answer: the program's version, the site's name and address. It is weak, since
    the same answer may be sent compressed. The generation is read before the answer is made: when
    a build is published in between, a client asks once more, and never misses what is new.

    Args:
        make: makes the answer; called only when the client doesn't have it.
        asked: what tells this answer from another of the same index.

    Raises:
        QuestionsError: the index can't be read.
    """
    health = current_site().engine.health()
    validators = Response(status=200)
    validators.set_etag(_etag(health, asked), weak=True)
    validators.last_modified = _last_modified(current_site().engine.corpus())
    # Asked again at each visit: an answer that was kept is old as soon as a build is published.
    validators.cache_control.no_cache = True
    validators.make_conditional(request)
    if validators.status_code == 304:
        return validators
    response = make()
    for name in ("ETag", "Last-Modified", "Cache-Control"):
        if name in validators.headers:
            response.headers[name] = validators.headers[name]
    return response


def _etag(health: Health, asked: tuple[object, ...]) -> str:
    # An index made anew counts its generations from the first again: its size and date count too.
    held = (health.generation, health.questions, health.donnees_au)
    named = (program_version(), current_site().settings.titre, public_url("/"))
    return hashlib.sha256(repr((held, named, asked)).encode()).hexdigest()[:_DIGITS]


def _last_modified(corpus: Corpus) -> datetime | None:
    """The day of the build, which may bring questions older than the newest JO."""
    days = [day for day in (_day_of_build(corpus), corpus.donnees_au) if day]
    return datetime.combine(max(days), time(), UTC) if days else None


def _day_of_build(corpus: Corpus) -> date | None:
    day = corpus.build.get("day")
    try:
        return parse_date(day) if isinstance(day, str) else None
    except ValueError:
        return None
