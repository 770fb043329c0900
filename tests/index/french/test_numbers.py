"""One number is one term, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.analyzer import analyze
from index.french.fold import fold
from index.french.numbers import number_term


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("4 200", "4200"),
        ("4\u00a0200", "4200"),
        ("4\u202f200", "4200"),
        ("4\u2009200", "4200"),
        ("4.200", "4200"),
        ("4.200,5", "4200,5"),
        ("4 200,5", "4200,5"),
        ("7,25", "7,25"),
        ("7.25", "7,25"),
        ("7.2", "7,2"),
        ("٧,٥", "7,5"),
    ],
)
def test_terms_of_numbers(written: str, term: str) -> None:
    """Groups of digits are joined; a comma or a point before decimals is a comma."""
    assert number_term(written) == term


@pytest.mark.parametrize("separator", [" ", "\u00a0", "\u202f", "."])
@given(st.integers(1_000, 10**12))
def test_grouping_does_not_count(separator: str, number: int) -> None:
    """A number of thousands or more has one term, grouped or not."""
    grouped = f"{number:,}".replace(",", separator)

    assert [token.term for token in analyze(grouped)] == [str(number)]


@given(st.integers(0, 999), st.from_regex(r"[0-9]{1,2}", fullmatch=True))
def test_decimals_stay_whole(number: int, decimals: str) -> None:
    """A number with decimals is one term, never its two halves."""
    assert [token.term for token in analyze(f"{number},{decimals} %")] == [f"{number},{decimals}"]


@given(st.from_regex(r"\d{1,3}(?:[ .]\d{3})*(?:,\d{1,3})?", fullmatch=True))
def test_a_number_is_a_folded_term(written: str) -> None:
    """The term of a number is ASCII in any script of digits, and its own folded form."""
    term = number_term(written)

    assert term.isascii()
    assert fold(term) == term
