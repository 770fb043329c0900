"""What goes over the wire is compressed, and stays what it was."""

from __future__ import annotations

import gc
import gzip
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BufferedReader
from itertools import count

import brotli
import flask_compress.flask_compress as library
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_compress.compat import compression

from index.question import Question
from search.engine import Listing
from search.request import SearchRequest
from tests.web.conftest import LoopEngine
from web.application import create_app
from web.settings import Settings

BROWSER = "gzip, deflate, br, zstd"
STYLES = "/static/site.css"

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": compression.zstd.decompress,
}


def accepting(*encodings: str, **headers: str) -> dict[str, str]:
    return {"Accept-Encoding": ", ".join(encodings), **headers}


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (BROWSER, "br"),
        ("gzip, deflate", "gzip"),
        ("zstd", "zstd"),
        ("br;q=0.5, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("br;q=x", "br"),
        ("deflate", None),
        ("", None),
    ],
)
def test_a_page_comes_as_it_was_asked_for(
    client: FlaskClient, accepted: str, chosen: str | None
) -> None:
    """The best of the encodings that are understood, or none; decoded, the same page."""
    plain = client.get("/?q=cotisations").data

    answer = client.get("/?q=cotisations", headers=accepting(accepted))
    decoded = DECODERS[chosen](answer.data) if chosen else answer.data

    assert answer.headers.get("Content-Encoding") == chosen
    assert decoded == plain
    assert answer.content_length == len(answer.data)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=cotisations",
        "/questions/QANR5L17QE13353",
        "/aide",
        "/questions/QANR5L17QE1",
        STYLES,
        "/static/site.js",
        "/api/v1/questions?q=cotisations",
        "/recherche.csv",
        "/recherche.ndjson",
        "/recherche.meta.json",
    ],
)
def test_text_of_every_kind_is_compressed(client: FlaskClient, path: str) -> None:
    """Pages, style sheets, scripts, JSON and downloads; caches are told that encodings differ."""
    answer = client.get(path, headers=accepting(BROWSER), buffered=True)
    error = answer.status_code >= 300

    assert ("Content-Encoding" in answer.headers) is not error
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_is_small_stays_plain(client: FlaskClient) -> None:
    """Compressed, a few bytes would be more of them."""
    answer = client.get("/robots.txt", headers=accepting(BROWSER))

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
@pytest.mark.parametrize("path", ["/?q=cotisations", STYLES])
def test_a_head_says_what_a_get_would_give(client: FlaskClient, path: str, encoding: str) -> None:
    """The same length, encoding and tag, without a body."""
    told = ("Content-Length", "Content-Encoding", "Content-Type", "ETag", "Vary")

    got = client.get(path, headers=accepting(encoding), buffered=True)
    head = client.head(path, headers=accepting(encoding), buffered=True)

    assert [head.headers.get(name) for name in told] == [got.headers.get(name) for name in told]
    assert head.data == b""


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd", "identity"])
def test_a_file_that_is_known_is_not_sent_again(
    client: FlaskClient, encoding: str, method: str
) -> None:
    """Its tag, sent back with its date as browsers do, is answered by a 304 that bears the tag."""
    first = client.get(STYLES, headers=accepting(encoding), buffered=True)
    known = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Date"]}

    answer = client.open(STYLES, method=method, headers=accepting(encoding) | known, buffered=True)

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == first.headers["ETag"]
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_tags_tell_encodings_apart(client: FlaskClient) -> None:
    """A strong tag names bytes: those of one encoding are not those of another."""
    tags = {
        encoding: client.get(STYLES, headers=accepting(encoding), buffered=True).headers["ETag"]
        for encoding in ("br", "gzip", "zstd", "identity")
    }

    assert len(set(tags.values())) == 4

    answer = client.get(
        STYLES, headers=accepting("br", **{"If-None-Match": tags["gzip"]}), buffered=True
    )

    assert answer.status_code == 200


