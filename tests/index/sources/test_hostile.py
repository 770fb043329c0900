"""Archives made to do harm: what is wrong is named, the rest is read, and nothing is held."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest

from index.builder import build
from index.question import Question
from index.sources import Reject, archive, reader
from index.sources.document import Document
from index.sources.opendata_json import read as read_opendata

Published = Callable[..., dict[str, Any]]
Read = Callable[..., Any]
Write = Callable[..., Path]
Members = dict[str, bytes]
LONG_TEXT = " ".join(map(str, range(500_000)))
"""Longer than any record; of numbers, because what is all alike is refused as a bomb in a zip."""


@pytest.fixture
def numbered(published: Published) -> Callable[..., bytes]:
    """A question of the XIVe with a number, with keys replaced, as JSON."""

    def build_one(number: int, **changes: Any) -> bytes:
        identity = {
            "uid": f"QANR5L14QE{number}",
            "identifiant": {"numero": str(number), "legislature": "14"},
        }
        day = {"infoJO": {"dateJO": "2014-01-07"}}
        question = published(
            **identity
            | {"minAttribs": None, "textesQuestion": {"texteQuestion": {**day, "texte": "L'eau."}}}
            | changes
        )
        return json.dumps(question["question"]).encode()

    return build_one


@pytest.fixture
def write_zip(tmp_path: Path) -> Callable[[Members], Path]:
    """A zip of these members."""

    def write_members(members: Members, method: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "lot.zip"
        with zipfile.ZipFile(path, "w", method) as file:
            for name, content in members.items():
                file.writestr(name, content)
        return path

    return write_members


def bulk(*records: bytes) -> bytes:
    """Records in one file, as the archive of the XIVe has them."""
    return b'{"questionsEcrites": {"question": [' + b", ".join(records) + b"]}}"


def uids(outcomes: Any) -> list[str]:
    """The questions that were read."""
    return [question.uid for question in outcomes.questions]


@pytest.mark.parametrize("zipped", [False, True])
def test_one_bad_record_costs_no_other(
    write: Write, write_zip: Any, read: Read, numbered: Any, zipped: bool
) -> None:
    """Each is rejected with its reason, its place and its beginning; the others are read."""
    content = bulk(
        numbered(1),
        numbered(2).replace(b"L'eau.", b"L'\xffeau."),
        numbered(3).replace(b'"L\'eau."', b"1,"),
        numbered(4, x=1).replace(b'"x": 1', b'"x": ' + b"[" * 5_000 + b"]" * 5_000),
        numbered(5, x=1).replace(b'"x": 1', b'"x": ' + b"9" * 5_000),
        numbered(6, uid="QANR5L14QE7"),
        numbered(8, textesReponse={"texteReponse": {"infoJO": {"dateJO": "31/02/2020"}}}),
        numbered(9, textesReponse={"texteReponse": {"texte": LONG_TEXT}}),
        b"3",
        numbered(10),
    )
    outcomes = read(write_zip({"a.json": content}) if zipped else write("a.json", content))

    assert uids(outcomes) == ["QANR5L14QE1", "QANR5L14QE10"]
    assert [(entry.place, entry.reason.split(" (")[0]) for entry in outcomes.rejects] == [
        ("QANR5L14QE2", "not UTF-8 at byte 523 of the record"),
        ("QANR5L14QE3", "damaged JSON at character 522 of the record"),
        ("QANR5L14QE4", "nested deeper than 100 levels: no question is"),
        ("QANR5L14QE5", "a number of thousands of digits"),
        ("QANR5L14QE7", "uid 'QANR5L14QE7' contradicts législature, type, numéro"),
        ("QANR5L14QE8", "texteReponse.infoJO.dateJO '31/02/2020' is no day of the calendar"),
        ("QANR5L14QE9", "longer than 3 MB: no question is"),
        ("record 9", "not a question"),
    ]
    assert all(entry.excerpt for entry in outcomes.rejects)


@pytest.mark.parametrize("nul", [b"\x00", b"\\u0000"])
def test_nul_bytes_are_taken_out_and_told(
    write: Write, read: Read, numbered: Any, nul: bytes
) -> None:
    """The question is kept without them, bare or escaped."""
    content = bulk(numbered(1).replace(b"L'eau.", b"L'" + nul + b"eau."))
    outcomes = read(write("a.json", content))

    assert outcomes.questions[0].texte_question == "<p>L'eau.</p>"
    assert [remark.reason for remark in outcomes.reading.remarks] == [
        "control characters, such as NUL, were taken out"
    ]


def test_a_field_of_100_mb_is_passed_over(numbered: Any) -> None:
    """Reading it takes no more memory than the longest record may."""
    start, end = numbered(1, textesReponse={"texteReponse": {"texte": "@"}}).split(b"@")
    field = [b"mot " * (1 << 18)] * 100
    parts = [b'{"question": [', start, *field, end, b",", numbered(2), b"]}"]
    document = Document("a.json", 100 << 20, lambda: _Parts(iter(parts)))
    tracemalloc.start()
    outcomes = list(read_opendata(document))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(outcomes[0], Reject) and isinstance(outcomes[1], Question)
    assert outcomes[0].reason == "longer than 3 MB: no question is"
    assert outcomes[1].uid == "QANR5L14QE2"
    assert peak < 16 << 20


class _Parts(BytesIO):
    """Bytes that are made as they are read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts

    def read(self, _size: int | None = -1) -> bytes:
        return next(self._parts, b"")


