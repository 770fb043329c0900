"""Archives are kept beside an index, never in what a rebuild replaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.archives import ARCHIVES_VARIABLE, archives_of, kept_archives
from index.errors import ArchivesMissing


@pytest.fixture(autouse=True)
def no_other_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the test run says."""
    monkeypatch.delenv(ARCHIVES_VARIABLE, raising=False)


def test_they_stand_beside_the_index() -> None:
    """Under its name."""
    assert archives_of(Path("var/index")) == Path("var/index.archives")


def test_dots_in_a_name_are_no_ending() -> None:
    """Two indexes never share a folder by chance."""
    assert archives_of(Path("/srv/questions.17")) == Path("/srv/questions.17.archives")


@pytest.mark.parametrize("written", [".", "../here", "../here/below/.."])
def test_an_index_named_by_dots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """The folder bears the name of the directory that is meant."""
    here = tmp_path / "here"
    (here / "below").mkdir(parents=True)
    monkeypatch.chdir(here)

    assert archives_of(Path(written)).resolve() == tmp_path / "here.archives"


def test_the_environment_names_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """For all indexes alike; an empty name is none."""
    monkeypatch.setenv(ARCHIVES_VARIABLE, "/mnt/archives")
    assert archives_of(Path("var/index")) == Path("/mnt/archives")

    monkeypatch.setenv(ARCHIVES_VARIABLE, "")
    assert archives_of(Path("var/index")) == Path("var/index.archives")


def test_what_is_kept_is_in_the_order_of_names(tmp_path: Path) -> None:
    """A download that hasn't ended is hidden, and isn't read."""
    folder = tmp_path / "index.archives"
    folder.mkdir()
    for name in ("b.zip", "a.zip", ".c.zip.part"):
        (folder / name).touch()

    assert kept_archives(tmp_path / "index") == (folder / "a.zip", folder / "b.zip")


def test_nothing_kept_is_told(tmp_path: Path) -> None:
    """With the folder that was looked in."""
    with pytest.raises(ArchivesMissing, match=str(tmp_path / "index.archives")):
        kept_archives(tmp_path / "index")
