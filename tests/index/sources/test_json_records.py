"""Records out of JSON of any size: each by itself, and nothing held that isn't one."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import MalformedRecord
from index.sources import document as documents
from index.sources import json_records
from index.sources.document import Document, UnreadableDocument
from index.sources.json_records import MOST_NESTED, Record, read_records


def document(content: bytes) -> Document:
    """A document of these bytes."""
    return Document("a.json", len(content), lambda: BytesIO(content))


def records(content: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of each record."""
    return [(record.name, record.data) for record in read_records(document(content))]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"question": {"uid": 1}}', [("question", b'{"uid": 1}')]),
        (b'{"a": [{}], "questionsEcrites": {"question": [{"b": "}"}, null, 3]}}',
         [("question", b'{"b": "}"}'), ("question", b"3")]),
        (b'{"export": {"acteurs": {"acteur": [{}]}, "organes": {"organe": {"a":1}}}}',
         [("acteur", b"{}"), ("organe", b'{"a":1}')]),
        (b'{"date": "x", "acteurs": {"PA1": {"nom": "A"}}}', [("PA1", b'{"nom": "A"}')]),
        (b'[{"question": {}}, {"b": 1}]', [("", b'{"question": {}}'), ("", b'{"b": 1}')]),
        (b'{"questions": [{}, [{}]]}', [("questions", b"{}"), ("questions", b"[{}]")]),
        (b' {"uid": "a", "identifiant": {}} ', [("", b'{"uid": "a", "identifiant": {}}')]),
        (b'\xef\xbb\xbf{"question": {}}\n{"question": {"a": "\\"}"}}',
         [("question", b"{}"), ("question", b'{"a": "\\"}"}')]),
        (b'{"question": "is a text"}', []),
        (b"{}", [("", b"{}")]),
        (b"[]", []),
    ],
)  # fmt: skip
def test_records_stand_where_archives_have_them(
    content: bytes, expected: list[tuple[str, bytes]]
) -> None:
    """Under their name, in a list or alone, in containers; else the whole object is one."""
    assert records(content) == expected


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ).filter(lambda value: value is not None),
        max_size=5,
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_what_a_record_holds_and_how_it_comes_change_nothing(
    values: list[Any], chunk_size: int, escaped: bool
) -> None:
    """Any values come out as they are, however the bytes are cut."""
    content = json.dumps({"questionsGvt": {"question": values}}, ensure_ascii=escaped).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "CHUNK_SIZE", chunk_size)
        patch.setattr(documents, "HEAD_SIZE", 0)
        found = [record.parse() for record in read_records(document(content))]

    assert found == values


@given(st.binary(max_size=60), st.integers(1, 9))
def test_any_bytes_end(content: bytes, chunk_size: int) -> None:
    """What is no JSON is named so, and nothing else is raised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "CHUNK_SIZE", chunk_size)
        patch.setattr(documents, "HEAD_SIZE", 0)
        try:
            found = list(read_records(document(b'{"question": [' + content)))
        except UnreadableDocument as error:
            assert str(error).startswith("damaged JSON at byte ")
        else:
            assert all(isinstance(record, Record) for record in found)


def test_a_record_that_is_too_long_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its beginning tells which one it is; the next one is whole."""
    monkeypatch.setattr(json_records, "LONGEST_RECORD", 2_000)
    content = b'[{"uid": "A", "texte": "' + b"x" * 100_000 + b'"}, {"uid": "B"}]'
    long, short = read_records(document(content))

    assert (long.whole, len(long.data), long.data[:11]) == (False, 1024, b'{"uid": "A"')
    assert short.parse() == {"uid": "B"}


def test_what_stands_around_records_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's other members may be of any size, and so may the container."""
    monkeypatch.setattr(json_records, "LONGEST_RECORD", 2_000)
    notice = b'"notice": "' + b"x" * 100_000 + b'", '
    content = b"{" + notice + b'"questionsEcrites": {' + notice + b'"question": [{}, {}]}}'

    assert records(content) == [("question", b"{}")] * 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 101 + b"]" * 101, f"nested deeper than {MOST_NESTED} levels: no question is"),
        (b'"a\xff"', "not UTF-8 at byte 3 of the record"),
        (b"{,}", "damaged JSON at character 2 of the record"
                 " (Expecting property name enclosed in double quotes)"),
        (b"9" * 5_000, "a number of thousands of digits"),
    ],
)  # fmt: skip
def test_error_when_a_record_is_damaged(data: bytes, message: str) -> None:
    """What is wrong with it, and where."""
    (record,) = read_records(document(b"[" + data + b"]"))
    with pytest.raises(MalformedRecord) as caught:
        record.parse()

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (b"", "byte 17 (cut off)"),
        (b', {"a": "x', "byte 27 (cut off)"),
        (b'], "a"', "byte 23 (no : where one is expected)"),
        (b'] "a": 1', "byte 19 (no comma between two values)"),
        (b"] , 1: 2", "byte 21 (no name where one is expected)"),
        (b", :]}", "byte 19 (no value where one is expected)"),
        (b"]} x", "byte 20 (no value where one is expected)"),
    ],
)
def test_error_when_a_document_is_damaged(rest: bytes, message: str) -> None:
    """The records before the damage have come out, and the message says where it is."""
    reading = read_records(document(b'{"question": [{}' + rest))
    first = next(reading)
    with pytest.raises(UnreadableDocument) as caught:
        list(reading)

    assert first.data == b"{}"
    assert str(caught.value) == f"damaged JSON at {message}: download or export it again"
