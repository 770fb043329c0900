"""Files, folders and zips: recognised by content, never raising, always accounted for."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.question import Question
from index.sources import Reading, Remark, document, read_sources
from index.sources.reader import STEPS

Write = Callable[..., Path]
Read = Callable[..., Any]
ACTORS = {"acteurs": {"PA900001": {"civ": "Mme", "prenom": "Odile", "nom": "Rivière"}}}
PAGE = "17ème législature\n\nQuestion écrite n° 900009\n\nTexte de la question\n\nL'eau.\n"


def write_zip(path: Path, members: dict[str, str | bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_names_tell_nothing_content_does(write: Write, read: Read, published: Any) -> None:
    """A page called .json and a question called .txt are read for what they are."""
    outcomes = read(write("a.json", PAGE), write("b.txt", published()), write("c", ACTORS))

    assert [entry.uid for entry in outcomes.questions] == ["QANR5L17QE900009", "QANR5L17QE900001"]
    assert outcomes.questions[1].auteur == "Mme Odile Rivière"
    assert (outcomes.rejects, outcomes.reading.actors_files) == ([], 1)


def test_a_folder_is_read_to_its_depths(
    tmp_path: Path, write: Write, read: Read, published: Any
) -> None:
    """Sources are named from the folder down; hidden files are passed over."""
    write("lot/json/b.json", published())
    write("lot/a.txt", PAGE)
    write("lot/.hidden", "x")
    write("lot/.git/config", "x")
    outcomes = read(tmp_path / "lot")

    assert [entry.source for entry in outcomes.questions] == ["lot/a.txt", "lot/json/b.json"]
    assert outcomes.rejects == []


def test_a_zip_is_read_member_by_member(tmp_path: Path, read: Read, published: Any) -> None:
    """Actors anywhere in the archive name the authors of all of it."""
    members: dict[str, str | bytes] = {
        "json/q.json": json.dumps(published()),
        "z/acteurs.json": json.dumps(ACTORS),
        "__MACOSX/x": "x",
        "json/": "",
    }
    outcomes = read(write_zip(tmp_path / "lot.zip", members))

    assert [entry.source for entry in outcomes.questions] == ["lot.zip/json/q.json"]
    assert outcomes.questions[0].auteur == "Mme Odile Rivière"
    assert outcomes.rejects == []


def test_unresolved_references_are_counted(write: Write, read: Read, published: Any) -> None:
    """A reference that nothing names is kept, counted, and no reject."""
    outcomes = read(write("q.json", published()))

    assert outcomes.questions[0].acteur_ref == "PA900001"
    assert outcomes.reading.unresolved == {"PA900001": 1}
    assert outcomes.rejects == []


UNRECOGNISED = "not a question, an actors' file or an export: it looks like {}; leave it out"
BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": (b" \n", "empty file: nothing to read, download or export it again"),
    "Markdown": ("# Titre\n\nTexte.\n", UNRECOGNISED.format("Markdown")),
    "CSV": ("mois,nombre\n2024-01,3\n2024-02,4\n", UNRECOGNISED.format("a table (CSV)")),
    "XML": ('<?xml version="1.0"?><a/>', UNRECOGNISED.format("XML")),
    "HTML": ("<!DOCTYPE html><p>Texte de la question", UNRECOGNISED.format("an HTML page")),
    "image": (b"\x89PNG\r\n\x1a\n\x00", UNRECOGNISED.format("an image")),
    "binary": (b"abc\x00\xff", UNRECOGNISED.format("a binary file")),
    "plain text": ("Bonjour.", UNRECOGNISED.format("plain text")),
    "other JSON": ('{"a": 1, "b": 2}', UNRECOGNISED.format("JSON of another kind (a, b)")),
    "a list": ("[1]", UNRECOGNISED.format("JSON of another kind (a list)")),
    "other lines": (
        '{"a": 1}\n{"a": 2}\n',
        UNRECOGNISED.format("several JSON values"),
    ),
    "damaged JSON": (
        '{"question": {"uid": ',
        "damaged JSON at byte 22 (cut off): download or export it again",
    ),
    "deep JSON": (
        "[" * 100_000,
        "damaged JSON at byte 100001 (cut off): download or export it again",
    ),
    "endless number": ('{"question": ' + "9" * 5000 + "}", "JSON that holds an endless number"),
    "Latin-1": ("Donn\xe9es".encode("latin-1"), "not UTF-8 at byte 5: convert it to UTF-8"),
    "a page in Latin-1": (
        PAGE.encode("latin-1", "replace"),
        "not UTF-8 at byte 3: convert it to UTF-8",
    ),
    "truncated zip": (
        b"PK\x03\x04 and no more",
        "truncated or damaged zip (File is not a zip file): download it again",
    ),
    "a page without number": (
        PAGE.replace("Question écrite n° 900009", "Type de question : Question écrite"),
        "page without question number: expected a line such as « Question écrite n° 2621 »",
    ),
}


@pytest.mark.parametrize(("content", "reason"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_error_when_a_file_is_not_understood(
    write: Write, read: Read, content: str | bytes, reason: str
) -> None:
    """One file, one reject, one line that says what is wrong."""
    outcomes = read(write("f", content), write("page.txt", PAGE))

    assert outcomes.reasons == [f"f : {reason}"]
    assert [entry.source for entry in outcomes.questions] == ["page.txt"]


def test_a_malformed_question_says_where(write: Write, read: Read, published: Any) -> None:
    """A reject names the file, the question and the beginning of the record."""
    outcomes = read(write("q.json", published(signalement={"dateJO": "2025-02-31"})))

    assert outcomes.reasons == [
        "q.json QANR5L17QE900001: signalement '2025-02-31' is no day of the calendar"
    ]
    assert outcomes.rejects[0].excerpt == '{"uid": "QANR5L17QE900001", "type": "QE"}'


def test_what_is_not_understood_is_told_and_no_reject(
    write: Write, read: Read, published: Any
) -> None:
    """A remark names the file, the question and the value."""
    outcomes = read(write("q.json", published(signalement="oui")))

    assert (len(outcomes.questions), outcomes.rejects) == (1, [])
    assert outcomes.reading.remarks == [
        Remark(
            "q.json",
            "QANR5L17QE900001",
            "signalement 'oui' is not a date (expected YYYY-MM-DD)",
        )
    ]


def test_a_recognised_document_counts_whatever_it_holds(
    write: Write, read: Read, published: Any
) -> None:
    """A question that is rejected was recognised; a letter was not."""
    bad = published(signalement={"dateJO": "2025-02-31"})
    outcomes = read(write("q.json", bad), write("a.json", ACTORS), write("f", "Bonjour."))

    assert (len(outcomes.questions), len(outcomes.rejects)) == (0, 2)
    assert outcomes.reading.recognised == 2


def test_error_when_a_path_does_not_exist(tmp_path: Path, read: Read) -> None:
    """A wrong path is reported, never by its absolute name."""
    outcomes = read(tmp_path / "nowhere")

    assert outcomes.reasons == ["nowhere : no such file or folder: check the path"]


def test_error_when_a_file_may_not_be_read(
    write: Write, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file without permission is one reject."""
    path = write("q.json", "{}")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    outcomes = read(path)

    assert outcomes.reasons == ["q.json : no permission to read it: change its permissions"]


