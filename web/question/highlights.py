"""The marked words of one question, numbered through its title, its question and its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from index.question import Question
from web.question.record import held_in_sitting

_PARTS: Final = {"titre": "titre", "texte_question": "question", "texte_reponse": "réponse"}
"""The marked texts in the order of the page, with what each is called in a sentence."""
_EXCHANGE: Final = "échange"

_MARK: Final = re.compile(r"(?P<joint></mark>(?:</?(?:em|strong|sup|sub)>)+)?<mark>")
"""The beginning of a mark, and what stands before it if that is the half of the same word: a word
that tags cut in two is marked in both halves (`search.marks.mark_html`)."""


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """The marks of one text.

    Attributes:
        name: of the text, as it is said in a sentence.
        first: the identifier of its first mark.
        words: how many it has.
    """

    name: str
    first: str
    words: int


@dataclass(frozen=True, slots=True)
class Highlights:
    """A question to read with its marks.

    Attributes:
        question: its title and texts are HTML; the marks are `m1`, `m2`…, and the second half of
            a word that tags cut names the first one in `data-suite`.
        parts: the texts that have marks.
    """

    question: Question
    parts: tuple[MarkedPart, ...]

    @property
    def words(self) -> int:
        """How many words are marked."""
        return sum(part.words for part in self.parts)


def number_marks(marked: Question) -> Highlights:
    """Give every marked word an identifier.

    Args:
        marked: as `Engine.highlight` gives it. Only its `<mark>` tags are touched, which no
            record holds: what looks like one in a published text is escaped or gone.
    """
    numbers, last = count(1), 0
    texts: dict[str, Any] = {}
    parts: list[MarkedPart] = []

    def numbered(found: re.Match[str]) -> str:
        nonlocal last
        if found["joint"]:
            return f'{found["joint"]}<mark data-suite="m{last}">'
        last = next(numbers)
        return f'<mark id="m{last}">'

    for field, name in _PARTS.items():
        before = last
        if text := getattr(marked, field):
            texts[field] = _MARK.sub(numbered, text)
        if last > before:
            spoken = _EXCHANGE if name == "réponse" and held_in_sitting(marked) else name
            parts.append(MarkedPart(spoken, f"m{before + 1}", last - before))
    return Highlights(replace(marked, **texts), tuple(parts))
