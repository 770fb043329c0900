"""Strings of many dictionaries into one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.columnar import merge_strings
from index.columnar.dictionary import decode_strings, encode_strings
from index.columnar.merge_strings import KeptStrings

# Many begin alike, and some end within what all are put in a first order by.
strings = st.text(min_size=0, max_size=12, alphabet="abé\x00").map(str.encode)
sources = st.lists(
    st.dictionaries(strings, st.booleans(), max_size=12).map(lambda held: list(held.items())),
    max_size=5,
)


def kept(source: list[tuple[bytes, bool]]) -> KeptStrings:
    """The strings of a source."""
    mask = np.array([live for _, live in source], np.bool_)
    data = encode_strings([string for string, _ in source])
    return KeptStrings(data, mask)


@pytest.mark.parametrize("at_once", [1, 3, 1 << 16])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sources=sources, data=st.data())
def test_each_string_once_in_byte_order(
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    sources: list[list[tuple[bytes, bool]]],
    data: Any,
) -> None:
    """However few are objects at once; each source's strings are numbered by their places."""
    monkeypatch.setattr(merge_strings, "STRINGS_AT_ONCE", at_once)

    merged = merge_strings.merge_strings([kept(source) for source in sources])

    expected = sorted({string for source in sources for string, live in source if live})
    assert decode_strings(merged.data) == expected
    assert merged.size == len(expected)
    assert [numbers.tolist() for numbers in merged.numbers] == [
        [expected.index(string) if live else -1 for string, live in source] for source in sources
    ]
    chosen = data.draw(st.lists(st.integers(0, len(expected) - 1))) if expected else []
    assert merged.decode(np.array(chosen, np.int64)) == [expected[number] for number in chosen]
