"""Servers in processes of their own, which end with the block that started them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import ROOT

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    Attributes:
        port: on `HOST`. pid: of its process, whose children may be what answers.
    """

    port: int
    pid: int

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def serving(
    command: Sequence[Any],
    port: int,
    ready: str,
    *,
    settings: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Server]:
    """A server that listens on a port, from the moment it answers to the end of the block.

    Args:
        command: starts it; made into texts.
        port: the one that it was told.
        ready: a path that it answers once it can.
        settings: added to its environment.
        log: where what it says is kept.

    Raises:
        ChildProcessError: it ended before it answered.
        TimeoutError: it did not answer within a minute.
    """
    with (log or Path(os.devnull)).open("ab") as said:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=os.environ | dict(settings or {}),
            stdout=said,
            stderr=said,
        )
    try:
        server = Server(port, process.pid)
        _wait_for(f"{server.address}{ready}", process)
        yield server
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
    return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise ChildProcessError(f"the server of {url} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within a minute")
