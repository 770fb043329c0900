"""Mark-up: what is kept of published HTML, and what its words are."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.markup import (
    ALLOWED_TAGS,
    clean_html,
    html_of_text,
    plain_line,
    text_of_html,
    without_controls,
)

CLEANED = {
    "a stray end tag and an anchor": (
        "</p><p align=x>a <a name=P1></a></p><br>b",
        "<p>a</p><p>b</p>",
    ),
    "blocks separate words": (
        "a<div>b</div>c<h2>d</h2>e",
        "<p>a</p><p>b</p><p>c</p><p>d</p><p>e</p>",
    ),
    "unknown inline tags vanish": ("mot<span>s</span>", "<p>mots</p>"),
    "i and b": ("<i>a</i> <b>b</b>", "<p><em>a</em> <strong>b</strong></p>"),
    "inner spaces move out": ("une<em> eau </em>pure", "<p>une <em>eau</em> pure</p>"),
    "outer spaces stay": ("a <em>b</em> .", "<p>a <em>b</em> .</p>"),
    "no space where there was none": ("1<sup>er</sup>mai", "<p>1<sup>er</sup>mai</p>"),
    "an empty tag leaves no trace": ("a <em> </em>b", "<p>a b</p>"),
    "one break": ("a<br>b<br>", "<p>a<br>b</p>"),
    "two breaks at most": ("<br>a<br><br> <br>b<br><br>", "<p>a<br><br>b</p>"),
    "an inline tag ends with its block": ("<em>a<p>b</em>c", "<p><em>a</em></p><p>bc</p>"),
    "crossed tags": (
        "<em>a<strong>b</em>c</strong>",
        "<p><em>a<strong>b</strong></em>c</p>",
    ),
    "comments": ("a<!-- DEBTAB -->b<!-- never closed", "<p>ab</p>"),
    "scripts": ("a<script>evil()</script><style>p{}</style>b", "<p>ab</p>"),
    "attributes": ("<p onclick=\"x()\" style='a>b'>a</p>", "<p>a</p>"),
    "entities": ("&#8364;&#339;&nbsp;&amp;&lt;b&gt;", "<p>€œ\u00a0&amp;&lt;b&gt;</p>"),
    "a sign that opens no tag": ("pH < 7 & R&D <3", "<p>pH &lt; 7 &amp; R&amp;D &lt;3</p>"),
    "control characters": ("a\x00b\u00adc&shy;d\ud800e&#1;f", "<p>abcdef</p>"),
    "composed characters": ("e\u0301te<span>\u0301</span>", "<p>été</p>"),
    "lists": (
        "<ul><li>a<li>b<ul><li>c</ul>d</ul>e",
        "<ul><li>a</li><li>b<ul><li>c</li></ul><p>d</p></li></ul><p>e</p>",
    ),
    "paragraphs of a cell": (
        "<table><tr><td><p>a</p><p>b</p></table>",
        "<table><tbody><tr><td>a<br>b</td></tr></tbody></table>",
    ),
    "half-quoted spans, cells never closed": (
        "<div align='center'><center><table border='1'><tr> <th rowspan=2\">A<br>x</br></th>"
        "<th colspan='3'>B<tr><td align=center>c<td>d</table></center></div>",
        '<table><tbody><tr><th rowspan="2">A<br>x</th><th colspan="3">B</th></tr>'
        "<tr><td>c</td><td>d</td></tr></tbody></table>",
    ),
    "cells and items outside tables and lists": ("a</li>b<td>c</td>d", "<p>a b c d</p>"),
    "a half-quoted attribute": ("<p align='left>l'eau</p>", "<p>l'eau</p>"),
    "absurd spans": (
        "<table><tr><td colspan=1000 rowspan='2'>a<td rowspan=x colspan>b</table>",
        '<table><tbody><tr><td rowspan="2">a</td><td>b</td></tr></tbody></table>',
    ),
    "sections": (
        "<table><caption>t</caption><thead><tr><th>a</thead><tfoot><tr><td>b</table>",
        "<p>t</p><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
    ),
    "words between cells go before": (
        "<table>x<tr><td></td><td>a</td></tr></table>",
        "<p>x</p><table><tbody><tr><td></td><td>a</td></tr></tbody></table>",
    ),
}


@pytest.mark.parametrize(("raw", "expected"), CLEANED.values(), ids=CLEANED.keys())
def test_published_markup_is_reduced_to_the_allowed_subset(raw: str, expected: str) -> None:
    """Published mark-up comes out in the canonical form."""
    cleaned = clean_html(raw)

    assert cleaned == expected


@pytest.mark.parametrize("raw", [None, "", " \n", "<p>&nbsp;</p>", "<table><tr><td></table>"])
def test_a_text_without_words_is_none(raw: str | None) -> None:
    """Mark-up around nothing is no text."""
    assert clean_html(raw) is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>1<sup>er</sup> mai</p><p>fin</p>", "1er mai\nfin"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "a\nb\nc"),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "a\tb\nc",
        ),
        ("<p>R&amp;D &lt; 5\u00a0%</p>", "R&D < 5\u00a0%"),
    ],
)
def test_the_words_of_a_text_never_stick_together(html: str, text: str) -> None:
    """Paragraphs, items and rows are lines, cells are tabs, inline tags are nothing."""
    assert text_of_html(html) == text


def test_a_plain_text_becomes_paragraphs() -> None:
    """Blank lines part paragraphs; allowed tags stay, anything else is text."""
    html = html_of_text("Le 1<sup>er</sup> a < b\nsuite & fin\n \n<nom> <i>x</i>\n\n")

    assert html == (
        "<p>Le 1<sup>er</sup> a &lt; b suite &amp; fin</p><p>&lt;nom&gt; <em>x</em></p>"
    )


def test_a_title_is_one_line_without_markup() -> None:
    """A title loses tags and entities."""
    assert plain_line(" Prix de l&#39;eau<br>au 1<sup>er</sup>\x00 mai ") == (
        "Prix de l'eau au 1er mai"
    )


def test_half_a_surrogate_pair_is_dropped() -> None:
    """What cannot be encoded doesn't stay in a text."""
    assert without_controls("a\ud83db") == "ab"


