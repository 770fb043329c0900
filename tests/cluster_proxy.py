"""Stands between a program and a cluster, and spoils what it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, bytes]
Spoil = Callable[[Callable[[], Answer]], Answer | None]
"""Given what passes the request on, what is answered; None to cut the connection."""

TIMEOUT = 1.0
"""Seconds that whoever is tried waits for an answer."""


def _error(status: int, reason: str) -> dict[str, Any]:
    return {"error": {"type": "spoilt", "reason": reason}, "status": status}


def busy(_pass_on: Callable[[], Answer]) -> Answer:
    """The queue is full."""
    return 429, json.dumps(_error(429, "rejected execution")).encode()


def cut(_pass_on: Callable[[], Answer]) -> None:
    """The connection breaks before the request has come."""


def unheard(pass_on: Callable[[], Answer]) -> None:
    """It breaks when all has been done, before the answer."""
    pass_on()


def late(pass_on: Callable[[], Answer]) -> Answer:
    """The answer comes when nobody waits for it."""
    answer = pass_on()
    time.sleep(2 * TIMEOUT)
    return answer


def busy_items(pass_on: Callable[[], Answer]) -> Answer:
    """Of a bulk request, every other item is told to be refused for now."""
    status, body = pass_on()
    told = json.loads(body)
    for item in told["items"][::2]:
        for kind in item:
            item[kind] = _error(429, "rejected execution")
    return status, json.dumps(told).encode()


class Proxy:
    """What is told to a proxy that runs.

    Attributes:
        host: its `host:port`.
        spoilt: how many requests it has spoilt.
    """

    def __init__(self, host: str, target: str) -> None:
        self.host, self.target = host, target
        self.spoilt = 0
        self._path, self._spoils = "", list[Spoil]()

    def spoil(self, path: str, spoil: Spoil, times: int) -> None:
        """Spoil the next requests whose path contains something."""
        self._path, self._spoils = path, [spoil] * times

    def answer(self, path: str, pass_on: Callable[[], Answer]) -> Answer | None:
        """What is answered to a request."""
        if self._path in path and self._spoils:
            self.spoilt += 1
            return self._spoils.pop()(pass_on)
        return pass_on()


@contextmanager
def proxy_of(target: str) -> Iterator[Proxy]:
    """A proxy of a node."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.proxy = Proxy(f"127.0.0.1:{server.server_port}", target)  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.proxy  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def answer(self) -> None:
        proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = proxy.answer(self.path, lambda: self.passed_on(proxy.target, body))
        if told is None:
            self.close_connection = True
            return
        status, content = told
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def passed_on(self, target: str, body: bytes) -> Answer:
        headers = {n: v for n, v in self.headers.items() if n.lower() != "accept-encoding"}
        connection = HTTPConnection(target, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
