"""The parts of a segment: postings, token starts, columns, relations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.columnar.columns import encode_texts, smallest_unsigned
from index.columnar.layout import POSTINGS_IN_BLOCK, TERM_BITS
from index.columnar.postings import invert_tokens
from index.columnar.token_starts import decode_starts, encode_starts
from tests.index.columnar.recipes import Recipe, make_run, make_segment, source_of

tokens = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 40), st.integers(0, 6), st.sampled_from([0, 1, 70_000])
    ),
    max_size=3 * POSTINGS_IN_BLOCK,
)


@given(tokens)
def test_postings_are_the_tokens_in_order(rows: list[tuple[int, int, int, int]]) -> None:
    """By field, term, document, position; lists, frequencies and blocks agree with them."""
    fields, documents, terms, positions = np.array(rows, np.uint32).reshape(-1, 4).T
    postings = invert_tokens(fields, documents, terms, positions)

    found = []
    starts = postings.position_starts(np.arange(postings.documents.size))
    for key, first, last in zip(
        postings.list_keys.tolist(),
        postings.list_starts[:-1],
        postings.list_starts[1:],
        strict=True,
    ):
        field, term = divmod(key, 1 << TERM_BITS)
        for posting in range(first, last):
            start = int(starts[posting])
            held = postings.positions[start : start + int(postings.frequencies[posting])]
            document = int(postings.documents[posting])
            found += [(field, document, term, position) for position in held.tolist()]
    assert found == sorted(rows, key=lambda row: (row[0], row[2], row[1], row[3]))


def test_numbers_too_large_to_be_packed_are_refused() -> None:
    """Rather than be sorted wrongly."""
    large = np.array([1 << 31], np.uint32)
    with pytest.raises(OverflowError, match="too many documents"):
        invert_tokens(np.array([3], np.uint32), large, large, large)


def test_rows_are_found_by_key(tmp_path: Path) -> None:
    """And a term that its field lacks has none."""
    run = make_segment(tmp_path, source_of(make_run([Recipe("a", ("egg",), ("egg", "flour"))])))
    steps = run.fields.index("steps")

    egg, flour = (run.terms.number(word) for word in (b"egg", b"flour"))
    keys = np.array([flour, steps << TERM_BITS | egg, steps << TERM_BITS | flour], np.uint64)
    assert run.postings.find_rows(keys).tolist() == [-1, 1, 2]
    assert run.postings.rows(steps, 0, 2) == (1, 3)
    assert run.row("name", b"flour") is None
    assert run.row("steps", b"absent") is None


@given(st.lists(st.lists(st.integers(0, 1200), max_size=8), max_size=8))
def test_token_starts_come_back(gaps: list[list[int]]) -> None:
    """Whatever the distances, and from texts without words."""
    texts = [np.cumsum(text, dtype=np.int64) for text in gaps]
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    starts = np.concatenate([*texts, np.empty(0)]).astype(np.uint32)

    encoded, sizes = encode_starts(starts, bounds)

    ends = np.cumsum(sizes)
    parts = np.split(encoded, ends[:-1]) if texts else []
    assert [decode_starts(part).tolist() for part in parts] == [text.tolist() for text in texts]


def test_text_columns_share_their_values() -> None:
    """In byte order, in the smallest type that numbers them."""
    ordinals, values = encode_texts(["soup", "", "dessert", "soup"])

    assert bytes(values) == b"\xffdessert\xffsoup\xff"
    assert ordinals.tolist() == [2, 0, 1, 2]
    assert ordinals.dtype == np.uint8


@pytest.mark.parametrize(("largest", "dtype"), [(255, "uint8"), (256, "uint16"), (65536, "uint32")])
def test_the_smallest_type_is_taken(largest: int, dtype: str) -> None:
    """No byte is spent on zeros."""
    assert smallest_unsigned(largest) == dtype


def test_a_number_that_fits_no_type_is_refused() -> None:
    """Rather than cut."""
    with pytest.raises(OverflowError):
        smallest_unsigned(1 << 32)


def test_documents_are_found_by_key() -> None:
    """All of one key, none of a longer or unknown one."""
    run = make_run([Recipe("b"), Recipe("a"), Recipe("b"), Recipe("bb")])
    slugs = run.arrays.keys["slug"]

    found = {key: slugs.find(key).tolist() for key in (b"a", b"b", b"bb", b"c", b"bbb", b"")}
    assert found == {b"a": [1], b"b": [0, 2], b"bb": [3], b"c": [], b"bbb": [], b"": []}


def test_a_relation_goes_both_ways(tmp_path: Path) -> None:
    """From a term to its keys, from a key to its terms."""
    run = make_run([Recipe("a", ("eggs", "eggy", "flours", "egg"))])
    segment = make_segment(tmp_path, source_of(run))
    stems = segment.relations["stem"]

    assert segment.terms[:] == [b"egg", b"eggs", b"eggy", b"flours"]
    assert [stems.keys_of(number) for number in range(4)] == [
        [],
        [b"eg", b"~s"],
        [b"eg", b"~y"],
        [b"fl", b"~s"],
    ]
    assert stems.members(b"eg").tolist() == [1, 2]
    assert stems.members(b"~s").tolist() == [1, 3]
    assert stems.members(b"absent").tolist() == []
