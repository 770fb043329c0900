"""A real server in its own processes, to be ill-treated, and clients that ill-treat it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any, Final

from index.builder import build
from index.question import Question, make_question

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS: Final = 60.0
"""More than any answer takes on a machine that is busy; a test that waits so long has failed."""

LONG_TEXT: Final = (
    "<p>" + "La commune demande des crèches et des écoles rénovées. " * 9_000 + "</p>"
)
"""Half a megabyte: two dozen such are more than systems and servers keep for a client."""


@dataclass(frozen=True)
class Answer:
    """A status, headers by their names in small letters, a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Served:
    """A running server.

    Attributes:
        process: its master. port: where it listens, on this machine. log: what it writes.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    _open: list[socket.socket] = field(default_factory=list)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request on its own connection.

        Raises:
            OSError, HTTPException: it was lost.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(
                method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
            )
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()

    def connect(self, *, window: int | None = None) -> socket.socket:
        """A connection; with a small window, its client takes little at a time."""
        sock = socket.socket()
        if window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        sock.settimeout(SECONDS)
        self._open.append(sock)
        sock.connect(("127.0.0.1", self.port))
        return sock

    def say(self, data: bytes) -> bytes:
        """Everything that is answered to some bytes, until the server closes."""
        sock = self.connect()
        with suppress(ConnectionError):
            sock.sendall(data)
        return read_all(sock)

    def begin(self, path: str) -> socket.socket:
        """A request whose answer nobody reads."""
        sock = self.connect(window=4096)
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return sock

    def leave(self) -> None:
        """Close every connection that was opened."""
        for sock in self._open:
            sock.close()
        self._open.clear()

    def workers(self) -> list[int]:
        """The ids of the processes that answer."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def lines(self) -> list[dict[str, Any]]:
        """The log, all but the line that says where the server is."""
        whole = self.log.read_text().rpartition("\n")[0].splitlines()
        return [json.loads(line) for line in whole if line.startswith("{")]

    def lines_of(self, path: str) -> list[dict[str, Any]]:
        """The lines of the requests for a path."""
        return [line for line in self.lines() if line.get("path") == path]

    def stop(self) -> int:
        """End the server at once; its exit code."""
        self.leave()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def serving(
    directory: Path,
    log: Path,
    *,
    workers: int = 1,
    threads: int = 4,
    files: int | None = None,
    constants: Mapping[str, float] | None = None,
) -> Iterator[Served]:
    """`qe serve` on a free port.

    Args:
        directory: of the index.
        log: what the server writes goes there.
        workers: processes.
        threads: threads in each of them.
        files: how many each of its processes may hold open.
        constants: modules' constants, by their whole names, with other values than usual.
    """
    lines = ["import sys, importlib, resource"]
    if files:
        lines.append(f"resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))")
    for name, value in (constants or {}).items():
        module, constant = name.rsplit(".", 1)
        lines.append(f"importlib.import_module({module!r}).{constant} = {value!r}")
    lines.append("from web.commands import main; main(prog_name='qe')")
    options = ["--index", directory, "--port", 0, "--workers", workers, "--threads", threads]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", "\n".join(lines), "serve", "--log", "json", *map(str, options)],
            cwd=ROOT,
            stderr=written,
        )
    served = Served(process, _port(process, log), log)
    try:
        eventually(lambda: served.get("/sante").status in (200, 503))
        yield served
    finally:
        served.stop()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    def announced() -> re.Match[str] | None:
        assert process.poll() is None, log.read_text()
        return re.search(r"Serving at http://127\.0\.0\.1:(\d+) ", log.read_text())

    found = eventually(announced)
    assert found
    return int(found[1])


def eventually(happens: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What a function returns once that is true.

    Raises:
        AssertionError: it isn't after so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if found := happens():
                return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {happens}")


def read_all(sock: socket.socket) -> bytes:
    """What comes until the other side closes."""
    pieces = []
    with suppress(ConnectionError):
        while piece := sock.recv(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def flowing(ask: Callable[[], object], clients: int = 4) -> Iterator[list[object]]:
    """Clients that ask again and again meanwhile; what they were told, or how they lost it."""
    outcomes: list[object] = []
    enough = Event()

    def go_on() -> None:
        while not enough.is_set():
            try:
                outcomes.append(ask())
            except Exception as error:  # Whatever a client sees is what is looked at.
                outcomes.append(error)

    with ThreadPoolExecutor(clients) as pool:
        for _ in range(clients):
            pool.submit(go_on)
        try:
            yield outcomes
        finally:
            enough.set()


def index_of(directory: Path, *questions: Question) -> Path:
    """Add questions to an index."""
    source = directory.with_suffix(".ndjson")
    source.write_text("\n".join(json.dumps(q.as_record(None)) for q in questions))
    build([source], directory, today=date(2026, 6, 1), progress=lambda *_: None)
    return directory


def long_questions(number: int = 24) -> list[Question]:
    """Questions of which a download takes long to take."""
    return [
        make_question(
            uid=f"QANR5L17QE{n + 1}",
            titre="Eau potable",
            texte_question=LONG_TEXT,
            date_question=date(2026, 3, 3),
        )
        for n in range(number)
    ]


def kill(pid: int) -> None:
    """Kill a process that is this test's own."""
    os.kill(pid, signal.SIGKILL)