def test_an_endless_list_ends(monkeypatch: pytest.MonkeyPatch, numbered: Any) -> None:
    """A document of nothing but rejects is left, with a line that says so."""
    monkeypatch.setattr(reader, "MOST_REJECTS", 50)
    endless = iter(lambda: b"{}, ", None)
    document = Document("a.json", 1 << 40, lambda: _opened(numbered(1), endless))
    outcomes = list(reader._accounted(document, read_opendata(document)))

    assert [outcome.reason for outcome in outcomes[-2:]] == [
        "not a question",
        "more than 50 rejects: the rest is left out",
    ]
    assert len(outcomes) == 1 + 52 + 1


def _opened(first: bytes, rest: Iterator[bytes]) -> IO[bytes]:
    def parts() -> Iterator[bytes]:
        yield b'{"question": [' + first + b", "
        yield from rest

    return _Parts(parts())


def test_names_that_lead_out_are_refused(read: Read, write_zip: Any, numbered: Any) -> None:
    """Nothing is extracted; the names are no published ones all the same."""
    question = b'{"question": ' + numbered(1) + b"}"
    names = ["../a.json", "/etc/a.json", "b/../../a.json", "C:\\a.json", "..\\a.json"]
    outcomes = read(write_zip(dict.fromkeys(names, question) | {"good.json": question}))

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert {entry.reason for entry in outcomes.rejects} == {
        "a name that leads out of the archive: not a published one"
    }
    assert len(outcomes.rejects) == len(names)


def test_a_name_is_made_printable(read: Read, write_zip: Any, numbered: Any) -> None:
    """A name goes into messages on a terminal."""
    outcomes = read(write_zip({"a\x1b[31m\n.json": b'{"question": ' + numbered(1) + b"}"}))

    assert outcomes.questions[0].source == "lot.zip/a\ufffd[31m\ufffd.json"


def test_a_name_that_is_no_utf8_beside_the_list_of_members_costs_no_other(
    read: Read, write_zip: Any, numbered: Any
) -> None:
    """Each member tells its name again where it begins; a damaged one is told."""
    question = b'{"question": ' + numbered(1) + b"}"
    path = write_zip({"é.json": question, "good.json": question})
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff", 1))
    outcomes = read(path)

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert len(outcomes.rejects) == 1
    assert outcomes.reasons[0].startswith("lot.zip/é.json : damaged or truncated ('utf-8' codec")


def test_a_member_without_a_name_is_refused(read: Read, write_zip: Any, numbered: Any) -> None:
    """A name ends at its first NUL, which may be its first character."""
    question = b'{"question": ' + numbered(1) + b"}"
    path = write_zip({"x.txt": b"x", "good.json": question})
    path.write_bytes(path.read_bytes().replace(b"x.txt", b"\0.txt"))
    outcomes = read(path)

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert outcomes.reasons == ["lot.zip/ : a file without a name: not a published one"]


