"""Every byte of an index is vouched for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import IndexFormatError, IndexMissing
from index.question import make_question
from index.stores.whoosh_check import check_index
from index.stores.whoosh_store import open_store
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
    assert steps[-1] == ("Checking", verdict.segments, verdict.segments)


@pytest.mark.parametrize("ending", ["documents", "records", "key.uid", "contents", "lengths"])
def test_a_flipped_byte_is_found(directory: Path, ending: str) -> None:
    """Opening wouldn't notice all of these; the message names the file."""
    path = next(directory.glob(f"MAIN_*.{ending}"))
    damaged = bytearray(path.read_bytes())
    damaged[-2] ^= 4
    path.write_bytes(damaged)

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
        path.write_bytes(damaged)

        try:
            assert any(str(path) in damage for damage in damages(directory)), place
        except IndexFormatError as error:
            assert "damaged" in str(error), place


def test_a_damaged_account_is_found(directory: Path) -> None:
    """The account of the build is part of an index."""
    path = directory / "report-2.json"
    path.write_text(path.read_text()[:-3])

    assert [str(path) in damage for damage in damages(directory)] == [True]


def test_no_index_is_said_to_be_none(tmp_path: Path) -> None:
    """As by every other command."""
    with pytest.raises(IndexMissing):
        check_index(tmp_path, lambda *_: None)
