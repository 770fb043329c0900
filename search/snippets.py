"""I have a hit; which lines do I show?

At most two passages a side, those that hold the most of the searched words, cut at a sentence
when one begins or ends nearby and between words otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from search.marks import NO_MARKS, Marks, mark_text

PASSAGES: Final = 2
PASSAGE_LENGTH: Final = 260
"""Characters of a passage, about three lines on a wide page."""

_LEAD: Final = 90
"""How far before its first mark a passage looks for the beginning of a sentence."""

_ENDS: Final = ".!?…"
_SENTENCE_BREAK: Final = re.compile(
    rf"""[{_ENDS}\n](?:                                     # a set first: quick to look for
        (?<=\n)\n*
      | (?<!\bM\.)(?<!\bMM\.)(?<!\b[A-Z]\.)                 # « M. le ministre » is no end
        ([\s»”"]+)(?=[^\W\d_a-zà-öø-ÿœ]|[«“"(\d])           # nor is what no capital follows
    )""",
    re.VERBOSE,
)
_BETWEEN: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + '»”"'
"""What may stand between two sentences."""
_WORD_BREAK: Final = re.compile(r"\s")

_Worth: TypeAlias = tuple[int, int, int, int]
"""What makes one passage better than another: how many units it adds to those shown already, how
many it has, its marks, and how early it begins (negative)."""


class _Passage(NamedTuple):
    """A part of a text, `text[start:end]`, and the numbers of its marks.

    Attributes:
        first, last: the first mark, and the one after the last.
        units: those of its marks.
    """

    start: int
    end: int
    first: int = 0
    last: int = 0
    units: frozenset[int] = frozenset()

    def worth(self, shown: frozenset[int]) -> _Worth:
        """What it is worth when these units are shown already."""
        units = self.units
        return len(units - shown), len(units), self.last - self.first, -self.start

    def overlaps(self, other: _Passage) -> bool:
        """Whether the two have a part of the text in common."""
        return self.start < other.end and other.start < self.end


def best_passages(text: str, marks: Marks) -> tuple[str, ...]:
    """The passages to show of a text, as HTML, in the order of the text; none without marks.

    The first is the one with the most different words, then the most marks, then the earliest;
    the second adds words that the first lacks, or isn't close to it.
    """
    passages = _Passages(text, marks)
    chosen: list[_Passage] = []
    while len(chosen) < PASSAGES and (best := passages.best_beside(chosen)):
        chosen.append(best)
    chosen.sort()
    return tuple([_render(text, passage, marks) for passage in chosen])


def opening(text: str) -> tuple[str, ...]:
    """The beginning of a text, as HTML; nothing for an empty one."""
    if not text:
        return ()
    return (_render(text, _Passage(0, _cut_end(text, 0)), NO_MARKS),)


class _Passages:
    """The passages of a text: for each mark one that begins just before it.

    Finding where to cut is what takes time: it is put off until a passage may be the best.
    """

    def __init__(self, text: str, marks: Marks) -> None:
        self._text, self._marks = text, marks
        self._widest = [self._widen(number) for number in range(len(marks))]
        self._cut: dict[int, _Passage] = {}

    def best_beside(self, chosen: Sequence[_Passage]) -> _Passage | None:
        """The best passage that overlaps none of those chosen already.

        Passages are cut in the order of what they can be worth at most, until none that is left
        can be better than the best one.
        """
        shown = frozenset[int]().union(*[passage.units for passage in chosen])
        marked = {number for passage in chosen for number in range(passage.first, passage.last)}
        promises = [
            (passage.worth(shown), number)
            for number, passage in enumerate(self._widest)
            if number not in marked
        ]
        best, most = None, (0, 0, 0, 0)
        for promise, number in sorted(promises, reverse=True):
            if promise <= most:
                break
            passage = self._passage(number)
            worth = passage.worth(shown)
            if worth > most and not any(map(passage.overlaps, chosen)):
                best, most = passage, worth
        return best

    def _widen(self, number: int) -> _Passage:
        """What holds the passage of a mark, wherever that is cut."""
        starts = self._marks.starts
        start, end = _earliest_cut(starts[number]), starts[number] + PASSAGE_LENGTH
        first, last = bisect_left(starts, start, 0, number), bisect_left(starts, end, number)
        return _Passage(start, end, first, last, frozenset(self._marks.units[first:last]))

    def _passage(self, number: int) -> _Passage:
        """The passage of a mark."""
        known = self._cut.get(number)
        if known is not None:
            return known
        starts = self._marks.starts
        start = _cut_start(self._text, starts[number])
        end = max(_cut_end(self._text, start), self._marks.end(number))
        first, last = bisect_left(starts, start, 0, number), bisect_left(starts, end, number)
        while last - 1 > number and self._marks.end(last - 1) > end:
            last -= 1
        units = frozenset(self._marks.units[first:last])
        passage = self._cut[number] = _Passage(start, end, first, last, units)
        return passage


def _earliest_cut(first_mark: int) -> int:
    """Where the passage of a mark that begins there may begin at the earliest."""
    return first_mark - _LEAD if first_mark > PASSAGE_LENGTH // 2 else 0


def _cut_start(text: str, first_mark: int) -> int:
    earliest = _earliest_cut(first_mark)
    if not earliest:
        return 0
    between = _last_sentence_break(text, earliest, first_mark)
    if between:
        return between.end()
    word = _WORD_BREAK.search(text, earliest, first_mark)
    return word.end() if word else first_mark


def _cut_end(text: str, start: int) -> int:
    latest = start + PASSAGE_LENGTH
    if latest >= len(text):
        return len(text)
    middle = start + PASSAGE_LENGTH // 2
    between = _last_sentence_break(text, middle, latest)
    if between:
        return between.start(between.lastindex or 0)
    blank = max([text.rfind(space, middle, latest) for space in " \n\t"])
    return blank if blank > 0 else latest


def _last_sentence_break(text: str, start: int, end: int) -> re.Match[str] | None:
    """What stands between the last two sentences of a part of a text that isn't its beginning."""
    ended = text[start - 1] in _ENDS
    last = None
    for last in _SENTENCE_BREAK.finditer(text, start - ended, end):
        pass
    return last


def _render(text: str, passage: _Passage, marks: Marks) -> str:
    shown = marks.between(passage.first, passage.last)
    body = _on_one_line(mark_text(text[passage.start : passage.end], shown, passage.start))
    before = "… " if _cuts_sentence(text, passage.start) else ""
    after = " …" if _cuts_sentence(text, passage.end) else ""
    return f"{before}{body}{after}"


def _on_one_line(text: str) -> str:
    """With one space for many; no-break ones stay: `1 960` must not be cut at the end of a line."""
    line = text.replace("\n", " ").replace("\t", " ")
    while "  " in line:
        line = line.replace("  ", " ")
    return line.strip()


def _cuts_sentence(text: str, place: int) -> bool:
    """Whether a passage that begins or ends here leaves a part of a sentence out."""
    if not text[:place].strip() or not text[place:].strip():
        return False
    if "\n" in text[place - 1 : place + 1]:
        return False
    around = max(0, place - _LEAD)
    sentence_end = around + len(text[around:place].rstrip(_BETWEEN)) - 1
    if sentence_end < 0:
        return True
    found = _SENTENCE_BREAK.match(text, sentence_end, place + _LEAD)
    return found is None or found.end() < place
