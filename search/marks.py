"""Where the words that made a question match stand in one of its texts, and how they are marked.

The positions of the searched terms come from an index, or from an analysis of the text; which
words are marked follows from them alone. Only `<mark>` is ever added; everything else that isn't
HTML already is escaped.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Ordered
from functools import lru_cache, partial
from typing import Final, NamedTuple, TypeAlias

from index.french.analyzer import Token, analyze
from index.french.compounds import JOINERS, joined
from index.french.segment import token_end
from search.budget import spend
from search.expansion import Sequence, Slot, Unit
from search.occurrences import Places, begins_of, by_term, places_among

_ANALYSED: Final = 50
_MARKED: Final = 40
"""Postings that are weighed in the time that a character is analysed, and a word marked."""

_TAG: Final = re.compile(r"(<[^>]+>)")
_INLINE_TAG: Final = re.compile(r"</?(?:em|strong|sup|sub)\b")
_escape: Final = partial(html.escape, quote=False)


class Mark(NamedTuple):
    """A part of a text to mark: `text[start:end]`, for the unit of this number."""

    start: int
    end: int
    unit: int


class Words(NamedTuple):
    """The words of one text, by position; where one ends is found when it is asked for.

    Attributes:
        text: as it was analysed.
        starts: where the word at each position begins, in characters.
    """

    text: str
    starts: Ordered[int]

    def end(self, position: int) -> int:
        """Where the word at a position ends, in characters."""
        return token_end(self.text, self.starts[position])

    def joined_to_next(self, position: int) -> bool:
        """Whether the word at a position and the next one are parts of one compound."""
        following = position + 1
        if following == len(self.starts):
            return False
        start = self.starts[following]
        if self.text[start - 1] not in JOINERS:
            return False
        return joined(self.text, self.end(position), start)

    def last_matched(self, position: int, slot: Slot) -> int:
        """The last word of what matches a slot that stands at a position.

        That is the word itself, or else the compound that begins with it, glued.
        """
        last = position
        if self.joined_to_next(position) and not self._matches(position, slot):
            while self.joined_to_next(last):
                last += 1
        return last

    def lasts_matched(self, positions: Ordered[int], slot: Slot) -> list[int]:
        """The same for several positions; few words are followed by what may join them."""
        text, starts, end = self.text, self.starts, len(self.starts) - 1
        return [
            self.last_matched(position, slot)
            if position < end and text[starts[position + 1] - 1] in JOINERS
            else position
            for position in positions
        ]

    def _matches(self, position: int, slot: Slot) -> bool:
        word = self.text[self.starts[position] : self.end(position)]
        return any(term in slot for term in _terms_of(word))


class Marks:
    """The marks of one text, in order and without overlap.

    Where each ends is found when it is asked for: of a long text, only a few are shown.

    Attributes:
        starts: where each begins, in characters.
        units: the number of the unit that each is for.
    """

    def __init__(self, words: Words, spans: Ordered[_Span]) -> None:
        self._words = words
        self._lasts = [last for _, last, _ in spans]
        self.starts = [words.starts[first] for first, _, _ in spans]
        self.units = [unit for _, _, unit in spans]
        self._ends: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Mark]:
        return self.between(0, len(self))

    def end(self, number: int) -> int:
        """Where the mark of this number ends, in characters."""
        end = self._ends.get(number)
        if end is None:
            end = self._ends[number] = self._words.end(self._lasts[number])
        return end

    def between(self, first: int, last: int) -> Iterator[Mark]:
        """The marks numbered from `first` up to but not including `last`."""
        for number in range(first, last):
            yield Mark(self.starts[number], self.end(number), self.units[number])


_Span: TypeAlias = tuple[int, int, int]
"""The positions of the first and last word of a mark, and the number of its unit."""

NO_MARKS: Final = Marks(Words("", ()), ())
"""Of any text."""


def find_marks(text: str, units: Iterable[Unit], field: str) -> Marks:
    """The words of a field's text that match any of the units, found by analysing it.

    An elided article is no token and is never marked; a hyphenated word is marked whole.
    """
    units = list(units)
    if not any(field in unit.fields for unit in units):
        return NO_MARKS
    spend(_ANALYSED * len(text))
    return mark_tokens(text, analyze(text), units, field)


def mark_tokens(text: str, tokens: Ordered[Token], units: Iterable[Unit], field: str) -> Marks:
    """The words of a field's text that match any of the units, found among its tokens."""
    units = list(units)
    slots = {slot for slot, _ in searched_slots(units, (field,))}
    places = places_among(by_term(tokens), slots)
    words = Words(text, [token.start for token in tokens if not token.glued])
    return mark_words(words, units, field, places)


