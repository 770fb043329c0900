"""HTML of the published texts: reduced to the allowed subset, or to plain text.

Published texts come from several programs over thirty years: stray end tags, half-quoted
attributes, cells never closed. Tags are renamed to those of the subset, `nh3` parses as a browser
does and lets the subset through, a tidy drops what is empty.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

import nh3

_CELLS: Final = {"td", "th"}
_WHOLE: Final = {"p", "ul", "ol", "table"}
_BLOCKS: Final = _WHOLE | _CELLS | {"li", "thead", "tbody", "tr"}
_INLINE: Final = {"em", "strong", "sup", "sub"}
ALLOWED_TAGS: Final = frozenset(_BLOCKS | _INLINE | {"br"})
"""Every tag that a clean text may hold."""
ALLOWED_ATTRIBUTES: Final = {cell: {"rowspan", "colspan"} for cell in _CELLS}
_OTHER_BLOCKS: Final = """address article aside blockquote body caption center dd details div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend main nav option
    pre section summary title""".split()
_RENAMED: Final = dict.fromkeys(_OTHER_BLOCKS, "p") | {"i": "em", "b": "strong", "tfoot": "tbody"}
_MOST_LISTS: Final = 300
"""Beyond, lists become paragraphs: the parser walks all open ones at each tag."""
_NOISE: Final = re.compile(
    "[\0-\b\x0e-\x1b\x7f-\x84\x86-\x9f\xad\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_MARKUP: Final = re.compile(
    r"""(?isx)<!--.*?(?:-->|\Z) | <(script|style)\b.*?(?:</\1\s*>|\Z) | <(?:[!?]|/[^a-z<>])[^<>]*>
    | <(?P<end>/?)(?P<name>[a-z][^\s/<>]*+)
      (?P<attributes>(?:[^<>=]++ | =\s*+"[^"<]*+" | =\s*+'[^'<]*+' | =)*+(?=>) | [^<>]*+)> | <"""
)
"""Comments, scripts, tags, and a `<` that is text. Linear: nothing is read twice."""
_REFERENCE: Final = re.compile(r"&(?:#?[0-9a-z]{1,40};?)?", re.I)
"""What may be a character reference; the longest name has 31 letters."""
_AMPERSAND, _NO_BREAK_SPACE = "\ufdd0", "\ufdd1"
"""What stands for them in the parser, whose writer takes the square of their number; no text holds
these two, which Unicode keeps for such uses."""
_MARKS: Final = "".join(
    char
    for char in map(chr, range(0x300, 0x20000))
    if unicodedata.combining(unicodedata.normalize("NFD", char)[0])
)
_MOST_MARKS: Final = 30
"""On one letter, as in Unicode's stream-safe format (UAX 15): sorting more takes their square."""
_TOO_MANY_MARKS: Final = re.compile(rf"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
_SPAN: Final = re.compile(r"\b((?:row|col)span)\s*=\s*[\"']?([0-9]{1,3})(?![0-9])", re.I)
_CELL: Final = re.compile(r"<(t[dh])\b[^>]*>(?:[^<]++|<(?!/?t[dh]\b))*+</\1>")
_WORDS: Final = r"[^<\s]++(?: [^<\s]++)*+"
_TOKEN: Final = re.compile(rf"<(?P<end>/?)(?P<name>\w+)[^>]*>|(?P<space>\s+)|{_WORDS}")
_CLEAN_GAP: Final = r"(?:[\ \u00a0\u202f]|<br>(?:<br>)?)"
_SPACES: Final = "".join(filter(str.isspace, map(chr, range(0x3001))))
"""What `\\s` stands for; told one by one, the characters of a set are looked up in one table."""
_CLEAN_WORDS: Final = r"{word} (?: {gap} {word} )*+".format(
    word=rf"[^<>&{re.escape(_SPACES)}{_NOISE.pattern[1:-1]}]++", gap=_CLEAN_GAP
)
_SURELY_CLEAN: Final = re.compile(
    rf"""(?x)(?: <p> (?=[^<\s]|<[^b])
      (?: {_CLEAN_GAP}?+ (?: {_CLEAN_WORDS} | <(em|strong|sup|sub)> {_CLEAN_WORDS} </\1> ) )++
    </p> )++"""
)
"""Paragraphs in canonical form, as most texts are that were cleaned before."""
_BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})\b[^>]*>")
_TAG: Final = re.compile(r"<(?P<end>/?)(?P<name>\w*)[^>]*>")
_OTHER_TAG: Final = re.compile(rf"<(?!/?(?:{'|'.join(ALLOWED_TAGS)}|i|b)\b[^<>]*>)", re.I)


def clean_html(raw: str | None) -> str | None:
    """The text as HTML of the allowed subset; None when it holds no words.

    Words that a block, a cell or a break separates stay separated. Cleaning twice changes nothing.
    """
    if raw and _SURELY_CLEAN.fullmatch(raw) and unicodedata.is_normalized("NFC", raw):
        return raw
    cleaned = raw or ""
    for _ in range(9):  # what a round drops may have parted a letter from its accent
        before, cleaned = cleaned, _tidied(_parsed(_prepared(cleaned)))
        if cleaned == before:
            break
    return cleaned if text_of_html(cleaned) else None


