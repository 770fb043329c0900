"""A build publishes what is new, accounts for the rest, and never loses what is there."""

from __future__ import annotations

import errno
import json
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from index.builder import Report, build, describe_problem
from index.errors import (
    ArchivesMissing,
    FilesExhausted,
    IndexFormatError,
    IndexLocked,
    IndexMissing,
    MixedCorpora,
    NothingRecognised,
    QuestionsError,
)
from index.question import Question, make_question
from index.sources import Reject
from index.stores.directory import REJECTS_NAME, DirectoryPlace
from index.stores.manifest import MANIFEST_NAME, Manifest
from index.stores.replacement import place_for_rebuild, recover
from index.stores.version_key import same_content, version_key
from index.stores.whoosh_store import open_store, read_report
from tests.damaging import overwrite

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 6, 1)
ASKED = date(2026, 3, 3)


def asked(numero: int = 1, **changes: Any) -> Question:
    """A question waiting for its answer."""
    return make_question(
        legislature=17,
        type="QE",
        numero=numero,
        **dict[str, Any](titre=f"Titre {numero}", date_question=ASKED) | changes,
    )


def answered(numero: int = 1, day: date = date(2026, 5, 12), **changes: Any) -> Question:
    """The same question, later."""
    return asked(numero, date_reponse=day, texte_reponse="<p>Oui.</p>", **changes)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Write questions as a file of our own export, named in the order of the calls."""
    written = iter(range(100))

    def write(*questions: Question, name: str = "", line: str = "") -> Path:
        path = tmp_path / (name or f"{next(written)}.ndjson")
        lines = [json.dumps(question.as_record(None)) for question in questions]
        path.write_text("\n".join([*lines, line]), encoding="utf-8")
        return path

    return write


Export = Callable[..., Path]


def run(directory: Path, *sources: Path, rebuild: bool = False) -> Report:
    """A build whose progress nobody looks at."""
    return build(sources, directory, today=TODAY, rebuild=rebuild, progress=lambda *_: None)


def held(directory: Path) -> dict[str, date]:
    """The last event of each question held, by uid."""
    fictional = Manifest.read(directory).fictional
    with open_store(directory, fictional=fictional, today=TODAY) as store:
        days = ((uid, int(version[:7])) for uid, version in store.known().items())
        return {uid: date.fromordinal(day) for uid, day in days}


def content(directory: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def counts(report: Report) -> tuple[int, ...]:
    """Read, indexed, unchanged, superseded, rejected."""
    return (
        report.read,
        report.indexed,
        report.unchanged,
        report.superseded,
        report.rejected,
    )


def test_new_questions_are_indexed(directory: Path, export: Export) -> None:
    """A first build makes the index and holds what it read."""
    report = run(directory, export(asked(1), asked(2)))

    assert counts(report) == (2, 2, 0, 0, 0)
    assert held(directory).keys() == {"QANR5L17QE1", "QANR5L17QE2"}


def test_the_same_file_again_changes_nothing(directory: Path, export: Export) -> None:
    """No generation is published when there is nothing new, and the account says so."""
    source = export(asked(1), asked(2))
    first = run(directory, source)

    again = run(directory, source)

    assert counts(again) == (2, 0, 2, 0, 0)
    assert again.generation == first.generation
    assert again.render().endswith("nothing new: nothing was published")


def test_the_same_content_from_another_file_is_unchanged(directory: Path, export: Export) -> None:
    """Where a question was read from is no part of what it says."""
    run(directory, export(asked(1)))

    assert counts(run(directory, export(asked(1)))) == (1, 0, 1, 0, 0)


def test_a_newer_version_replaces(directory: Path, export: Export) -> None:
    """An answer that came since is taken in."""
    first = run(directory, export(asked(1)))

    report = run(directory, export(answered(1)))

    assert counts(report) == (1, 1, 0, 0, 0)
    assert report.generation is not None and report.generation > (first.generation or 0)
    assert held(directory) == {"QANR5L17QE1": date(2026, 5, 12)}


def test_an_older_file_never_overwrites(directory: Path, export: Export) -> None:
    """An old archive indexed late is superseded by what is held."""
    run(directory, export(answered(1)))

    assert counts(run(directory, export(asked(1)))) == (1, 0, 0, 1, 0)
    assert held(directory) == {"QANR5L17QE1": date(2026, 5, 12)}


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_versions_in_one_batch_the_newer_stays(
    directory: Path, export: Export, newest_first: bool
) -> None:
    """The order in which files are read doesn't matter."""
    versions = (asked(1), answered(1))

    report = run(directory, export(*(reversed(versions) if newest_first else versions)))

    assert counts(report) == (2, 1, 0, 1, 0)
    assert held(directory) == {"QANR5L17QE1": date(2026, 5, 12)}


