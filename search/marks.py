"""Where the words that made a question match stand in one of its texts, and how they are marked.

Only `<mark>` is ever added; everything else that isn't HTML already is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from index.french.analyzer import Token, analyze
from search.expansion import Sequence, Unit

_TAG: Final = re.compile(r"(<[^>]+>)")
_INLINE_TAG: Final = re.compile(r"</?(?:em|strong|sup|sub)\b")


class Mark(NamedTuple):
    """A part of a text to mark: `text[start:end]`, for the unit of this number."""

    start: int
    end: int
    unit: int


def find_marks(text: str, units: Iterable[Unit], field: str) -> list[Mark]:
    """The words of a field's text that match any of the units, in order and without overlap.

    An elided article is no token and is never marked; a hyphenated word is marked whole.
    """
    tokens = analyze(text)
    found = [
        Mark(start, end, number)
        for number, unit in enumerate(units)
        if field in unit.fields
        for sequence in unit.alternatives
        for start, end in _occurrences(sequence, tokens)
    ]
    return list(_without_overlaps(sorted(found)))


def mark_text(text: str, marks: Iterable[Mark]) -> str:
    """A plain text as HTML with its marks."""
    return _mark_part(text, 0, marks)


def mark_html(source: str, find: Callable[[str], list[Mark]]) -> str:
    """Clean HTML with marks; a word that tags cut in two is marked in both halves.

    Args:
        source: HTML as `index.markup` leaves it.
        find: gives the marks of the plain text.
    """
    parts = _TAG.split(source)
    plain = [_plain_of(part) for part in parts]
    marks = find("".join(plain))
    marked, position = [], 0
    for part, words in zip(parts, plain, strict=True):
        is_tag = part.startswith("<")
        marked.append(part if is_tag else _mark_part(words, position, marks))
        position += len(words)
    return "".join(marked)


def _plain_of(part: str) -> str:
    if not part.startswith("<"):
        return html.unescape(part)
    return "" if _INLINE_TAG.match(part) else "\n"


def _mark_part(text: str, offset: int, marks: Iterable[Mark]) -> str:
    written, position = [], 0
    for mark in marks:
        start = max(mark.start - offset, position)
        end = min(mark.end - offset, len(text))
        if start >= end:
            continue
        written.append(html.escape(text[position:start], quote=False))
        written.append(f"<mark>{html.escape(text[start:end], quote=False)}</mark>")
        position = end
    written.append(html.escape(text[position:], quote=False))
    return "".join(written)


def _occurrences(sequence: Sequence, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    slots = [_tokens_in(slot, tokens) for slot in sequence.slots]
    if len(slots) == 1:
        for token in slots[0].values():
            yield token.start, token.end
    elif sequence.slop is None:
        for start in slots[0]:
            places = [start + offset for offset in range(len(slots))]
            if all(place in slot for place, slot in zip(places, slots, strict=True)):
                yield from _spans([slot[p] for p, slot in zip(places, slots, strict=True)])
    else:
        for start in sorted(set().union(*slots)):
            window = range(start, start + len(slots) + sequence.slop)
            yield from _window_spans(slots, sequence.slots, window)


def _tokens_in(slot: frozenset[str], tokens: list[Token]) -> dict[int, Token]:
    return {t.position: t for t in tokens if t.term in slot or t.accented in slot}


def _window_spans(
    slots: list[dict[int, Token]], terms: tuple[frozenset[str], ...], window: range
) -> Iterator[tuple[int, int]]:
    inside = [[slot[place] for place in window if place in slot] for slot in slots]
    needed = [terms.count(own) for own in terms]
    if all(len(found) >= count for found, count in zip(inside, needed, strict=True)):
        for found in inside:
            yield from ((token.start, token.end) for token in found)


def _spans(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """The places of a sequence's tokens, the parts of one hyphenated word together."""
    start, end, compound = tokens[0].start, tokens[0].end, tokens[0].compound
    for token in tokens[1:]:
        if compound is None or token.compound != compound:
            yield start, end
            start = token.start
        end, compound = token.end, token.compound
    yield start, end


def _without_overlaps(marks: Iterable[Mark]) -> Iterator[Mark]:
    last: Mark | None = None
    for mark in marks:
        if last is None:
            last = mark
        elif mark.start < last.end:
            last = last._replace(end=max(last.end, mark.end))
        else:
            yield last
            last = mark
    if last is not None:
        yield last
