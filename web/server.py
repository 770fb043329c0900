"""The site behind a production server: gunicorn, embedded, with an engine in each worker."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import message

from index.cluster.address import IndexAddress
from index.errors import QuestionsError
from index.french.lexicon import share_lexicon
from search.allocator import share_freed_memory
from search.engine import Engine, open_engine
from web.application import create_app
from web.rehearsal import rehearse
from web.serving.logs import ServerLog
from web.serving.reopening import reopening
from web.serving.worker import Worker
from web.settings import Settings
from web.site import site_of

WORKERS: Final = 2
THREADS: Final = 4
"""In each worker; they answer, and wait for no client but those of long downloads."""

FEWEST_THREADS: Final = 2
"""A download may hold one: another is left for pages."""

BACKLOG: Final = 1024
"""Connections that wait to be taken; some systems admit fewer."""

GRACE: Final = 30
"""Seconds that running requests and downloads have to end in, once the server is told to stop."""

LONGEST_REQUEST_LINE: Final = 64 * 1024
"""Bytes; the longest `q` with all its filters fits, percent-encoded, and so does an address that
the site itself answers with a worded 400."""

LOOKED_EVERY: Final = 1.0
"""Seconds between two looks for a build that was published."""

_MEMORY: Final = "/dev/shm"
"""Workers touch a file every second: on a disk that is busy, they would seem to hang."""

_OPTIONS: Final[dict[str, Any]] = {
    "worker_class": Worker,
    "logger_class": ServerLog,
    "errorlog": None,
    "graceful_timeout": GRACE,
    "loglevel": "warning",
    # Of a worker's event loop, which nothing holds up for long: searches are its threads'.
    "timeout": 60,
    # Longer than proxies keep theirs: the side that closes first is never the one that is asked.
    "keepalive": 75,
    "limit_request_line": LONGEST_REQUEST_LINE,
    "limit_request_fields": 100,
    "limit_request_field_size": 8190,
    # The same answers to malformed requests everywhere, whatever else is installed.
    "http_parser": "python",
    "control_socket_disable": True,
    # Whatever stands in front, headers are believed in one place: web/hosts.py.
    "forwarded_allow_ips": "",
    "worker_tmp_dir": _MEMORY if os.access(_MEMORY, os.W_OK) else None,
}


class AddressUnavailable(QuestionsError):
    """The server cannot listen where it was asked to."""


def serve(
    address: IndexAddress,
    listener: socket.socket,
    settings: Settings,
    *,
    workers: int,
    threads: int,
) -> None:
    """Serve an index until a signal stops the process.

    The lexicon is loaded before the workers fork: they share its memory, and no search has to
    wait for it.

    A worker that finds no index it can open answers so in words until there is one.

    Signals: TERM lets running requests end within `GRACE`, INT and QUIT end them, HUP replaces
    the workers one and all without losing a request.

    Args:
        address: where the index is.
        listener: a socket from `bind_address`; gunicorn takes it over and closes it.
        settings: of the site.
        workers: processes, each with its own engine.
        threads: threads in each of them; half of them at most serve downloads.

    Raises:
        SystemExit: the server was stopped.
    """
    share_lexicon()
    share_freed_memory()
    downloads = threads // FEWEST_THREADS

    def make_app() -> Flask:
        return _make_site(address, settings, downloads)

    serve_application(make_app, listener, workers=workers, threads=threads)


def _make_site(address: IndexAddress, settings: Settings, downloads: int) -> Flask:
    """The application over an index that follows its builds.

    A new generation answers once it is rehearsed: no visitor waits for what is computed once. It
    is looked for when nobody comes too, so that the first visitor after a build finds it.
    """

    def prepare(newer: Engine) -> None:
        rehearse(site_of(app), newer)

    engine = reopening(lambda: open_engine(address, prepare=prepare))
    app = create_app(engine, settings=settings, downloads=downloads)
    Thread(target=_follow_builds, args=(engine, prepare), daemon=True).start()
    return app


def _follow_builds(engine: Engine, prepare: Callable[[Engine], None]) -> None:
    """Rehearse what is there, then look for what comes; visitors and the log tell what fails."""
    with suppress(QuestionsError):
        prepare(engine)
    while True:
        time.sleep(LOOKED_EVERY)
        with suppress(QuestionsError):
            engine.health()


def serve_application(
    make_app: Callable[[], Flask], listener: socket.socket, *, workers: int, threads: int
) -> None:
    """Serve an application until a signal stops the process; each worker makes its own.

    Raises:
        SystemExit: the server was stopped.
    """
    _Server(
        make_app,
        {
            "bind": f"fd://{listener.detach()}",
            "workers": workers,
            "threads": threads,
        },
    ).run()


def check_index(address: IndexAddress) -> None:
    """Open an index once, before workers fail one by one, each with a traceback.

    Raises:
        IndexMissing: there is no index.
        IndexFormatError: there is one that this version cannot read.
    """
    open_engine(address).close()


def bind_address(host: str, port: int) -> socket.socket:
    """A socket bound to an address; gunicorn, given a taken one, would retry for five seconds.

    Raises:
        AddressUnavailable: the port is taken or reserved, or the host is not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise AddressUnavailable(f"host {host!r} is unknown: choose another with --host") from error
    listener = socket.socket(family, kind, protocol)
    # A server stopped a moment ago leaves connections that would keep its port for a minute.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressUnavailable(
            f"cannot serve on port {port} of {host} ({error.strerror}): "
            f"choose another with --port {port + 1 if port < 65535 else 8000}"
        ) from error
    return listener


def site_address(host: str, listener: socket.socket) -> str:
    """The address of the site on a bound socket, as a browser takes it."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master process, which loads the application in each worker, after the fork.

    An engine opened before it would share its files' positions between processes.
    """

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._given = _OPTIONS | options
        super().__init__()

    def load_config(self) -> None:
        # gunicorn cuts the setting off at this constant, too low for a long query in French.
        message.MAX_REQUEST_LINE = LONGEST_REQUEST_LINE
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()
