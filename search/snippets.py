"""I have a hit; which lines do I show?

At most two passages a side, those that hold the most of the searched words, cut at a sentence
when one begins or ends nearby and between words otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from search.marks import Mark, mark_text

PASSAGES: Final = 2
PASSAGE_LENGTH: Final = 260
"""Characters of a passage, about three lines on a wide page."""

_LEAD: Final = 90
"""How far before its first mark a passage looks for the beginning of a sentence."""

_SENTENCE_BREAK: Final = re.compile(
    r"""(?<=[.!?…])(?<!\bM\.)(?<!\bMM\.)(?<!\b[A-Z]\.)   # « M. le ministre » is no end
        [\s»”"]+(?=[^\W\d_a-zà-öø-ÿœ]|[«“"(\d])            # nor is what no capital follows
      | \n+""",
    re.VERBOSE,
)
_BLANKS: Final = re.compile(r"[ \t\n]+")
"""Not the no-break spaces: `1 960` must not be cut at the end of a line."""
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
    starts = [mark.start for mark in marks]
    passages = [_passage(text, marks, starts, mark) for mark in marks]
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


def _passage(text: str, marks: Sequence[Mark], starts: list[int], first: Mark) -> _Passage:
    """The passage that begins just before a mark; `starts` are where all marks start."""
    start = _cut_start(text, first.start)
    end = max(_cut_end(text, start), first.end)
    inside = marks[bisect_left(starts, start) : bisect_left(starts, end)]
    return _Passage(start, end, tuple(mark for mark in inside if mark.end <= end))


def _cut_start(text: str, first_mark: int) -> int:
    if first_mark <= PASSAGE_LENGTH // 2:
        return 0
    earliest = first_mark - _LEAD
    sentences = list(_SENTENCE_BREAK.finditer(text, earliest, first_mark))
    if sentences:
        return sentences[-1].end()
    word = _WORD_BREAK.search(text, earliest, first_mark)
    return word.end() if word else first_mark


def _cut_end(text: str, start: int) -> int:
    latest = start + PASSAGE_LENGTH
    if latest >= len(text):
        return len(text)
    middle = start + PASSAGE_LENGTH // 2
    sentences = list(_SENTENCE_BREAK.finditer(text, middle, latest))
    if sentences:
        return sentences[-1].start()
    blank = max(text.rfind(space, middle, latest) for space in (" ", "\n", "\t"))
    return blank if blank > 0 else latest


def _render(text: str, passage: _Passage) -> str:
    moved = (
        mark._replace(start=mark.start - passage.start, end=mark.end - passage.start)
        for mark in passage.marks
    )
    body = _BLANKS.sub(" ", mark_text(text[passage.start : passage.end], moved)).strip()
    before = "… " if _cuts_sentence(text, passage.start) else ""
    after = " …" if _cuts_sentence(text, passage.end) else ""
    return f"{before}{body}{after}"


def _cuts_sentence(text: str, place: int) -> bool:
    """Whether a passage that begins or ends here leaves a part of a sentence out."""
    if not text[:place].strip() or not text[place:].strip():
        return False
    around = max(0, place - _LEAD)
    breaks = _SENTENCE_BREAK.finditer(text, around, place + _LEAD)
    return not any(found.start() <= place <= found.end() for found in breaks)
