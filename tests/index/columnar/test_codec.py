"""Whoosh's own searcher answers over our segments as it does over its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh import query
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.writing import NO_MERGE

from index.columnar.codec import RECORD
from index.columnar.index import ColumnarIndex, open_generation
from index.columnar.writer import merge_smaller, merge_waiting, waiting_segments
from tests.index.columnar.recipes import RELATIONS, SHAPE, Recipe, make_run

WORDS = "egg eggs flour butter sugar crème".split()

words = st.lists(st.sampled_from(WORDS), max_size=8).map(tuple)
batches = st.lists(st.lists(st.tuples(words, words), max_size=4), min_size=1, max_size=4)
terms = st.builds(query.Term, st.sampled_from(SHAPE.fields), st.sampled_from([*WORDS, "absent"]))
leaves = st.one_of(
    terms,
    st.builds(query.Prefix, st.sampled_from(SHAPE.fields), st.sampled_from(["e", "egg", "z", ""])),
    st.builds(
        query.Phrase,
        st.sampled_from(SHAPE.fields),
        st.lists(st.sampled_from(WORDS), min_size=2, max_size=3),
        slop=st.integers(1, 3),
    ),
    st.just(query.Every()),
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(query.And),
        st.lists(inner, min_size=1, max_size=3).map(query.Or),
        st.builds(query.AndNot, inner, inner),
    ),
    max_leaves=5,
)


def schema() -> Schema:
    text = TEXT(analyzer=SpaceSeparatedTokenizer())
    return Schema(name=text, steps=text, slug=ID(stored=True), **{RECORD: STORED()})


def columnar_index(directory: Path) -> ColumnarIndex:
    directory.mkdir(parents=True)
    TOC(schema(), [], 0).write(FileStorage(str(directory)), "MAIN")
    return ColumnarIndex(directory, schema(), SHAPE, RELATIONS)


def stock_index(directory: Path) -> FileIndex:
    directory.mkdir(parents=True)
    return FileIndex.create(FileStorage(str(directory)), schema())


def commit(index: ColumnarIndex, recipes: Sequence[Recipe], **options: Any) -> None:
    writer = index.writer()
    writer.add_run(make_run(recipes))
    writer.commit(**options)


def answers(index: FileIndex, asked: query.Query) -> dict[str, float]:
    with index.searcher() as searcher:
        hits = searcher.search(asked, limit=None)
        return {_text(hit["slug"]): round(hit.score, 6) for hit in hits}


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def stages(
    directory: Path, batches: list[list[tuple[tuple[str, ...], tuple[str, ...]]]]
) -> Iterator[tuple[ColumnarIndex, FileIndex]]:
    """The same content in both, in several segments; then with deletions; then merged."""
    ours, stock = columnar_index(directory / "ours"), stock_index(directory / "stock")
    for number, batch in enumerate(batches):
        recipes = [
            Recipe(f"r{number}-{place}", name, steps) for place, (name, steps) in enumerate(batch)
        ]
        commit(ours, recipes, mergetype=NO_MERGE)
        writer = stock.writer()
        for recipe in recipes:
            parts = {"name": " ".join(recipe.name), "steps": " ".join(recipe.steps)}
            writer.add_document(slug=recipe.slug, **parts)
        writer.commit(mergetype=NO_MERGE)
    yield ours, stock
    for index in (ours, stock):
        writer = index.writer()
        for document in range(0, index.doc_count_all(), 3):
            writer.delete_document(document)
        writer.commit(mergetype=NO_MERGE)
    yield ours, stock
    for index in (ours, stock):
        index.optimize()
    yield ours, stock


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(batches=batches, asked=queries)
def test_the_stock_searcher_agrees_with_the_stock_codec(
    tmp_path_factory: pytest.TempPathFactory, batches: list, asked: query.Query
) -> None:
    """Documents and scores, through several segments, deletions and a merge."""
    for ours, stock in stages(tmp_path_factory.mktemp("codec"), batches):
        assert answers(ours, asked) == answers(stock, asked)


def test_terms_and_postings_read_one_by_one(tmp_path: Path) -> None:
    """What Whoosh's own tools go through: terms, their statistics, cursors, matchers."""
    index = columnar_index(tmp_path / "index")
    commit(index, [Recipe("a", (), ("egg", "flour", "egg")), Recipe("b", ("egg",), ("flour",))])

    with index.reader() as reader:
        assert list(reader.all_terms()) == [
            ("name", b"egg"),
            ("steps", b"egg"),
            ("steps", b"flour"),
        ]
        assert list(reader.terms_from("steps", b"f")) == [("steps", b"flour")]
        assert reader.term_info("steps", "egg").doc_frequency() == 1
        assert reader.frequency("steps", "egg") == 2
        assert reader.field_length("steps") == 4
        matcher = reader.postings("steps", "egg")
        assert (matcher.id(), matcher.weight(), matcher.value_as("positions")) == (0, 2.0, [0, 2])
        cursor = reader.cursor("steps")
        assert [cursor.term(), cursor.next(), cursor.next()] == [b"egg", b"flour", None]


