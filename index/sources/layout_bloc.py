"""The pages under assemblee-nationale.fr/dyn/: texts beside a column "Données clés".
From législature XV on.

They name the author's région instead of the département, and the exchange of a question au
Gouvernement stands where others have the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from index.markup import clean_html
from index.sources.dates import fold
from index.sources.page_facts import (
    TYPE_OF_WORDS,
    PageParts,
    actor_reference,
    labels_of,
    lines_of_html,
)

MARK: Final = re.compile(
    rb"[\"' ]_style-question\b|content=[\"'][^\"'<>\s]{0,80}/dyn/\d{1,2}/questions/QANR5L\d",
    re.IGNORECASE,
)
"""What only these pages have; the second is the address that they give as their own."""

_BLOC: Final = "_style-question"
_UID: Final = re.compile(r"data-id=[\"']?(?P<uid>QANR5L\w+)")
_TITLE: Final = re.compile(
    r"(?P<type>Question[^:\d]*?) n ?[°o] ?(?P<number>\d[\d ]*?)(?: ?: ?(?P<titre>.*))?",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(r"<p\b[^<>]*>(?:\s*<span\b[^<>]*>)?\s*Question de\s*:", re.IGNORECASE)
_DATA: Final = re.compile(r"Donn(?:é|&eacute;)es\s+cl(?:é|&eacute;)s", re.IGNORECASE)
_END: Final = re.compile(r"<footer\b|</main\b|[\"' ]bloc-actions\b", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"<p\b([^<>]*)>", re.IGNORECASE)
_PARAGRAPH_END: Final = re.compile(r"</?p\b", re.IGNORECASE)
_AUTHOR: Final = re.compile(r"(?P<auteur>[^()]+?) ?\((?P<region>.*?) - (?P<groupe>.*)\)")
_TITLE_OF_DEBATE: Final = re.compile(r"<span class=[\"']bold[\"']>([^<]*)</span>", re.IGNORECASE)
"""What the page makes of a title that the publisher's text has as a paragraph."""


class _Section(NamedTuple):
    """A line over one of the texts, and the text as published."""

    heading: str
    html: str


def cut(page: str) -> PageParts:
    """The parts of a page without comments and scripts."""
    page = _bloc(page)
    texts, data = _landmarks(page)
    header, column = lines_of_html(page[:texts]), lines_of_html(page[data:])
    title = next(filter(None, map(_TITLE.fullmatch, header)), None)
    sections = list(_sections(page[texts:data]))
    parts = PageParts(
        header=header,
        labels=labels_of([*header, *(section.heading for section in sections[1:])]),
        facts={"uid": _uid(page), "acteur_ref": actor_reference(page)},
        titre=title["titre"] if title else None,
    )
    if title:
        parts.labels += _identity(title)
    _add_column(parts, column)
    _add_texts(parts, sections, debate=title is not None and _type(title) == "QG")
    return parts


def _bloc(page: str) -> str:
    start = max(0, page.rfind("<", 0, max(0, page.find(_BLOC))))
    end = _END.search(page, start)
    return page[start : end.start() if end else len(page)]


def _landmarks(page: str) -> tuple[int, int]:
    """Where the texts begin and where the column does; a text may quote the column's heading."""
    question = _QUESTION.search(page)
    start = question.start() if question else 0
    data = max((heading.start() for heading in _DATA.finditer(page, start)), default=len(page))
    return (start if question else data), data


def _uid(page: str) -> str | None:
    match = _UID.search(page)
    return match["uid"] if match else None


def _type(title: re.Match[str]) -> str | None:
    return TYPE_OF_WORDS.get(fold(title["type"]))


def _identity(title: re.Match[str]) -> list[tuple[str, str]]:
    return [("Type de question", title["type"]), ("Numéro de la question", title["number"])]


def _add_column(parts: PageParts, lines: Sequence[str]) -> None:
    """The labels of the column, its author told apart from région and group."""
    for label, value in labels_of(lines):
        author = _AUTHOR.fullmatch(value) if fold(label) == "auteur" else None
        if author:
            parts.facts["groupe"] = author["groupe"]
        parts.labels.append((label, author["auteur"] if author else value))


def _sections(html: str) -> Iterator[_Section]:
    """The texts under their headings: the first paragraph, and those in bold."""
    paragraphs = list(_PARAGRAPH.finditer(html))
    headings = [
        paragraph
        for place, paragraph in enumerate(paragraphs)
        if place == 0 or "_bold" in paragraph[1]
    ]
    for heading, following in zip_longest(headings, headings[1:]):
        end = _PARAGRAPH_END.search(html, heading.end())
        text = end.start() if end else len(html)
        yield _Section(
            heading=" ".join(lines_of_html(html[heading.end() : text])),
            html=html[text : following.start() if following else len(html)],
        )


def _add_texts(parts: PageParts, sections: Sequence[_Section], *, debate: bool) -> None:
    for place, section in enumerate(sections):
        text = clean_html(_TITLE_OF_DEBATE.sub(r"<p>\1</p>", section.html))
        if place == 0 and not debate:
            parts.question = text
        elif place == 0 or fold(section.heading).startswith("reponse"):
            parts.answer = text
        elif text:
            parts.remarks.append(f"the text under {section.heading!r:.60} is not understood")
