"""I have a hit; which lines do I show?

At most two passages a side, those that hold the most of the searched words, cut at a sentence
when one begins or ends nearby and between words otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from search.marks import Mark, mark_text

PASSAGES: Final = 2
PASSAGE_LENGTH: Final = 260
"""Characters of a passage, about three lines on a wide page."""

_LEAD: Final = 90
"""How far before its first mark a passage looks for the beginning of a sentence."""

_SENTENCE_START: Final = re.compile(r"(?<=[.!?…])[\s»”\"]+(?=[\w«“\"(])|\n+")
_WORD_BREAK: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class _Passage:
    start: int
    end: int
    marks: tuple[Mark, ...]

    @property
    def units(self) -> frozenset[int]:
        return frozenset(mark.unit for mark in self.marks)


def best_passages(text: str, marks: Sequence[Mark]) -> tuple[str, ...]:
    """The passages to show of a text, as HTML, in the order of the text; none without marks.

    The first is the one with the most different words, then the most marks, then the earliest;
    the second adds words that the first lacks, or isn't close to it.
    """
    passages = [_passage(text, marks, index) for index in range(len(marks))]
    chosen: list[_Passage] = []
    shown: frozenset[int] = frozenset()
    while passages and len(chosen) < PASSAGES:
        best = max(
            passages,
            key=lambda p: (len(p.units - shown), len(p.units), len(p.marks), -p.start),
        )
        chosen.append(best)
        shown |= best.units
        passages = [p for p in passages if p.end <= best.start or p.start >= best.end]
    return tuple(_render(text, passage) for passage in sorted(chosen, key=lambda p: p.start))


def opening(text: str) -> tuple[str, ...]:
    """The beginning of a text, as HTML; nothing for an empty one."""
    if not text:
        return ()
    return (_render(text, _Passage(0, _cut_end(text, 0), ())),)


def _passage(text: str, marks: Sequence[Mark], index: int) -> _Passage:
    """The passage that begins just before the mark of this index."""
    start = _cut_start(text, marks[index].start)
    end = max(_cut_end(text, start), marks[index].end)
    inside = tuple(mark for mark in marks[index:] if mark.start >= start and mark.end <= end)
    return _Passage(start, end, inside)


def _cut_start(text: str, first_mark: int) -> int:
    earliest = max(0, first_mark - _LEAD)
    if earliest == 0:
        return 0
    sentences = list(_SENTENCE_START.finditer(text, earliest, first_mark))
    if sentences:
        return sentences[-1].end()
    word = _WORD_BREAK.search(text, earliest, first_mark)
    return word.end() if word else first_mark


def _cut_end(text: str, start: int) -> int:
    latest = start + PASSAGE_LENGTH
    if latest >= len(text):
        return len(text)
    middle = start + PASSAGE_LENGTH // 2
    sentences = list(_SENTENCE_START.finditer(text, middle, latest))
    if sentences:
        return sentences[-1].start()
    blank = max(text.rfind(space, middle, latest) for space in (" ", "\n", "\t"))
    return blank if blank > 0 else latest


def _render(text: str, passage: _Passage) -> str:
    moved = (
        mark._replace(start=mark.start - passage.start, end=mark.end - passage.start)
        for mark in passage.marks
    )
    body = " ".join(mark_text(text[passage.start : passage.end], moved).split())
    before = "… " if _cuts_sentence(text, passage.start) else ""
    after = " …" if _cuts_sentence(text, passage.end) else ""
    return f"{before}{body}{after}"


def _cuts_sentence(text: str, place: int) -> bool:
    before, after = text[:place].rstrip(" "), text[place:]
    return bool(before and after.strip()) and before[-1] not in ".!?…\n»”\"" and after[0] != "\n"
