"""A damaged index is named as such, and a site goes on with the generation it has."""

from __future__ import annotations

import errno
import json
import os
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from index.errors import IndexFormatError
from index.question import Question, make_question
from index.stores.manifest import MANIFEST_NAME, check_replaceable
from index.stores.whoosh_check import check_index
from index.stores.whoosh_store import open_store
from search import SearchRequest, open_engine
from tests.damaging import flip, overwrite
from tests.publishing import publish as publish_into

# Whoosh leaves the file that it failed to read to the garbage collector, which complains.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

TODAY = date(2026, 5, 12)


def question(number: int) -> Question:
    return make_question(uid=f"QANR5L17QE{number}", texte_question="<p>L’eau.</p>", source="a")


def publish(directory: Path, *questions: Question) -> None:
    with open_store(directory, fictional=False, today=TODAY) as store:
        publish_into(store, questions)


def cut(directory: Path, pattern: str) -> None:
    """Cut the newest file of a pattern short, as a full disk or a failed copy does."""
    newest = max(directory.glob(pattern), key=lambda path: path.stat().st_mtime_ns)
    overwrite(newest, newest.read_bytes()[:20])


@pytest.mark.parametrize("pattern", ["*.toc", "*.contents", "*.documents"])
def test_a_cut_file_is_named_with_what_to_do(tmp_path: Path, pattern: str) -> None:
    """Opening says that the index is damaged and which command makes it again."""
    publish(tmp_path, question(1))
    cut(tmp_path, pattern)

    with pytest.raises(IndexFormatError, match=r"damaged.*qe index --rebuild"):
        open_engine(tmp_path)


@pytest.mark.parametrize("pattern", ["*.toc", "*.contents", "*.documents"])
def test_a_build_onto_a_damaged_index_says_so(tmp_path: Path, pattern: str) -> None:
    """What a build cannot read it doesn't write to."""
    publish(tmp_path, question(1))
    cut(tmp_path, pattern)

    with (
        pytest.raises(IndexFormatError, match=r"damaged.*qe index --rebuild"),
        open_store(tmp_path, fictional=False, today=TODAY) as store,
    ):
        store.known()


@pytest.mark.parametrize("pattern", ["*.toc", "*.contents", "*.documents"])
def test_an_open_engine_keeps_the_generation_it_can_read(tmp_path: Path, pattern: str) -> None:
    """A new generation that cannot be read doesn't take the site down."""
    publish(tmp_path, question(1))
    engine = open_engine(tmp_path)
    publish(tmp_path, question(2))
    cut(tmp_path, pattern)

    assert engine.search(SearchRequest(q="eau")).total == 1
    assert engine.health().generation == 1
    engine.close()


@pytest.mark.parametrize("reason", [errno.EACCES, errno.EIO, errno.EMFILE])
@pytest.mark.parametrize("pattern", ["*.toc", "*.contents", "*.documents", "manifest.json"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, pattern: str, reason: int) -> None:
    """With what the system says of it; whoever opens the index and `qe check` say the same."""
    publish(tmp_path, question(1))
    (path,) = tmp_path.glob(pattern)
    opened = os.open

    def refuse(asked: str | Path, *flags: int) -> int:
        if Path(asked) == path:
            raise OSError(reason, os.strerror(reason), str(asked))
        return opened(asked, *flags)

    for ask in (open_engine, lambda directory: check_index(directory, lambda *_: None)):
        with patch("index.regular_file.os.open", refuse), pytest.raises(IndexFormatError) as caught:
            ask(tmp_path)

        assert str(path) in str(caught.value)
        assert os.strerror(reason) in str(caught.value)
        assert f"`qe index --rebuild SOURCE... --index {tmp_path}`" in str(caught.value)


def test_a_lost_table_of_contents_is_no_empty_index(tmp_path: Path) -> None:
    """It is named, and no build takes what is left of the questions away."""
    publish(tmp_path, question(1))
    (path,) = tmp_path.glob("*.toc")
    path.unlink()
    left = set(tmp_path.iterdir())

    for ask in (open_engine, lambda directory: publish(directory, question(2))):
        with pytest.raises(IndexFormatError, match=rf"{path}.* missing.*qe index --rebuild"):
            ask(tmp_path)

    assert left <= set(tmp_path.iterdir())


def test_a_lost_manifest_is_named_and_the_index_may_be_rebuilt(tmp_path: Path) -> None:
    """What stands there is an index all the same, and nobody's documents."""
    publish(tmp_path, question(1))
    (tmp_path / MANIFEST_NAME).unlink()

    with pytest.raises(IndexFormatError, match=rf"{MANIFEST_NAME} is missing.*qe index --rebuild"):
        open_engine(tmp_path)
    check_replaceable(tmp_path)


@pytest.mark.parametrize("name", [MANIFEST_NAME, "report-1.json"])
def test_any_flipped_bit_of_a_small_file_is_found(tmp_path: Path, name: str) -> None:
    """Its first entry vouches for the rest, and what stands there is vouched for by its place."""
    publish(tmp_path, question(1))
    path = tmp_path / name
    for place in range(path.stat().st_size):
        flip(path, place, place % 8)

        try:
            found = check_index(tmp_path, lambda *_: None).damages
        except IndexFormatError as error:
            found = (str(error),)

        assert any(str(path) in damage for damage in found), place
        flip(path, place, place % 8)
    assert not check_index(tmp_path, lambda *_: None).damages


@pytest.mark.parametrize("name", [MANIFEST_NAME, "report-1.json"])
def test_a_small_file_of_another_index_is_found(tmp_path: Path, name: str) -> None:
    """Whole as it is, and of the same generation: the two bear the number of their index."""
    one, other = tmp_path / "one", tmp_path / "other"
    publish(one, question(1))
    publish(other, question(1))
    overwrite(one / name, (other / name).read_bytes())

    (found,) = check_index(one, lambda *_: None).damages

    assert str(one / "report-1.json") in found
    assert MANIFEST_NAME in found


def test_files_of_before_there_were_checksums_are_read(tmp_path: Path) -> None:
    """A manifest and an account without one are what they were."""
    publish(tmp_path, question(1))
    for name in (MANIFEST_NAME, "report-1.json"):
        record = json.loads((tmp_path / name).read_text())
        del record["crc32"], record["index"]
        overwrite(tmp_path / name, json.dumps(record))

    assert not check_index(tmp_path, lambda *_: None).damages


def test_published_files_are_read_only(tmp_path: Path) -> None:
    """A copy over one that is being served would cut it first; builds go on all the same."""
    for number in range(1, 4):
        publish(tmp_path, question(number))

    writable = {path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o222}
    assert writable <= {"MAIN_WRITELOCK"}
    assert open_engine(tmp_path).health().questions == 3
