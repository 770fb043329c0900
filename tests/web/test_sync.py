"""`qe sync` end to end, against a publisher on this machine."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.question import Question, make_question
from index.sync.addresses import packaged_addresses
from index.sync.folder import ArchiveFolder
from search.engine import open_engine
from tests.archive_server import ArchiveServer, archive_of, cut, status, whole
from web.commands import main

TODAY = date.today()
QE = make_question(uid="QANR5L17QE1", titre="Une écrite", date_question=TODAY)
QG = make_question(uid="QANR5L17QG1", titre="Une au Gouvernement", date_question=TODAY)
OLDER = make_question(uid="QANR5L16QE1", titre="Une ancienne", date_question=date(2024, 1, 2))
NEXT = make_question(uid="QANR5L18QE1", titre="Une nouvelle", date_question=TODAY)

ACTOR = {
    "acteur": {
        "uid": {"#text": "PA1008"},
        "etatCivil": {"ident": {"civ": "M.", "prenom": "Alain", "nom": "David"}},
        "mandats": {"mandat": []},
    }
}


class Published:
    """A publisher, an index of what it publishes, and `qe sync` between the two."""

    def __init__(self, server: ArchiveServer, folder: Path) -> None:
        self.server = server
        self.index = folder / "index"
        self.archives = folder / "index.archives"
        self.addresses = server.addresses(
            folder / "addresses.toml",
            QE={"16": "16qe.zip", "17": "17qe.zip", "next": "{legislature}qe.zip"},
            QG={"17": "17qg.zip", "next": "{legislature}qg.zip"},
            acteurs={"17": "actors.zip", "next": "{legislature}actors.zip"},
        )

    def publish(self, **questions: Question) -> None:
        for name, question in questions.items():
            self.server.publish(f"{name.strip('_')}.zip", whole(archive_of(question)))

    def sync(self, *arguments: object) -> Result:
        where = ("--index", self.index, "--addresses", self.addresses)
        return qe("sync", *where, *arguments)

    def uids(self) -> list[str]:
        """The questions indexed, among those above."""
        with closing(open_engine(self.index)) as engine:
            known = (QE, QG, OLDER, NEXT)
            return [question.uid for question in known if engine.get(question.uid)]

    def kept(self) -> list[str]:
        return [path.name for path in ArchiveFolder(self.archives).archives()]


def qe(*arguments: object) -> Result:
    """Run `qe` as a shell would."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="qe")


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes what belongs to whoever runs it."""
    for variable in ("QE_INDEX", "QE_ARCHIVES", "QE_ADDRESSES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    """Three archives of questions, and one of actors, without the next législature."""
    with ArchiveServer().running() as server:
        published = Published(server, tmp_path)
        published.publish(_16qe=OLDER, _17qe=QE, _17qg=QG)
        server.publish("actors.zip", whole(actors_archive()))
        yield published


def actors_archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("json/acteur/PA1008.json", json.dumps(ACTOR))
    return content.getvalue()


def test_sync_downloads_and_indexes_everything(published: Published) -> None:
    """What came, the account, and what to do next; the next législature is not there yet."""
    result = published.sync()
    size = len(archive_of(QE)) / 1e6

    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "17-acteurs: downloaded, 0.0 MB\n"
        f"16-QE: downloaded, {size:.1f} MB\n"
        "17-QE: downloaded, 0.0 MB\n"
        "17-QG: downloaded, 0.0 MB\n"
        "18-acteurs, 18-QE, 18-QG: not published yet\n"
        "3 read: 3 indexed, 0 unchanged, 0 superseded, 0 rejected\n"
        "1 actors' file read, counted apart\n"
        f'next: qe search "cotisations sociales" --index {published.index}\n'
        f"  or: qe serve --index {published.index}\n"
    )
    assert published.uids() == [QE.uid, QG.uid, OLDER.uid]
    assert published.kept() == [
        "16-QE.json.zip",
        "17-QE.json.zip",
        "17-QG.json.zip",
        "17-acteurs.json.zip",
    ]


def test_sync_says_one_plain_line_a_step_off_a_terminal(published: Published) -> None:
    """Downloads first, then the build."""
    lines = published.sync().stderr.splitlines()

    assert lines[:4] == [
        f"Downloading {name}..." for name in ("17-acteurs", "16-QE", "17-QE", "17-QG")
    ]
    assert "Reading questions..." in lines


def test_sync_again_downloads_nothing(published: Published) -> None:
    """And what was indexed is unchanged."""
    published.sync()
    result = published.sync()

    assert result.exit_code == 0
    assert result.stdout.startswith("17-acteurs, 16-QE, 17-QE, 17-QG: unchanged\n")
    assert "0 indexed, 3 unchanged" in result.stdout


def test_sync_takes_up_a_new_legislature(published: Published) -> None:
    """The day its archive is published, without any change here."""
    published.sync()
    published.publish(_18qe=NEXT)
    result = published.sync()

    assert result.exit_code == 0
    assert "18-QE: downloaded" in result.stdout
    assert NEXT.uid in published.uids()


def test_sync_of_one_legislature_and_type(published: Published) -> None:
    """Nothing else is asked for but the actors."""
    result = published.sync("--legislature", 17, "--type", "qe")

    assert result.exit_code == 0
    assert published.uids() == [QE.uid]
    assert {path for path, _ in published.server.requests} == {"/actors.zip", "/17qe.zip"}


def test_sync_of_a_legislature_without_address_is_bad_usage(published: Published) -> None:
    """Nothing is asked for."""
    result = published.sync("--legislature", 17, "--legislature", 12)

    assert result.exit_code == 2
    assert "no archive is known of législature 12: choose one of 16, 17, 18" in result.stderr
    assert published.server.requests == []


def test_sync_of_the_next_legislature_by_name_must_find_it(published: Published) -> None:
    """Its absence is the answer to what was asked."""
    result = published.sync("--legislature", 18, "--type", "QE")

    assert result.exit_code == 1
    assert "18-QE: " in result.stderr


def test_download_only_leaves_the_index_alone(published: Published) -> None:
    """The archives are there for `qe index`, which takes the folder as it is."""
    result = published.sync("--download-only")
    indexed = qe("index", published.archives, "--index", published.index)

    assert (result.exit_code, indexed.exit_code) == (0, 0)
    assert "read:" not in result.stdout
    assert "3 read: 3 indexed" in indexed.stdout


def test_an_address_that_is_gone_stops_nothing_else(published: Published) -> None:
    """A line and exit code 1; the rest is downloaded, and all that is kept is indexed."""
    published.sync("--download-only")
    published.server.publish("16qe.zip", status(404))
    newer = make_question(uid="QANR5L17QE1", titre="Une autre", date_question=TODAY)
    published.publish(_17qe=newer)
    result = published.sync()

    assert result.exit_code == 1
    assert _complaints(result) == [
        f"qe: 16-QE: {published.server.url}16qe.zip: nothing is published there (404): has its "
        "address changed?; the archive kept before stays in place"
    ]
    assert published.uids() == [QE.uid, QG.uid, OLDER.uid]


def test_an_archive_that_shrank_stops_nothing_else(published: Published) -> None:
    """The one kept is indexed, until the operator says that the smaller one is right."""
    published.server.publish("17qg.zip", whole(archive_of(QG, padding=4_000)))
    published.sync("--download-only")
    published.server.publish("17qg.zip", whole(archive_of(QG)))
    refused = published.sync()
    accepted = published.sync("--accept-smaller")

    assert (refused.exit_code, accepted.exit_code) == (1, 0)
    assert len(_complaints(refused)) == 1
    assert "17-QG" in _complaints(refused)[0]
    assert "17-QG: downloaded" in accepted.stdout


def test_nothing_that_can_be_had_leaves_no_index(published: Published) -> None:
    """A line an archive, and exit code 1."""
    for path in ("actors", "16qe", "17qe", "17qg"):
        published.server.publish(f"{path}.zip", status(410))
    result = published.sync()

    assert result.exit_code == 1
    assert len(_complaints(result)) == 4
    assert not published.index.exists()


def test_thirty_days_without_a_jo_are_told(published: Published) -> None:
    """Exit code 1 and a line, while everything is in order otherwise."""
    old = TODAY - timedelta(31)
    published.publish(
        _17qe=make_question(uid=QE.uid, date_question=old),
        _17qg=make_question(uid=QG.uid, date_question=old),
    )
    result = published.sync()

    assert result.exit_code == 1
    assert _complaints(result) == [
        f"qe: the newest JO in {published.index} is of {old}, 31 days ago (more than 30): look "
        "whether the publisher has moved its archives"
    ]
    assert published.uids() == [QE.uid, QG.uid, OLDER.uid]


def test_an_ended_legislature_has_no_new_jo(published: Published) -> None:
    """Whoever asks for nothing else isn't told every day."""
    assert published.sync("--legislature", 16).exit_code == 0