_PIECES = [
    *["<p>", "</p>", "<em>", "</em>", "<b>", "</b>", "<sup>", "</sup>", "<br>", "</br>", "<div>"],
    *["<ul>", "</ul>", "<ol>", "<li>", "</li>", "<table>", "</table>", "<tr>", "</tr>", "<td>"],
    *["</td>", "<thead>", "</thead>", "<tfoot>", "<caption>", "<!--", "-->", "<script>"],
    *["</script>", "<svg>", "<math>", "<select>", "<plaintext>", "<textarea>", "<template>"],
    *["&amp;", "&lt;", "&nbsp;", "&shy;", "&#0;", "&#xd800;", "<", ">", "&", '"', "=", "a", "é"],
]
_AWKWARD = [" ", "\n", "\u00a0", "\u202f", "\u0301", "\u0338", "\x00", "\ud800", "\ufdd0"]
_SPANNED = ['<td rowspan=2">', "<th colspan='3'>", "<a href='x>y'>"]
_FRAGMENTS = st.lists(st.sampled_from([*_PIECES, *_AWKWARD, *_SPANNED]), max_size=40).map("".join)


@given(st.one_of(st.text(), _FRAGMENTS))
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    """A clean text is its own clean form."""
    cleaned = clean_html(raw)

    assert clean_html(cleaned) == cleaned


