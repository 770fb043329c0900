"""A damaged index is named as such, and a site goes on with the generation it has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import IndexFormatError
from index.question import Question, make_question
from index.stores.whoosh_store import open_store
from search import SearchRequest, open_engine
from tests.damaging import overwrite
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
