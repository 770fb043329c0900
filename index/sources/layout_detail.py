"""The pages of questions.assemblee-nationale.fr: labelled lines under "14ème législature".
Législatures XIII to XV.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.markup import clean_html
from index.sources.dates import fold
from index.sources.page_facts import (
    TYPE_OF_WORDS,
    PageParts,
    actor_reference,
    labels_of,
    lines_of_html,
)

MARK: Final = re.compile(rb"[\"' =]question_legislature\b")
"""What only these pages have."""

_LEGISLATURE: Final = "question_legislature"
_TEXTS: Final = "question_answer"
_ANSWER: Final = "reponse_contenu"
"""The class of the block of the législature, of both texts, and of the answer."""

_QUESTION_HEADING: Final = re.compile(
    r"<h[1-6]\b[^<>]*>\s*Textes? de la question\s*</h[1-6]\s*>", re.IGNORECASE
)
_ANSWER_HEADING: Final = re.compile(
    r"<h[1-6]\b[^<>]*>\s*Textes? de la r(?:é|&eacute;)ponse\s*</h[1-6]\s*>", re.IGNORECASE
)
_END: Final = re.compile(r"</section|<footer", re.IGNORECASE)
_NUMBER: Final = re.compile(r"question n ?(?:deg|o)? ?(?P<number>\d[\d .]*)")
_AUTHOR: Final = re.compile(
    r"de (?P<auteur>[^(]+?) ?\((?P<groupe>.*) - (?P<departement>[^()]*?) ?\)"
)


def cut(page: str) -> PageParts:
    """The parts of a page without comments and scripts."""
    start = _tag_of(page, _LEGISLATURE, 0)
    texts = _tag_of(page, _TEXTS, start)
    question, answer = _texts(page[texts:])
    lines = lines_of_html(page[start:texts])
    author = next(filter(None, map(_AUTHOR.fullmatch, lines)), None)
    person = author.groupdict() if author else {}
    return PageParts(
        header=lines,
        labels=[*_identity(lines), ("Auteur", person.pop("auteur", "")), *labels_of(lines)],
        facts={**person, "acteur_ref": actor_reference(page[start:texts])},
        question=clean_html(question),
        answer=clean_html(answer),
    )


def _tag_of(page: str, name: str, start: int) -> int:
    """Where the tag begins that bears this class; the end of the page if none does."""
    place = page.find(name, start)
    return len(page) if place < 0 else page.rfind("<", 0, place)


def _texts(page: str) -> tuple[str, str]:
    """Question and answer; a debate may have no heading, only its block."""
    end = _END.search(page)
    page = page[: end.start()] if end else page
    asked, answered = _QUESTION_HEADING.search(page), _ANSWER_HEADING.search(page)
    block = _tag_of(page, _ANSWER, 0)
    heading, start = answered.span() if answered else (block, block)
    return page[asked.end() : heading] if asked else "", page[start:]


def _identity(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Number and type, each on a line of its own."""
    folded = [fold(line) for line in lines]
    numbers = (match["number"] for match in map(_NUMBER.fullmatch, folded) if match)
    return [
        *(("Numéro de la question", number) for number in numbers),
        *(("Type de question", line) for line in folded if line in TYPE_OF_WORDS),
    ]
