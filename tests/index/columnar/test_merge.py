"""Merging: many segments into the one that would have been built at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.columnar import merge, merge_postings, merge_strings
from index.columnar.merge import merge_segments
from index.columnar.merge_postings import ignore_moved
from index.columnar.segment_files import SegmentWriter, damaged_files
from tests.index.columnar.recipes import (
    RELATIONS,
    SHAPE,
    Recipe,
    make_run,
    make_segment,
    source_of,
    stem,
)

NAME = "MAIN_recipes"

words = st.lists(st.sampled_from("egg eggs flour butter sugar é crème".split()), max_size=12).map(
    tuple
)
recipes = st.builds(
    Recipe,
    slug=st.text("abc", min_size=1, max_size=4),
    name=words,
    steps=words,
    minutes=st.integers(-1, 500),
    course=st.sampled_from(["", "dessert", "soupe", "entrée"]),
    record=st.binary(max_size=300),
    gaps=st.lists(st.sampled_from([0, 1, 254, 255, 256, 509, 510, 511, 3000]), max_size=12).map(
        tuple
    ),
)
parts = st.lists(st.lists(st.tuples(recipes, st.booleans()), max_size=6), min_size=1, max_size=4)


@pytest.mark.parametrize("at_once", [1, 7, 1 << 22])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(parts=parts)
def test_a_merge_is_what_one_build_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, parts: list
) -> None:
    """Every array, whatever was deleted and however small the blocks; records by content."""
    monkeypatch.setattr(merge_postings, "POSTINGS_AT_ONCE", at_once)
    monkeypatch.setattr(merge_strings, "STRINGS_AT_ONCE", at_once)
    kept = [recipe for part in parts for recipe, live in part if live]
    dictionaries = [b"flour", b"sugar", b""]

    sources = []
    for number, part in enumerate(parts):
        source = source_of(
            make_run(
                [recipe for recipe, _ in part],
                dictionaries[number % 3],
                with_terms=number % 3 > 0,
            ),
            [place for place, (_, live) in enumerate(part) if not live],
        )
        if number % 2:  # one that knows the keys of its terms, and has nothing deleted any more
            source = source_of(make_segment(tmp_path, source, name=f"MAIN_{number}"))
        sources.append(source)

    found = make_segment(tmp_path, *sources)

    expected = make_segment(tmp_path, source_of(make_run(kept)), name="MAIN_expected")
    assert found.size == len(kept)
    for name, array in expected.arrays.items():
        if not name.startswith("records"):
            np.testing.assert_array_equal(found.arrays[name], array, err_msg=name)
    for number, recipe in enumerate(kept):
        assert found.records.read(number) == recipe.record
        assert found.token_starts(number, "steps").tolist() == recipe.starts
        assert number in found.keys["slug"].find(recipe.slug.encode())
    stems = found.relations["stem"]
    held = [stems.keys_of(number) for number in range(len(found.terms))]
    assert held == stem(found.terms[:])
    assert stems.keys[:] == sorted({key for keys in held for key in keys})
    for key in stems.keys:
        assert stems.members(key).tolist() == [n for n, keys in enumerate(held) if key in keys]
    assert damaged_files(tmp_path, NAME) == []


def test_progress_goes_from_nothing_to_everything(tmp_path: Path) -> None:
    """What is told never goes back, and ends with all postings."""
    told: list[tuple[int, int]] = []
    source = source_of(make_run([Recipe("a", steps=("egg", "flour"))]))

    with SegmentWriter(tmp_path, NAME, SHAPE) as writer:
        merge_segments(SHAPE, [source], RELATIONS, writer, lambda *step: told.append(step))

    assert told == sorted(told)
    assert told[-1] == (2, 2)


def test_records_of_one_dictionary_are_not_compressed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames are copied as they are."""
    run = make_run([Recipe("a", record=b"egg" * 50), Recipe("b", record=b"flour")])
    monkeypatch.setattr(merge, "compress", None)

    found = make_segment(tmp_path, source_of(run), source_of(run))

    assert [found.records.read(number) for number in range(4)] == [b"egg" * 50, b"flour"] * 2


def test_keys_that_a_segment_knows_are_not_computed_again(tmp_path: Path) -> None:
    """Only those of new terms are."""
    known = make_segment(tmp_path, source_of(make_run([Recipe("a", ("flour",))])), name="MAIN_a")
    new = make_run([Recipe("b", ("flour", "butter"))], with_terms=False)
    asked: list[bytes] = []

    def keys_of(terms: Sequence[bytes]) -> list[list[bytes]]:
        asked.extend(terms)
        return stem(terms)

    with SegmentWriter(tmp_path, NAME, SHAPE) as writer:
        sources = [source_of(known), source_of(new)]
        merge_segments(SHAPE, sources, {"stem": keys_of}, writer, ignore_moved)

    assert asked == [b"butter"]