def test_whoosh_writes_our_segments_only(tmp_path: Path) -> None:
    """`optimize` merges through the codec, and `delete_by_query` deletes in it."""
    index = columnar_index(tmp_path / "index")
    for slug in "abc":
        commit(index, [Recipe(slug, (slug,))], mergetype=NO_MERGE)

    index.delete_by_query(query.Term("name", "b"))
    index.optimize()

    segments = open_generation(index).segments
    assert [segment.arrays.keys["slug"].values.tolist() for segment in segments] == [[b"a", b"c"]]


def test_documents_are_added_as_runs(tmp_path: Path) -> None:
    """Whoosh's own way would write nothing: it says so."""
    writer = columnar_index(tmp_path / "index").writer()

    with pytest.raises(NotImplementedError, match="add_run"):
        writer.add_document(name="x")
    writer.cancel()


def test_few_segments_stand_after_many_additions(tmp_path: Path) -> None:
    """Small ones are merged again and again, large ones rarely."""
    index = columnar_index(tmp_path / "index")
    commit(index, [Recipe(str(number), ("egg",)) for number in range(1000)])
    most = 0
    for number in range(100):
        commit(index, [Recipe(f"n{number}", ("flour",))])
        most = max(most, len(open_generation(index).segments))

    assert most <= 6
    sizes = [segment.arrays.size for segment in open_generation(index).segments]
    assert sum(sizes) == 1100
    assert max(sizes) == 1000


def test_much_waits_to_be_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that adds little moves little; the next one that adds nothing moves the rest."""
    monkeypatch.setattr("index.columnar.writer.MOVED_AT_ONCE", 5)
    index = columnar_index(tmp_path / "index")

    def sizes() -> list[int]:
        return sorted(segment.arrays.size for segment in open_generation(index).segments)

    for prefix, added, expected in (("a", 6, [6]), ("b", 3, [3, 6]), ("c", 2, [5, 6])):
        commit(index, [Recipe(f"{prefix}{number}", ("egg",)) for number in range(added)])
        assert sizes() == expected
    assert len(waiting_segments(index.toc().segments)) == 2
    index.writer().commit(mergetype=merge_waiting)

    assert sizes() == [11]
    assert not waiting_segments(index.toc().segments)


@pytest.mark.parametrize(
    ("sizes", "waiting"),
    [([], []), ([7], []), ([2, 1], []), ([3, 2], [2, 3]), ([9, 1, 1, 3], [1, 1, 3, 9])],
)
def test_segments_wait_while_they_are_of_a_size(
    tmp_path: Path, sizes: list[int], waiting: list[int]
) -> None:
    """One that is twice as large as all smaller ones together is left alone, and so are they."""
    index = columnar_index(tmp_path / "index")
    for number, size in enumerate(sizes):
        added = [Recipe(f"{number}-{place}") for place in range(size)]
        commit(index, added, mergetype=NO_MERGE)

    found = waiting_segments(index.toc().segments)
    assert [segment.doc_count() for segment in found] == waiting


def test_a_segment_without_live_documents_goes(tmp_path: Path) -> None:
    """Though it is large beside what is added."""
    index = columnar_index(tmp_path / "index")
    commit(index, [Recipe(str(number)) for number in range(50)])
    writer = index.writer()
    writer.delete_documents(writer.segments[0], np.arange(50))
    writer.add_run(make_run([Recipe("new")]))
    writer.commit(mergetype=merge_smaller)

    assert [segment.arrays.size for segment in open_generation(index).segments] == [1]


def test_deletions_survive_the_table_of_contents(tmp_path: Path) -> None:
    """And can be taken back."""
    index = columnar_index(tmp_path / "index")
    commit(index, [Recipe("a"), Recipe("b"), Recipe("c")])
    for documents, delete, expected in (((2, 0), True, [0, 2]), ((0,), False, [2])):
        writer = index.writer()
        for document in documents:
            writer.delete_document(document, delete=delete)
        writer.commit(mergetype=NO_MERGE)

        assert open_generation(index).segments[0].deleted.tolist() == expected
        with index.reader() as reader:
            assert [reader.is_deleted(number) for number in range(3)] == [
                number in expected for number in range(3)
            ]
