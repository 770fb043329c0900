"""The write side of the Whoosh index: what is published is there, whole, or not at all."""

from __future__ import annotations

import errno
import json
import multiprocessing
import resource
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.columnar.segment_files import _allow_many_files
from index.errors import (
    IndexFormatError,
    IndexLocked,
    IndexMissing,
    MixedCorpora,
    NotMerged,
    ProcessKilled,
)
from index.french.analyzer import fingerprint
from index.question import Question, make_question
from index.stores.manifest import MANIFEST_NAME
from index.stores.version_key import version_key
from index.stores.whoosh_runs import FOLDER
from index.stores.whoosh_store import (
    latest_generation,
    open_index,
    open_store,
    read_report,
)
from search.engine import open_engine
from search.request import SearchRequest
from tests.damaging import change_manifest
from tests.publishing import publish as publish_into

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 5, 12)


def question(number: int, text: str = "une route", **given: Any) -> Question:
    """A question with a text, numbered from 1."""
    values = {"uid": f"QANR5L17QE{number}", "texte_question": f"<p>{text}</p>", "source": "a.json"}
    return make_question(**(values | given))


def publish(directory: Path, questions: Iterable[Question], **report: Any) -> int:
    """Publish some questions and close the store."""
    with open_store(directory, fictional=False, today=TODAY) as store:
        return publish_into(store, questions, report)


def totals(directory: Path, *queries: str) -> list[int]:
    """How many questions of the index each query finds."""
    engine = open_engine(directory)
    try:
        return [engine.search(SearchRequest(q=query)).total for query in queries]
    finally:
        engine.close()


def contents(directory: Path) -> dict[str, bytes]:
    """The files of a directory."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_what_is_published_is_found(tmp_path: Path) -> None:
    """A new directory becomes an index with the questions given."""
    generation = publish(tmp_path / "new", [question(1), question(2, "un pont")])

    assert generation == 1
    assert totals(tmp_path / "new", "route", "ponts", "gare") == [1, 1, 0]


def test_a_later_build_adds(tmp_path: Path) -> None:
    """Questions of two builds stand side by side, and each build is a generation."""
    publish(tmp_path, [question(1)])

    assert publish(tmp_path, [question(2, "la route")]) == 2
    assert totals(tmp_path, "route") == [2]


def test_a_question_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing of the version held before is found any more."""
    publish(tmp_path, [question(1, "une route", titre="Péage"), question(2)])
    publish(tmp_path, [question(1, "un pont")])

    assert totals(tmp_path, "route", "pont", "péage", "") == [1, 1, 0, 2]


def test_known_versions(tmp_path: Path) -> None:
    """The version of every question is known by its uid, the replaced ones' no more."""
    publish(tmp_path, [question(1), question(2)])
    newer = question(1, "un pont", date_question=TODAY)
    publish(tmp_path, [newer])

    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        versions = {"QANR5L17QE1": newer.version, "QANR5L17QE2": question(2).version}
        assert store.known() == {uid: version_key(v) for uid, v in versions.items()}


def test_nothing_is_known_at_first(tmp_path: Path) -> None:
    """A new index holds no version."""
    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        assert store.known() == {}


def test_publishing_nothing_changes_nothing(tmp_path: Path) -> None:
    """A build without news gives the current generation and writes no file."""
    publish(tmp_path, [question(1)])
    before = contents(tmp_path)

    assert publish(tmp_path, []) == 1
    assert contents(tmp_path) == before


def test_an_index_of_no_question_answers(tmp_path: Path) -> None:
    """A first build that took nothing in leaves an index that can be searched and filled."""
    publish(tmp_path, [])

    assert totals(tmp_path, "route", "") == [0, 0]
    publish(tmp_path, [question(1)])
    assert totals(tmp_path, "route", "") == [1, 1]


def test_the_account_of_the_build_is_kept(tmp_path: Path) -> None:
    """The report stands beside the index under its generation, for every build."""
    publish(tmp_path, [question(1)], read=1)
    publish(tmp_path, [question(2)], read=7)

    accounts = [read_report(tmp_path, number) for number in (1, 2)]
    assert accounts == [
        {"generation": 1, "read": 1, "archives": {}},
        {"generation": 2, "read": 7, "archives": {}},
    ]


def test_an_account_holds_the_archives_of_all_builds(tmp_path: Path) -> None:
    """What an earlier build indexed is still there; an archive read again has its new checksum."""
    publish(tmp_path, [question(1)], archives={"a.zip": "1", "b.zip": "1"})
    publish(tmp_path, [question(2)], archives={"b.zip": "2", "c.zip": "1"})

    account = read_report(tmp_path, 2)
    assert account["archives"] == {"a.zip": "1", "b.zip": "2", "c.zip": "1"}