def test_a_duplicate_in_one_batch_is_unchanged(directory: Path, export: Export) -> None:
    """The same question in two files counts once as indexed."""
    report = run(directory, export(asked(1)), export(asked(1)))

    assert counts(report) == (2, 1, 1, 0, 0)


def test_ties_end_the_same_in_any_order(tmp_path: Path, export: Export) -> None:
    """Versions with the same dates are told apart by content, never by chance."""
    versions = [asked(1, titre=f"Titre {letter}") for letter in "abcdef"]
    kept = set()
    for number in range(4):
        random.Random(number).shuffle(versions)
        directory = tmp_path / f"index-{number}"
        run(directory, *(export(version) for version in versions))
        with open_store(directory, fictional=False, today=TODAY) as store:
            kept.add(store.known()["QANR5L17QE1"])

    best = max(version_key(version.version) for version in versions)
    assert [same_content(found, best) for found in kept] == [True]


def test_every_account_adds_up(directory: Path, export: Export) -> None:
    """Whatever is thrown together, read is the sum of the four ends."""
    dice = random.Random(7)
    for _ in range(5):
        batch = [
            dice.choice((asked, answered))(dice.randint(1, 6), titre=dice.choice("ab"))
            for _ in range(20)
        ]
        report = run(directory, export(*batch, line="{broken"))

        assert counts(report)[0] == 21 == sum(counts(report)[1:])


def test_an_account_that_does_not_add_up_is_refused() -> None:
    """A question lost by a fault of the program would be noticed at once."""
    with pytest.raises(ValueError, match="2 were read but 1 are accounted for"):
        Report(sources=(), day=TODAY, read=2, indexed=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date_question": date(2026, 6, 2)}, "date_question"),
        ({"date_reponse": date(2031, 1, 1)}, "date_reponse"),
        ({"date_signalement": date(2031, 1, 1)}, "date_signalement"),
        ({"date_retrait": date(2031, 1, 1)}, "date_retrait"),
        ({"dates_renouvellement": (date(2031, 1, 1),)}, "dates_renouvellement"),
    ],
)
def test_a_date_in_the_future_is_a_reject(
    directory: Path, export: Export, changes: dict[str, Any], field: str
) -> None:
    """The reason names the field and the date; the other questions are indexed."""
    report = run(directory, export(asked(1, **changes), asked(2), name="q.ndjson"))

    assert counts(report) == (2, 1, 0, 0, 1)
    assert report.rejects[0].reason.startswith(f"{field} 20")
    assert describe_problem(report.rejects[0]).startswith(f"q.ndjson, QANR5L17QE1: {field} ")
    assert report.rejects[0].excerpt.startswith('{"uid": "QANR5L17QE1", "legislature": 17, ')


def test_a_date_of_today_is_no_future(directory: Path, export: Export) -> None:
    """The JO of the day of the build is taken in."""
    assert run(directory, export(asked(1, date_question=TODAY))).indexed == 1


def test_rejects_are_kept_beside_the_index(directory: Path, export: Export) -> None:
    """One JSON object a line, with source, place, reason and excerpt."""
    report = run(directory, export(asked(1), line='{"uid": 3}', name="q.ndjson"))

    lines = (directory / REJECTS_NAME).read_text(encoding="utf-8").splitlines()
    assert [Reject(**json.loads(line)) for line in lines] == list(report.rejects)
    assert (report.rejects[0].source, report.rejects[0].place) == ("q.ndjson", "line 2")


