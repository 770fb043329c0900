"""One archive from a publisher that behaves badly: the right one in place, or none, and why."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sync.addresses import Archive
from index.sync.fetch import Fetcher
from index.sync.folder import ArchiveFolder
from index.sync.part import Part
from index.sync.patience import Patience
from index.sync.publisher import Publisher
from tests.archive_server import (
    CERTIFICATE,
    ArchiveServer,
    Behaviour,
    archive_of,
    cut,
    drip,
    etag_of,
    hang,
    redirect,
    status,
    whole,
)
from tests.index.sync.conftest import NEW, OLD, QUESTION, Sync


def serve(sync: Sync, *behaviours: Behaviour) -> None:
    sync.server.publish("questions.zip", *behaviours)


def hold(sync: Sync, content: bytes) -> None:
    """Have an archive kept already, by a good download."""
    serve(sync, whole(content))
    assert sync.run().ending == "downloaded"
    sync.server.requests.clear()


def files_in(sync: Sync) -> list[str]:
    return sorted(path.name for path in sync.folder.directory.iterdir())


# The good server


def test_an_archive_comes_and_leaves_nothing_else_behind(sync: Sync) -> None:
    """The folder holds the archive and its receipt, no part."""
    serve(sync, whole(NEW))
    outcome = sync.run()

    assert (outcome.ending, outcome.size) == ("downloaded", len(NEW))
    assert sync.kept == NEW
    assert files_in(sync) == [".17-QE.json.zip.receipt", "17-QE.json.zip"]


def test_an_unchanged_archive_is_not_downloaded_again(sync: Sync) -> None:
    """The server answers 304 to the validator of the last time."""
    hold(sync, NEW)
    outcome = sync.run()

    assert outcome.ending == "unchanged"
    assert sync.server.headers_of(0)["If-None-Match"] == etag_of(NEW)


def test_last_modified_is_a_validator_too(sync: Sync) -> None:
    """A server without ETag is asked by date."""
    day = "Tue, 22 Apr 2025 10:00:00 GMT"
    serve(sync, status(200, NEW, Last_Modified=day), status(304, Content_Length=None))
    sync.run()
    outcome = sync.run()

    assert outcome.ending == "unchanged"
    assert sync.server.headers_of(1)["If-Modified-Since"] == day


def test_a_changed_archive_replaces_the_one_kept(sync: Sync) -> None:
    """The new one is asked for with the old one's validator, and comes whole."""
    hold(sync, OLD)
    serve(sync, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW


@pytest.mark.parametrize("damage", [b"", b"PK", OLD[:-1] + b"x"])
def test_a_damaged_archive_is_downloaded_again(sync: Sync, damage: bytes) -> None:
    """What is kept must still be what was received for a 304 to mean anything."""
    hold(sync, OLD)
    sync.folder.path(sync.archive).write_bytes(damage)

    assert sync.run().ending == "downloaded"
    assert sync.kept == OLD


def test_nothing_that_identifies_anyone_is_sent(
    sync: Sync, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A .netrc is none of the publisher's business; the program says its own name."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    serve(sync, whole(NEW))
    sync.run()
    headers = sync.server.headers_of(0)

    assert {"Authorization", "Cookie", "Referer"} & headers.keys() == set()
    assert headers["User-Agent"].startswith("questions-ecrites/")
    assert headers["Accept-Encoding"] == "identity"


def test_progress_is_told_in_bytes(sync: Sync) -> None:
    """From nothing to everything; a total of 0 says that it is not known."""
    serve(sync, whole(NEW))
    sync.run()

    assert sync.steps[0] == ("Downloading 17-QE", 0, len(NEW))
    assert sync.steps[-1] == ("Downloading 17-QE", len(NEW), len(NEW))


# Cut, resumed, changed meanwhile


def test_a_cut_download_goes_on_where_it_was(sync: Sync) -> None:
    """Only the rest is asked for, of the same version."""
    serve(sync, cut(NEW, 2_000), cut(NEW, 1_000), whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW
    assert sync.server.headers_of(1)["Range"] == "bytes=2000-"
    assert sync.server.headers_of(2)["Range"] == "bytes=3000-"
    assert sync.server.headers_of(2)["If-Range"] == etag_of(NEW)


def test_a_download_goes_on_in_the_next_run(sync: Sync) -> None:
    """What came before giving up is not lost."""
    serve(sync, cut(NEW, 2_000), status(503))
    first = sync.run()
    serve(sync, whole(NEW))
    second = sync.run()

    assert (first.ending, second.ending) == ("failed", "downloaded")
    assert sync.server.requests[-1][1]["Range"] == "bytes=2000-"
    assert sync.kept == NEW


def test_progress_goes_on_from_what_had_come(sync: Sync) -> None:
    """The bar does not begin at nothing again."""
    serve(sync, cut(NEW, 2_000), whole(NEW))
    sync.run()

    assert [step for step in sync.steps if step[1] == 2_000][-1] == (
        "Downloading 17-QE",
        2_000,
        len(NEW),
    )
    assert [done for _, done, _ in sync.steps] == sorted(done for _, done, _ in sync.steps)


def test_a_server_without_ranges_sends_all_again(sync: Sync) -> None:
    """A 200 to a range is the whole archive, not the rest."""
    serve(sync, cut(NEW, 2_000), whole(NEW, ranges=False))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW


def test_a_server_without_validators_is_not_asked_for_a_rest(sync: Sync) -> None:
    """Nothing would tell that the rest is of the same archive."""
    serve(sync, cut(NEW, 2_000, validators=False), whole(NEW, validators=False))

    assert sync.run().ending == "downloaded"
    assert "Range" not in sync.server.headers_of(1)
    assert sync.kept == NEW


def test_a_weak_validator_does_not_join_pieces(sync: Sync) -> None:
    """It stands for what is equivalent, not for the same bytes."""
    weak = f"W/{etag_of(NEW)}"
    truncated = status(200, NEW[:2_000], ETag=weak, Content_Length=str(len(NEW)))
    serve(sync, truncated, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert "Range" not in sync.server.headers_of(1)


def test_an_archive_that_changes_between_two_pieces_is_begun_anew(sync: Sync) -> None:
    """If-Range has the server send the new one whole."""
    serve(sync, cut(OLD, 2_000), whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": etag_of(NEW), "Content_Range": f"bytes 2000-{len(NEW) - 1}/{len(NEW)}"},
        {"Content_Range": f"bytes 2000-{len(NEW) - 1}/{len(NEW)}"},
        {"Content_Range": f"bytes 1999-{len(OLD) - 1}/{len(OLD)}"},
        {"Content_Range": "bytes"},
        {},
    ],
)
def test_a_rest_that_does_not_fit_is_not_joined(sync: Sync, headers: dict[str, str]) -> None:
    """Another version, length or place: everything is asked for again."""
    serve(sync, cut(OLD, 2_000), status(206, NEW[2_000:], **headers), whole(NEW))

    assert sync.run().ending == "downloaded"
    assert "Range" not in sync.server.headers_of(2)
    assert sync.kept == NEW


def test_pieces_that_pass_for_one_archive_are_looked_through(sync: Sync) -> None:
    """A server that ignores If-Range and says nothing is found out by the zip's checksums."""
    other = archive_of(QUESTION, QUESTION, padding=len(OLD))[: len(OLD)]
    rest = status(206, other[2_000:], Content_Range=f"bytes 2000-{len(OLD) - 1}/{len(OLD)}")
    serve(sync, cut(OLD, 2_000), rest, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW


def test_a_range_that_is_out_of_reach_begins_anew(sync: Sync) -> None:
    """416: the archive has become shorter than what had come."""
    serve(sync, cut(NEW, len(NEW) - 10), status(416, Content_Range="bytes */10"), whole(OLD))

    assert sync.run().ending == "downloaded"
    assert sync.kept == OLD


def test_a_part_that_was_complete_is_put_in_place(sync: Sync) -> None:
    """Killed between the last byte and the last step: nothing is downloaded again."""
    serve(sync, cut(NEW, len(NEW) - 1), status(503))
    sync.run()
    with sync.folder.part_path(sync.archive).open("ab") as part:
        part.write(NEW[-1:])
    sync.server.requests.clear()

    assert sync.run().ending == "downloaded"
    assert sync.server.requests == []
    assert sync.kept == NEW


def test_a_part_from_another_address_is_not_continued(sync: Sync) -> None:
    """An operator's new address may hold other bytes under the same validator."""
    serve(sync, cut(NEW, 2_000), status(503))
    sync.run()
    moved = sync.server.publish("moved.zip", whole(NEW))
    sync.archive = Archive(17, "QE", moved)

    assert sync.run().ending == "downloaded"
    assert "Range" not in sync.server.requests[-1][1]


def test_an_archive_kept_from_another_address_vouches_for_nothing(sync: Sync) -> None:
    """A validator means something only to the server that gave it."""
    hold(sync, NEW)
    sync.archive = Archive(17, "QE", sync.server.publish("moved.zip", whole(NEW)))

    assert sync.run().ending == "downloaded"
    assert "If-None-Match" not in sync.server.headers_of(0)


def test_a_rest_may_tell_the_length_that_was_not_known(sync: Sync) -> None:
    """An archive begun without a length goes on all the same."""
    head = f"HTTP/1.1 200 OK\r\nETag: {etag_of(NEW)}\r\nTransfer-Encoding: chunked\r\n\r\n"
    serve(sync, raw(head.encode(), b"7d0\r\n", NEW[:2_000], b"\r\n"), whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.server.headers_of(1)["Range"] == "bytes=2000-"
    assert sync.kept == NEW


def test_a_damaged_version_beside_a_part_is_no_hindrance(sync: Sync) -> None:
    """Everything is asked for again."""
    serve(sync, cut(NEW, 2_000), status(503))
    sync.run()
    part = sync.folder.part_path(sync.archive)
    part.with_name(f"{part.name}.version").write_text('{"url": ')
    serve(sync, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.kept == NEW


# Trouble that passes, and trouble that doesn't


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504, 408])
def test_trouble_that_passes_is_waited_for(sync: Sync, code: int) -> None:
    """The server is asked again, after longer and longer waits."""
    serve(sync, status(code), status(code), status(code), whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.slept == [1, 2, 4]


def test_the_server_says_how_long_to_wait(sync: Sync) -> None:
    """Retry-After counts when it is longer; what it can't mean is passed over."""
    asked = [status(429, Retry_After=after) for after in ("7", "0", "tomorrow")]
    serve(sync, *asked, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.slept == [7, 2, 4]


def test_a_server_that_asks_for_hours_is_left_alone(sync: Sync) -> None:
    """The message says when to come back."""
    serve(sync, status(503, Retry_After="7200"))

    assert sync.run().describe_problem() == (
        f"17-QE: {sync.archive.url}: the server answers 503, and asks to come back in "
        "7200 seconds: run again then"
    )
    assert sync.slept == []


def test_trouble_that_stays_is_given_up(sync: Sync) -> None:
    """What is kept stays."""
    hold(sync, OLD)
    serve(sync, status(500))

    assert sync.run().describe_problem() == (
        f"17-QE: {sync.archive.url}: the server answers 500; given up after 5 attempts: "
        "run again later; the archive kept before stays in place"
    )
    assert sync.kept == OLD
    assert len(sync.server.requests) == 5


def test_attempts_that_bring_something_are_not_in_vain(sync: Sync) -> None:
    """A line that breaks ten times still brings the archive."""
    serve(sync, *[cut(NEW, 400)] * 10, whole(NEW))

    assert sync.run().ending == "downloaded"
    assert sync.slept == [1] * 10
    assert sync.kept == NEW


def test_attempts_are_counted_all_the_same(sync: Sync) -> None:
    """A byte at a time would otherwise go on for ever."""
    serve(sync, cut(NEW, 1))

    assert sync.run(attempts=20).ending == "failed"
    assert len(sync.server.requests) == 20


def test_being_cut_at_the_same_place_each_time_is_in_vain(sync: Sync) -> None:
    """Bytes that had come before don't count as an advance."""
    serve(sync, cut(NEW, 2_000, validators=False))

    assert sync.run().ending == "failed"
    assert len(sync.server.requests) == 6


@pytest.mark.parametrize("code", [404, 410])
def test_an_address_that_is_gone_is_a_problem(sync: Sync, code: int) -> None:
    """It is said at once, and what is kept stays."""
    hold(sync, OLD)
    serve(sync, status(code))

    assert sync.run().describe_problem() == (
        f"17-QE: {sync.archive.url}: nothing is published there ({code}): has its address "
        "changed?; the archive kept before stays in place"
    )
    assert len(sync.server.requests) == 1
    assert sync.kept == OLD


@pytest.mark.parametrize(
    "behaviour", [status(404), status(410), status(200, b"<!doctype html> Page introuvable")]
)
def test_a_tentative_archive_may_be_absent(sync: Sync, behaviour: Behaviour) -> None:
    """Nothing there, or a page that says so: no problem, and nothing kept."""
    sync.archive = Archive(18, "QE", sync.archive.url, tentative=True)
    serve(sync, behaviour)

    assert sync.run().ending == "absent"
    assert files_in(sync) == []


def test_a_tentative_archive_that_had_come_may_not_disappear(sync: Sync) -> None:
    """Once there, it is an archive like any other."""
    sync.archive = Archive(18, "QE", sync.archive.url, tentative=True)
    hold(sync, OLD)
    serve(sync, status(404))

    assert sync.run().ending == "failed"


@pytest.mark.parametrize("code", [204, 206, 304, 400, 401, 403, 416])
def test_an_answer_that_makes_no_sense_is_a_problem(sync: Sync, code: int) -> None:
    """Nothing was conditional and no range was asked for; nothing is written."""
    serve(sync, status(code, Content_Length=None if code in (204, 304) else "0"))
    outcome = sync.run()

    assert str(outcome.problem) == f"{sync.archive.url}: the server answers {code}"
    assert files_in(sync) == []


def test_nobody_there_is_a_problem(sync: Sync) -> None:
    """A closed port is tried again, then given up in one line."""
    with ArchiveServer().running() as other:
        address = other.url
    sync.archive = Archive(17, "QE", address + "questions.zip")

    assert sync.run().describe_problem() == (
        f"17-QE: {address}questions.zip: no connection to the host; given up after 5 attempts: "
        "run again later"
    )


def test_a_server_that_was_waited_for_in_vain_is_asked_once_more_for_each_other_archive(
    sync: Sync,
) -> None:
    """A dozen archives don't wait a dozen times; one that comes brings patience back."""
    kinds = [("QE", status(500)), ("QG", status(500)), ("QOSD", whole(NEW)), ("QE", status(500))]
    archives = [
        Archive(14 + n, kind, sync.server.publish(f"{n}.zip", behaviour))
        for n, (kind, behaviour) in enumerate(kinds)
    ]
    fetcher = Fetcher(
        sync.folder,
        Publisher("127.0.0.1", allow_http=True),
        lambda *_: None,
        Patience(sleep=sync.slept.append),
    )
    endings = [outcome.ending for outcome in fetcher.fetch(archives)]
    asked = [path for path, _ in sync.server.requests]

    assert endings == ["failed", "failed", "downloaded", "failed"]
    assert [asked.count(f"/{n}.zip") for n in range(4)] == [5, 1, 1, 5]


def test_the_proxy_of_the_environment_is_used(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by other programs; here the server plays the proxy."""
    monkeypatch.setenv("http_proxy", sync.server.url)
    monkeypatch.delenv("no_proxy")
    sync.archive = Archive(17, "QE", "http://127.0.0.1:9/questions.zip")
    sync.run()

    assert sync.server.requests[0][0] == "http://127.0.0.1:9/questions.zip"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_a_problem(
    sync: Sync, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """It is named, rather than gone round."""
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy")

    assert "names a proxy that is not http:// or https://" in str(sync.run().problem)
    assert sync.server.requests == []


# Lies and garbage


def test_a_length_that_is_too_long_ends_in_a_message(sync: Sync) -> None:
    """However often it is asked, the server never sends what it promised."""
    hold(sync, OLD)
    serve(sync, status(200, NEW, ETag=etag_of(NEW), Content_Length=str(len(NEW) + 100)))
    outcome = sync.run()

    assert outcome.ending == "failed"
    assert "given up after" in outcome.describe_problem()
    assert sync.kept == OLD


def test_a_length_that_is_too_short_is_no_archive(sync: Sync) -> None:
    """What lies within it is the beginning of one, found out and thrown away."""
    hold(sync, OLD)
    serve(sync, status(200, NEW, Content_Length=str(len(NEW) - 100)))
    outcome = sync.run()

    assert "no zip archive, or the beginning of one" in str(outcome.problem)
    assert sync.kept == OLD
    assert sync.part is None


def test_more_than_was_announced_is_not_taken(sync: Sync) -> None:
    """A range whose chunks go on past the archive's end is thrown away."""
    endless = b"100\r\n" + b"x" * 256 + b"\r\n"

    def overflow(request: Any) -> None:
        rest = f"bytes 2000-{len(NEW) - 1}/{len(NEW)}"
        request.answer(
            206,
            endless * 20 + b"0\r\n\r\n",
            Content_Range=rest,
            Content_Length=None,
            Transfer_Encoding="chunked",
        )

    serve(sync, cut(NEW, 2_000), overflow)
    outcome = sync.run()

    assert str(outcome.problem) == f"{sync.archive.url} sends more than {len(NEW)} bytes"
    assert files_in(sync) == []


def test_a_body_without_a_length_is_judged_by_its_content(sync: Sync) -> None:
    """Closing the connection ends it: whole, or a beginning."""
    serve(sync, status(200, NEW, Content_Length=None))
    first = sync.run()
    serve(sync, status(200, NEW[:-500], Content_Length=None))
    second = sync.run()

    assert (first.ending, second.ending) == ("downloaded", "failed")
    assert sync.kept == NEW


def damaged_inside() -> bytes:
    """A zip whose directory is whole and whose content isn't."""
    middle = len(NEW) // 2
    return NEW[:middle] + b"\x00" * 20 + NEW[middle + 20 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><title>Maintenance", "it begins with '<!doctype html><title>Ma'"),
        (b"", "it begins with ''"),
        (b"\x00\xff\x1b[31m", "it begins with '\\x00�\\x1b[31m'"),
        (damaged_inside(), "a damaged zip archive"),
        (b"PK\x05\x06" + b"\x00" * 18, "an empty zip archive"),
    ],
)
def test_garbage_is_described_and_thrown_away(sync: Sync, content: bytes, words: str) -> None:
    """A page of maintenance does not become an archive."""
    serve(sync, status(200, content))
    outcome = sync.run()

    assert words in str(outcome.problem)
    assert files_in(sync) == []


def test_a_bomb_is_not_read_to_its_end(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    """What expands without measure is thrown away for what it announces."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\x00" * (3 << 20))
    monkeypatch.setattr("index.sync.whole_zip.WIDEST_RATIO", 2)
    serve(sync, status(200, content.getvalue()))

    assert "expands more than 2 times" in str(sync.run().problem)
    assert sync.kept is None


# An archive that shrank


def test_an_archive_that_shrank_does_not_come_unasked(sync: Sync) -> None:
    """Its length tells before anything is downloaded."""
    hold(sync, NEW)
    serve(sync, whole(OLD))

    assert sync.run().describe_problem() == (
        f"17-QE: {sync.archive.url} shrank from {len(NEW)} to {len(OLD)} bytes: if that is "
        "right, run again with --accept-smaller; the archive kept before stays in place"
    )
    assert sync.kept == NEW
    assert sync.part is None


def test_an_archive_that_turns_out_to_be_shorter_does_not_come_either(sync: Sync) -> None:
    """Without a length it is found out at the end."""
    hold(sync, NEW)
    serve(sync, status(200, OLD, Content_Length=None))

    assert "shrank" in str(sync.run().problem)
    assert sync.kept == NEW
    assert sync.part is None


def test_an_operator_may_accept_a_smaller_archive(sync: Sync) -> None:
    """It then replaces the one kept."""
    hold(sync, NEW)
    serve(sync, whole(OLD))

    assert sync.run(accept_smaller=True).ending == "downloaded"
    assert sync.kept == OLD


def test_an_archive_that_is_a_little_smaller_comes(sync: Sync) -> None:
    """Compression differs from day to day."""
    hold(sync, archive_of(QUESTION, padding=5_100))
    serve(sync, whole(NEW))

    assert sync.run().ending == "downloaded"


def raw(*pieces: bytes) -> Behaviour:
    """An answer that no library would send."""
    return lambda request: request.send(b"".join(pieces))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/1.1 99999 Much\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nPK",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nPK",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nPK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: https://\x1b[2J\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: https://" + b"a" * 60_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
        b"HTTP/1.1 503 No\r\nRetry-After: Mon, 01 Jan 99999 00:00:00 GMT\r\n\r\n",
        b"HTTP/1.1 503 No\r\nRetry-After: " + b"9" * 5_000 + b"\r\n\r\n",
    ],
    ids=lambda answer: ascii(answer[:60]),
)
def test_nonsense_is_one_printable_line(sync: Sync, answer: bytes) -> None:
    """Whatever comes in the place of HTTP, nothing is left in the folder but perhaps a part."""
    serve(sync, raw(answer))
    outcome = sync.run()

    assert outcome.ending == "failed"
    assert outcome.describe_problem().isprintable()
    assert len(outcome.describe_problem()) < 500
    assert sync.kept is None


def test_a_validator_that_cannot_be_sent_back_is_none(sync: Sync) -> None:
    """A folded or foreign header would break the next request."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(NEW)}\r\n".encode()
    serve(sync, raw(head, b'ETag: "a\r\n \xe9"\r\n\r\n', NEW))

    assert (sync.run().ending, sync.run().ending) == ("downloaded", "downloaded")
    assert "If-None-Match" not in sync.server.headers_of(1)


# Redirects


def test_a_redirect_within_the_publisher_is_followed(sync: Sync) -> None:
    """A relative one too; the condition goes with it."""
    sync.server.publish("elsewhere.zip", whole(NEW))
    serve(sync, redirect("/elsewhere.zip"))

    assert (sync.run().ending, sync.run().ending) == ("downloaded", "unchanged")
    assert sync.kept == NEW


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("https://example.org/questions.zip", "is not on 127.0.0.1 or below it"),
        ("http://example.org/questions.zip", "is not on 127.0.0.1 or below it"),
        ("//example.org/questions.zip", "is not on 127.0.0.1 or below it"),
        ("https://127.0.0.1.example.org/", "is not on 127.0.0.1 or below it"),
        ("https://127.0.0.1@example.org/", "bears credentials"),
        ("ftp://127.0.0.1/questions.zip", "is not https"),
        ("file:///etc/passwd", "is no address"),
        ("file://127.0.0.1/etc/passwd", "is not https"),
        ("http://169.254.169.254/latest/meta-data/", "is not on 127.0.0.1 or below it"),
        ("http://[::1]/questions.zip", "is not on 127.0.0.1 or below it"),
        ("http://[::ffff:127.0.0.1]/questions.zip", "is not on 127.0.0.1 or below it"),
        ("http://2130706433/questions.zip", "is not on 127.0.0.1 or below it"),
        ("http://me:secret@127.0.0.1/questions.zip", "bears credentials"),
        ("https://example.org\\@127.0.0.1/", "is no address"),
    ],
)
def test_a_redirect_elsewhere_is_refused(sync: Sync, target: str, why: str) -> None:
    """Nobody else is asked, and nothing is kept."""
    serve(sync, redirect(target))
    outcome = sync.run()

    assert str(outcome.problem).startswith(f"{sync.archive.url} redirects, and ")
    assert why in str(outcome.problem)
    assert len(sync.server.requests) == 1
    assert files_in(sync) == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_loop_of_redirects_ends(sync: Sync, code: int) -> None:
    """After five of them."""
    serve(sync, redirect("/questions.zip", code))

    assert str(sync.run().problem) == f"{sync.archive.url} redirects more than 5 times"
    assert len(sync.server.requests) == 6


# Encryption


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Sync]:
    """A publisher over https; nothing else is allowed."""
    with ArchiveServer(encrypted=True).running() as server:
        archive = Archive(17, "QE", server.url + "questions.zip")
        yield Sync(server, ArchiveFolder(tmp_path), archive, Publisher("127.0.0.1"))


def test_an_archive_comes_over_https(encrypted: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces too, from a server whose certificate this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    serve(encrypted, cut(NEW, 2_000), whole(NEW))

    assert encrypted.run().ending == "downloaded"
    assert encrypted.kept == NEW


def test_a_certificate_that_is_not_trusted_is_a_problem(encrypted: Sync) -> None:
    """Nothing is asked of whoever shows it."""
    serve(encrypted, whole(NEW))
    outcome = encrypted.run()

    assert "the server's certificate or encryption is not in order" in str(outcome.problem)
    assert encrypted.server.requests == []


def test_a_redirect_that_leaves_encryption_is_refused(
    encrypted: Sync, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even to the same host."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    serve(encrypted, redirect(server.publish("plain.zip", whole(NEW))))
    outcome = encrypted.run()

    assert "is not https" in str(outcome.problem)
    assert server.requests == []


def test_a_stall_over_https_is_cut(encrypted: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    """As without encryption, in the headers and in the body."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(NEW)}\r\n".encode()
    serve(encrypted, drip([head, *[b"x"] * 1_000], 0.02))
    in_headers = encrypted.run(read=0.2, fruitless=1)
    serve(encrypted, drip([head + b"\r\n", *[b"P"] * 1_000], 0.02))
    in_body = encrypted.run(stall=0.2, fruitless=1)

    assert in_headers.ending == "failed"
    assert "the server sends next to nothing" in str(in_body.problem)


# Slow servers


@pytest.mark.parametrize("after", [0, 2_000])
def test_a_server_that_stops_sending_is_asked_again(sync: Sync, after: int) -> None:
    """Before its answer or in the middle of it; what came is kept."""
    serve(sync, hang(NEW, after), whole(NEW))

    assert sync.run(read=0.1).ending == "downloaded"
    assert sync.kept == NEW


def test_a_body_that_drips_is_given_up(sync: Sync) -> None:
    """Each byte comes in time, and yet it would take for ever."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(NEW)}\r\n\r\n".encode()
    serve(sync, drip([head, *[b"P"] * 1_000], 0.02))
    outcome = sync.run(stall=0.2, fruitless=1)

    assert "the server sends next to nothing" in str(outcome.problem)
    assert sync.kept is None


def test_a_body_that_drips_without_a_length_is_not_taken_for_whole(sync: Sync) -> None:
    """Being cut would otherwise look like its end."""
    serve(sync, drip([b"HTTP/1.1 200 OK\r\n\r\n", NEW[:-10], *[b"x"] * 1_000], 0.02))
    outcome = sync.run(stall=0.2, fruitless=1)

    assert "the server sends next to nothing" in str(outcome.problem)
    assert sync.kept is None


def test_headers_that_drip_are_given_up(sync: Sync) -> None:
    """An answer must begin within the time to read."""
    serve(sync, drip([b"HTTP/1.1 200 OK\r\nX-Slow: ", *[b"x"] * 1_000], 0.02))
    outcome = sync.run(read=0.2, fruitless=1)

    assert outcome.ending == "failed"
    assert len(sync.server.requests) == 1


def test_chunks_that_drip_are_given_up(sync: Sync) -> None:
    """The length of a chunk is read byte by byte, too."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    serve(sync, drip([head, *[b"0"] * 1_000], 0.02))
    outcome = sync.run(stall=0.2, fruitless=1)

    assert "the server sends next to nothing" in str(outcome.problem)


# This machine


def test_a_full_disk_is_reported_and_loses_nothing(sync: Sync) -> None:
    """The error names the file; the archive kept stays."""
    hold(sync, OLD)
    serve(sync, whole(NEW))
    part = sync.folder.part_path(sync.archive)
    part.symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left") as caught:
        sync.run()

    assert caught.value.filename == str(part)
    assert sync.kept == OLD


def test_a_disk_that_was_full_lets_the_download_go_on(
    sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had fitted is not downloaded again."""

    def append_until_full(part: Part, chunks: Iterator[bytes]) -> Iterator[int]:
        with part.path.open("ab") as file:
            file.write(next(iter(chunks))[:2_000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part.path))
        yield 0

    serve(sync, whole(NEW))
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(Part, "append", append_until_full)
        sync.run()
    outcome = sync.run()

    assert outcome.ending == "downloaded"
    assert sync.server.requests[-1][1]["Range"] == "bytes=2000-"
    assert sync.kept == NEW


def test_a_folder_that_is_read_only_is_reported(
    sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's error names the file; whoever is root can write anywhere, so it is played."""
    open_anyhow = Path.open

    def refuse(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if "r" not in mode:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return open_anyhow(path, mode, *rest, **named)

    hold(sync, OLD)
    serve(sync, whole(NEW))
    with monkeypatch.context() as patch, pytest.raises(OSError, match="Read-only") as caught:
        patch.setattr(Path, "open", refuse)
        sync.run()

    assert caught.value.filename == str(sync.folder.part_path(sync.archive))
    assert sync.kept == OLD


def test_an_interrupted_download_can_go_on(sync: Sync) -> None:
    """Ctrl+C leaves what had come, and by what to go on."""

    def interrupt(_step: str, done: int, _total: int) -> None:
        if done >= 2_000:
            raise KeyboardInterrupt

    serve(sync, hang(NEW, 2_000), whole(NEW))
    sync.steps = _Steps(interrupt)
    with pytest.raises(KeyboardInterrupt):
        sync.run()
    came = len(sync.part or b"")
    sync.steps = []
    outcome = sync.run()

    assert came == 2_000
    assert outcome.ending == "downloaded"
    assert sync.kept == NEW


class _Steps(list[tuple[str, int, int]]):
    """A list that does something with what is appended."""

    def __init__(self, react: Any) -> None:
        self._react = react

    def append(self, step: tuple[str, int, int]) -> None:
        self._react(*step)


# Whatever happens

BEHAVIOURS = st.one_of(
    st.integers(1, len(NEW) - 1).map(lambda after: ("cut", after)),
    st.integers(1, len(NEW) - 1).map(lambda after: ("cut without validators", after)),
    st.integers(1, len(OLD) - 1).map(lambda after: ("cut an older version", after)),
    st.sampled_from((404, 416, 429, 500, 503)).map(lambda code: ("status", code)),
    st.integers(-50, 50).map(lambda off: ("length off by", off)),
    st.just(("garbage", 0)),
    st.just(("whole, without ranges", 0)),
    st.just(("whole", 0)),
)
KINDS: dict[str, Any] = {
    "cut": lambda after: cut(NEW, after),
    "cut without validators": lambda after: cut(NEW, after, validators=False),
    "cut an older version": lambda after: cut(OLD, after),
    "status": status,
    "length off by": lambda off: status(
        200, NEW, ETag=etag_of(NEW), Content_Length=str(len(NEW) + off)
    ),
    "garbage": lambda _: status(200, b"<html>"),
    "whole, without ranges": lambda _: whole(NEW, ranges=False),
    "whole": lambda _: whole(NEW),
}


@settings(max_examples=25)  # a server each
@given(script=st.lists(BEHAVIOURS, min_size=1, max_size=6), runs=st.integers(1, 3))
def test_the_folder_never_holds_half_an_archive(script: list[tuple[str, int]], runs: int) -> None:
    """Whatever a server does, what is in place was published; once it is well, the right one is."""
    with TemporaryDirectory() as directory, ArchiveServer().running() as server:
        archive = Archive(17, "QE", server.url + "questions.zip")
        sync = Sync(server, ArchiveFolder(Path(directory)), archive)
        hold(sync, OLD)
        serve(sync, *(KINDS[kind](number) for kind, number in script))
        for _ in range(runs):
            outcome = sync.run()

            assert sync.kept in (OLD, NEW)
            assert (outcome.problem is None) == (outcome.ending != "failed")
        serve(sync, whole(NEW))

        assert sync.run().ending in ("downloaded", "unchanged")
        assert sync.kept == NEW
