"""Which words of a text are marked, and that nothing else is ever added to it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.markup import clean_html, text_of_html
from search.expansion import Sequence, Unit
from search.marks import Mark, find_marks, mark_html, mark_text
from tests.search.reference_marks import reference_marks
from tests.search.strategies import hostile_texts, some_units

FIELD = "question"


def unit(*slots: str, slop: int | None = None, fields: tuple[str, ...] = (FIELD,)) -> Unit:
    """A unit of successive slots, each the terms of one string."""
    sequence = Sequence(tuple(frozenset(slot.split()) for slot in slots), slop)
    return Unit("typed", fields, (sequence,))


@pytest.mark.parametrize(
    ("text", "units", "marked"),
    [
        ("L’eau des rivières", [unit("eau")], "L’<mark>eau</mark> des rivières"),
        ("Rivière et RIVIÈRES", [unit("riviere rivieres")],
         "<mark>Rivière</mark> et <mark>RIVIÈRES</mark>"),
        ("la rivière", [unit("rivière")], "la <mark>rivière</mark>"),
        ("la riviere", [unit("rivière")], "la riviere"),
        ("un arc-en-ciel", [unit("arc", "en", "ciel")], "un <mark>arc-en-ciel</mark>"),
        ("un arc-en-ciel", [unit("arcenciel")], "un <mark>arc-en-ciel</mark>"),
        ("un arc-en-ciel", [unit("ciel")], "un arc-en-<mark>ciel</mark>"),
        ("un prud’homme", [unit("prudhomme")], "un <mark>prud’homme</mark>"),
        ("le Val-d’Oise", [unit("valdoise")], "le <mark>Val-d’Oise</mark>"),
        ("un arc\u2011en\u2011ciel", [unit("arcenciel")], "un <mark>arc\u2011en\u2011ciel</mark>"),
        ("arc en ciel", [unit("arc", "en", "ciel")],
         "<mark>arc</mark> <mark>en</mark> <mark>ciel</mark>"),
        ("arc en ce ciel", [unit("arc", "en", "ciel")], "arc en ce ciel"),
        ("le prix du pain", [unit("pain", "prix", slop=1)],
         "le <mark>prix</mark> du <mark>pain</mark>"),
        ("le prix du bon pain", [unit("pain", "prix", slop=1)], "le prix du bon pain"),
        ("le pain, le pain et le prix", [unit("pain", "pain", slop=1)],
         "le <mark>pain</mark>, le <mark>pain</mark> et le prix"),
        ("le pain et le prix", [unit("pain", "pain", slop=9)], "le pain et le prix"),
        ("a < b & c", [unit("b")], "a &lt; <mark>b</mark> &amp; c"),
        ("<script>eau</script>", [unit("eau")], "&lt;script&gt;<mark>eau</mark>&lt;/script&gt;"),
        ("eau", [unit("eau", fields=("titre",))], "eau"),
        ("eau", [], "eau"),
        ("", [unit("eau")], ""),
    ],
)  # fmt: skip
def test_marked_text(text: str, units: list[Unit], marked: str) -> None:
    """The words that match are marked, a hyphenated word whole, everything else is escaped."""
    assert mark_text(text, find_marks(text, units, FIELD)) == marked


def test_marks_tell_their_unit() -> None:
    """Each mark bears the number of the unit it answers."""
    marks = find_marks("le pain, le prix", [unit("prix"), unit("pain")], FIELD)

    assert list(marks) == [Mark(3, 7, 1), Mark(12, 16, 0)]


def test_two_units_on_one_word_are_one_mark() -> None:
    """Marks never overlap: the wider one takes the other in."""
    marks = find_marks("un arc-en-ciel", [unit("ciel"), unit("arcenciel"), unit("arc")], FIELD)

    assert [(mark.start, mark.end) for mark in marks] == [(3, 14)]


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("<p>Le <em>pain</em> blanc</p>", "<p>Le <em><mark>pain</mark></em> blanc</p>"),
        ("<p>1<sup>er</sup> pain</p>", "<p>1<sup>er</sup> <mark>pain</mark></p>"),
        ("<p>p<em>ai</em>n</p>",
         "<p><mark>p</mark><em><mark>ai</mark></em><mark>n</mark></p>"),
        ("<p>pa</p><p>in</p>", "<p>pa</p><p>in</p>"),
        ("<p>pa<br>in</p>", "<p>pa<br>in</p>"),
        ("<table><tbody><tr><td>pain</td><td>1</td></tr></tbody></table>",
         "<table><tbody><tr><td><mark>pain</mark></td><td>1</td></tr></tbody></table>"),
        ('<table><tbody><tr><td colspan="2">pain</td></tr></tbody></table>',
         '<table><tbody><tr><td colspan="2"><mark>pain</mark></td></tr></tbody></table>'),
        ("<p>pain &lt; &amp; &gt; prix</p>", "<p><mark>pain</mark> &lt; &amp; &gt; prix</p>"),
        ("<p>&lt;em&gt;pain</p>", "<p>&lt;em&gt;<mark>pain</mark></p>"),
    ],
)  # fmt: skip
def test_marked_html(source: str, marked: str) -> None:
    """Tags stay as they are, and a word that they cut is marked in each of its parts."""
    assert mark_html(source, lambda text: find_marks(text, [unit("pain")], FIELD)) == marked


@given(hostile_texts, some_units((FIELD,), (FIELD, "titre"), ("titre",)))
def test_marks_are_those_of_the_tokens(text: str, units: list[Unit]) -> None:
    """Positions alone tell the marks that a look at every token gives."""
    assert list(find_marks(text, units, FIELD)) == reference_marks(text, units, FIELD)


UNITS = [unit("pain pains"), unit("arc", "en", "ciel"), unit("pain", "ciel", slop=2), unit("12")]
FRAGMENTS = st.lists(
    st.sampled_from(
        ["pain", "Pains", "arc-en-ciel", "arc", "en", "ciel", "l’", " ", "\n", "-", "1", "2", "é",
         "<p>", "</p>", "<em>", "</em>", "<td>", "<mark>", "<script>", "&", "&lt;", "&#60;b>",
         '"', "'", "<br>", "\u00a0", "<", ">"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_marking_a_text_adds_nothing_but_marks(text: str) -> None:
    """Without its marks, a marked text is the text, escaped: no tag of it comes to life."""
    marked = mark_text(text, find_marks(text, UNITS, FIELD))

    assert set(re.findall("<[^>]*>", marked)) <= {"<mark>", "</mark>"}
    assert html.unescape(re.sub("</?mark>", "", marked)) == html.unescape(
        html.escape(text, quote=False)
    )


@given(FRAGMENTS)
def test_marking_html_adds_nothing_but_marks(raw: str) -> None:
    """Without its marks, a marked text is the clean HTML it was."""
    source = clean_html(raw) or ""
    marked = mark_html(source, lambda text: find_marks(text, UNITS, FIELD))

    assert text_of_html(re.sub("</?mark>", "", marked)) == text_of_html(source)
    assert re.sub("</?mark>", "", marked).count("<") == source.count("<")


@given(FRAGMENTS)
def test_marks_are_in_order_and_apart(text: str) -> None:
    """Marks follow one another inside the text, and none is empty."""
    ends = [0]
    for mark in find_marks(text, UNITS, FIELD):
        assert ends[-1] <= mark.start < mark.end <= len(text)
        ends.append(mark.end)


@given(FRAGMENTS)
def test_a_text_and_its_html_bear_the_same_marks(raw: str) -> None:
    """What an excerpt marks, the question's page marks too."""
    source = clean_html(raw) or ""
    marked = mark_html(source, lambda text: find_marks(text, UNITS, FIELD))
    plain = text_of_html(source)

    words = "".join(re.findall("<mark>(.*?)</mark>", marked, re.S))
    shown = "".join(plain[mark.start : mark.end] for mark in find_marks(plain, UNITS, FIELD))
    assert "".join(html.unescape(words).split()) == "".join(shown.split())
