"""Which apostrophes elide a word, and which only join two."""

from __future__ import annotations

import pytest

from index.french.analyzer import analyze
from index.french.elision import ELIDED, is_elided
from index.french.segment import APOSTROPHES, segment


def terms(text: str) -> list[str]:
    """The terms of a text, glued forms left aside."""
    return [token.term for token in analyze(text) if not token.glued]


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
@pytest.mark.parametrize("article", sorted(ELIDED))
def test_an_elided_article_does_not_hide_the_noun(article: str, apostrophe: str) -> None:
    """Every article of the list is dropped before any apostrophe, in any case."""
    assert terms(f"{article}{apostrophe}avion") == ["avion"]
    assert terms(f"{article.upper()}{apostrophe}AVION") == ["avion"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'", ["l"]),
        ("l' ", ["l"]),
        ("l’ orage", ["l", "orage"]),
        ("l orage", ["l", "orage"]),
        ("quelqu’un", ["quelqu", "un"]),
        ("presqu'îlien", ["presqu", "ilien"]),
        ("grand’mère", ["grand", "mere"]),
        ("rock'n'roll", ["rock", "roll"]),
        ("qu'il n'y a", ["il", "y", "a"]),
        ("jusqu’à l’aube", ["a", "aube"]),
        ("l'1", ["1"]),
        ("'l'orage'", ["orage"]),
    ],
)
def test_words_around_apostrophes(text: str, expected: list[str]) -> None:
    """An apostrophe elides only what French elides, and only before a word."""
    assert terms(text) == expected


def test_an_article_with_nothing_behind_is_kept() -> None:
    """The last piece of a text is never elided."""
    piece = next(segment("d’"))

    assert is_elided(piece, None, "d’") is False
