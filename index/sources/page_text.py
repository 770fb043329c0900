"""A question page of the publisher turned into text: Markdown headings or plain lines.

The page, as `parse_page` reads it::

    page    = header, [ texts ], data ;
    header  = { line }, législature, { line }, type and number, { line } ;   (the rest: the title)
    texts   = [ "Texte de la question", { paragraph } ], [ "Texte de la réponse", { paragraph } ] ;
    data    = "Données clés", { label, ":", value }, [ "Date(s) clé(s)", { label, ":", value } ] ;

Headings may bear `#`, labels `**`, values links (`[text](#)`); accents and the kind of
apostrophe don't count in headings and labels. What labels there are is in `page_facts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from index.markup import html_of_text, plain_line, without_controls
from index.question import Question, SourceRank
from index.sources.document import Document
from index.sources.page_facts import (
    DECORATION,
    LEGISLATURE,
    NUMBERED,
    PageParts,
    has_known_label,
    heading,
    make_page_question,
    pair_labels,
)
from index.sources.rejects import Reject, Remark, read_one

_QUESTION_HEADING: Final = re.compile(r"textes? de la question")
_ANSWER_HEADING: Final = re.compile(r"textes? de la reponse")
_DATA_HEADING: Final = re.compile(r"donnees? cles?")

_LINK: Final = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
_CARET: Final = re.compile(r"(\d)\^(er|re|nde?|e|[eè]me)\b")
_SENTENCE_END: Final = re.compile(r"[.!?…:;][»”\"’')\]\s]*$")


def recognises(document: Document) -> bool:
    """Whether a line of the beginning is a heading that only question pages have."""
    if document.head_text.lstrip().startswith("<"):
        return False  # the page itself, in HTML
    return any(
        pattern.fullmatch(line)
        for line in map(_heading, document.head_text.splitlines())
        for pattern in (NUMBERED, _QUESTION_HEADING, _ANSWER_HEADING, _DATA_HEADING)
    )


def read(document: Document) -> Iterator[Question | Remark | Reject]:
    """The question of the page and what in it isn't understood, or why it is none."""
    return read_one(document.text, document.source, parse_page)


def parse_page(text: str, source: str, remarks: list[str]) -> Question:
    """The question of one page; arguments and errors are those of `make_page_question`."""
    return make_page_question(
        _split(text), source=source, source_rank=SourceRank.PAGE_TEXT, remarks=remarks
    )


def _split(text: str) -> PageParts:
    """The parts of the page; a text may quote the heading of the data, so its last one counts."""
    lines = without_controls(text).split("\n")
    headings = [_heading(line) for line in lines]
    data = _last(headings, _DATA_HEADING, _first_label(lines))
    question = _first(headings, _QUESTION_HEADING, 0, data)
    answer = _first(headings, _ANSWER_HEADING, 0 if question == data else question, data)
    header = [_plain(line).lstrip("# ") for line in lines[: min(question, answer)]]
    return PageParts(
        header=header,
        labels=pair_labels(map(_plain, lines[data:])),
        titre=_title(header),
        question=_html(lines[question + 1 : answer]),
        answer=_html(lines[answer + 1 : data]),
    )


def _first(headings: Sequence[str], pattern: re.Pattern[str], start: int, end: int) -> int:
    """The first line that is this heading, else `end`."""
    found = (place for place in range(start, end) if pattern.fullmatch(headings[place]))
    return next(found, end)


def _last(headings: Sequence[str], pattern: re.Pattern[str], otherwise: int) -> int:
    found = (place for place, line in enumerate(headings) if pattern.fullmatch(line))
    return max(found, default=otherwise)


def _first_label(lines: Sequence[str]) -> int:
    """Where the data begin on a page without their heading."""
    found = (place for place, line in enumerate(lines) if has_known_label(_plain(line)))
    return next(found, len(lines))


def _heading(line: str) -> str:
    return heading(_plain(line))


def _plain(line: str) -> str:
    """A line of the header or the data without Markdown, links, tags and carets."""
    without_links = _LINK.sub(r"\1", line)
    return plain_line(_CARET.sub(r"\1\2", without_links).replace("**", "")) or ""


def _title(header: Sequence[str]) -> str | None:
    """What the header says besides the Assemblée, the législature, the type and the number."""
    other = (LEGISLATURE, NUMBERED, DECORATION)
    kept = [
        line for line in header if not any(pattern.fullmatch(heading(line)) for pattern in other)
    ]
    return " ".join(line for line in kept if line) or None


def _html(lines: Sequence[str]) -> str | None:
    """The paragraphs of a text, those that a page break had cut in two mended."""
    text = "\n".join(_CARET.sub(r"\1<sup>\2</sup>", _LINK.sub(r"\1", line)) for line in lines)
    paragraphs: list[str] = []
    for paragraph in filter(None, map(str.strip, re.split(r"\n\s*\n", text))):
        if paragraphs and _continues(paragraphs[-1], paragraph):
            glue = "" if re.search(r"\w-$", paragraphs[-1][-2:]) else " "
            paragraphs[-1] += glue + paragraph
        else:
            paragraphs.append(paragraph)
    return html_of_text("\n\n".join(paragraphs)) or None


def _continues(before: str, after: str) -> bool:
    return after[0].islower() and not _SENTENCE_END.search(before[-20:])