def test_the_account_is_kept_beside_the_index(directory: Path, export: Export) -> None:
    """`report-{generation}.json` says what was read, when, and what became of it."""
    report = run(directory, export(asked(1), line="{", name="q.ndjson"))

    kept = read_report(directory, report.generation)
    assert kept == {"generation": report.generation} | report.as_json()
    assert list(kept["archives"]) == ["q.ndjson"]
    assert (kept["day"], kept["read"], kept["rejected"]) == ("2026-06-01", 2, 1)


def test_the_account_holds_the_checksums_of_what_was_read(directory: Path, export: Export) -> None:
    """Those of earlier builds too; a build that publishes nothing has none to add."""
    first, second = export(asked(1), name="a.ndjson"), export(asked(2), name="b.ndjson")
    run(directory, first)

    report = run(directory, second)

    kept = read_report(directory, report.generation)
    assert kept["archives"] == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (first, second)
    }
    assert run(directory, second).archives == {}


def test_nothing_recognised_makes_no_index(directory: Path, tmp_path: Path) -> None:
    """The message gives the first reason and how many more there are, on one line."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text("Bonjour.")

    with pytest.raises(NothingRecognised) as caught:
        run(directory, folder)

    assert str(caught.value).startswith(f"no question in {folder}: papers/a.txt: not a question")
    assert str(caught.value).endswith("(and 2 others)")
    assert not directory.exists()


def test_an_empty_folder_is_nothing_recognised(directory: Path, tmp_path: Path) -> None:
    """A folder without files is said to be one."""
    folder = tmp_path / "empty"
    folder.mkdir()

    with pytest.raises(NothingRecognised, match="there is no file in it to read"):
        run(directory, folder)


def test_rejects_alone_make_no_index(directory: Path, export: Export) -> None:
    """What was recognised and rejected is accounted for; the directory stays vacant."""
    report = run(directory, export(asked(1, date_question=date(2031, 1, 1)), line='{"uid": 3}'))

    assert (counts(report), report.generation) == ((2, 0, 0, 0, 2), None)
    assert not directory.exists()
    assert run(directory, export(asked(FICTIONAL))).indexed == 1


def test_a_given_directory_stays_empty_when_all_is_rejected(tmp_path: Path, export: Export) -> None:
    """Nothing makes it the index of a corpus of which it holds no question."""
    directory = tmp_path / "given"
    directory.mkdir()

    run(directory, export(asked(1, date_question=date(2031, 1, 1))))

    assert list(directory.iterdir()) == []


def test_rejects_alone_are_kept_beside_an_index(directory: Path, export: Export) -> None:
    """The index is as it was, and its file of rejects tells of this build."""
    first = run(directory, export(asked(1)))

    report = run(directory, export(asked(2, date_question=date(2031, 1, 1)), line='{"uid": 3}'))

    assert (counts(report), report.generation) == ((2, 0, 0, 0, 2), first.generation)
    assert len((directory / REJECTS_NAME).read_text(encoding="utf-8").splitlines()) == 2
    assert held(directory).keys() == {"QANR5L17QE1"}


def test_values_not_understood_are_reported(directory: Path, tmp_path: Path) -> None:
    """They are counted, the first is told, and the account keeps all of them."""
    source = tmp_path / "q.json"
    published = {"uid": "QANR5L17QE1", "signalement": "oui", "renouvellements": "deux fois"}
    source.write_text(json.dumps({"question": published}))

    report = run(directory, source)

    assert counts(report) == (1, 1, 0, 0, 0)
    assert "2 values not understood: q.json, QANR5L17QE1: signalement 'oui'" in report.render()
    kept = read_report(directory, report.generation)
    assert [remark["place"] for remark in kept["remarks"]] == ["QANR5L17QE1"] * 2


def test_an_erratum_replaces_what_it_corrects(directory: Path, tmp_path: Path) -> None:
    """Its date makes it the newer version, in whichever order the two are read."""
    publications = [
        {"infoJO": {"dateJO": "2026-03-03"}, "texte": "Le puits."},
        {"infoJO": {"dateJO": "2026-04-07"}, "texte": "Les puits."},
    ]
    sources = [tmp_path / "corrected.json", tmp_path / "first.json"]
    for source, held_texts in zip(sources, (publications, publications[:1]), strict=True):
        texts = {"texteQuestion": held_texts}
        source.write_text(json.dumps({"question": {"uid": "QANR5L17QE1", "textesQuestion": texts}}))

    assert counts(run(directory, sources[0])) == (1, 1, 0, 0, 0)
    assert counts(run(directory, sources[1])) == (1, 0, 0, 1, 0)


def test_actors_alone_publish_nothing(directory: Path, tmp_path: Path) -> None:
    """Actors' files are recognised and counted, yet hold no question."""
    source = tmp_path / "acteur.json"
    ident = {"civ": "Mme", "prenom": "Odile", "nom": "Ferrandeau"}
    acteur = {"uid": {"#text": "PA900001"}, "etatCivil": {"ident": ident}, "mandats": None}
    source.write_text(json.dumps({"acteur": acteur}))

    report = run(directory, source)

    assert (report.actors_files, report.read, report.generation) == (1, 0, None)
    assert not directory.exists()


