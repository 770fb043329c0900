"""gunicorn's threaded worker, whose threads wait for no client but the one of a long download.

docs/decisions/0022-slow-clients.md says why it isn't gunicorn's own.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from resource import RLIMIT_NOFILE, getrlimit
from typing import Any, Final

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from web.serving.connection import Allowance, ClientGone, Connection
from web.serving.refusals import refusal, status_of
from web.serving.request_log import log_request, network_of, new_request_id

CONNECTIONS: Final = 1000
"""Open at once in one process; the one that has waited longest makes room for another."""

HEAD_WITHIN: Final = 15.0
"""Seconds from a request's first byte to the end of its headers; from a connection to that byte."""

KEPT_FOR_ONE: Final = 4 << 20
KEPT_FOR_ALL: Final = 64 << 20
"""Bytes of answers that clients are slow to take: above these, a thread waits for the client."""

STOPPING_MARGIN: Final = 2.0
"""Seconds by which a process ends itself before the master would kill it."""

_LINGERING: Final = 2.0
_PAUSE: Final = 1.0
_ACCEPTED_AT_ONCE: Final = 64
_EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A process that answers: its event loop reads and sends, its threads run the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections: set[Connection] = set()
        self._deadlines: dict[Connection, float] = {}
        """Of the connections that the event loop watches; those waiting longest come first."""
        self._waiting: dict[Connection, None] = {}
        """Those of them that have asked for nothing yet, in the same order."""
        self._allowance = Allowance(KEPT_FOR_ONE, KEPT_FOR_ALL)
        self._accepts_from = 0.0
        self._most = CONNECTIONS

    def run(self) -> None:
        """Answer until a signal or the master's end, then let what has begun end within a bound."""
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        # Half of the files a process may hold open: the other half is the index's.
        self._most = max(8, min(CONNECTIONS, getrlimit(RLIMIT_NOFILE)[0] // 2))
        while self.alive and self.is_parent_alive():
            self.set_accept_enabled(time.monotonic() >= self._accepts_from)
            self._turn()
        self._end()

    def accept(self, listener: Any) -> None:
        """Take the connections that wait at a listening socket."""
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                sock, client = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._make_room_for_files()
                return
            self._begin(Connection(sock, client, listener.getsockname(), self._allowance))
            if self._accepts_from > time.monotonic():
                return

    def handle(self, conn: Connection) -> None:
        """Answer the request that has come; in a thread. Sets whether another may follow."""
        conn.reusable = False
        try:
            request = conn.next_request(self.cfg)
        except NoMoreData:
            return
        except Exception as error:  # Whatever the parser finds.
            self._refuse(conn, status_of(error), conn.sendall)
            return
        try:
            conn.reusable = self._answer(request, conn)
        except ClientGone:
            pass
        except Exception:  # The application words its own errors: this one broke its answer.
            self.log.exception("an answer was cut short")
            if not conn.is_answered:
                self._refuse(conn, HTTPStatus.INTERNAL_SERVER_ERROR, conn.sendall)

    def finish_request(self, conn: Connection, answered: Future[None]) -> None:
        """Called by the event loop when `handle` has returned."""
        if answered.cancelled() or answered.exception() is not None:
            self._close(conn)
        else:
            self._follow(conn)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Called at Ctrl+C: nobody is waited for."""
        for conn in tuple(self._connections):
            conn.abort()
        super().handle_quit(sig, frame)

    def _answer(self, request: Any, conn: Connection) -> bool:
        """Run the application; whether another request may follow."""
        response, environ = wsgi.create(request, conn, conn.client, conn.server, self.cfg)
        environ["wsgi.multithread"] = True
        parts = self.wsgi(environ, response.start_response)
        try:
            if not self.alive:
                response.force_close()
            for part in parts:
                response.write(part)
            response.close()
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return not response.should_close()

    def _refuse(self, conn: Connection, status: HTTPStatus, send: Callable[[bytes], None]) -> None:
        id_, conn.reusable, conn.lingers = new_request_id(), False, True
        address = conn.client[0] if isinstance(conn.client, tuple) else None
        answer = refusal(status, id_)
        try:
            send(answer)
        except ClientGone:
            return
        finally:
            log_request({"request_id": id_, "status": status.value, "client": network_of(address)})

    def _begin(self, conn: Connection) -> None:
        self._connections.add(conn)
        if len(self._connections) > self._most and not self._close_longest_waiting():
            self._accepts_from = time.monotonic() + _PAUSE
        self._await_request(conn, HEAD_WITHIN)

    def _make_room_for_files(self) -> None:
        if not self._close_longest_waiting():
            self._accepts_from = time.monotonic() + _PAUSE

    def _close_longest_waiting(self) -> bool:
        conn = next(iter(self._waiting), None)
        if conn is None:
            return False
        self._unwatch(conn)
        self._close(conn)
        return True

    def _await_request(self, conn: Connection, seconds: float) -> None:
        self._watch(conn, selectors.EVENT_READ, self._receive, seconds)
        self._waiting[conn] = None

    def _receive(self, conn: Connection) -> None:
        was_silent = conn.is_silent
        more = conn.receive()
        if conn.is_answerable():
            self._unwatch(conn)
            self.enqueue_req(conn)
        elif not more:
            self._unwatch(conn)
            self._close(conn)
        elif was_silent and not conn.is_silent:
            self._deadlines[conn] = time.monotonic() + HEAD_WITHIN

    def _send(self, conn: Connection) -> None:
        if conn.push():
            self._deadlines[conn] = time.monotonic() + conn.patience
        if not conn.has_unsent:
            self._unwatch(conn)
            self._follow(conn)

    def _follow(self, conn: Connection) -> None:
        """Go on after an answer was made: to its end, another request, the connection's end."""
        if conn.has_unsent:
            self._watch(conn, selectors.EVENT_WRITE, self._send, conn.patience)
        elif conn.reusable and not conn.is_silent and conn.is_answerable():
            self.enqueue_req(conn)
        elif conn.reusable:
            self._await_request(conn, self.cfg.keepalive if self.alive else _LINGERING)
        elif conn.lingers or not conn.is_silent:
            conn.say_no_more()
            self._watch(conn, selectors.EVENT_READ, self._linger, _LINGERING)
        else:
            self._close(conn)

    def _linger(self, conn: Connection) -> None:
        if not conn.discard():
            self._unwatch(conn)
            self._close(conn)

    def _watch(
        self, conn: Connection, events: int, react: Callable[[Connection], None], seconds: float
    ) -> None:
        self._deadlines[conn] = time.monotonic() + seconds
        self.poller.register(conn.sock, events, partial(self._react, conn, react))

    def _unwatch(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        del self._deadlines[conn]
        self._waiting.pop(conn, None)

    def _react(
        self, conn: Connection, react: Callable[[Connection], None], _: socket.socket
    ) -> None:
        if conn not in self._deadlines:
            return  # closed by what happened at the same time to another
        try:
            react(conn)
        except OSError:
            self._unwatch(conn)
            self._close(conn)

    def _close(self, conn: Connection) -> None:
        self._connections.discard(conn)
        conn.close()

    def _turn(self) -> None:
        self.notify()
        self.wait_for_and_dispatch_events(timeout=1.0)
        now = time.monotonic()
        for conn in [conn for conn, deadline in self._deadlines.items() if deadline <= now]:
            self._expire(conn)

    def _expire(self, conn: Connection) -> None:
        asked = conn in self._waiting and not conn.is_silent
        self._unwatch(conn)
        if asked:
            self._refuse(conn, HTTPStatus.REQUEST_TIMEOUT, conn.put)
            self._follow(conn)
        else:
            self._close(conn)

    def _end(self) -> None:
        self._stop_listening()
        now = time.monotonic()
        bound = now + max(0.0, self.cfg.graceful_timeout - STOPPING_MARGIN)
        # A request may be on its way on a connection that was kept: it is answered, as the last.
        for conn in self._waiting:
            self._deadlines[conn] = min(self._deadlines[conn], now + _LINGERING)
        while self._connections and time.monotonic() < bound:
            self._turn()
        for conn in tuple(self._connections):
            conn.abort()
        self.tpool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()

    def _stop_listening(self) -> None:
        """Take the connections that wait already; later ones are another process's, or refused."""
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.setblocking(False)
            self.accept(listener)
            listener.close()