def test_a_question_added_twice_is_there_once(tmp_path: Path) -> None:
    """The last one stands, in a new index and in one that held the question."""
    for _ in range(2):
        publish(tmp_path, [question(1, "un pont"), question(2), question(1, "une gare")])

        assert totals(tmp_path, "pont", "gare", "route", "") == [0, 1, 1, 2]


def test_many_questions_take_several_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made by other processes, read in order, and gone in the end."""
    monkeypatch.setattr("index.stores.whoosh_runs.BATCH", 2)
    given = [question(number, f"route{number % 3}") for number in (1, 2, 3, 4, 5, 1, 6, 7)]

    publish(tmp_path, [question(3), question(9)])
    publish(tmp_path, given)

    assert totals(tmp_path, "", "route", "route0", "route1", "route2") == [8, 1, 2, 3, 2]
    assert not list(tmp_path.glob(f"{FOLDER}*"))


def test_more_files_are_held_open_than_is_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that may open few files lets itself open as many as the runs of a build have."""
    monkeypatch.setattr("index.stores.whoosh_runs.BATCH", 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = len(list(Path("/proc/self/fd").iterdir()))
    _allow_many_files.cache_clear()
    resource.setrlimit(resource.RLIMIT_NOFILE, (held + 100, hard))
    try:
        publish(tmp_path, map(question, range(1, 200)))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert totals(tmp_path, "route", "") == [199, 199]


def test_families_cover_the_whole_index(tmp_path: Path) -> None:
    """A word of an earlier build and its plural of a later one are one family."""
    publish(tmp_path, [question(1, "le cheval")])
    publish(tmp_path, [question(2, "les chevaux")])

    assert totals(tmp_path, "cheval", "chevaux") == [2, 2]


def test_progress_is_told(tmp_path: Path) -> None:
    """Each question and the publication are steps that end complete."""
    steps: list[tuple[str, int, int]] = []

    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        publish_into(store, [question(1), question(2)], {}, lambda *step: steps.append(step))

    assert ("indexing", 2, 2) in steps
    assert steps[-1] == ("publishing", 1, 1)


@pytest.fixture
def slow_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any merging takes too long for what was added to wait."""
    monkeypatch.setattr("index.columnar.writer.MOVED_AT_ONCE", 0)


@pytest.mark.usefixtures("slow_merges")
def test_what_was_added_is_found_before_segments_are_merged(tmp_path: Path) -> None:
    """Merging is a generation of its own, with the account of the same build."""
    publish(tmp_path, [question(1), question(2), question(3)])
    found = []

    def look(step: str, done: int, _total: int) -> None:
        if step == "merging" and not done:
            found.append((latest_generation(tmp_path), totals(tmp_path, "gare")))

    with open_store(tmp_path, fictional=False, today=TODAY) as store:
        added = [question(4, "une gare"), question(5)]
        generation = publish_into(store, added, {"read": 1}, look)

    assert found[0] == (2, [1])
    assert generation == latest_generation(tmp_path) == 3
    assert len(open_index(tmp_path).toc().segments) == 1
    assert totals(tmp_path, "gare", "") == [1, 5]
    accounts = [read_report(tmp_path, number) for number in (2, 3)]
    assert [account.pop("generation") for account in accounts] == [2, 3]
    assert accounts[0] == accounts[1]


@pytest.mark.usefixtures("slow_merges")
def test_a_merge_that_fails_loses_nothing(tmp_path: Path) -> None:
    """It is said, what was added is found, and the next build merges."""
    publish(tmp_path, [question(1), question(2), question(3)])

    def fail(step: str, *_: int) -> None:
        if step == "merging":
            raise OSError(errno.ENOSPC, "no space left")

    with (
        pytest.raises(NotMerged, match=r"published .*no space left"),
        open_store(tmp_path, fictional=False, today=TODAY) as store,
    ):
        publish_into(store, [question(4, "une gare"), question(5, "une gare")], {}, fail)

    assert totals(tmp_path, "gare", "") == [2, 5]
    publish(tmp_path, [question(6, "une gare")])
    assert totals(tmp_path, "gare", "") == [3, 6]
    assert len(open_index(tmp_path).toc().segments) == 1


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    """The lock is held from opening to closing, and given up then."""
    with (
        open_store(tmp_path, fictional=False, today=TODAY),
        pytest.raises(IndexLocked) as caught,
    ):
        open_store(tmp_path, fictional=False, today=TODAY)
    publish(tmp_path, [question(1)])

    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("held", [True, False])
def test_fictional_and_real_questions_never_mix(tmp_path: Path, held: bool) -> None:
    """An index says once for all which corpus it holds."""
    with open_store(tmp_path, fictional=held, today=TODAY) as store:
        publish_into(store, [question(1)])

    with pytest.raises(MixedCorpora) as caught:
        open_store(tmp_path, fictional=not held, today=TODAY)
    assert "--index" in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"format_version": 999}, {"analyser": "other"}], ids=["format", "analysis"]
)
def test_another_version_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    """What another version wrote is neither added to nor searched, and the way out is told."""
    publish(tmp_path, [question(1)])
    change_manifest(tmp_path, **change)

    for opening in (lambda: publish(tmp_path, []), lambda: open_engine(tmp_path)):
        with pytest.raises(IndexFormatError) as caught:
            opening()
        assert "--rebuild" in str(caught.value)


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    """A directory of other files never becomes an index."""
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(IndexFormatError):
        open_store(tmp_path, fictional=False, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_manifest_alone_is_a_missing_index(tmp_path: Path) -> None:
    """A first build killed before it published leaves nothing to search."""
    with pytest.raises(IndexMissing):
        open_index(tmp_path)


def test_the_manifest_names_the_analysis(tmp_path: Path) -> None:
    """A later version can tell that its words would differ."""
    publish(tmp_path, [question(1)])

    assert json.loads((tmp_path / MANIFEST_NAME).read_text())["analyser"] == fingerprint()


def test_a_new_index_may_count_on(tmp_path: Path) -> None:
    """A rebuilt index goes on from the generation of the one it replaces."""
    with open_store(tmp_path, fictional=False, today=TODAY, after=6) as store:
        generation = publish_into(store, [question(1)])

    assert generation == latest_generation(tmp_path) == 7
    assert totals(tmp_path, "route") == [1]


def test_no_directory_has_no_generation(tmp_path: Path) -> None:
    """The generation of nothing is 0."""
    assert latest_generation(tmp_path / "none") == latest_generation(tmp_path) == 0


def test_an_open_engine_takes_up_the_new_generation(tmp_path: Path) -> None:
    """A running server needs no restart."""
    publish(tmp_path, [question(1)])
    engine = open_engine(tmp_path)

    publish(tmp_path, [question(2, "la route")])

    assert engine.search(SearchRequest(q="route")).total == 2
    assert engine.health().generation == 2
    engine.close()


def test_a_reader_keeps_its_generation(tmp_path: Path) -> None:
    """What was open before a build answers as before, its files gone or not."""
    publish(tmp_path, [question(1)])
    with open_index(tmp_path).reader() as reader:
        publish(tmp_path, [question(1, "un pont"), question(2)])
        publish(tmp_path, [question(3)])

        assert reader.generation() == 1
        assert [fields["uid"] for _, fields in reader.iter_docs()] == [b"QANR5L17QE1"]
        assert reader.doc_frequency("question", b"route") == 1


def test_what_was_not_published_is_dropped(tmp_path: Path) -> None:
    """An error on the way leaves the index as it was, and unlocked."""
    publish(tmp_path, [question(1)])

    def fail(step: str, *_: int) -> None:
        if step == "publishing":
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        open_store(tmp_path, fictional=False, today=TODAY) as store,
    ):
        publish_into(store, [question(2, "la route")], {}, fail)

    assert totals(tmp_path, "route") == [1]
    assert publish(tmp_path, [question(3, "la route")]) == 2


def test_a_killed_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When memory runs out the system kills one: that is said, and the index is as it was."""
    publish(tmp_path, [question(1)])
    monkeypatch.setattr("index.stores.whoosh_runs.BATCH", 1)

    with (
        pytest.raises(ProcessKilled, match="as happens when memory runs out"),
        open_store(tmp_path, fictional=False, today=TODAY) as store,
    ):
        store.add(question(2), version_key(question(2).version))
        for process in multiprocessing.active_children():
            process.kill()
        publish_into(store, [question(3), question(4), question(5)])

    assert totals(tmp_path, "") == [1]
    assert not list(tmp_path.glob(f"{FOLDER}*"))


def test_what_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    """At the beginning of the next one, which may need the room; what is held stays."""
    publish(tmp_path, [question(1)])
    held = contents(tmp_path)
    for name in ("MAIN_abc.terms", "MAIN_2.toc_crc32", "._MAIN_2.toc.tmp", "_MAIN_0.toc"):
        (tmp_path / name).write_text("left")

    with open_store(tmp_path, fictional=False, today=TODAY):
        pass

    assert contents(tmp_path) == held