def test_an_unresolved_reference_is_counted_and_kept(directory: Path, export: Export) -> None:
    """An author known by reference only is no reason to reject a question."""
    report = run(directory, export(asked(1, acteur_ref="PA1")))

    assert (report.indexed, report.unresolved_references) == (1, 1)
    assert "1 unresolved reference: authors that no actors' file names" in report.render()


FICTIONAL = 900_001


@pytest.mark.parametrize("numbers", [(1, FICTIONAL), (FICTIONAL, 1)])
def test_fictional_and_real_questions_do_not_share_a_batch(
    directory: Path, export: Export, numbers: tuple[int, ...]
) -> None:
    """The message names one of each, and no index is left that would refuse the other kind."""
    with pytest.raises(MixedCorpora, match=r"QANR5L17QE900001 in .* is fictional"):
        run(directory, export(*map(asked, numbers)))

    assert not directory.exists()


@pytest.mark.parametrize("numbers", [(1, FICTIONAL), (FICTIONAL, 1)])
def test_fictional_and_real_questions_do_not_share_an_index(
    directory: Path, export: Export, numbers: tuple[int, int]
) -> None:
    """An index keeps the kind it was made for, and everything in it."""
    run(directory, export(asked(numbers[0])))
    before = held(directory)

    with pytest.raises(MixedCorpora):
        run(directory, export(asked(numbers[1])))

    assert held(directory) == before


def test_an_empty_directory_that_was_given_stays(tmp_path: Path, export: Export) -> None:
    """A failed first build leaves the directory it was given, which may be a mount point."""
    directory = tmp_path / "given"
    directory.mkdir()

    with pytest.raises(MixedCorpora):
        run(directory, export(asked(1), asked(FICTIONAL)))

    assert list(directory.iterdir()) == []


@pytest.mark.parametrize("rebuild", [True, False])
def test_other_files_are_never_replaced_by_an_index(
    tmp_path: Path, export: Export, rebuild: bool
) -> None:
    """A directory that is no index is refused, and untouched."""
    directory = tmp_path / "letters"
    directory.mkdir()
    (directory / "letter.txt").write_text("Madame,")

    with pytest.raises(IndexFormatError, match="holds files but is no index"):
        run(directory, export(asked(1)), rebuild=rebuild)

    assert content(directory) == {"letter.txt": b"Madame,"}


def test_an_index_of_another_version_is_untouched(directory: Path, export: Export) -> None:
    """It is refused with the command that makes it again."""
    run(directory, export(asked(1)))
    replace(Manifest.read(directory), format_version=0).write(directory)
    before = content(directory)

    with pytest.raises(IndexFormatError, match="qe index --rebuild"):
        run(directory, export(asked(2)))

    assert content(directory) == before


def test_a_second_writer_is_refused(directory: Path, export: Export) -> None:
    """Updates and rebuilds alike, and the first writer's index is left alone."""
    run(directory, export(asked(1)))
    source = export(asked(2))
    with open_store(directory, fictional=False, today=TODAY):
        for rebuild in (False, True):
            with pytest.raises(IndexLocked):
                run(directory, source, rebuild=rebuild)

    assert held(directory).keys() == {"QANR5L17QE1"}


def test_a_second_first_build_is_refused(directory: Path, export: Export) -> None:
    """While another process makes the index, nothing it has written is taken away."""
    with open_store(directory, fictional=False, today=TODAY):
        with pytest.raises(IndexLocked):
            run(directory, export(asked(2)))

        assert (directory / MANIFEST_NAME).exists()