def test_rejects_exit_3(published: Published) -> None:
    """As those of `qe index` do; the rest is indexed."""
    tomorrow = make_question(uid="QANR5L17QE2", date_question=TODAY + timedelta(1))
    published.server.publish("17qe.zip", whole(archive_of(QE, tomorrow)))
    result = published.sync()

    assert result.exit_code == 3
    assert "  rejected: 17-QE.json.zip/questions.ndjson, QANR5L17QE2" in result.stdout


def test_fictional_questions_are_refused_before_anything_is_downloaded(
    published: Published, tmp_path: Path
) -> None:
    """The demo's index takes no published question."""
    demo = make_question(uid="QANR5L17QE900001", titre="Fictive", date_question=date(2026, 1, 1))
    source = tmp_path / "demo.ndjson"
    source.write_text(json.dumps(demo.as_record(None)))
    qe("index", source, "--index", published.index)
    result = published.sync()

    assert result.exit_code == 1
    assert "never mix" in result.stderr
    assert published.server.requests == []


def test_two_syncs_at_once_are_refused(published: Published) -> None:
    """The second, in a line; nothing is asked for."""
    with ArchiveFolder(published.archives).lock():
        result = published.sync()

    assert result.exit_code == 1
    assert result.stderr == (
        f"qe: another `qe sync` is bringing archives to {published.archives}: wait until it "
        "has finished\n"
    )
    assert published.server.requests == []


