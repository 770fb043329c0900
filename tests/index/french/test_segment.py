"""A text is cut into words, numbers and acronyms that keep their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.french.segment import segment

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
"""Any text, lone surrogates and NUL included."""

FRENCH_TEXT = st.lists(
    st.sampled_from(
        [*" -'’.,°\u00a0\u202f\u2011\u00ad\u0301", "l", "n°", "aujourd", "hui", "12", "345", "6"]
    ),
    max_size=25,
).map("".join)
"""Texts made of what separates and joins the pieces."""


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" …!? 🙂 ", []),
        ("La canicule, hier.", ["La", "canicule", "hier"]),
        ("l’été", ["l", "été"]),
        ("l'hiver", ["l", "hiver"]),
        ("porte-fenêtre", ["porte", "fenêtre"]),
        ("porte\u2011fenêtre", ["porte", "fenêtre"]),
        ("un_deux", ["un", "deux"]),
        ("aujourd’hui", ["aujourd’hui"]),
        ("AUJOURD'HUI", ["AUJOURD'HUI"]),
        ("aujourd’huit", ["aujourd", "huit"]),
        ("3 450", ["3 450"]),
        ("3\u00a0450\u202f000", ["3\u00a0450\u202f000"]),
        ("3.450", ["3.450"]),
        ("3 45", ["3", "45"]),
        ("2023 450", ["2023", "450"]),
        ("3 4500", ["3", "4500"]),
        ("7,25", ["7,25"]),
        ("7.25", ["7.25"]),
        ("7,", ["7"]),
        ("3 450,5", ["3 450,5"]),
        ("14.07.2025", ["14", "07", "2025"]),
        ("1,2,3", ["1", "2", "3"]),
        ("T.G.V.", ["T.G.V."]),
        ("T.G.V", ["T.G.V"]),
        ("le TGV.", ["le", "TGV"]),
        ("fin. Le", ["fin", "Le"]),
        ("n° 45", ["45"]),
        ("N°45", ["45"]),
        ("nos 45", ["nos", "45"]),
        ("1er", ["1er"]),
        ("co\u00admmune", ["co\u00admmune"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_pieces(text: str, pieces: list[str]) -> None:
    """The pieces are those a reader sees, in order."""
    assert [piece.text for piece in segment(text)] == pieces


@pytest.mark.parametrize(
    ("text", "kind"),
    [("route", "word"), ("42", "word"), ("4 200", "number"), ("4,2", "number"),
     ("H.L.M.", "acronym"), ("aujourd'hui", "today")],
)  # fmt: skip
def test_kinds(text: str, kind: str) -> None:
    """The kind says how a piece becomes a term."""
    assert [piece.kind for piece in segment(text)] == [kind]


@given(ANY_TEXT | FRENCH_TEXT)
def test_offsets_slice_the_text(text: str) -> None:
    """A piece is the part of the original text between its offsets."""
    pieces = list(segment(text))

    assert [piece.text for piece in pieces] == [text[piece.start : piece.end] for piece in pieces]


@given(ANY_TEXT | FRENCH_TEXT)
def test_pieces_follow_one_another(text: str) -> None:
    """Pieces are in order, none is empty and none overlaps the next."""
    ends = [0]
    for piece in segment(text):
        assert ends[-1] <= piece.start < piece.end
        ends.append(piece.end)


@given(ANY_TEXT | FRENCH_TEXT)
def test_no_letter_or_digit_is_lost(text: str) -> None:
    """What lies outside the pieces holds no letter and no digit, save the n of « n° »."""
    position, outside = 0, ""
    for piece in segment(text):
        outside += text[position : piece.start] + " "
        position = piece.end
    outside += text[position:]

    letters = [char for char in outside if char.isalnum() and char not in "nNsº"]
    assert [char for char in letters if char not in "ʼ"] == []
