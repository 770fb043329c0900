"""A publisher on this machine that behaves as badly as one wishes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import ssl
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from index.question import Question

CERTIFICATE = Path(__file__).with_name("certificate.pem")
"""A certificate for 127.0.0.1 that vouches for itself, with its key: of no use elsewhere."""

Behaviour = Callable[["Request"], None]
"""Answers one request."""


class Request(BaseHTTPRequestHandler):
    """One request; behaviours answer with these methods."""

    protocol_version = "HTTP/1.1"
    publisher: ArchiveServer

    def do_GET(self) -> None:
        """Called by `http.server`."""
        self.close_connection = True
        self.publisher.requests.append((self.path, dict(self.headers)))
        self.publisher.next_behaviour(self.path)(self)

    def answer(self, status: int, body: bytes = b"", **headers: str | None) -> None:
        """A status, headers (`_` for `-`; None leaves one out), and a body."""
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.send(body)

    def send(self, data: bytes) -> None:
        """Bytes as they are; whoever has gone away doesn't get them."""
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests look at `requests`."""


class ArchiveServer:
    """Serves each path as its list of behaviours says, the last one again and again.

    Args:
        encrypted: over https, with a certificate that nobody trusts unless told to.

    Attributes:
        requests: path and headers of each request so far.
        closing: set when the server ends, so that whatever hangs goes on.
    """

    def __init__(self, *, encrypted: bool = False) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = Event()
        self._behaviours: defaultdict[str, list[Behaviour]] = defaultdict(lambda: [status(404)])
        handler = type("Handler", (Request,), {"publisher": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._scheme = "https" if encrypted else "http"
        if encrypted:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(CERTIFICATE)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """Its address, with a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/"

    def publish(self, path: str, *behaviours: Behaviour) -> str:
        """Behave so on a path, from now on; its address."""
        self._behaviours[f"/{path}"] = list(behaviours)
        return self.url + path

    def next_behaviour(self, path: str) -> Behaviour:
        """What to do now on a path."""
        behaviours = self._behaviours[path]
        return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]

    def headers_of(self, number: int) -> dict[str, str]:
        """The headers of a request, by its rank."""
        return self.requests[number][1]

    def addresses(self, path: Path, **tables: dict[str, str]) -> Path:
        """A file of addresses on this server, for `--addresses`."""
        lines = [f'base = "{self.url}"', "allow_http = true"]
        for kind, table in tables.items():
            lines += [f"[{kind}]", *(f'{key} = "{value}"' for key, value in table.items())]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    @contextmanager
    def running(self) -> Iterator[ArchiveServer]:
        """Serve until the block ends."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def archive_of(*questions: Question, padding: int = 0) -> bytes:
    """A zip of questions; `padding` bytes that don't shrink make it as long as one wishes."""
    records = (json.dumps(question.as_record(None)) for question in questions)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("questions.ndjson", "\n".join(records))
        archive.writestr(".padding", _noise(padding), zipfile.ZIP_STORED)
    return content.getvalue()


def _noise(length: int) -> bytes:
    blocks = (hashlib.sha256(str(n).encode()).digest() for n in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def etag_of(content: bytes) -> str:
    """The strong validator of a content."""
    return f'"{hashlib.sha256(content).hexdigest()[:12]}"'


def whole(content: bytes, *, ranges: bool = True, validators: bool = True) -> Behaviour:
    """As a good server does: conditions and ranges are understood."""

    def behave(request: Request) -> None:
        etag = etag_of(content) if validators else None
        start = _range_start(request, etag) if ranges else 0
        if etag and request.headers["If-None-Match"] == etag:
            request.answer(304, ETag=etag, Content_Length=None)
        elif start >= len(content):
            request.answer(416, Content_Range=f"bytes */{len(content)}")
        elif start:
            rest = f"bytes {start}-{len(content) - 1}/{len(content)}"
            request.answer(206, content[start:], ETag=etag, Content_Range=rest)
        else:
            request.answer(200, content, ETag=etag)

    return behave


def _range_start(request: Request, etag: str | None) -> int:
    asked = re.fullmatch(r"bytes=([0-9]+)-", request.headers["Range"] or "")
    valid = etag is None or request.headers["If-Range"] in (None, etag)
    return int(asked[1]) if asked and valid else 0


def cut(content: bytes, after: int, *, validators: bool = True) -> Behaviour:
    """Promise everything from where one is asked to begin, and break off after some bytes."""

    def behave(request: Request) -> None:
        etag = etag_of(content) if validators else None
        start = _range_start(request, etag)
        rest = content[start:]
        headers = {"ETag": etag, "Content_Length": str(len(rest))}
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        request.answer(206 if start else 200, rest[:after], **headers)

    return behave


def status(code: int, body: bytes = b"", **headers: str | None) -> Behaviour:
    """The same answer to everyone."""
    return lambda request: request.answer(code, body, **headers)


def redirect(to: str, code: int = 302) -> Behaviour:
    """Send elsewhere."""
    return status(code, Location=to)


def hang(content: bytes = b"", after: int = 0) -> Behaviour:
    """Send the beginning, then nothing, without closing."""

    def behave(request: Request) -> None:
        if after:
            request.answer(200, content[:after], Content_Length=str(len(content)))
        request.publisher.closing.wait()

    return behave


def drip(pieces: Iterable[bytes], pause: float) -> Behaviour:
    """Send piece by piece, each well within a time-out."""

    def behave(request: Request) -> None:
        for piece in pieces:
            request.send(piece)
            if request.publisher.closing.wait(pause):
                return

    return behave
