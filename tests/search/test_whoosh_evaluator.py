"""The evaluator finds what plain loops and Whoosh’s own searcher find, whichever way it looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engines import whoosh_collection, whoosh_places
from search.engines.whoosh_evaluator import Evaluator
from search.expansion import AllOf, AnyOf, AtLeast, Clause, NoneOf, Slot, Unit
from search.expansion import Sequence as WordSequence
from tests.conftest import HYPOTHESIS_PROFILE
from tests.search.recipe_searches import (
    PlainLoops,
    batches,
    clauses,
    open_collection,
    slugs_of,
    stages,
    units,
)
from tests.search.stock_whoosh import stock_query

EXAMPLES = {"fixed": 12, "nightly": 1_000}
"""Each example builds an index three times over."""

PROFILE = settings(max_examples=EXAMPLES[HYPOTHESIS_PROFILE])

NEVER, ALWAYS = 1 << 40, 0
WAYS = {
    (whoosh_collection, "SPARSE"): (20, NEVER, ALWAYS),
    (whoosh_collection, "LOOKUP_COST"): (16, NEVER, ALWAYS),
    (whoosh_collection, "BATCH"): (1 << 16, 2),
    (whoosh_places, "LINE"): (1 << 20, 4),
    (whoosh_places, "_FREQUENCIES_READ"): (128, NEVER, ALWAYS),
}
"""What decides how postings are read: as it is, and so that each way is taken in small indexes."""

ways = st.tuples(*(st.sampled_from(values) for values in WAYS.values()))


@pytest.fixture(scope="module", autouse=True)
def quick_files() -> Iterator[None]:
    """Wait for no disk: these indexes live as long as a test."""
    with patch("os.fsync"):
        yield


@contextmanager
def reading(chosen: tuple[int, ...]) -> Iterator[None]:
    """Read postings in one of these ways."""
    with ExitStack() as patched:
        for (module, name), value in zip(WAYS, chosen, strict=True):
            patched.enter_context(patch.object(module, name, value))
        yield


@PROFILE
@given(batches=batches, asked=st.lists(clauses(), min_size=4, max_size=4), chosen=ways)
def test_plain_loops_find_the_same(
    batches: Any, asked: list[Clause], chosen: tuple[int, ...]
) -> None:
    """The same documents with the same scores, through segments, deletions and a merge."""
    with TemporaryDirectory() as directory, reading(chosen):
        for index, held in stages(Path(directory), batches):
            collection = open_collection(index)
            for clause in asked:
                documents, scores = Evaluator(collection).find(clause)

                found = dict(zip(slugs_of(collection, documents.tolist()), scores, strict=True))
                expected = PlainLoops(list(held.values())).scores(clause)
                assert sorted(found) == sorted(expected)
                assert found == pytest.approx(expected)


@PROFILE
@given(batches=batches, asked=st.lists(clauses(), min_size=4, max_size=4), chosen=ways)
def test_of_each_document_the_same_is_said(
    batches: Any, asked: list[Clause], chosen: tuple[int, ...]
) -> None:
    """Whether a document matches, asked about some, is what finding all of them says."""
    with TemporaryDirectory() as directory, reading(chosen):
        for index, _ in stages(Path(directory), batches):
            collection = open_collection(index)
            some = collection.everything[::2]
            for clause in asked:
                found = Evaluator(collection).find(clause).documents

                holds = Evaluator(collection).holds(clause, some)
                assert some[holds].tolist() == np.intersect1d(some, found).tolist()


@PROFILE
@given(batches=batches, asked=st.lists(units(), min_size=4, max_size=4))
def test_how_many_documents_hold_a_unit(batches: Any, asked: list[Unit]) -> None:
    """Whether or not it has been found before."""
    with TemporaryDirectory() as directory:
        for index, held in stages(Path(directory), batches):
            evaluator = Evaluator(open_collection(index))
            for unit in asked:
                expected = len(PlainLoops(list(held.values())).scores(unit))

                assert evaluator.frequency(unit) == expected
                evaluator.find(unit)
                assert evaluator.frequency(unit) == expected


@PROFILE
@given(batches=batches, asked=st.lists(clauses(), min_size=4, max_size=4))
def test_the_units_that_made_a_document_match(batches: Any, asked: list[Clause]) -> None:
    """Those that it holds, of the branches that match; in any order of documents."""
    with TemporaryDirectory() as directory:
        for index, held in stages(Path(directory), batches):
            collection = open_collection(index)
            evaluator, plain = Evaluator(collection), PlainLoops(list(held.values()))
            for clause in asked:
                documents = evaluator.find(clause).documents[::-1]

                assert evaluator.matching_units(clause, documents) == [
                    list(matching_units(plain, clause, slug))
                    for slug in slugs_of(collection, documents.tolist())
                ]


def matching_units(plain: PlainLoops, clause: Clause, slug: str) -> Iterator[Unit]:
    """The units below a clause whose branch a recipe matches."""
    (recipe,) = (recipe for recipe in plain.recipes if recipe.slug == slug)
    if not plain.holds(clause, recipe):
        return
    match clause:
        case Unit():
            yield clause
        case AllOf(children) | AnyOf(children):
            for child in children:
                yield from matching_units(plain, child, slug)
        case AtLeast(_, children, required):
            for child in (*children, *required):
                yield from matching_units(plain, child, slug)


@PROFILE
@given(batches=batches, asked=st.lists(clauses(near=False), min_size=4, max_size=4))
def test_the_stock_searcher_finds_the_same(batches: Any, asked: list[Clause]) -> None:
    """Whoosh's own searcher over the same index gives the same documents and the same total."""
    with TemporaryDirectory() as directory:
        for index, _ in stages(Path(directory), batches):
            collection = open_collection(index)
            with index.searcher() as searcher:
                for clause in asked:
                    documents = Evaluator(collection).find(clause).documents

                    found = searcher.search(stock_query(clause, searcher.reader()), limit=None)
                    slugs = slugs_of(collection, documents.tolist())
                    assert sorted(hit["slug"].decode() for hit in found) == sorted(slugs)
                    assert len(found) == documents.size


def test_a_conjunction_that_fails_at_once(tmp_path: Path) -> None:
    """Where one part finds nothing, the others aren't asked, and nothing is found."""
    (index, _), *_ = stages(tmp_path, [[(("egg",), ("flour",))]])
    slot: Slot = frozenset(["absent"])
    absent = Unit("absent", ("name",), (WordSequence((slot,)),))
    present = Unit("egg", ("name",), (WordSequence((frozenset(["egg"]),)),))

    found = Evaluator(open_collection(index)).find(AllOf((present, absent)))
    assert (found.documents.tolist(), found.scores.tolist()) == ([], [])


def test_an_index_without_a_document(tmp_path: Path) -> None:
    """Has no match for anything, and no score that divides by nothing."""
    *_, (index, _) = stages(tmp_path, [[]])
    collection = open_collection(index)
    unit = Unit("egg", ("name", "steps"), (WordSequence((frozenset(["egg"]),)),))

    for clause in (unit, AllOf(), NoneOf(unit), AllOf((unit, NoneOf(unit)))):
        assert Evaluator(collection).find(clause).documents.tolist() == []
    assert np.array_equal(collection.everything, [])
