"""The manifest says what a directory is before anything else in it is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import IndexFormatError, IndexMissing
from index.stores.manifest import (
    FORMAT_VERSION,
    MANIFEST_NAME,
    Manifest,
    check,
    check_replaceable,
    is_index,
    is_vacant,
    program_version,
)
from tests.damaging import change_manifest, overwrite

ANALYSER = "words-1"


def made(directory: Path, **changes: object) -> Path:
    """An index directory whose manifest has some values changed."""
    directory.mkdir(exist_ok=True)
    manifest = Manifest.of_this_version(
        analyser=ANALYSER, fictional=False, created=date(2026, 5, 12)
    )
    manifest.write(directory)
    change_manifest(directory, **changes)
    return directory


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """A manifest survives its file."""
    manifest = Manifest.of_this_version(analyser="é", fictional=True, created=date(2026, 1, 2))

    manifest.write(tmp_path)

    assert Manifest.read(tmp_path) == manifest


def test_an_index_of_this_version_passes(tmp_path: Path) -> None:
    """The check gives the manifest, which says whether the corpus is fictional."""
    assert check(made(tmp_path, fictional=True), analyser=ANALYSER).fictional is True


@pytest.mark.parametrize("present", [True, False])
def test_nothing_there_is_a_missing_index(tmp_path: Path, present: bool) -> None:
    """An empty directory and an absent one are told how an index is made."""
    directory = tmp_path / "index"
    if present:
        directory.mkdir()

    with pytest.raises(IndexMissing) as caught:
        check(directory, analyser=ANALYSER)

    assert str(caught.value) == (
        f"no index in {directory}: make one with `qe index SOURCE... --index {directory}`, "
        "or name another with --index"
    )


def test_an_unfinished_manifest_is_nothing(tmp_path: Path) -> None:
    """A build killed before its manifest was in place leaves a directory fit for the next."""
    (tmp_path / f".{MANIFEST_NAME}.tmp").write_text("{")

    assert is_vacant(tmp_path)


def test_a_directory_of_other_files_is_no_index(tmp_path: Path) -> None:
    """Someone's documents are neither read as an index nor replaced by one."""
    (tmp_path / "letter.txt").write_text("Madame,")

    for refuse in (lambda: check(tmp_path, analyser=ANALYSER), lambda: check_replaceable(tmp_path)):
        with pytest.raises(IndexFormatError) as caught:
            refuse()

        assert str(caught.value) == (
            f"{tmp_path} holds files but is no index (no manifest.json): "
            "name another directory with --index"
        )


def test_a_file_is_no_index(tmp_path: Path) -> None:
    """A file where a directory is expected is named as such."""
    path = tmp_path / "questions.zip"
    path.write_text("")

    with pytest.raises(IndexFormatError, match="is a file, not the directory of an index"):
        check(path, analyser=ANALYSER)


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"format_version": FORMAT_VERSION + 1}, f"index format {FORMAT_VERSION + 1}, expected"),
        ({"analyser": "words-0"}, "its words were analysed in another way"),
        ({"format_version": FORMAT_VERSION + 1, "columns": 3}, "index format"),
    ],
)
def test_an_index_of_another_version_is_refused(
    tmp_path: Path, changes: dict[str, object], difference: str
) -> None:
    """The message names both versions and the command that makes the index again."""
    directory = made(tmp_path, program_version="7.8.9", **changes)

    with pytest.raises(IndexFormatError) as caught:
        check(directory, analyser=ANALYSER)

    message = str(caught.value)
    assert message.startswith(
        f"{directory} was made by questions-ecrites 7.8.9 and this is {program_version()} ("
    )
    assert difference in message
    assert message.endswith(
        f"make it again with `qe index --rebuild SOURCE... --index {directory}`"
    )


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "\x00", '{"format_version": "1"}'],
)
def test_a_damaged_manifest_is_one_line_that_says_so(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, the message names it and the way out."""
    made(tmp_path)
    overwrite(tmp_path / MANIFEST_NAME, text)

    with pytest.raises(IndexFormatError) as caught:
        check(tmp_path, analyser=ANALYSER)

    assert str(caught.value).startswith(f"{tmp_path / MANIFEST_NAME} is damaged (")
    assert "qe index --rebuild" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_manifest_may_be_rebuilt(tmp_path: Path) -> None:
    """A directory with a manifest is ours, whatever state it is in."""
    made(tmp_path)
    overwrite(tmp_path / MANIFEST_NAME, "{")

    check_replaceable(tmp_path)

    assert is_index(tmp_path)


def test_a_manifest_is_replaced_whole(tmp_path: Path) -> None:
    """Writing again leaves one file and no temporary one."""
    made(made(tmp_path))

    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_NAME]