def test_error_when_a_source_is_a_pipe(tmp_path: Path, read: Read) -> None:
    """What would block for ever is not opened."""
    os.mkfifo(tmp_path / "pipe")

    assert read(tmp_path).reasons == [
        f"{tmp_path.name}/pipe : neither a file nor a folder: give a regular file"
    ]


def test_error_when_a_member_is_damaged(tmp_path: Path, read: Read, published: Any) -> None:
    """A damaged member doesn't stop the others."""
    content = json.dumps(published())
    path = write_zip(tmp_path / "lot.zip", {"a.json": content, "b.txt": PAGE})
    data = bytearray(path.read_bytes())
    data[60:70] = b"\xff" * 10
    path.write_bytes(bytes(data))
    outcomes = read(path)

    assert [entry.source for entry in outcomes.rejects] == ["lot.zip/a.json"]
    assert "download it again" in outcomes.rejects[0].reason
    assert [entry.source for entry in outcomes.questions] == ["lot.zip/b.txt"]


def test_error_when_a_zip_is_a_bomb(tmp_path: Path, read: Read) -> None:
    """A member that announces far more than it holds is not opened; the others are."""
    members: dict[str, str | bytes] = {"a.json": b"0" * (2 << 20), "b.txt": PAGE}
    outcomes = read(write_zip(tmp_path / "lot.zip", members))

    assert outcomes.reasons == [
        "lot.zip/a.json : expands more than 200 times: not a published file"
    ]
    assert [entry.source for entry in outcomes.questions] == ["lot.zip/b.txt"]


def test_error_when_a_document_is_too_large(
    write: Write, read: Read, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document is read whole up to a limit only."""
    monkeypatch.setattr(document, "LARGEST", 10)
    outcomes = read(write("q.json", published()))

    assert outcomes.rejects[0].reason.startswith("larger than 0 MB")


def test_an_empty_zip_and_a_nested_one_are_rejects(tmp_path: Path, read: Read) -> None:
    """Neither is passed over in silence."""
    inner = write_zip(tmp_path / "inner.zip", {})
    outer = write_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})

    assert read(inner, outer).reasons == [
        "inner.zip : empty zip: download it again",
        f"outer.zip/inner.zip : {UNRECOGNISED.format('a zip inside a zip (extract it first)')}",
    ]


def test_progress_goes_from_nothing_to_all(tmp_path: Path, write: Write, published: Any) -> None:
    """Each step starts at zero, never goes back and ends at its total."""
    write("lot/q.json", published())
    write_zip(tmp_path / "lot/z.zip", {"page.txt": PAGE, "other": "x"})
    calls: list[tuple[str, int, int]] = []
    reading: Reading = read_sources([tmp_path / "lot"], lambda *call: calls.append(call))
    outcomes = list(reading)

    assert sum(isinstance(outcome, Question) for outcome in outcomes) == 2
    for step in STEPS:
        done = [entry[1] for entry in calls if entry[0] == step]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, calls[0][2])


_BEGINNINGS = st.sampled_from(
    [
        *[b"", b"{", b'{"question": ', b'{"acteurs": ', b'{"uid": "', b"PK\x03\x04", b"PK\x05\x06"],
        *[b"\xef\xbb\xbf", PAGE.encode(), b";" * 70_000, b"Donn\xc3\xa9es cl\xc3\xa9s\n"],
    ]
)


@given(_BEGINNINGS, st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_content_comes_out_as_something(
    tmp_path_factory: pytest.TempPathFactory, beginning: bytes, rest: bytes
) -> None:
    """No content raises, and none is passed over without a word."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(beginning + rest)

    assert list(read_sources([path]))
