"""Clients that say or take nothing, or little: the others are answered all the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.served import Served, eventually, read_all, serving

THREADS = 4
PLACES = 2
SHORT = {
    "web.serving.worker.HEAD_WITHIN": 3.0,
    "web.serving.connection.PATIENCE": 3.0,
    "web.serving.connection.QUOTA": 1 << 20,
}
"""Seconds; nobody wants a test that takes as long as a server waits."""


@pytest.fixture(scope="module")
def running(long_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("log") / "log"
    with serving(long_index, log, threads=THREADS, constants=SHORT) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Iterator[Served]:
    """The server, all of whose places are free before and after."""
    yield running
    running.leave()
    eventually(lambda: running.get("/recherche.csv?numero=1").status == 200)


def cut(served: Served) -> int:
    """How many downloads were cut so far."""
    return sum(not line["complete"] for line in served.lines_of("/recherche.ndjson"))


def all_taken(served: Served) -> bool:
    """Whether no place for a download is free; if one is, it is taken.

    On a busy machine, a download may be cut for its slowness before the next one begins.
    """
    if served.get("/recherche.csv", "HEAD").status == 503:
        return True
    served.begin("/recherche.ndjson")
    return False


def test_pages_are_answered_whatever_others_do(served: Served) -> None:
    """More slow clients of every kind than threads, and each page still comes."""
    for _ in range(2 * THREADS):
        served.begin("/recherche.ndjson")
        served.begin("/?q=eau&par=100")
        served.connect()
        served.connect().sendall(b"GET /?q=eau HTTP/1.1\r\nHos")
        served.connect().sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")

    assert [served.get("/?q=eau").status for _ in range(2 * THREADS)] == [200] * 2 * THREADS


def test_downloads_beyond_their_places_are_told_to_come_back(served: Served) -> None:
    """In words, with when; and the places are free once who took them has left."""
    for _ in range(PLACES):
        served.begin("/recherche.ndjson")
    eventually(lambda: all_taken(served))

    refused = served.get("/recherche.csv")
    assert refused.status == 503
    assert refused.headers["retry-after"] == "60"
    assert "Trop de téléchargements en cours : réessayez dans une minute." in refused.text

    served.leave()
    assert eventually(lambda: served.get("/recherche.csv").status == 200)


def test_a_download_that_nobody_takes_is_cut(served: Served) -> None:
    """Its place is another's, and its end doesn't look like a whole file's."""
    before = cut(served)
    sock = served.begin("/recherche.ndjson")

    eventually(lambda: cut(served) == before + 1)
    assert not read_all(sock).endswith(b"0\r\n\r\n")


def test_a_download_that_is_taken_slowly_ends_well(served: Served) -> None:
    """Every record comes to who takes little at a time, as long as it does."""
    whole = read_all(served.begin("/recherche.ndjson"))

    assert whole.count(b'{"uid":') == 24
    assert whole.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_no_place_is_lost(served: Served, method: str) -> None:
    """Whatever a request for a download ends in, its place is free again."""
    for _ in range(2 * PLACES):
        assert served.get("/recherche.ndjson", method).status == 200
        assert served.get("/recherche.ndjson?page=x", method).status == 400
        assert served.get("/recherche.ndjson?q=rien", method).status == 200

    assert served.get("/recherche.csv", "HEAD").status == 200


def test_headers_that_never_end_are_answered(served: Served) -> None:
    """A client that begins a request and doesn't end it is told so, and let go of."""
    sock = served.connect()
    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")

    assert read_all(sock).startswith(b"HTTP/1.1 408 ")


def test_a_silent_connection_is_closed(served: Served) -> None:
    """Without a word: nothing was asked."""
    assert read_all(served.connect()) == b""


def test_a_request_may_come_byte_by_byte(served: Served) -> None:
    """What is slow is not refused as long as it ends in time."""
    sock = served.connect()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"GET /sante HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
        sock.send(bytes([byte]))

    assert read_all(sock).startswith(b"HTTP/1.1 200 ")


def test_requests_may_follow_one_another_unasked(served: Served) -> None:
    """Sent together, they are answered in turn on one connection, a slow reader's too."""
    asked = b"GET /?q=eau&par=100 HTTP/1.1\r\nHost: x\r\n\r\n" * 3
    last = b"GET /sante HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    sock = served.connect(window=4096)
    sock.sendall(asked + last)

    answers = read_all(sock)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert answers.endswith(b"}\n")
