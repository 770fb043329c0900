"""Every byte of an index is vouched for, and what was written hangs together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.columnar.array_file import HEADER_SIZE, checksum
from index.columnar.index import open_generation
from index.columnar.segment_files import CONTENTS, array_path, read_contents
from index.errors import IndexFormatError, IndexMissing
from index.question import make_question
from index.stores.whoosh_check import check_index
from index.stores.whoosh_schema import index_term
from index.stores.whoosh_store import open_index, open_store
from index.verdict import SAMPLE
from tests.damaging import overwrite
from tests.publishing import publish

TODAY = date(2026, 5, 12)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An index of two builds, the second of which replaces a question."""
    for texts in (["l’eau", "le pain"], ["l’air"]):
        questions = [
            make_question(uid=f"QANR5L17QE{n}", texte_question=f"<p>{text}</p>", source="a")
            for n, text in enumerate(texts, start=1)
        ]
        with open_store(tmp_path, fictional=False, today=TODAY) as store:
            publish(store, questions)
    return tmp_path


def damages(directory: Path) -> tuple[str, ...]:
    return check_index(directory, lambda *_: None).damages


def test_a_sound_index_is_said_to_be(directory: Path) -> None:
    """With what it holds."""
    steps: list[tuple[str, int, int]] = []

    verdict = check_index(directory, lambda *step: steps.append(step))

    assert (verdict.generation, verdict.questions, verdict.damages) == (2, 2, ())
    assert verdict.records == 2
    assert [step for step in steps if step[1] == step[2]] == [
        ("Checking files", verdict.parts, verdict.parts),
        ("Checking arrays", verdict.parts, verdict.parts),
        ("Checking records", 2, 2),
    ]


@pytest.mark.parametrize("ending", ["documents", "records", "key.uid", "contents", "lengths"])
def test_a_flipped_byte_is_found(directory: Path, ending: str) -> None:
    """Opening wouldn't notice all of these; the message names the file."""
    path = next(directory.glob(f"MAIN_*.{ending}"))
    damaged = bytearray(path.read_bytes())
    damaged[-2] ^= 4
    overwrite(path, damaged)

    try:
        found = damages(directory)
    except IndexFormatError as error:
        found = (str(error),)
    assert len(found) == 1
    assert str(path) in found[0]


def test_a_flipped_byte_of_the_table_of_contents_is_found(directory: Path) -> None:
    """Deletions stand there: Whoosh itself would not notice."""
    path = directory / "_MAIN_2.toc"
    whole = path.read_bytes()
    for place in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        overwrite(path, damaged)

        try:
            assert any(str(path) in damage for damage in damages(directory)), place
        except IndexFormatError as error:
            assert "damaged" in str(error), place


def test_a_damaged_account_is_found(directory: Path) -> None:
    """The account of the build is part of an index."""
    path = directory / "report-2.json"
    overwrite(path, path.read_text()[:-3])

    assert [str(path) in damage for damage in damages(directory)] == [True]


def rewrite(directory: Path, name: str, change: Callable[[NDArray[Any]], None]) -> Path:
    """Change an array and make every checksum right again, as a faulty program would."""
    path = next(directory.glob(f"MAIN_*.{name}"))
    segment = path.name.split(".")[0]
    contents = read_contents(directory, segment)
    entry = contents.arrays[name]
    data = bytearray(path.read_bytes())
    change(np.frombuffer(data, entry.dtype, offset=HEADER_SIZE).reshape(entry.shape))
    overwrite(path, data)
    entries = {**contents.arrays, name: replace(entry, crc32=checksum(path))}
    vouched = replace(contents, arrays=entries).to_bytes()
    overwrite(array_path(directory, segment, CONTENTS), vouched)
    return path


QUESTIONS = [
    make_question(
        uid=f"QANR5L17QE{n}",
        titre=titre,
        texte_question=f"<p>{text}</p>",
        date_question=date(2025, 1, n),
        source="a.zip/q.json",
    )
    for n, (titre, text) in enumerate(
        [
            ("Phare", "une mer, deux mers"),
            ("Bouée", "la mer et l’eau de mer"),
            ("Digue", "un port sans eau"),
        ],
        start=1,
    )
]


@pytest.fixture
def one_segment(tmp_path: Path) -> Path:
    """An index of three questions in one segment."""
    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        publish(store, QUESTIONS)
    return tmp_path


def place_of(directory: Path, field: str, term: str) -> int:
    """The place of the first posting of a term."""
    (segment,) = open_generation(open_index(directory)).segments
    row = segment.arrays.row(field, index_term(term))
    assert row is not None
    return int(segment.arrays.postings.list_starts[row])


