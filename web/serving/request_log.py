"""One line a request: which page was asked for, never what was searched for.

A request has an id, by which its line, its errors and the page that its reader saw are one.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final
from uuid import uuid4

from flask import Flask, Response, request
from werkzeug.wsgi import ClosingIterator

from web.state import state_of_the_data

REQUEST_ID: Final = "X-Request-ID"

FIELDS: Final[Mapping[str, str]] = {
    "request_id": f"id of the request, which its answer bears as `{REQUEST_ID}`: a proxy's, if "
    "it sends one of 8 to 64 letters, digits, `-`, `_` or `.`; else made for it",
    "method": "`GET`, `HEAD`, or what was refused",
    "path": "the address without its parameters: what is searched for is nobody's business",
    "endpoint": "what answered, like `pages.home_or_results`; null for what is at no address",
    "status": "of the answer",
    "bytes": "of the answer's body, as the application gave it to the server",
    "complete": "false for an answer that was cut: the client left, or something broke",
    "duration_ms": "from the reading of the request to the last byte given to the server",
    "client": "the network that the client is in: 24 bits of an IPv4 address, 48 of an IPv6 one",
    "generation": "of the index, when the answer was made; null when the index can't be read",
}
"""Each field of a request's line, after `time`, `level`, `logger` and `message`."""

_KNOWN_BY: Final = "questions.request"
"""The key of what is known of a request in its WSGI environment."""

_WELL_SHAPED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LONGEST_PATH: Final = 200
_LONGEST_METHOD: Final = 20

_log = logging.getLogger("questions.requests")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def register_request_log(app: Flask) -> None:
    """Write a line for each request of an application, and give each answer its request's id."""
    app.wsgi_app = _RequestLog(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way

    @app.after_request
    def note(response: Response) -> Response:
        known = request.environ.get(_KNOWN_BY)
        if isinstance(known, _Request):
            known.endpoint = request.endpoint
            known.generation = None if request.endpoint == "static" else _generation()
        return response


def request_id() -> str | None:
    """The id of the request that this thread answers; None outside of one."""
    return _current.get()


def new_request_id() -> str:
    """An id that no other request has."""
    return uuid4().hex


def when_over(callback: Callable[[], object]) -> None:
    """Have something done when the answer to the current request is over, however it ends.

    Raises:
        KeyError: the application doesn't have `register_request_log`.
    """
    known: _Request = request.environ[_KNOWN_BY]
    known.callbacks.append(callback)


def log_request(line: Mapping[str, object]) -> None:
    """Write the line of one request; what isn't given of `FIELDS` is null."""
    fields = {name: line.get(name) for name in FIELDS}
    _log.info("%s %s %s", fields["method"], fields["path"], fields["status"], extra=fields)


def network_of(address: str | None) -> str | None:
    """The network that an address is in, large enough to be no one's; None for no IP address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    found = getattr(found, "ipv4_mapped", None) or found
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((found, bits), strict=False))


class _Request:
    """What is known of one request; written when its answer is over, once."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        self._begun = time.perf_counter()
        self._sent = 0
        self._over = False
        given = environ.get("HTTP_X_REQUEST_ID", "")
        self.id = given if _WELL_SHAPED.fullmatch(given) else new_request_id()
        self.status: int | None = None
        self.endpoint: str | None = None
        self.generation: int | None = None
        self.callbacks: list[Callable[[], object]] = []

    def count(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """The parts of the answer as they are, counted; a server that forgets it ends it too."""
        complete = False
        try:
            for part in parts:
                self._sent += len(part)
                yield part
            complete = True
        finally:
            self.end(complete=complete)

    def end(self, *, complete: bool = False) -> None:
        """Write the line and do what was to be done, unless that has been done."""
        if self._over:
            return
        self._over = True
        for callback in self.callbacks:
            callback()
        log_request(
            {
                "request_id": self.id,
                "method": self._environ.get("REQUEST_METHOD", "")[:_LONGEST_METHOD],
                "path": _path_of(self._environ),
                "endpoint": self.endpoint,
                "status": self.status,
                "bytes": self._sent,
                "complete": complete,
                "duration_ms": round((time.perf_counter() - self._begun) * 1000, 1),
                # Read last: a middleware may have put in the address that a proxy told.
                "client": network_of(self._environ.get("REMOTE_ADDR")),
                "generation": self.generation,
            }
        )
        _current.set(None)


class _RequestLog:
    """A WSGI application around another."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        known = environ[_KNOWN_BY] = _Request(environ)
        _current.set(known.id)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            known.status = int(status.split(" ", 1)[0])
            return start_response(status, [*headers, (REQUEST_ID, known.id)], *rest)

        try:
            parts = self._app(environ, start)
        except BaseException:
            known.status = 500
            known.end()
            raise
        closing = getattr(parts, "close", None)
        return ClosingIterator(known.count(parts), [known.end, closing] if closing else [known.end])


def _path_of(environ: Environ) -> str:
    path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
    # A question mark that was escaped begins what is searched for all the same.
    return str(path.partition("?")[0][:_LONGEST_PATH])


def _generation() -> int | None:
    try:
        health = state_of_the_data()
    except Exception:  # Whatever broke, the answer goes out, and its line says so.
        return None
    return None if health is None else health.generation