def test_a_bomb_is_not_opened(read: Read, write_zip: Any, numbered: Any) -> None:
    """A member that announces too much is refused alone."""
    members = {"a.json": bulk(numbered(1)), "b.json": b" " * (8 << 20)}
    outcomes = read(write_zip(members))

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert outcomes.reasons == [
        "lot.zip/b.json : expands more than 200 times: not a published file"
    ]


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("WIDEST_RATIO", "zip that expands more than 0 times: not a published archive"),
        ("LARGEST_CONTENT", "zip that expands to more than 0 GB: give it in parts"),
        ("MOST_MEMBERS", "zip of more than 0 files: give it in parts"),
    ],
)
def test_an_archive_that_announces_too_much_is_refused(  # noqa: PLR0917 - fixtures
    read: Read,
    write_zip: Any,
    write: Write,
    numbered: Any,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    reason: str,
) -> None:
    """By its ratio, its content or its number of members; other sources are read."""
    monkeypatch.setattr(archive, limit, 0)
    question = b'{"question": ' + numbered(1) + b"}"
    outcomes = read(write_zip({"a.json": question}), write("b.json", question))

    assert outcomes.reasons == [f"lot.zip : {reason}"]
    assert uids(outcomes) == ["QANR5L14QE1"]


def test_an_announced_size_is_not_exceeded(read: Read, write_zip: Any, numbered: Any) -> None:
    """A member whose directory entry lies about its size is damaged, not a bomb."""
    path = write_zip({"a.json": b" " * (8 << 20), "b.json": bulk(numbered(1))})
    content = path.read_bytes()
    lying = content.replace((8 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path.write_bytes(lying)
    outcomes = read(path)

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert len(outcomes.rejects) == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(
    read: Read, write_zip: Any, numbered: Any, method: int
) -> None:
    """These are decompressed in pieces of any size, whatever the archive announces."""
    outcomes = read(write_zip({"a.json": bulk(numbered(1))}, method))

    assert outcomes.reasons == [
        f"lot.zip/a.json : compressed by method {method}: compress it again as usual (deflate)"
    ]


def test_tiny_entries_are_each_accounted_for(read: Read, write_zip: Any, numbered: Any) -> None:
    """However many, each is a reject of its own; the question among them is read."""
    members = {f"{number}.txt": b"x" for number in range(2_000)}
    outcomes = read(write_zip(members | {"999x.json": bulk(numbered(1))}))

    assert uids(outcomes) == ["QANR5L14QE1"]
    assert len(outcomes.rejects) == 2_000


def test_a_build_accounts_for_all_of_it(tmp_path: Path, write: Write, numbered: Any) -> None:
    """Duplicates are one question, a date to come is a reject, and the account adds up."""
    answered = {"textesReponse": {"texteReponse": {"infoJO": {"dateJO": "2014-03-04"}}}}
    to_come = {"textesReponse": {"texteReponse": {"infoJO": {"dateJO": "2206-01-01"}}}}
    source = write(
        "a.json",
        bulk(
            numbered(1), numbered(1, **answered), numbered(1), numbered(1),
            numbered(2, **to_come), b"{}",
        ),
    )  # fmt: skip
    report = build([source], tmp_path / "index", today=date(2026, 5, 12), progress=lambda *_: None)

    assert (report.read, report.indexed, report.unchanged) == (6, 1, 0)
    assert (report.superseded, report.rejected) == (3, 2)
    assert report.rejects[0].reason == (
        "date_reponse 2206-01-01 is later than the day of the build, 2026-05-12"
    )


def test_damaged_actors_are_told_and_the_others_name(
    read: Read, write: Write, numbered: Any
) -> None:
    """A bad record among actors is one reject, and names no one."""
    named = b'{"uid": "PA900001", "etatCivil": {"ident": {"civ": "Mme", "nom": "Rivi\\u00e8re"}}}'
    listed = b'{"export": {"acteurs": {"acteur": [{"uid": "PA\xff"}, ' + named + b"]}}}"
    outcomes = read(write("acteurs.json", listed), write("q.json", bulk(numbered(900001))))

    assert outcomes.questions[0].auteur == "Mme Rivière"
    assert outcomes.reasons == ["acteurs.json record 1: not UTF-8 at byte 12 of the record"]