_NEARLY_CLEAN = st.lists(
    st.sampled_from(
        [*["</p><p>", "<br>", "<br><br>", "<em>", "</em>", "<em>a</em>", "<sup>é b</sup>", "<b>"],
         *["</strong>", "<strong>c<br>d</strong>", "<p>", "<ul>", "&amp;", "&", "<br/>", ">"],
         *[" ", " ", " ", "\u00a0", "\u202f", "\u2007", "\n", "\t", "\x1f", "\x85", "\u2028"],
         *["\u00ad", "\u200b", "\u0301", "\u0338", "\u037e", "\ufdd0", "\ufeff", "\x7f", "\ud800"],
         *["mot", "l’eau", "n°", "«", "»", "%", "\"", "'", "é", "😀", "_", "1"]]
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: f"<p>{''.join(parts)}</p>")  # fmt: skip


@given(_NEARLY_CLEAN)
def test_what_looks_clean_is_clean(raw: str) -> None:
    """A comment says nothing, but no text that holds one passes for clean at a glance."""
    assert clean_html(raw) == clean_html(f"<!---->{raw}")


@given(st.one_of(st.text(), _FRAGMENTS))
def test_only_allowed_tags_come_out(raw: str) -> None:
    """Every tag of a clean text is in the subset, with no attribute but spans."""
    tags = re.findall(r"</?([^\s<>]+)([^<>]*)>", clean_html(raw) or "")

    assert {name for name, _ in tags} <= ALLOWED_TAGS
    assert all(re.fullmatch(r'( (row|col)span="\d{1,3}")*', rest) for _, rest in tags)


@given(st.one_of(st.text(), _FRAGMENTS))
def test_a_clean_text_is_encodable_and_composed(raw: str) -> None:
    """A clean text can be stored as UTF-8 and is in NFC."""
    cleaned = clean_html(raw) or ""

    assert unicodedata.is_normalized("NFC", cleaned.encode().decode())


_OUTSIDE_TABLES = st.lists(
    st.sampled_from(["<p>", "</p>", "<em>", "</em>", "<b>", "<ul>", "<li>", "</ul>", "<br>"])
    | st.sampled_from(
        ["<div>", "<span>", "</span>", "<sup>", " ", "\n", "mot", "s\u0301", "&eacute;"]
    ),
    max_size=30,
).map("".join)


@given(_OUTSIDE_TABLES)
def test_cleaning_keeps_every_word_apart_and_in_order(raw: str) -> None:
    """The words before cleaning are the words after."""
    apart = re.sub(r"</?(?:p|ul|li|br|div)>", " ", raw)
    words = html.unescape(re.sub(r"<[^>]*>", "", apart))

    assert text_of_html(clean_html(raw) or "").split() == without_controls(words).split()


@given(st.text())
def test_any_plain_text_becomes_clean_html(text: str) -> None:
    """Whatever a page holds, its HTML is clean."""
    html = html_of_text(text)

    assert clean_html(html) == (html or None)


@pytest.mark.parametrize(
    "piece", ["<em>", "<div>", "<p></p>", "<", "&", '<a ="', "<ul><li>", "<td>"]
)
def test_long_hostile_texts_are_read(piece: str) -> None:
    """Repetition exhausts neither the stack nor the reader."""
    cleaned = clean_html(piece * 20_000 + "fin")

    assert text_of_html(cleaned or "").endswith("fin")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("&&a& &amp;&amp;amp;&lt;", "&&a& &&amp;<"),
        ("&ampli &notit; &zz; &#38;#38;", "&li ¬it; &zz; &#38;"),
        ("a&nbsp;b &#160;c&nbspd\u00a0e", "a\u00a0b c\u00a0d\u00a0e"),
        ("a\ufdd0b\ufdd1c", "abc"),
    ],
)
def test_ampersands_and_no_break_spaces_are_what_browsers_show(raw: str, shown: str) -> None:
    """They pass the parser under other characters, which no text may hold."""
    assert text_of_html(clean_html(raw) or "") == shown


@pytest.mark.parametrize("piece", ["&", "&a", "&amp;", "&#38;", "&nbsp;", "\u00a0a", "&#xA0;"])
def test_the_parser_meets_no_ampersand_and_no_no_break_space(
    monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    """Its time grows with the square of their number."""
    met: list[str] = []
    clean = nh3.clean
    monkeypatch.setattr(nh3, "clean", lambda raw, **how: met.append(raw) or clean(raw, **how))
    clean_html(f"<p>{piece * 3}fin")

    assert met
    assert not any("&" in raw or "\u00a0" in raw for raw in met)


def test_only_so_many_accents_stay_on_a_letter() -> None:
    """Putting thousands in order takes the square of their number; thirty are more than any has."""
    letters = without_controls("a" + "\u0301\u0323" * 5_000 + "e\u0301")

    assert len(letters) == 1 + 30 + 1 - 1
    assert letters.endswith("é")