def test_a_full_disk_is_one_line(published: Published) -> None:
    """Which names the file; the earlier index and archives stay."""
    published.sync()
    part = published.archives / ".17-QE.json.zip.part"
    part.symlink_to("/dev/full")
    published.server.publish("17qe.zip", whole(archive_of(QE, padding=50)))
    result = published.sync()

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"qe: {part}: No space left on device"
    assert published.uids() == [QE.uid, QG.uid, OLDER.uid]


def test_a_folder_that_cannot_be_made_is_one_line(published: Published) -> None:
    """Its place is taken."""
    published.archives.write_text("a file")
    result = published.sync()

    assert result.exit_code == 1
    assert result.stderr == f"qe: {published.archives}: File exists\n"


def test_ctrl_c_exits_130_and_the_next_run_goes_on(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had come is not asked for again."""
    content = archive_of(QE, padding=2_000)
    published.server.publish("17qe.zip", cut(content, 1_500), whole(content))

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("index.sync.patience.Patience.backoff", lambda *_: interrupt(0))
        interrupted = published.sync("--legislature", 17)
    result = published.sync("--legislature", 17)
    asked = [headers for path, headers in published.server.requests if path == "/17qe.zip"]

    assert (interrupted.exit_code, result.exit_code) == (130, 0)
    assert asked[-1]["Range"] == "bytes=1500-"


def test_archives_and_addresses_may_be_named_by_the_environment(
    published: Published, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As the index may."""
    monkeypatch.setenv("QE_ARCHIVES", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("QE_ADDRESSES", str(published.addresses))
    monkeypatch.setenv("QE_INDEX", str(published.index))
    result = qe("sync", "--legislature", 17)

    assert result.exit_code == 0
    assert len(ArchiveFolder(tmp_path / "elsewhere").archives()) == 3


def test_show_addresses_prints_the_file_to_start_from() -> None:
    """As it is, comments included."""
    assert qe("sync", "--show-addresses").stdout == packaged_addresses()


def test_addresses_that_mean_nothing_are_one_line(tmp_path: Path) -> None:
    """Exit code 1, before anything else."""
    (tmp_path / "a.toml").write_text("bas = 3\n")
    result = qe("sync", "--addresses", tmp_path / "a.toml")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"qe: {tmp_path}/a.toml: `bas` means nothing: one of base")


def _complaints(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("qe: ")]
