"""Bytes that are no request, sent on a socket: a status, words in French, the site's headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.served import Served, index_of, long_questions, serving
from web.security import HEADERS

SECRET = "mot-secret"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("malformed")
    directory = index_of(folder / "index", *long_questions(1))
    constants = {"web.serving.worker.HEAD_WITHIN": 2.0}
    with serving(directory, folder / "log", constants=constants) as served:
        yield served


def request(*headers: str, line: str = f"GET /?q={SECRET} HTTP/1.1") -> bytes:
    return "\r\n".join((line, "Host: x", *headers, "", "")).encode("latin-1")


REFUSED = {
    "letters that are no ASCII": (400, request(line=f"GET /?q={SECRET}é HTTP/1.1")),
    "bytes that are no text": (400, b"GET /\xff\xfe" + SECRET.encode() + b" HTTP/1.1\r\n\r\n"),
    "a space": (505, request(line=f"GET /?q={SECRET} eau HTTP/1.1")),
    "no address": (400, request(line="GET HTTP/1.1")),
    "HTTP/0.9": (400, f"GET /?q={SECRET}\r\n".encode()),
    "HTTP/2": (505, request(line=f"GET /?q={SECRET} HTTP/2.0")),
    "the beginning of HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a version that is none": (505, request(line="GET / HTTP/9.9")),
    "a method in small letters": (405, request(line=f"get /?q={SECRET} HTTP/1.1")),
    "an odd method": (405, request(line="G@T / HTTP/1.1")),
    "a line that is too long": (414, request(line=f"GET /?q={SECRET}{'a' * 70_000} HTTP/1.1")),
    "a line without end": (414, f"GET /?q={SECRET}".encode() + b"a" * 200_000),
    "too many headers": (431, request(*(f"X-{n}: {SECRET}" for n in range(200)))),
    "a header that is too long": (431, request(f"X-A: {SECRET}{'a' * 10_000}")),
    "headers without end": (431, request()[:-2] + b"X-A: " + b"a" * 200_000),
    "a name with a space": (400, request(f"X A: {SECRET}")),
    "a line that is no header": (400, request(SECRET)),
    "a folded header": (400, request("X-A: 1", f" {SECRET}")),
    "a control character": (400, request(f"X-A: {SECRET}\x01")),
    "two hosts": (400, request(f"Host: {SECRET}")),
    "a line feed alone": (400, f"GET /?q={SECRET} HTTP/1.1\nHost: x\n\n".encode()),
    "both lengths": (
        400,
        request("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ),
    "two lengths": (400, request("Content-Length: 5", "Content-Length: 6") + b"abcdef"),
    "a length that is no number": (400, request("Content-Length: +5") + b"abcde"),
    "an unknown coding": (501, request("Transfer-Encoding: secret")),
    "chunked twice": (400, request("Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n"),
    "chunked in HTTP/1.0": (
        400,
        request("Transfer-Encoding: chunked", line="GET / HTTP/1.0") + b"0\r\n\r\n",
    ),
    "an unknown expectation": (417, request(f"Expect: {SECRET}")),
    "a request that doesn't end": (408, request()[:-2]),
    "the greeting of TLS": (408, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_request_is_refused_in_words(served: Served, case: str) -> None:
    """One answer in French with the site's headers, and the connection is closed."""
    status, sent = REFUSED[case]
    head, _, body = served.say(sent).decode().partition("\r\n\r\n")
    lines = head.split("\r\n")

    assert lines[0].split(" ")[:2] == ["HTTP/1.1", str(status)]
    assert {f"{name}: {value}" for name, value in HEADERS.items()} <= set(lines)
    assert "Connection: close" in lines
    assert f"Content-Length: {len(body.encode())}" in lines
    assert '<html lang="fr">' in body
    assert "<h1>Demande" in body
    assert SECRET not in body


@pytest.mark.parametrize("coding", ["Content-Length: 30", "Transfer-Encoding: chunked"])
def test_a_body_is_no_second_request(served: Served, coding: str) -> None:
    """What follows a request that has a body is read by nobody: only one answer comes."""
    hidden = b"GET /api/v1/questions HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = served.say(request(coding, line="GET /sante HTTP/1.1") + hidden)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("body", [b"zz\r\n", b"ffffffffffffffff\r\n", b"5\r\nabc", b"-1\r\n\r\n"])
def test_a_malformed_body_changes_nothing(served: Served, body: bytes) -> None:
    """It isn't read: the answer is the usual one, that nothing can be sent here."""
    sent = request("Transfer-Encoding: chunked", line="POST / HTTP/1.1") + body
    answer = served.say(sent).decode()

    assert answer.startswith("HTTP/1.1 405 ")
    assert "rien ne peut y être envoyé" in answer


def test_refusals_are_logged_without_what_was_sent(served: Served) -> None:
    """A line each, with the status; no traceback, no word of the request, no whole address."""
    before = len(served.lines())
    served.say(request(line=f"GET /?q={SECRET} eau HTTP/1.1"))
    (line,) = served.lines()[before:]

    assert (line["status"], line["client"], line["path"]) == (505, "127.0.0.0/24", None)
    assert SECRET not in served.log.read_text()
    assert "127.0.0.1" not in served.log.read_text().partition("\n")[2]
