"""One request and its answer: redirects, time-outs and broken connections, in our words."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread, Timer
from types import TracebackType
from typing import Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ProxySchemeUnknown,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import Retry, Timeout, parse_url

from index.errors import AddressRefused
from index.sync.patience import Patience
from index.sync.publisher import Publisher, join

MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_CHUNK: Final = 64 * 1024
_ONE_DAY: Final = 24 * 3600


class Transient(Exception):
    """What another attempt may not meet.

    Attributes:
        wait: seconds that the server asks to wait, when it says so.
    """

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, its body still to come."""

    status: int
    headers: Mapping[str, str]
    retry_after: float | None
    _response: urllib3.BaseHTTPResponse
    _patience: Patience

    @property
    def length(self) -> int | None:
        """Bytes of the body, as announced."""
        text = self.headers.get("Content-Length", "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes.

        Raises:
            Transient: the connection broke, or brings next to nothing.
        """
        with _Watch(self._response, self._patience) as watch, _network_errors():
            while chunk := self._response.read1(_CHUNK, decode_content=False):
                watch.received += len(chunk)
                yield chunk
        # A body without a length ends where the watch cut it.
        watch.check()


class Transport:
    """Asks a publisher, and nobody else; sends no credentials."""

    def __init__(self, publisher: Publisher, patience: Patience, user_agent: str) -> None:
        self._publisher = publisher
        self._patience = patience
        # Encoded bodies could neither be resumed nor measured.
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The answer to a request, after its redirects.

        Raises:
            AddressRefused: a redirect leads elsewhere than to the publisher, or nowhere.
            Transient: no answer came.
        """
        asked, response = url, self._ask(url, headers)
        for _ in range(MOST_REDIRECTS):
            if response.status not in _REDIRECTS:
                break
            response.close()
            url = self._redirected(url, response.headers.get("Location", ""))
            response = self._ask(url, headers)
        with _closing(response):
            if response.status in _REDIRECTS:
                raise AddressRefused(f"{asked} redirects more than {MOST_REDIRECTS} times")
            yield self._answer(response)

    def _redirected(self, url: str, location: str) -> str:
        try:
            target = join(url, location)
            self._publisher.check(target)
        except AddressRefused as error:
            raise AddressRefused(f"{url} redirects, and {error}") from error
        return target

    def _ask(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        with _network_errors():
            manager = _manager(url)
            manager.pool_classes_by_scheme = _POOLS
            return manager.request(
                "GET",
                url,
                headers={**self._headers, **headers},
                preload_content=False,
                redirect=False,
                retries=False,
                timeout=Timeout(connect=self._patience.connect, read=self._patience.read),
            )

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Answer:
        return Answer(
            response.status, response.headers, _retry_after(response), response, self._patience
        )


def _manager(url: str) -> urllib3.PoolManager:
    """A manager of connections, through the environment's proxy if there is one.

    One for each request: whatever a server sends past a body's end must not be taken for the
    answer to the next one.
    """
    parts = parse_url(url)
    proxy = urllib.request.getproxies().get(parts.scheme or "")
    if proxy and not urllib.request.proxy_bypass(parts.host or ""):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()


@contextmanager
def _closing(response: urllib3.BaseHTTPResponse) -> Iterator[None]:
    try:
        yield
    finally:
        response.close()


def _retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    try:
        return Retry(retry_after_max=_ONE_DAY).get_retry_after(response)
    except (InvalidHeader, ValueError, OverflowError):  # the last two from dates out of range
        return None


@contextmanager
def _network_errors() -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        raise Transient(_in_words(error)) from error


def _in_words(error: HTTPError) -> str:
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    return "the connection broke"


_WORDS: Final[Mapping[type[HTTPError], str]] = {
    ProxySchemeUnknown: "the environment names a proxy that is not http:// or https://",
    NameResolutionError: "the host's name is not known here",
    NewConnectionError: "no connection to the host",
    ConnectTimeoutError: "the host takes no connection in time",
    ReadTimeoutError: "the server stopped sending",
    SSLError: "the server's certificate or encryption is not in order",
    ProxyError: "the proxy lets nothing through",
}
"""The first that fits: an error about a name is also one about a connection."""


class _InTime(HTTPConnection):
    """A connection whose answer has begun, headers included, within the time to read.

    Without it a server that sends its headers byte by byte would be waited for without end.
    """

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as in urllib3
        """Called by urllib3."""
        limit = Timer(float(self.timeout or 0), _shut, [self.sock])
        limit.daemon = True
        limit.start()
        try:
            return super().getresponse()
        finally:
            limit.cancel()


class _InTimeSecure(_InTime, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _InTime


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _InTimeSecure


_POOLS: Final = {"http": _Pool, "https": _SecurePool}


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Watch(AbstractContextManager["_Watch"]):
    """Cuts a body that brings next to nothing: each byte of it would come within its time-out."""

    def __init__(self, response: urllib3.BaseHTTPResponse, patience: Patience) -> None:
        self.received = 0
        self._response = response
        self._patience = patience
        self._over = Event()
        self._stalled = False
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        if isinstance(error, Transient):
            self.check()

    def check(self) -> None:
        if self._stalled:
            raise Transient("the server sends next to nothing")

    def _watch(self) -> None:
        before = 0
        while not self._over.wait(self._patience.stall):
            if self.received - before < self._patience.least:
                self._stalled = True
                with suppress(OSError, RuntimeError):  # it has just ended by itself
                    self._response.shutdown()
                return
            before = self.received