def test_a_part_of_a_file_is_a_part_of_the_plain_one(client: FlaskClient) -> None:
    """Places in a file are those of its own bytes."""
    whole = client.get(STYLES, buffered=True).data

    answer = client.get(STYLES, headers=accepting("br", Range="bytes=10-29"), buffered=True)

    assert answer.status_code == 206
    assert "Content-Encoding" not in answer.headers
    assert answer.data == whole[10:30]


def test_a_static_file_is_compressed_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its address is spelt; pages, of which there is no end, are not kept."""
    compressed: list[int] = []
    compress = library._compress_data

    def counted(app: Flask, data: bytes, algorithm: str) -> bytes:
        compressed.append(len(data))
        return compress(app, data, algorithm)

    monkeypatch.setattr(library, "_compress_data", counted)
    paths = [STYLES, f"{STYLES}?v=1", f"{STYLES}?v=2", "/static/./site.css", STYLES]
    bodies = {client.get(path, headers=accepting("br"), buffered=True).data for path in paths}

    assert (len(bodies), len(compressed)) == (1, 1)

    for _ in range(2):
        client.get("/?q=cotisations", headers=accepting("br"))

    assert len(compressed) == 3


def test_a_static_file_is_closed_before_it_is_sent(app: Flask) -> None:
    """A server need not close the answer of a reader who left."""
    with app.test_request_context(STYLES, headers=accepting("br")):
        answer = app.full_dispatch_request()
        readers = [held for held in gc.get_objects() if isinstance(held, BufferedReader)]
        opened = [str(held.name) for held in readers if not held.closed]

        assert not any(name.endswith(STYLES) for name in opened)
        assert brotli.decompress(answer.data)


class LongListing(LoopEngine):
    """An engine whose every search finds the same questions many times over."""

    made = 0

    def listing(self, request: SearchRequest) -> Listing:
        return replace(super().listing(request), questions=self._endless(1_000))

    def _endless(self, number: int) -> Iterator[Question]:
        # Numbers that no other question has, so that there is something to compress.
        marks = count()
        text = self.questions[0].texte_question
        for _ in range(number):
            self.made += 1
            words = " ".join(f"{next(marks) * 2_654_435_761 % 2**32:x}" for _ in range(300))
            yield replace(self.questions[0], texte_question=f"{text}<p>{words}</p>")


@pytest.fixture
def long_listing(questions: Sequence[Question]) -> LongListing:
    return LongListing(list(questions))


@pytest.mark.parametrize("encoding", [BROWSER, "gzip", "br", "identity"])
@pytest.mark.parametrize("path", ["/recherche.ndjson", "/recherche.csv"])
def test_a_download_leaves_while_it_is_made(
    long_listing: LongListing, path: str, encoding: str
) -> None:
    """The first bytes go out long before the last question is read."""
    client = create_app(long_listing, settings=Settings()).test_client()

    answer = client.get(path, headers=accepting(encoding))
    first = next(answer.iter_encoded())
    made = long_listing.made
    answer.close()

    assert len(first) > 1_000
    assert made <= 256


def test_a_long_download_takes_no_more_memory(long_listing: LongListing) -> None:
    """Megabytes go through, and few of them are held at any moment."""
    client = create_app(long_listing, settings=Settings()).test_client()
    answer = client.get("/recherche.ndjson", headers=accepting("gzip"))
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in answer.iter_encoded())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    answer.close()

    assert long_listing.made == 1_000
    assert sent > 1_000_000
    assert peak < 1_500_000


def test_a_download_decodes_to_the_plain_one(client: FlaskClient) -> None:
    """Compressed as it is made, it is the same file."""
    plain = client.get("/recherche.ndjson").data

    answer = client.get("/recherche.ndjson", headers=accepting("gzip"))

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in answer.headers
    assert gzip.decompress(answer.data) == plain
