"""Hyphenated words are their parts in sequence, and one glued word."""

from __future__ import annotations

import pytest

from index.french.analyzer import analyze
from index.french.compounds import glue, group_compounds
from index.french.segment import segment


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("porte-avions", [["porte", "avions"]]),
        ("porte\u2011avions", [["porte", "avions"]]),
        ("arc-en-ciel bleu", [["arc", "en", "ciel"], ["bleu"]]),
        ("prud’homme", [["prud", "homme"]]),
        ("Villeneuve-d’Ascq", [["Villeneuve", "Ascq"]]),
        ("dit d’Ascq", [["dit"], ["Ascq"]]),
        ("porte - avions", [["porte"], ["avions"]]),
        ("porte--avions", [["porte"], ["avions"]]),
        ("porte- avions", [["porte"], ["avions"]]),
        ("santé/social", [["santé"], ["social"]]),
        ("", []),
    ],
)
def test_groups(text: str, groups: list[list[str]]) -> None:
    """Only one hyphen or one apostrophe, and nothing else, joins two words."""
    pieces = [piece for piece in segment(text) if piece.text != "d"]
    found = group_compounds(pieces, text)

    assert [[piece.text for piece in group] for group in found] == groups


@pytest.mark.parametrize(
    ("parts", "glued"),
    [
        (["porte", "avions"], "porteavions"),
        (["arc", "en", "ciel"], "arcenciel"),
        (["covid", "19"], "covid19"),
        (["aix"], None),
        (["va", "t", "il"], None),
        (["est", "ce"], None),
        (["directeur", "e", "s"], None),
        (["2019", "2023"], None),
        (["t", "shirt"], "tshirt"),
    ],
)
def test_glued_forms(parts: list[str], glued: str | None) -> None:
    """Endings, inversions and ranges of numbers are not glued."""
    assert glue(parts) == glued


def test_a_glued_form_spans_its_parts() -> None:
    """The glued form stands at the first part's position and covers the text of all parts."""
    glued, *parts = analyze("un porte-avions")[1:]

    assert (glued.term, glued.position, glued.start, glued.end) == ("porteavions", 1, 3, 15)
    assert [(part.term, part.position) for part in parts] == [("porte", 1), ("avions", 2)]
    assert {token.compound for token in (glued, *parts)} == {1}


def test_an_elided_article_is_no_part() -> None:
    """`l’arc-en-ciel` is glued without its article."""
    assert [token.term for token in analyze("l’arc-en-ciel") if token.glued] == ["arcenciel"]


def test_an_elided_article_between_parts_is_glued_with_them() -> None:
    """`Val-d’Oise` is one word, and `valdoise` finds it."""
    glued, *parts = analyze("Val-d’Oise")

    assert glued.term == "valdoise"
    assert [part.term for part in parts] == ["val", "oise"]
