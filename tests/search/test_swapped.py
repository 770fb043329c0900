"""An index that is exchanged, deleted, or cut short while it is open."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from index.errors import IndexFormatError
from index.question import Question, make_question
from index.stores.replacement import replace_directory
from index.stores.whoosh_store import open_store
from search.engine import Engine, open_engine
from search.engines import whoosh_engine
from search.request import SearchRequest
from tests.damaging import cut, overwrite
from tests.publishing import publish

TODAY = date(2026, 5, 12)
EVERYTHING = SearchRequest()


def build(directory: Path, *builds: range, fictional: bool = False) -> Path:
    """An index, or more of one: a generation for each build."""
    for numbers in builds:
        with open_store(directory, fictional=fictional, today=TODAY) as store:
            publish(store, map(question, numbers))
    return directory


def question(number: int) -> Question:
    return make_question(uid=f"QANR5L17QE{number}", texte_question="<p>L’eau.</p>", source="a")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An index of two generations, of 40 questions."""
    return build(tmp_path / "index", range(1, 31), range(31, 41))


@pytest.fixture
def engine(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """It is open, has searched, and looks at the sizes of its files before each search."""
    monkeypatch.setattr(whoosh_engine, "SIZES_BELIEVED", 0.0)
    opened = open_engine(directory)
    assert total(opened) == 40
    yield opened
    opened.close()


def total(engine: Engine) -> int:
    return engine.search(SearchRequest(q="eau")).total


def moved(directory: Path, other: Path) -> None:
    """As `mv` does: for a moment there is nothing."""
    directory.rename(directory.with_name("aside"))
    other.rename(directory)


EXCHANGES: dict[str, Callable[[Path, Path], None]] = {
    "moved": moved,
    "exchanged in one step": replace_directory,
}


@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("generations", [1, 2, 3])
def test_another_index_in_its_place_is_taken_up(
    tmp_path: Path, directory: Path, engine: Engine, exchange: str, generations: int
) -> None:
    """Whatever generation it has come to, the same one included."""
    builds = [range(1, n + 2) for n in range(generations)]
    other = build(tmp_path / "other", *builds, fictional=True)
    # As old as the one it replaces, which directories that are copied with their times may be.
    changed = directory.stat().st_mtime_ns
    os.utime(other, ns=(changed, changed))
    builds_seen = {engine.health().edition}

    EXCHANGES[exchange](directory, other)

    assert total(engine) == generations
    assert engine.health().fictional
    builds_seen.add(engine.health().edition)
    assert len(builds_seen) == 2


def test_a_copy_of_an_index_is_the_same_build(
    tmp_path: Path, directory: Path, engine: Engine
) -> None:
    """Wherever it is served: what was kept of one is good for the other."""
    copied = open_engine(shutil.copytree(directory, tmp_path / "copy"))

    assert copied.health() == engine.health()
    copied.close()


@pytest.mark.parametrize("emptied", [False, True])
def test_a_deleted_index_still_answers(directory: Path, engine: Engine, emptied: bool) -> None:
    """What is open is there until it is let go of; the one that is made next is taken up."""
    shutil.rmtree(directory)
    if emptied:
        directory.mkdir()
    totals = [total(engine), total(engine)]

    build(directory, range(1, 8))

    assert [*totals, total(engine)] == [40, 40, 7]


def test_a_cut_file_is_told_and_its_map_not_read(directory: Path, engine: Engine) -> None:
    """Reading behind its end would end the process; the way out is named."""
    for path in sorted(directory.glob("MAIN_*.records")):
        cut(path, 0)

    for ask in (lambda: total(engine), engine.health, lambda: engine.get("QANR5L17QE3")):
        with pytest.raises(IndexFormatError) as caught:
            ask()
        assert f"{path.parent}/MAIN_" in str(caught.value)
        assert "records" in str(caught.value)
        assert f"`qe index --rebuild SOURCE... --index {directory}`" in str(caught.value)


def test_a_file_cut_during_a_search_gives_no_wrong_answer(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file in turn, cut when its size was just seen: what is read of it is gone."""
    monkeypatch.setattr(whoosh_engine, "SIZES_BELIEVED", 3_600.0)
    told = 0
    for number, name in enumerate(sorted(path.name for path in directory.glob("MAIN_*.*"))):
        copy = Path(shutil.copytree(directory, tmp_path / str(number)))
        opened = open_engine(copy)
        opened.health()
        cut(copy / name, 0)
        for ask in (total, total, lambda engine: len(list(engine.listing(EVERYTHING).questions))):
            try:
                assert ask(opened) == 40
            except IndexFormatError as error:
                told += 1
                assert f"{copy / name} is cut short" in str(error)
                assert "`qe index --rebuild" in str(error)
        opened.close()
        shutil.rmtree(copy)

    assert told > 40


def test_a_file_cut_during_a_listing_ends_it_in_words(directory: Path, engine: Engine) -> None:
    """However long it takes to send, the sizes are looked at on the way."""
    build(directory, range(41, 300))
    questions = engine.listing(SearchRequest()).questions
    next(questions)
    for path in directory.glob("MAIN_*.records"):
        cut(path, 0)

    with pytest.raises(IndexFormatError, match=r"records is cut short.*qe index --rebuild"):
        list(questions)


def test_whole_files_in_the_place_of_cut_ones_are_taken_up(
    tmp_path: Path, directory: Path, engine: Engine
) -> None:
    """Put there by renames, as rsync does, or written back where they stand."""
    path, kept = next(directory.glob("MAIN_*.records")), tmp_path / "kept"
    whole = path.read_bytes()
    kept.write_bytes(whole)
    for put_back in (lambda: overwrite(path, whole), lambda: kept.replace(path)):
        cut(path, 0)
        with pytest.raises(IndexFormatError):
            total(engine)

        put_back()

        assert total(engine) == 40


def test_a_rebuilt_index_is_taken_up_after_damage(directory: Path, engine: Engine) -> None:
    """That is the way out which the message names."""
    cut(next(directory.glob("MAIN_*.documents")), 300)
    with pytest.raises(IndexFormatError):
        total(engine)

    shutil.rmtree(directory)
    build(directory, range(1, 6))

    assert total(engine) == 5


def test_what_could_not_be_read_is_tried_again(
    directory: Path,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An index that is copied file by file will be whole; until then it is said once."""
    held = set(directory.iterdir())
    build(directory, range(41, 43))
    late = next(path for path in set(directory.glob("*.lengths")) - held)
    hidden = late.rename(directory.parent / "late")
    caplog.set_level(logging.ERROR)
    totals = [total(engine) for _ in range(3)]
    said = len(caplog.messages)

    hidden.rename(late)
    totals.append(total(engine))
    monkeypatch.setattr(whoosh_engine.time, "monotonic", lambda: float("inf"))
    totals.append(total(engine))

    assert totals == [40, 40, 40, 40, 42]
    assert said == len(caplog.messages) == 1
    assert f"{late} is missing" in caplog.messages[0]
