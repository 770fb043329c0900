"""`qe serve`: a real server in its own process, on a free port."""

from __future__ import annotations

import json
import platform
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from index.builder import build
from index.question import Question, make_question
from web.server import AddressUnavailable, bind_address, site_address

ROOT = Path(__file__).resolve().parents[2]


def index_of(directory: Path, *questions: Question) -> Path:
    """Add questions to an index."""
    source = directory.with_suffix(".ndjson")
    source.write_text("\n".join(json.dumps(q.as_record(None)) for q in questions))
    build([source], directory, today=date(2026, 6, 1), progress=lambda *_: None)
    return directory


def start(directory: Path, port: int = 0) -> subprocess.Popen[str]:
    """`qe serve` with one worker."""
    code = "from web.commands import main; main(prog_name='qe')"
    arguments = ["serve", "--index", str(directory), "--port", str(port), "--workers", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def get(url: str) -> tuple[int, str]:
    """The status and the body of a page."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    question = make_question(uid="QANR5L17QE1", titre="Écoles", date_question=date(2026, 3, 3))
    return index_of(tmp_path_factory.mktemp("serve") / "index", question)


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    process = start(directory)
    assert process.stderr is not None
    announced = re.fullmatch(r"Serving at (\S+) \(Ctrl\+C to stop\)\n", process.stderr.readline())
    assert announced
    yield process, announced[1]
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stderr.close()


Server = tuple[subprocess.Popen[str], str]


def test_the_announced_address_answers(server: Server) -> None:
    """The site and its API are there as soon as the line is printed."""
    assert get(f"{server[1]}/?q=%C3%A9coles")[0] == 200
    assert json.loads(get(f"{server[1]}/sante")[1])["questions"] == 1


def test_this_machine_alone_is_listened_to(server: Server) -> None:
    """Unless another host is asked for."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server[1])


def test_a_long_query_reaches_the_site(server: Server) -> None:
    """2,000 letters take 12,000 bytes with accents; more than that is refused in words."""
    assert get(f"{server[1]}/?q={'%C3%A9' * 2000}")[0] == 200

    status, body = get(f"{server[1]}/?q={'a' * 40_000}")
    assert status == 400
    assert "Adresse trop longue" in body


def raw_answer(address: str, *lines: str) -> str:
    """What the server says to a request written by hand."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def test_a_forwarded_header_means_nothing(server: Server) -> None:
    """From this machine neither, which the server itself would believe."""
    answer = raw_answer(
        server[1],
        "GET /recherche.atom HTTP/1.1",
        "Host: questions.example.org",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.example",
        "Script-Name: /evil.example",
        "SCRIPT_NAME: /evil.example",
        "PATH_INFO: /evil.example",
        "Connection: close",
    )

    assert answer.startswith("HTTP/1.1 200 ")
    assert "<uri>http://questions.example.org/</uri>" in answer
    assert "evil" not in answer


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /?q=a%0d%0aX-Injected:%201 HTTP/1.1", "Host: a"),
        ("GET /questions/qanr5l17qe1?q=%0d%0aX-Injected:%201 HTTP/1.1", "Host: a"),
        ("GET /questions/qanr5l17qe1%0d%0aX-Injected:%201 HTTP/1.1", "Host: a"),
        ("GET /q17/17-1QE.htm%0d%0aX-Injected:%201 HTTP/1.1", "Host: a"),
        ("GET /questions/qanr5l17qe1?q=\rX-Injected: 1 HTTP/1.1", "Host: a"),
        ("GET /?q=a HTTP/1.1", "Host: a\rX-Injected: 1"),
        ("GET //evil.example/%2e%2e HTTP/1.1", "Host: a"),
        ("GET http://evil.example/ HTTP/1.1", "Host: a"),
        ("GET /static/../../../../etc/passwd HTTP/1.1", "Host: a"),
        ("GET /static/%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", "Host: a"),
        ("GET /static/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1", "Host: a"),
        ("GET /static//etc/passwd HTTP/1.1", "Host: a"),
    ],
    ids=lambda lines: ascii(lines[0][4:-9]),
)
def test_no_request_writes_a_header_or_reads_a_file(server: Server, lines: tuple[str, ...]) -> None:
    """Through the real server, as a program writes them that is no browser."""
    head, _, body = raw_answer(server[1], *lines, "Connection: close").partition("\r\n\r\n")
    names = [line.partition(":")[0] for line in head.splitlines()[1:]]
    located = re.findall("(?m)^Location: (.*)$", head)

    assert re.match(r"HTTP/1\.[01] (200|301|400|404) ", head)
    assert "X-Injected" not in names
    assert all(re.match(r"/(?![/\\])", address) for address in located)
    assert "root:" not in body


def test_a_taken_port_is_one_line(server: Server, directory: Path) -> None:
    """It names the port and how to choose another."""
    port = int(server[1].rsplit(":", 1)[1])
    process = start(directory, port)
    _, message = process.communicate(timeout=60)

    assert process.returncode == 1
    assert message == (
        f"qe: cannot serve on port {port} of 127.0.0.1 (Address already in use): "
        f"choose another with --port {port + 1}\n"
    )


def test_a_build_is_taken_up_without_a_restart(server: Server, directory: Path) -> None:
    """Once it is rehearsed, within seconds, whether or not anybody comes meanwhile."""
    index_of(directory, make_question(uid="QANR5L17QE2", date_question=date(2026, 3, 3)))

    for _ in range(100):
        if json.loads(get(f"{server[1]}/sante")[1])["questions"] == 2:
            return
        time.sleep(0.2)
    pytest.fail("the new generation does not answer")


def test_ctrl_c_stops_the_server_quietly(directory: Path) -> None:
    """That is how a server ends, so it is no failure, and nothing is said after the requests."""
    process = start(directory)
    assert process.stderr is not None
    address = process.stderr.readline().split()[2]
    assert get(f"{address}/sante")[0] == 200

    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)

    assert process.returncode == 0
    assert [json.loads(line)["path"] for line in rest.splitlines()] == ["/sante"]


def test_an_unknown_host_is_one_line() -> None:
    """Whatever the system says of it."""
    with pytest.raises(AddressUnavailable, match="choose another with --host"):
        bind_address("host.invalid", 8000)


def test_an_address_is_written_for_a_browser() -> None:
    """The port is the one that was free; IPv6 stands in brackets."""
    with closing(bind_address("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        assert site_address("127.0.0.1", listener) == f"http://127.0.0.1:{port}"
        assert site_address("::1", listener) == f"http://[::1]:{port}"


def test_the_last_port_proposes_another() -> None:
    """There is no port 65536."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 65535))
        taken.listen()

        with pytest.raises(AddressUnavailable, match="choose another with --port 8000"):
            bind_address("127.0.0.1", 65535)


HEAPS = """
import ctypes, sys, threading
from web import server

{prepare}
together = threading.Barrier(4)
threads = [threading.Thread(target=lambda: (bytearray(100_000), together.wait())) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps")
@pytest.mark.parametrize(
    ("prepare", "several"), [("", True), ("server.share_freed_memory()", False)]
)
def test_threads_share_freed_memory(prepare: str, several: bool) -> None:
    """One heap rather than several, each of which would keep what was freed in it."""
    told = subprocess.run(
        [sys.executable, "-c", HEAPS.format(prepare=prepare)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stderr

    assert "Arena 0:" in told
    assert ("Arena 1:" in told) == several
