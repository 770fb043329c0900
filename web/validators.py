"""Conditional requests: who has the newest answer already is told so in a few bytes.

See docs/decisions/0021-one-validator.md.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, g, request

from index.errors import QuestionsError
from index.stores.manifest import program_version
from web.site import current_site, public_url
from web.state import state_of_the_data, too_old_for

NEVER: Final = frozenset(("static", "api.show_health"))
"""Endpoints without a validator of ours: files have their own, the state of the service is that
of the moment. Answers that are not 200 have none either."""

WITHOUT_INDEX: Final = frozenset(("api.describe_api", "discovery.describe_search"))
"""Endpoints whose answers follow from the program and its settings alone."""

_PROGRAM: Final = ("index", "search", "web")
_DIGITS: Final = 32
"""Hexadecimal digits of an ETag: enough that no two are alike by chance."""


def register_validators(app: Flask) -> None:
    """Give every answer that follows from the index an ETag; answer 304 to whoever has it."""
    program_fingerprint()
    app.before_request(_answer_in_a_few_bytes)
    app.after_request(_add_validators)


def _answer_in_a_few_bytes() -> Response | None:
    """The 304 of whoever has the newest answer, before the view does any work.

    `*`, which any answer matches, waits for the view: there may be nothing at the address.
    """
    g.etag = _etag()
    known = request.if_none_match
    if g.etag is None or known.star_tag or not known.contains_weak(g.etag):
        return None
    return Response(status=304)


def _add_validators(response: Response) -> Response:
    """The ETag of what was found, and for caches: ask again each time.

    A build may be published at any moment, and a page that was kept would then be wrong; to be
    told that it isn't takes no search.
    """
    etag = g.get("etag")
    if etag is not None and response.status_code in (200, 304):
        response.set_etag(etag, weak=True)
        if request.if_none_match.star_tag:
            response.status_code = 304
    # Addresses move for good; whatever else says nothing of its age is of this moment.
    if response.status_code != 301:
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _etag() -> str | None:
    """What stands for the answer, whatever it will be; None when it is not to be validated.

    It changes with all that an answer is made of: the address as it was asked, the edition of the
    index, the notice that its data have grown old, the program, the settings, and the host where
    those don't say it. The index is looked at before the answer is made: when a build is published
    in between, a client asks once more, and never misses what is new.
    """
    if request.endpoint is None or request.endpoint in NEVER:
        return None
    try:
        index = None if request.endpoint in WITHOUT_INDEX else (state_of_the_data(), too_old_for())
    except QuestionsError:
        return None  # the view says what is wrong
    asked = (request.path, request.query_string)
    made_by = (program_fingerprint(), current_site().settings, public_url("/"))
    return hashlib.sha256(repr((asked, index, made_by)).encode()).hexdigest()[:_DIGITS]


@cache
def program_fingerprint() -> str:
    """Changes with any file of the program, whose copies may change and keep their version."""
    digest = hashlib.sha256(program_version().encode())
    root = Path(__file__).resolve().parents[1]
    for path in sorted(path for name in _PROGRAM for path in (root / name).rglob("*.*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(root)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