READING_STEPS = ("Looking for actors' files", "Reading questions")


class Killed(BaseException):
    """Stands for whatever ends a build in its middle, Ctrl+C included."""


def test_a_build_that_ends_early_changes_nothing(directory: Path, export: Export) -> None:
    """The old index is as it was, and the next build goes through."""
    run(directory, export(asked(1)))
    source = export(asked(2))
    before = held(directory)

    def interrupted(step: str, *_: int) -> None:
        if step not in READING_STEPS:
            raise Killed

    for rebuild in (False, True):
        with pytest.raises(Killed):
            build([source], directory, today=TODAY, rebuild=rebuild, progress=interrupted)

        assert held(directory) == before
    assert run(directory, source).indexed == 1


def test_a_rebuild_holds_what_its_sources_hold(directory: Path, export: Export) -> None:
    """Questions that no source holds any more are gone, and so is every trace of the making."""
    run(directory, export(asked(1), asked(2)))

    report = run(directory, export(asked(2), asked(3)), rebuild=True)

    assert counts(report) == (2, 2, 0, 0, 0)
    assert held(directory).keys() == {"QANR5L17QE2", "QANR5L17QE3"}
    assert not [path for path in directory.parent.iterdir() if path.name.startswith(".index.new")]


def test_a_rebuild_reads_the_kept_archives(directory: Path, export: Export) -> None:
    """Without a source, what is kept beside the index is read, hidden files aside."""
    run(directory, export(asked(1)))
    archives = directory.with_name("index.archives")
    archives.mkdir()
    export(asked(2), name="index.archives/b.ndjson")
    export(asked(3), name="index.archives/.c.ndjson.part")

    report = run(directory, rebuild=True)

    assert (counts(report), held(directory).keys()) == ((1, 1, 0, 0, 0), {"QANR5L17QE2"})
    assert report.sources == (str(archives / "b.ndjson"),)


def test_a_rebuild_from_nothing_keeps_the_old_index(directory: Path, export: Export) -> None:
    """The message says where archives would be, and how they come there."""
    run(directory, export(asked(1)))

    with pytest.raises(ArchivesMissing, match=r"no archive is kept in .*index\.archives.*qe sync"):
        run(directory, rebuild=True)

    assert held(directory).keys() == {"QANR5L17QE1"}


def test_a_rebuild_follows_a_link(directory: Path, export: Export) -> None:
    """What the link leads to is replaced; the link stays."""
    link = directory.with_name("link")
    run(directory, export(asked(1)))
    link.symlink_to(directory)

    run(link, export(asked(2)), rebuild=True)

    assert link.is_symlink()
    assert held(directory).keys() == held(link).keys() == {"QANR5L17QE2"}