def text_of_html(clean: str) -> str:
    """The words of a clean text: a line a paragraph, list item, row or `br`, a tab between cells.

    Other tags vanish without a space (`1<sup>er</sup>` is `1er`).
    """
    lines = html.unescape(_TAG.sub(_space_of, clean)).split("\n")
    return "\n".join(words for line in lines if (words := line.strip()))


def _space_of(tag: re.Match[str]) -> str:
    """The white space that stands for a tag in plain text."""
    name = tag["name"]
    if name in _CELLS:
        return "" if tag["end"] else "\t"
    return "\n" if name == "br" or name in _BLOCKS else ""


def html_of_text(text: str) -> str:
    """The paragraphs of a plain text (separated by blank lines) as clean HTML.

    Tags of the allowed subset are kept; anything else that looks like a tag is text.
    """
    paragraphs = re.split(r"\n[^\S\n]*\n", _OTHER_TAG.sub("&lt;", text))
    return clean_html("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)) or ""


def plain_line(raw: str | None) -> str | None:
    """A title or a name on one line: no tag, no entity, no control character; None if empty."""
    plain = without_controls(raw or "")
    words = text_of_html(clean_html(plain) or "") if re.search("[<&]", plain) else plain
    return " ".join(words.split()) or None


def without_controls(text: str) -> str:
    """The text in NFC without control characters, soft hyphens and lone surrogates.

    Of more than thirty accents on one letter, not yet in order, the first thirty stay.
    """
    if not text.replace("\u00a0", " ").isprintable():
        text = _NOISE.sub("", text)
    if unicodedata.is_normalized("NFC", text):
        return text  # as nearly all; marks that are sorted already cost nothing
    return unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", text))


def _prepared(raw: str) -> str:
    """The fragment with tags of the subset only; inline ones end with their block."""
    opened: list[str] = []
    prepared = _MARKUP.sub(lambda found: _rewritten(found, opened), without_controls(raw))
    if len(re.findall(r"<[uo]l\b", prepared)) > _MOST_LISTS:
        prepared = re.sub(r"</?(?:[uo]l|li)\b", "<p", prepared)
    return "<p>" + prepared


def _rewritten(found: re.Match[str], opened: list[str]) -> str:
    name = (found["name"] or found[0]).lower()
    name = _RENAMED.get(name, name)
    if name in _BLOCKS:
        spans = "".join(f' {span}="{value}"' for span, value in _SPAN.findall(found["attributes"]))
        then = "<p>" if found["end"] and name in _WHOLE else ""
        # The space stays where the parser ignores the tag, as it does a cell outside tables.
        return f"{_ends(opened)} <{found['end']}{name}{spans}>{then}"
    if name not in _INLINE:
        return {"<": "&lt;", "br": "<br>"}.get(name, "")
    if name in opened or found["end"]:
        return _ends(opened, opened.index(name)) if name in opened and found["end"] else ""
    opened.append(name)
    return f"<{name}>"


def _ends(opened: list[str], kept: int = 0) -> str:
    return "".join(f"</{opened.pop()}>" for _ in opened[kept:])


def _parsed(prepared: str) -> str:
    """What the parser makes of it, the paragraphs of a cell parted by `br`."""
    shielded = _REFERENCE.sub(_shielded, prepared.replace("\u00a0", _NO_BREAK_SPACE))
    parsed = nh3.clean(shielded, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES)
    parsed = parsed.replace(_AMPERSAND, "&amp;").replace(_NO_BREAK_SPACE, "\u00a0")
    return _CELL.sub(lambda cell: re.sub(r"(?:</?p>\s*)+", "<br>", cell[0]), parsed)


def _shielded(found: re.Match[str]) -> str:
    """A `&`, or a reference to one or to a no-break space, as what stands for it."""
    text = html.unescape(found[0])
    if text[:1] not in ("&", "\u00a0"):
        return found[0]
    return text.replace("&", _AMPERSAND).replace("\u00a0", _NO_BREAK_SPACE)


def _tidied(parsed: str) -> str:
    """Nothing empty, no space just inside a tag, no `br` beside a block."""
    kept, opened, gap = list[str](), list[str](), ""
    for token in _TOKEN.finditer(parsed):
        name = token["name"]
        if name in _BLOCKS:
            empty = token["end"] and name not in _CELLS and kept[-1:] == [f"<{name}>"]
            kept[-1:] = [] if empty else [*kept[-1:], token[0]]
            gap = "<br>" if empty else ""
        elif name in _INLINE and not token["end"]:
            opened.append(token[0])
        elif name in _INLINE:
            opened.pop() if opened else kept.append(token[0])
        elif name or token["space"]:
            gap += token[0]
        else:
            at_edge = not kept or _BLOCK_TAG.match(kept[-1])
            kept += ["" if at_edge else _one_gap(gap), *opened, token[0]]
            opened, gap = [], ""
    return "".join(kept)


def _one_gap(gap: str) -> str:
    """Two `br` at most, else one space: a no-break one only if nothing in it allows a break."""
    breaks = "<br>" * min(2, gap.count("<br>"))
    return breaks or (" " if gap.strip("\u00a0\u202f\u2007") else gap[:1])
