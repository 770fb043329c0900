"""HTML of the published texts: reduced to the allowed subset, or to plain text.

Published texts are fragments written over thirty years by several programs: stray end tags,
comments, half-quoted attributes, tables whose cells are never closed. Their tags are renamed to
those of the subset; `nh3` parses as a browser does and lets only the subset through; a tidy drops
what is empty.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

import nh3

_CELLS: Final = {"td", "th"}
_BLOCKS: Final = {"p", "ul", "ol", "li", "table", "thead", "tbody", "tr", *_CELLS}
_INLINE: Final = {"em", "strong", "sup", "sub"}
ALLOWED_TAGS: Final = frozenset(_BLOCKS | _INLINE | {"br"})
"""Every tag that a clean text may hold."""
ALLOWED_ATTRIBUTES: Final = {cell: {"rowspan", "colspan"} for cell in _CELLS}

_RENAMED: Final = {"i": "em", "b": "strong", "tfoot": "tbody"} | dict.fromkeys(
    """address article aside blockquote body caption center dd details div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr html legend main nav option pre section summary
    title""".split(),
    "p",
)
"""Tags that stand for one of the subset; those of other blocks part words as a paragraph does."""
_MOST_LISTS: Final = 300
"""Beyond, lists become paragraphs: the parser walks all open ones at each tag."""

_NOT_TEXT: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MARKUP: Final = re.compile(
    r"""<!--.*?(?:-->|\Z) | <(script|style)\b.*?(?:</\1\s*>|\Z) | <(?:[!?]|/[^a-z<>])[^<>]*>
    | <(?P<end>/?)(?P<name>[a-z][^\s/<>]*+)
      (?P<attributes>(?:[^<>=]++ | =\s*+"[^"<]*+" | =\s*+'[^'<]*+' | =)*+)> | <""",
    re.I | re.S | re.X,
)
"""Comments, scripts, tags, and a `<` that is text. Linear: nothing is read twice."""
_CELL: Final = re.compile(r"<(t[dh])\b[^>]*>(?:[^<]++|<(?!/?t[dh]\b))*+</\1>")
_TOKEN: Final = re.compile(r"<(?P<end>/?)(?P<name>\w+)[^>]*>|(?P<space>\s+)|[^<\s]+")
_BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})\b[^>]*>")
_OTHER_TAG: Final = re.compile(rf"<(?!/?(?:{'|'.join(ALLOWED_TAGS)}|i|b)\b[^<>]*>)", re.I)


def clean_html(raw: str | None) -> str | None:
    """The text as HTML of the allowed subset; None when it holds no words.

    Words that a block, a cell or a line break separates stay separated; nothing else is added.
    Cleaning twice changes nothing.
    """
    before, cleaned = None, raw or ""
    # Again while it changes: a dropped tag may have stood between a letter and its accent.
    for _ in range(5):
        if cleaned != before:
            before, cleaned = cleaned, _tidied(_parsed(_prepared(cleaned)))
    return cleaned if text_of_html(cleaned) else None


def text_of_html(clean: str) -> str:
    """The words of a clean text: a line a paragraph, list item, row or `br`, a tab between cells.

    Other tags vanish without a space (`1<sup>er</sup>` is `1er`).
    """
    marked = re.sub(r"<t[dh]\b[^>]*>", "\t", re.sub(r"</t[dh]>", "", clean))
    marked = re.sub(rf"<br>|{_BLOCK_TAG.pattern}", "\n", marked)
    lines = html.unescape(re.sub(r"<[^>]*>", "", marked)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def html_of_text(text: str) -> str:
    """The paragraphs of a plain text (separated by blank lines) as clean HTML.

    Tags of the allowed subset are kept; anything else that looks like a tag is text.
    """
    paragraphs = re.split(r"\n[^\S\n]*\n", _OTHER_TAG.sub("&lt;", text))
    return clean_html("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)) or ""


def plain_line(raw: str | None) -> str | None:
    """A title or a name on one line: no tag, no entity, no control character; None if empty."""
    return " ".join(text_of_html(clean_html(raw) or "").split()) or None


def without_controls(text: str) -> str:
    """The text in NFC without control characters, soft hyphens and lone surrogates."""
    return unicodedata.normalize("NFC", _NOT_TEXT.sub("", text))


def _prepared(raw: str) -> str:
    """The fragment with the tags of the subset only, each inline one ended with its block."""
    opened: list[str] = []
    prepared = _MARKUP.sub(lambda found: _rewritten(found, opened), without_controls(raw))
    too_many = len(re.findall("<[uo]l>", prepared)) > _MOST_LISTS
    return re.sub("</?(?:[uo]l|li)>", "<p>", prepared) if too_many else prepared


def _rewritten(found: re.Match[str], opened: list[str]) -> str:
    name = (found["name"] or found[0]).lower()
    name = _RENAMED.get(name, name)
    if name in _BLOCKS:
        attributes = found["attributes"] if name in _CELLS else ""
        # The space stays where the parser ignores the tag, as it does a cell outside tables.
        return f"{_ends(opened, 0)} <{found['end']}{name}{attributes}>"
    if name not in _INLINE:
        return {"<": "&lt;", "br": "<br>"}.get(name, "")
    if name in opened:
        return _ends(opened, opened.index(name)) if found["end"] else ""
    if found["end"]:
        return ""
    opened.append(name)
    return f"<{name}>"


def _ends(opened: list[str], kept: int) -> str:
    return "".join(f"</{opened.pop()}>" for _ in opened[kept:])


def _parsed(prepared: str) -> str:
    """What the parser makes of it, the paragraphs of a cell parted by `br`."""
    cleaned = nh3.clean(
        prepared,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_span,
        link_rel=None,
    )
    return _CELL.sub(lambda cell: re.sub(r"</p>\s*<p>|</?p>", "<br>", cell[0]), cleaned)


def _span(_tag: str, _name: str, value: str) -> str | None:
    digits = re.match(r"\s*[\"']?([0-9]{1,3})(?![0-9])", value)
    return digits[1] if digits else None


def _tidied(parsed: str) -> str:
    """The same with nothing empty, no space inside the edges of a tag, no `br` at a block's."""
    kept, opened, gap = list[str](), list[str](), ""
    for token in _TOKEN.finditer(parsed.replace("&nbsp;", "\u00a0")):
        name = token["name"]
        if name in _BLOCKS:
            empty = token["end"] and kept[-1] == f"<{name}>" and name not in _CELLS
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
    if "<br>" in gap:
        return "<br>" * min(2, gap.count("<br>"))
    return " " if gap.strip("\u00a0\u202f\u2007") else gap[:1]