def test_a_rebuild_of_the_current_folder(
    directory: Path, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--index .` names an index as well as any other path."""
    source = export(asked(1))
    run(directory, source)
    monkeypatch.chdir(directory)

    run(Path(), source, rebuild=True)

    assert held(directory).keys() == {"QANR5L17QE1"}


def test_a_failed_rebuild_leaves_no_directory(directory: Path, export: Export) -> None:
    """Where there was no index there is none, not even a place for one."""
    with pytest.raises(MixedCorpora):
        run(directory, export(asked(1), asked(FICTIONAL)), rebuild=True)

    assert not directory.exists()


def test_a_first_build_that_was_killed_binds_nobody(directory: Path, export: Export) -> None:
    """It published no question, so that the index may become one of the other kind."""
    with open_store(directory, fictional=True, today=TODAY):
        pass

    run(directory, export(asked(1)))

    assert not Manifest.read(directory).fictional
    assert held(directory).keys() == {"QANR5L17QE1"}


def test_a_rebuild_makes_a_missing_index(directory: Path, export: Export) -> None:
    """There need not be an old one."""
    run(directory, export(asked(1)), rebuild=True)

    assert held(directory).keys() == {"QANR5L17QE1"}


@pytest.mark.parametrize("damage", ['{"format_version": 0}', "not JSON"])
def test_a_rebuild_replaces_what_cannot_be_read(
    directory: Path, export: Export, damage: str
) -> None:
    """This is the way out that the messages name."""
    run(directory, export(asked(1)))
    overwrite(directory / MANIFEST_NAME, damage)

    run(directory, export(asked(2)), rebuild=True)

    assert held(directory).keys() == {"QANR5L17QE2"}


def test_a_rebuild_may_change_the_kind_of_corpus(directory: Path, export: Export) -> None:
    """Nothing mixes when everything old goes."""
    run(directory, export(asked(1)))

    run(directory, export(asked(FICTIONAL)), rebuild=True)

    assert Manifest.read(directory).fictional


@pytest.mark.parametrize(
    "questions", [(asked(1), asked(FICTIONAL)), (asked(3, date_question=date(2031, 1, 1)),)]
)
def test_a_rebuild_that_takes_nothing_in_keeps_the_old_index(
    directory: Path, export: Export, questions: Iterable[Question]
) -> None:
    """The old index is worth more than none, or than an empty one."""
    run(directory, export(asked(1), asked(2)))
    before = held(directory)
    source = export(*questions)

    try:
        run(directory, source, rebuild=True)
    except QuestionsError as error:
        assert isinstance(error, MixedCorpora)

    assert held(directory) == before


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_rebuild_works_where_directories_cannot_be_exchanged(
    directory: Path, export: Export, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    """Two renames do the same, less the guarantee of one step."""
    if not in_one_step:
        monkeypatch.setattr("index.stores.replacement._exchange", lambda *_: False)
    run(directory, export(asked(1)))

    run(directory, export(asked(2)), rebuild=True)

    assert held(directory).keys() == {"QANR5L17QE2"}
    assert {path.name for path in directory.parent.iterdir() if path.is_dir()} == {"index"}


def test_an_index_put_aside_comes_back(directory: Path, export: Export) -> None:
    """A rebuild killed between its two renames has lost nothing: the next build finds it."""
    run(directory, export(asked(1)))
    directory.rename(directory.with_name(".index.old"))

    report = run(directory, export(asked(1), asked(2)))

    assert counts(report) == (2, 1, 1, 0, 0)


def test_leftovers_of_a_finished_rebuild_go_away(directory: Path, export: Export) -> None:
    """An old index beside a complete new one is no longer of use."""
    run(directory, export(asked(1)))
    aside = directory.with_name(".index.old")
    shutil.copytree(directory, aside)

    recover(directory)

    assert not aside.exists()


@pytest.mark.parametrize("rebuild", [True, False])
def test_leftovers_of_a_killed_rebuild_go_away(
    directory: Path, export: Export, rebuild: bool
) -> None:
    """They are no part of what comes next, and give back their room."""
    run(directory, export(asked(1)))
    leftover = directory.with_name(".index.new")
    shutil.copytree(directory, leftover)

    run(directory, export(asked(2)), rebuild=rebuild)

    assert not leftover.exists()
    assert held(directory).keys() == {"QANR5L17QE1", "QANR5L17QE2"} - {f"QANR5L17QE{+rebuild}"}


def test_one_rebuild_at_a_time(directory: Path, export: Export) -> None:
    """Two would take away each other's work."""
    with place_for_rebuild(directory), pytest.raises(IndexLocked, match="is being rebuilt"):
        run(directory, export(asked(1)), rebuild=True)


def test_rejects_of_an_earlier_build_do_not_linger(directory: Path, export: Export) -> None:
    """The file of rejects tells of the latest build."""
    run(directory, export(asked(1), line="{"))
    run(directory, export(asked(1)))

    assert (directory / REJECTS_NAME).read_text() == ""


def test_a_failure_to_publish_is_not_swallowed(
    directory: Path, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails ends the build, and a first build leaves no index behind."""

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(DirectoryPlace, "keep_rejects", failing)

    with pytest.raises(OSError, match="Input/output error"):
        run(directory, export(asked(1)))

    with pytest.raises(IndexMissing):
        Manifest.read(directory)


def test_too_few_open_files_are_told(
    directory: Path, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way out is named: a large build has many parts."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(DirectoryPlace, "opened", refuse)

    with pytest.raises(FilesExhausted, match="ulimit"):
        build([export(asked())], directory, today=TODAY, progress=lambda *_: None)
