"""A segment's files: what is written is mapped back, and what is damaged is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.columnar.array_file import HEADER_SIZE, DamagedFile, MissingFile
from index.columnar.layout import array_layouts
from index.columnar.segment_files import (
    CONTENTS,
    SegmentWriter,
    array_path,
    damaged_files,
    open_segment,
    write_segment,
)
from tests.damaging import overwrite
from tests.index.columnar.recipes import SHAPE, Recipe, make_run, make_segment, source_of

NAME = "MAIN_recipes"
RECIPES = [
    Recipe("pancakes", ("pancakes",), ("eggs", "flour", "eggs"), 20, "dessert", b"{1}"),
    Recipe("soup", ("soup",), ("leek", "cream"), 40, "soup", b"{2}"),
]
ARRAYS = sorted(array_layouts(SHAPE))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    """The directory of a written segment."""
    make_segment(tmp_path, source_of(make_run(RECIPES)), name=NAME)
    return tmp_path


def test_a_segment_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every array, its type included."""
    expected = make_run(RECIPES).arrays
    write_segment(tmp_path, NAME, expected)
    found = open_segment(tmp_path, NAME)

    assert found.size == len(RECIPES)
    for name, array in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype, name


def test_arrays_are_mapped_and_cannot_be_written(segment: Path) -> None:
    """Processes that serve one index share its pages; no one writes to them."""
    documents = open_segment(segment, NAME).arrays["documents"]

    assert not documents.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        documents[0] = 1


def test_a_header_says_what_a_file_is(segment: Path) -> None:
    """To a person, in one line."""
    header = array_path(segment, NAME, "documents").read_bytes()[:HEADER_SIZE]

    count = open_segment(segment, NAME).arrays["documents"].size
    line = f"questions-ecrites array 1 {NAME} documents uint32 {count}"
    assert header.decode() == line.ljust(HEADER_SIZE - 1) + "\n"


@pytest.mark.parametrize("name", [*ARRAYS, CONTENTS])
def test_a_missing_file_is_refused_by_name(segment: Path, name: str) -> None:
    """Whichever it is."""
    path = array_path(segment, NAME, name)
    path.unlink()

    with pytest.raises(MissingFile, match=str(path)):
        open_segment(segment, NAME)


@pytest.mark.parametrize("kept", [0, 1, HEADER_SIZE - 1, HEADER_SIZE, -1])
@pytest.mark.parametrize("name", [*ARRAYS, CONTENTS])
def test_a_truncated_file_is_refused_by_name(segment: Path, name: str, kept: int) -> None:
    """Wherever it is cut; a file that is already no longer than that isn't cut."""
    path = array_path(segment, NAME, name)
    whole = path.read_bytes()
    if whole[:kept] == whole:
        whole += b"!"  # an empty array's file is its header: make it too long instead
        kept = len(whole)
    overwrite(path, whole[:kept])

    with pytest.raises(DamagedFile, match=str(path)):
        open_segment(segment, NAME)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_file_of_another_array_is_refused_by_name(segment: Path, name: str) -> None:
    """Even one of the same type and size."""
    other = next(array for array in ARRAYS if array != name)
    path = array_path(segment, NAME, name)
    overwrite(path, array_path(segment, NAME, other).read_bytes())

    with pytest.raises(DamagedFile, match=str(path)):
        open_segment(segment, NAME)


@pytest.mark.parametrize("name", [*ARRAYS, CONTENTS])
def test_a_file_of_another_segment_is_refused_by_name(segment: Path, name: str) -> None:
    """The same content, under another segment's name."""
    make_segment(segment, source_of(make_run(RECIPES)), name="MAIN_others")
    path = array_path(segment, NAME, name)
    overwrite(path, array_path(segment, "MAIN_others", name).read_bytes())

    with pytest.raises(DamagedFile, match=str(path)):
        open_segment(segment, NAME)


@pytest.mark.parametrize("name", [*ARRAYS, CONTENTS])
def test_any_flipped_byte_is_found(segment: Path, name: str) -> None:
    """One byte at a time, from the first to the last; the message names the file."""
    path = array_path(segment, NAME, name)
    whole = path.read_bytes()
    for place in {*range(0, len(whole), 41), HEADER_SIZE, len(whole) - 1}:
        if place < len(whole):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << place % 8
            overwrite(path, flipped)

            assert any(str(path) in damage for damage in damaged_files(segment, NAME)), place
    overwrite(path, whole)
    assert damaged_files(segment, NAME) == []


def test_an_array_left_out_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    """A segment is complete or it isn't one."""
    with (
        SegmentWriter(tmp_path, NAME, SHAPE) as writer,
        pytest.raises(ValueError, match="documents"),
    ):
        writer.finish(0)


def test_an_array_of_the_wrong_type_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    """The layout says which types an array may have."""
    with (
        SegmentWriter(tmp_path, NAME, SHAPE) as writer,
        pytest.raises(TypeError, match="documents"),
    ):
        writer.write("documents", np.zeros(3, np.float64))


def test_whatever_a_header_holds_is_told_on_one_line(segment: Path) -> None:
    """Line ends and what moves the cursor of a terminal are no part of the message."""
    path = array_path(segment, NAME, "lengths")
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[:20] + b"\n\x1b[2J\r\x85" + whole[26:])

    with pytest.raises(DamagedFile, match="is another file than expected") as told:
        open_segment(segment, NAME)
    assert str(told.value).isprintable()
