"""I have a hit; which lines do I show?

The passage of each side that holds the most of the searched words, and a second one when words
are left that only it shows; cut at a sentence when one begins or ends nearby and between words
otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from typing import Final, NamedTuple

from search.marks import NO_MARKS, Marks, mark_text

PASSAGES: Final = 2
"""At most, of one text."""
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

_REACH: Final = PASSAGE_LENGTH - _LEAD
"""How far after its first mark a passage reaches at least, unless a sentence ends before."""


class _Passage(NamedTuple):
    """A part of a text, `text[start:end]`, and the numbers of its first mark and after its last."""

    start: int
    end: int
    first: int = 0
    last: int = 0


def best_passages(text: str, marks: Marks) -> tuple[str, ...]:
    """The passages to show of a text, as HTML, in the order of the text; none without marks.

    Each begins just before a mark. The first is where the most different words follow closely,
    then the most marks, then the earliest; the second, outside it, is where the most words follow
    that the first lacks. There is none when it lacks no word: a result is read at a glance.
    """
    outside: list[int | None] = list(marks.units)
    shown: set[int | None] = {None}
    chosen: list[_Passage] = []
    while len(chosen) < PASSAGES and not shown.issuperset(outside):
        number = _best_mark(_worths(marks, shown), outside)
        passage = _passage(text, marks, number, chosen)
        chosen.append(passage)
        shown.update(marks.units[passage.first : passage.last])
        first, last = (bisect_left(marks.starts, end) for end in passage[:2])
        outside[first:last] = [None] * (last - first)
    chosen.sort()
    return tuple([_render(text, passage, marks) for passage in chosen])


def opening(text: str) -> tuple[str, ...]:
    """The beginning of a text, as HTML; nothing for an empty one."""
    if not text:
        return ()
    return (_render(text, _Passage(0, _cut_end(text, 0)), NO_MARKS),)


def _best_mark(worths: Sequence[int], outside: Sequence[int | None]) -> int:
    """The mark of most worth, the first of equals, that no passage holds yet.

    Args:
        worths: of each mark.
        outside: the unit of each; None for those in a passage.
    """
    if None in outside:
        worths = [worth * (unit is not None) for worth, unit in zip(worths, outside, strict=True)]
    return worths.index(max(worths))


def _worths(marks: Marks, shown: Set[int | None]) -> list[int]:
    """What a passage that begins with each mark is worth: a number to compare.

    It is first how many units such a passage holds that aren't shown yet, then how many units,
    then how many marks.
    """
    starts, units = marks.starts, marks.units
    ends = [bisect_left(starts, start + _REACH) for start in starts]
    if units.count(units[0]) == len(units):
        return [end - number for number, end in enumerate(ends)]
    many = len(starts) + 1
    inside: dict[int, int] = {}
    worths, last, added = [], 0, 0
    for number, end in enumerate(ends):
        for unit in units[last:end]:
            if unit not in inside:
                inside[unit] = 0
                added += unit not in shown
            inside[unit] += 1
        last = end
        worths.append((added * many + len(inside)) * many + end - number)
        unit = units[number]
        inside[unit] -= 1
        if not inside[unit]:
            del inside[unit]
            added -= unit not in shown
    return worths


def _passage(text: str, marks: Marks, number: int, others: Sequence[_Passage]) -> _Passage:
    """The passage that begins just before a mark, as far as it leaves others alone."""
    starts = marks.starts
    before = [other.end for other in others if other.end <= starts[number]]
    after = [other.start for other in others if other.start > starts[number]]
    start = max([_cut_start(text, starts[number]), *before])
    end = max(min([_cut_end(text, start), *after]), marks.end(number))
    first, last = bisect_left(starts, start, 0, number), bisect_left(starts, end, number)
    while last - 1 > number and marks.end(last - 1) > end:
        last -= 1
    return _Passage(start, end, first, last)


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
    for found in _SENTENCE_BREAK.finditer(text, start - ended, end):
        last = found
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
