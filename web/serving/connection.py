"""One client's connection, as the event loop and a thread hand it to each other.

What a client sends is read by the event loop, until a request's head is there whole; what it is
slow to take is kept in memory and sent by the event loop: a thread does nothing but answer.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import deque
from contextlib import suppress
from threading import Lock
from typing import Any, Final

from gunicorn.http.errors import LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

LONGEST_HEAD: Final = 128 * 1024
"""Bytes of a request's first line and headers together."""

PATIENCE: Final = 30.0
"""Seconds that a client may keep us waiting for it to take `QUOTA`, or the end of its answer."""

SLOWEST: Final = 8 * 1024
"""Bytes a second; mobile plans whose allowance is used up give a little more."""

QUOTA: Final = int(PATIENCE * SLOWEST)

_RECEIVED_AT_ONCE: Final = 64 * 1024
_SENT_AT_ONCE: Final = 256 * 1024

_HEAD_END: Final = b"\r\n\r\n"
_BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
_FIRST_LINE: Final = re.compile(rb"(?:\r\n)?[^\r\n]+\r\n")
_REQUEST_LINE: Final = re.compile(rb"(?:\r\n)?[^\r\n]* HTTP/[0-9]\.[0-9]\r\n")


class ClientGone(ConnectionError):
    """The client left, or is too slow to be waited for; nothing can be told to it any more."""


class HeadTooLong(Exception):
    """A request's head is longer than `LONGEST_HEAD`."""


class Allowance:
    """How much the connections of one process may keep in memory for clients that are slow.

    Args:
        each: bytes, for one connection.
        whole: bytes, for all of them together.
    """

    def __init__(self, each: int, whole: int) -> None:
        self._each, self._whole = each, whole
        self._kept = 0
        self._lock = Lock()

    def change(self, by: int) -> None:
        """Count bytes that are kept from now on, or, below zero, that are no more."""
        with self._lock:
            self._kept += by

    def admits(self, kept: int) -> bool:
        """Whether a connection may keep as much as this without a thread waiting for its client."""
        return kept <= self._each and self._kept <= self._whole


