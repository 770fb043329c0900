"""Sorted strings as bytes: found by value, by number and by prefix."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.columnar.dictionary import Dictionary, block_starts, decode_strings, encode_strings
from index.columnar.layout import TERMS_IN_BLOCK

words = st.text(min_size=0, max_size=4, alphabet="abé€😀\x00").map(str.encode)
many_words = st.sets(words, max_size=3 * TERMS_IN_BLOCK).map(sorted)


def dictionary_of(strings: list[bytes]) -> Dictionary:
    data = encode_strings(strings)
    return Dictionary(data, block_starts(data))


@given(many_words)
def test_strings_come_back_by_number(strings: list[bytes]) -> None:
    """One at a time, in slices, and all of them."""
    dictionary = dictionary_of(strings)

    assert len(dictionary) == len(strings)
    assert [dictionary[number] for number in range(len(strings))] == strings
    assert dictionary[1:-1] == strings[1:-1]
    assert decode_strings(encode_strings(strings)) == strings


@given(many_words, words)
def test_a_string_has_its_place_or_none(strings: list[bytes], other: bytes) -> None:
    """The number is the place in byte order; a string that isn't there has none."""
    dictionary = dictionary_of(strings)

    assert [dictionary.number(string) for string in strings] == list(range(len(strings)))
    assert (dictionary.number(other) is None) == (other not in strings)


@given(many_words, words)
def test_a_prefix_is_a_range(strings: list[bytes], prefix: bytes) -> None:
    """Exactly the strings that begin so, the empty prefix all of them."""
    first, last = dictionary_of(strings).range(prefix)

    assert strings[first:last] == [string for string in strings if string.startswith(prefix)]
    assert first == bisect_left(strings, prefix)


def test_a_long_first_string_of_a_block() -> None:
    """Longer than what is read of a block at first."""
    strings = sorted([b"x" * 5000, b"y" * 5000, b"a"])

    assert [dictionary_of(strings).number(string) for string in strings] == [0, 1, 2]


def test_what_is_not_utf_8_is_refused() -> None:
    """The byte that ends a string can be in none."""
    with pytest.raises(ValueError, match="0xFF"):
        encode_strings([b"a\xffb"])


def test_a_number_out_of_range_is_an_error() -> None:
    """As for any sequence."""
    with pytest.raises(IndexError):
        dictionary_of([b"a"])[1]
