"""Published HTML: whatever it holds, what is kept and shown of it is harmless and well formed."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from index.markup import (
    ALLOWED_TAGS,
    clean_html,
    html_of_text,
    plain_line,
    text_of_html,
    without_controls,
)
from search.expansion import QUERY_FIELDS, Unit, expand, positive_units
from search.marks import find_marks, mark_html, mark_text
from search.query.parser import parse_lenient
from search.snippets import best_passages, opening
from tests.fuzz.query_parser import WORDS
from tests.fuzz.target import Dice, RunOne, Target, any_text
from tests.hostile_texts import HARMS
from tests.index.sources.one_question import TABLE

_TAG = re.compile(r"<(/?)([a-z0-9]*)((?: (?:row|col)span=\"[0-9]{1,3}\")*)>")
_MARK = re.compile(r"</?mark>")

QUERIES = (
    "eau",
    "a* OU é*",
    '"mot mot"~5 eau',
    '"le mot"',
    "auto-entrepreneur l’eau",
    "ARS puits",
    "amp lt mark gt",
)
"""What is looked for in the texts."""

_TITLE, _PLAIN = 1, 2
"""What an input may be, instead of HTML."""

UNITS: tuple[list[Unit], ...] = tuple(
    list(positive_units(expand(parse_lenient(query, QUERY_FIELDS).tree, WORDS).root))
    for query in QUERIES
)


def prepare(_folder: Path) -> RunOne:
    return run_one


def run_one(data: bytes) -> None:
    dice = Dice(data)
    kind, units = dice.number(1), UNITS[dice.number(1) % len(UNITS)]
    raw = any_text(dice.rest())
    if kind % 4 == _TITLE:
        _see_title(plain_line(raw), units)
        assert without_controls(without_controls(raw)) == without_controls(raw)
    else:
        clean = html_of_text(raw) or None if kind % 4 == _PLAIN else clean_html(raw)
        _see_clean(clean)
        if clean is not None:
            _see_shown(clean, units)


def _see_clean(clean: str | None) -> None:
    """Its own clean form, in the subset, composed, and with words."""
    assert clean_html(clean) == clean
    if clean is not None:
        assert unicodedata.is_normalized("NFC", clean.encode().decode())
        assert not re.search(r"<script|<style|[\0-\b]", clean, re.IGNORECASE)
        assert text_of_html(clean)
        _see_balanced(clean, ALLOWED_TAGS)


def _see_balanced(clean: str, allowed: frozenset[str]) -> None:
    """Every tag is an allowed one, and closed by the one of its name, the innermost first."""
    opened: list[str] = []
    for end, name, spans in _TAG.findall(clean):
        assert name in allowed
        assert not spans or name in {"td", "th"}
        if end:
            assert opened.pop() == name
        elif name != "br":
            opened.append(name)
    assert not opened
    outside = _TAG.sub("", clean)
    assert "<" not in outside
    assert ">" not in outside


def _see_shown(clean: str, units: list[Unit]) -> None:
    """Marks add nothing but themselves; passages are parts of the text."""
    marked = mark_html(clean, lambda plain: find_marks(plain, units, "question"))
    assert _MARK.sub("", marked) == clean.replace("&nbsp;", "\u00a0")
    _see_balanced(marked, ALLOWED_TAGS | {"mark"})
    text = text_of_html(clean)
    marks = find_marks(text, units, "question")
    passages = best_passages(text, marks) if marks else ()
    assert bool(passages) == bool(marks)
    for passage in (*passages, *opening(text)):
        _see_balanced(passage, frozenset({"mark"}))
        assert _words(passage) in " ".join(text.split())
    assert all("<mark>" in passage for passage in passages)


def _words(passage: str) -> str:
    words = html.unescape(_MARK.sub("", passage))
    return " ".join(words.removeprefix("… ").removesuffix(" …").split())


def _see_title(title: str | None, units: list[Unit]) -> None:
    if title is not None:
        assert title.encode().strip()
        assert "\n" not in title
        marked = mark_text(title, find_marks(title, units, "titre"))
        _see_balanced(marked, frozenset({"mark"}))
        assert html.unescape(_MARK.sub("", marked)) == html.unescape(html.escape(title))


def seeds() -> Iterator[bytes]:
    texts = (TABLE, *HARMS.values(), "<p>L’eau de l’auto-entrepreneur : 1<sup>er</sup> mot.</p>")
    for number, text in enumerate(texts):
        yield bytes([number % 3, number]) + text.encode()


_TAGS = "p br ul ol li table tr td th em i b sup div span script style a select svg math".split()

TARGET = Target(
    name="markup",
    prepare=prepare,
    seeds=seeds,
    words=(
        *(f"<{name}>" for name in _TAGS),
        *(f"</{name}>" for name in _TAGS),
        *("<!--", "-->", "]]>", "<![CDATA[", ' colspan="2"', " rowspan=9", "='", '="', "/>", "<?"),
        *("&amp;", "&lt;", "&nbsp;", "&shy;", "&#0;", "&#38;", "&#xd800;", "&notit;", "&"),
        *("eau", "mot", "l’eau", "é", "\u0301", "\u0338", "\u00a0", "\u202f", "\u00ad", "\u2028"),
        *("<mark>", "\ufdd0", "\ufdd1", "… ", " …", ". L", "M. le"),
    ),
    longest=1_000,
    share=0.12,
    packages=("index.markup", "search.marks", "search.snippets"),
)