class Connection:
    """What came from one client and what goes to it; at any time one thread alone uses it.

    Args:
        sock: the client's; it never blocks.
        client, server: both ends' addresses, as the system gives them.
        allowance: the process's; see `Allowance`.

    Attributes:
        reusable: whether another request may follow the answer that is being sent.
        lingers: whether the client may still be sending what nobody reads: closed at once, its
            system would throw away the answer.
        is_answered: whether something was sent since the last request.
    """

    def __init__(self, sock: socket.socket, client: Any, server: Any, allowance: Allowance) -> None:
        sock.setblocking(False)
        self.sock, self.client, self.server = sock, client, server
        self.reusable = self.lingers = self.is_answered = False
        self._allowance = allowance
        self._received = bytearray()
        self._searched, self._line_read = 0, False
        self._unsent: deque[memoryview] = deque()
        self._kept = 0
        self._waited, self._taken = 0.0, 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come of a next request."""
        return not self._received

    @property
    def has_unsent(self) -> bool:
        """Whether some of the answer is still to be sent."""
        return bool(self._unsent)

    @property
    def patience(self) -> float:
        """Seconds for which the client may still keep us waiting."""
        return PATIENCE - self._waited

    def receive(self) -> bool:
        """Read what has come; whether more may come.

        Raises:
            OSError: the connection broke.
        """
        try:
            data = self.sock.recv(_RECEIVED_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return True
        self._received += data
        return bool(data)

    def is_answerable(self) -> bool:
        """Whether a whole head has come, or what can't become one.

        Each byte is looked at a bounded number of times, however slowly they come.
        """
        since = max(0, self._searched - len(_HEAD_END))
        self._searched = len(self._received)
        if len(self._received) > LONGEST_HEAD:
            return True
        if self._received.find(_HEAD_END, since) >= 0:
            return True
        if _BARE_LINE_FEED.search(self._received, since):
            return True
        return not self._line_read and self._begins_badly(since)

    def next_request(self, config: Any) -> Request:
        """The request whose head has come; a body is never read.

        Args:
            config: gunicorn's.

        Raises:
            HeadTooLong: it is longer than is read.
            gunicorn.http.errors.LimitRequestLine: its first line alone is.
            gunicorn.http.errors.ParseException: it is no request.
            OSError: it is not whole.
        """
        end = self._received.find(_HEAD_END)
        if end > LONGEST_HEAD or (end < 0 and len(self._received) > LONGEST_HEAD):
            raise HeadTooLong if b"\r\n" in self._received else LimitRequestLine(end, LONGEST_HEAD)
        whole = len(self._received) if end < 0 else end + len(_HEAD_END)
        head = bytes(self._received[:whole])
        del self._received[:whole]
        self._searched, self._line_read = 0, False
        self._waited, self._taken = 0.0, 0
        self.is_answered = False
        request = Request(config, IterUnreader([head]), self.client)
        if _has_body(request):
            # Where the next request begins is known to whoever reads the body.
            request.force_close()
            self.lingers = True
        return request

    def put(self, data: bytes) -> None:
        """Send data, keeping what the client doesn't take at once.

        Raises:
            ClientGone: the connection broke.
        """
        if not data:
            return
        self.is_answered = True
        self._unsent.append(memoryview(data))
        self._keep(len(data))
        self.push()

    def sendall(self, data: bytes) -> None:
        """Send data, waiting for the client while more is kept than the allowance admits.

        Raises:
            ClientGone: the connection broke, or the client is slower than is waited for.
        """
        self.put(data)
        while self._kept and not self._allowance.admits(self._kept):
            self._wait()
            self.push()

    send = sendall
    """gunicorn's name for an answer that comes before the answer."""

    def push(self) -> bool:
        """Send what the client takes now; whether that ended a period of patience.

        Raises:
            ClientGone: the connection broke.
        """
        sent = 0
        try:
            while self._unsent:
                piece = self._unsent[0]
                count = self.sock.send(piece[:_SENT_AT_ONCE])
                sent += count
                if count == len(piece):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = piece[count:]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            raise ClientGone from error
        finally:
            self._keep(-sent)
        self._taken += sent
        if self._taken < QUOTA:
            return False
        self._waited, self._taken = 0.0, 0
        return True

    def discard(self) -> bool:
        """Read and forget what comes; whether more may come.

        Raises:
            OSError: the connection broke.
        """
        try:
            return bool(self.sock.recv(_RECEIVED_AT_ONCE))
        except (BlockingIOError, InterruptedError):
            return True

    def say_no_more(self) -> None:
        """Tell the client that the answer is over."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def abort(self) -> None:
        """Break the connection: a thread that waits for the client is woken up."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket and of what is kept."""
        self._unsent.clear()
        self._keep(-self._kept)
        with suppress(OSError):
            self.sock.close()

    def _begins_badly(self, since: int) -> bool:
        """Whether the first line has come, and is none of a request in HTTP/1."""
        if since and self._received.find(b"\r\n", since) < 0:
            return False
        line = _FIRST_LINE.match(self._received)
        self._line_read = line is not None
        return line is not None and _REQUEST_LINE.match(line[0]) is None

    def _wait(self) -> None:
        begun = time.monotonic()
        # poll, and not select: a process may have more than 1,024 files open.
        waiting = select.poll()
        waiting.register(self.sock, select.POLLOUT)
        waiting.poll(max(0.0, self.patience) * 1000)
        self._waited += time.monotonic() - begun
        if self.patience <= 0:
            raise ClientGone("too slow")

    def _keep(self, by: int) -> None:
        self._kept += by
        self._allowance.change(by)


def _has_body(request: Request) -> bool:
    return any(
        name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and value.strip("0"))
        for name, value in request.headers
    )