def searched_slots(units: Iterable[Unit], fields: Iterable[str]) -> Iterator[tuple[Slot, str]]:
    """The slots whose places tell the marks of these units, each with each field it needs."""
    for field in fields:
        for unit in units:
            if field in unit.fields:
                for sequence in unit.alternatives:
                    for slot in sequence.slots:
                        yield slot, field


def mark_words(words: Words, units: Iterable[Unit], field: str, places: Places) -> Marks:
    """The words of a field's text that match any of the units.

    Args:
        words: of the text.
        units: numbered in this order.
        field: of the text: units that aren't searched in it mark nothing.
        places: of the slots of `searched_slots`.
    """
    units = list(units)
    spend(_MARKED * (len(units) + sum(map(len, places.values()))))
    spans = [
        (first, last, number)
        for number, unit in enumerate(units)
        if field in unit.fields
        for sequence in unit.alternatives
        for first, last in _occurrences(sequence, words, places)
    ]
    return Marks(words, _without_overlaps(sorted(spans)))


def mark_text(text: str, marks: Iterable[Mark], offset: int = 0) -> str:
    """A plain text as HTML with its marks.

    Args:
        text: a part of the text that the marks are of.
        marks: in order; what of them lies outside of the part is left out.
        offset: where the part begins.
    """
    escape = _escape if "&" in text or "<" in text or ">" in text else str
    written, position = [], 0
    for mark in marks:
        start = max(mark.start - offset, position)
        end = min(mark.end - offset, len(text))
        if start >= end:
            continue
        written.append(escape(text[position:start]))
        written.append(f"<mark>{escape(text[start:end])}</mark>")
        position = end
    written.append(escape(text[position:]))
    return "".join(written)


def mark_html(source: str, find: Callable[[str], Iterable[Mark]]) -> str:
    """Clean HTML with marks; a word that tags cut in two is marked in both halves.

    Args:
        source: HTML as `index.markup` leaves it.
        find: gives the marks of the plain text.
    """
    parts = _TAG.split(source)
    plain = [_plain_of(part) for part in parts]
    marks = list(find("".join(plain)))
    marked, position = [], 0
    for part, words in zip(parts, plain, strict=True):
        is_tag = part.startswith("<")
        marked.append(part if is_tag else mark_text(words, marks, position))
        position += len(words)
    return "".join(marked)


def _plain_of(part: str) -> str:
    if not part.startswith("<"):
        return html.unescape(part)
    return "" if _INLINE_TAG.match(part) else "\n"


@lru_cache(maxsize=1 << 12)
def _terms_of(word: str) -> tuple[str, ...]:
    """The terms of one word without what it is joined to."""
    return tuple(term for t in analyze(word) for term in (t.term, t.accented) if term)


def _occurrences(sequence: Sequence, words: Words, places: Places) -> Iterator[tuple[int, int]]:
    """The first and last position of each part of a text that a sequence marks."""
    slots = sequence.slots
    held = [places.get(slot, ()) for slot in slots]
    if not all(held):
        return
    if len(slots) == 1:
        yield from zip(held[0], words.lasts_matched(held[0], slots[0]), strict=True)
    elif sequence.slop is None:
        for start in begins_of(sequence, held):
            yield from _joined_words(start, slots, words)
    else:
        for position, slot in _near(sequence, held):
            yield position, words.last_matched(position, slot)


def _joined_words(start: int, slots: Ordered[Slot], words: Words) -> Iterator[tuple[int, int]]:
    """The successive words of a sequence, the parts of one hyphenated word together."""
    first, last = start, words.last_matched(start, slots[0])
    for position, slot in enumerate(slots[1:], start + 1):
        if not words.joined_to_next(position - 1):
            yield first, last
            first = position
        last = words.last_matched(position, slot)
    yield first, last


def _near(sequence: Sequence, held: list[Ordered[int]]) -> Iterator[tuple[int, Slot]]:
    """The positions of words in any order, in windows of `words + slop` that hold each of them."""
    slots, width = sequence.slots, len(sequence.slots) + (sequence.slop or 0)
    windows = begins_of(sequence, held)
    for slot, own in zip(slots, held, strict=True):
        for position in own:
            begun = bisect_right(windows, position)
            if begun and position < windows[begun - 1] + width:
                yield position, slot


def _without_overlaps(spans: Iterable[_Span]) -> list[_Span]:
    apart: list[_Span] = []
    for first, last, unit in spans:
        if apart and first <= apart[-1][1]:
            before, end, own = apart[-1]
            apart[-1] = before, max(end, last), own
        else:
            apart.append((first, last, unit))
    return apart