def setting(place: int | tuple[int, ...], value: Any) -> Callable[[NDArray[Any]], None]:
    """The change of one entry of an array."""

    def change(array: NDArray[Any]) -> None:
        assert array[place] != value
        array[place] = value

    return change


def test_a_flipped_posting_with_a_right_checksum_is_found(one_segment: Path) -> None:
    """The record says which documents a word is in, whatever the checksums do."""
    place = place_of(one_segment, "titre", "phare")
    path = rewrite(one_segment, "documents", setting(place, 2))

    found = check_index(one_segment, lambda *_: None, every=True).damages

    uid = "QANR5L17QE1"
    assert found == (
        f"{path} disagrees with the record of {uid}: "
        "« phare » of its titre is in the text and not in its list",
        *(
            f"{path} disagrees with the record of QANR5L17QE{n}: stands in {lists} lists and its "
            f"text has {words} words"
            for n, lists, words in postings_off_by_one(one_segment)
        ),
    )


def postings_off_by_one(directory: Path) -> list[tuple[int, int, int]]:
    """The first question has lost one posting, and the last has one too many."""
    (segment,) = open_generation(open_index(directory)).segments
    first, _, last = np.bincount(segment.arrays.postings.documents).tolist()
    return [(1, first, first + 1), (3, last, last - 1)]


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("lengths", setting((0, 2), 9), "another number of words in question"),
        ("token_starts", setting(1, 99), "words that begin elsewhere in question"),
        ("integer.numero", setting(1, 7), "says something else than the record"),
        ("integer.newest_jo", setting(0, 7), "says something else than the record"),
        ("text.archive.values", setting(0, ord("b")), "says something else than the record"),
        ("records", lambda array: array.fill(0), "cannot be read"),
    ],
)
def test_what_the_record_denies_is_found(
    one_segment: Path, name: str, change: Callable[[NDArray[Any]], None], what: str
) -> None:
    """Columns, lengths and places of words follow from the record, and are held against it."""
    path = rewrite(one_segment, name, change)

    found = damages(one_segment)

    column = str(path).removesuffix(".values")
    assert found
    assert all(column in damage and what in damage for damage in found), found


@pytest.mark.parametrize("name", ["positions", "frequencies"])
def test_words_at_other_places_are_found(one_segment: Path, name: str) -> None:
    """Where a word stands, and how often; frequencies are exchanged, so that their sum is right."""
    place = place_of(one_segment, "question", "mer")

    def exchange(array: NDArray[Any]) -> None:
        assert array[place] != array[place + 1]
        array[[place, place + 1]] = array[[place + 1, place]]

    def move(array: NDArray[Any]) -> None:
        array += 1

    path = rewrite(one_segment, name, move if name == "positions" else exchange)

    assert any(str(path) in damage for damage in damages(one_segment))


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("list_starts", setting(1, 10_000), "does not cut the postings into lists"),
        ("documents", setting(0, 77), "names a document that there is none of"),
        ("list_keys", setting(0, 1 << 40), "is not in ascending order"),
        ("frequencies", lambda array: array.fill(2), "entries for"),
        ("records.bounds", setting(1, 10_000), "does not cut `records` into documents"),
        ("text.type", setting(0, 200), "numbers a value that there is none of"),
        ("key.version", setting(2, b"0" * 33), "is not the order of the keys"),
        ("key.uid.order", setting(0, 1), "does not name each document once"),
        ("relation.lemma.bounds", setting(1, 10_000), "does not cut `numbers` into parts"),
    ],
)
def test_arrays_that_disagree_are_found(
    one_segment: Path, name: str, change: Callable[[NDArray[Any]], None], what: str
) -> None:
    """Before any record is looked at: what can't be followed is named, and nothing breaks."""
    rewrite(one_segment, name, change)

    found = damages(one_segment)

    assert any(what in damage for damage in found), found


def test_a_sample_is_spread_over_the_questions(tmp_path: Path) -> None:
    """Not every record is analysed again, but as many as are said to be."""
    questions = [
        make_question(uid=f"QANR5L17QE{n}", titre="Phare", source="a") for n in range(1, 1_500)
    ]
    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        publish(store, questions)

    verdicts = [check_index(tmp_path, lambda *_: None, every=every) for every in (False, True)]

    assert [verdict.records for verdict in verdicts] == [SAMPLE, 1_499]
    assert [verdict.damages for verdict in verdicts] == [(), ()]


def test_no_index_is_said_to_be_none(tmp_path: Path) -> None:
    """As by every other command."""
    with pytest.raises(IndexMissing):
        check_index(tmp_path, lambda *_: None)
