"""Marks and passages made of plain loops over the tokens of a text: slow, and obviously right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from index.french.analyzer import Token, analyze
from search.expansion import Sequence as Searched
from search.expansion import Slot, Unit
from search.marks import Mark, mark_text
from search.snippets import PASSAGE_LENGTH, PASSAGES

LEAD = 90

SENTENCE_BREAK = re.compile(
    r"""(?<=[.!?…])(?<!\bM\.)(?<!\bMM\.)(?<!\b[A-Z]\.)
        [\s»”"]+(?=[^\W\d_a-zà-öø-ÿœ]|[«“"(\d])
      | \n+""",
    re.VERBOSE,
)


def reference_marks(text: str, units: Iterable[Unit], field: str) -> list[Mark]:
    """The marks of a field's text, by looking at each of its tokens for each slot."""
    tokens = tokens_of(text)
    found = [
        Mark(start, end, number)
        for number, unit in enumerate(units)
        if field in unit.fields
        for sequence in unit.alternatives
        for start, end in occurrences(sequence, tokens)
    ]
    return list(without_overlaps(sorted(found)))


@lru_cache(maxsize=1 << 10)
def tokens_of(text: str) -> list[Token]:
    """The tokens of a text; a text is often marked several times over."""
    return analyze(text)


def occurrences(sequence: Searched, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    slots = [tokens_in(slot, tokens) for slot in sequence.slots]
    if len(slots) == 1:
        for token in slots[0].values():
            yield token.start, token.end
    elif sequence.slop is None:
        for start in slots[0]:
            places = [start + offset for offset in range(len(slots))]
            if all(place in slot for place, slot in zip(places, slots, strict=True)):
                yield from joined([slot[p] for p, slot in zip(places, slots, strict=True)])
    else:
        for start in sorted(set().union(*slots)):
            window = range(start, start + len(slots) + sequence.slop)
            yield from near(slots, sequence.slots, window)


def tokens_in(slot: Slot, tokens: list[Token]) -> dict[int, Token]:
    """What matches a slot at each position: a word of its own before the compound it begins."""
    return {t.position: t for t in tokens if t.term in slot or t.accented in slot}


def near(
    slots: list[dict[int, Token]], terms: tuple[Slot, ...], window: range
) -> Iterator[tuple[int, int]]:
    inside = [[slot[place] for place in window if place in slot] for slot in slots]
    needed = [terms.count(own) for own in terms]
    if all(len(found) >= count for found, count in zip(inside, needed, strict=True)):
        for found in inside:
            yield from ((token.start, token.end) for token in found)


def joined(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """The places of a sequence's tokens, the parts of one hyphenated word together."""
    start, end, compound = tokens[0].start, tokens[0].end, tokens[0].compound
    for token in tokens[1:]:
        if compound is None or token.compound != compound:
            yield start, end
            start = token.start
        end, compound = token.end, token.compound
    yield start, end


def without_overlaps(marks: Iterable[Mark]) -> Iterator[Mark]:
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


Passage = tuple[int, int, list[Mark]]
"""Where it begins and ends, and its marks."""


def reference_passages(text: str, marks: Sequence[Mark]) -> tuple[str, ...]:
    """The passages of a text, each begun with the mark that the most follows, counted for each."""
    chosen: list[Passage] = []
    while len(chosen) < PASSAGES:
        shown = frozenset[int]().union(*map(units_of, chosen))
        free = [mark for mark in marks if not any(close(mark, passage) for passage in chosen)]
        if shown.issuperset(mark.unit for mark in free):
            break
        worths = [worth(mark, marks, shown) for mark in free]
        chosen.append(passage_of(text, marks, free[worths.index(max(worths))], chosen))
    return tuple(rendered(text, passage) for passage in sorted(chosen, key=lambda p: p[0]))


def close(mark: Mark, passage: Passage) -> bool:
    return passage[0] <= mark.start < passage[1]


def worth(mark: Mark, marks: Sequence[Mark], shown: frozenset[int]) -> tuple[int, int, int]:
    reach = mark.start + PASSAGE_LENGTH - LEAD
    followed = [other.unit for other in marks if mark.start <= other.start < reach]
    return len(set(followed) - shown), len(set(followed)), len(followed)


def units_of(passage: Passage) -> frozenset[int]:
    return frozenset(mark.unit for mark in passage[2])


def passage_of(text: str, marks: Sequence[Mark], first: Mark, chosen: Sequence[Passage]) -> Passage:
    start, latest = cut_start(text, first.start), len(text)
    for other_start, other_end, _ in chosen:
        if other_end <= first.start:
            start = max(start, other_end)
        else:
            latest = min(latest, other_start)
    end = max(min(cut_end(text, start), latest), first.end)
    return start, end, [mark for mark in marks if start <= mark.start and mark.end <= end]


def cut_start(text: str, first_mark: int) -> int:
    if first_mark <= PASSAGE_LENGTH // 2:
        return 0
    sentences = list(SENTENCE_BREAK.finditer(text, first_mark - LEAD, first_mark))
    if sentences:
        return sentences[-1].end()
    word = re.compile(r"\s").search(text, first_mark - LEAD, first_mark)
    return word.end() if word else first_mark


def cut_end(text: str, start: int) -> int:
    latest = start + PASSAGE_LENGTH
    if latest >= len(text):
        return len(text)
    middle = start + PASSAGE_LENGTH // 2
    sentences = list(SENTENCE_BREAK.finditer(text, middle, latest))
    if sentences:
        return sentences[-1].start()
    blank = max(text.rfind(space, middle, latest) for space in (" ", "\n", "\t"))
    return blank if blank > 0 else latest


def rendered(text: str, passage: Passage) -> str:
    start, end, marks = passage
    body = re.sub(r"[ \t\n]+", " ", mark_text(text[start:end], marks, start)).strip()
    before = "… " if cuts_sentence(text, start) else ""
    after = " …" if cuts_sentence(text, end) else ""
    return f"{before}{body}{after}"


def cuts_sentence(text: str, place: int) -> bool:
    if not text[:place].strip() or not text[place:].strip():
        return False
    breaks = SENTENCE_BREAK.finditer(text, max(0, place - LEAD), place + LEAD)
    return not any(found.start() <= place <= found.end() for found in breaks)
