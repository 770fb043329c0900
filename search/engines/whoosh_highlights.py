"""Questions with their texts as HTML and the searched words marked, from what the index holds.

Where each word begins is kept for the text as it was analysed; the same words stand in its HTML,
with other white space between them. A text that isn't the one indexed is analysed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from index.question import Question
from search.engines.sorted_arrays import Ints, places_of
from search.engines.whoosh_hits import Located, locate_words
from search.engines.whoosh_page_places import FieldPlaces
from search.expansion import Unit
from search.highlights import Find, mark_question
from search.marks import NO_MARKS, Marks, Words, find_marks, mark_words

_SPACES = np.array([code for code in range(0x3001) if chr(code).isspace()], np.uint32)


def highlight(
    questions: Sequence[Question],
    located: Sequence[Located | None],
    units: Sequence[Sequence[Unit]],
) -> tuple[Question, ...]:
    """Questions with their titles and texts as HTML, the words of some units marked.

    Args:
        questions: to show.
        located: for each, where the record of the same key is held; None when none is.
        units: for each, those that are marked.
    """
    held = [
        one
        for one, question in zip(located, questions, strict=True)
        if one is not None and _is_held(question, one)
    ]
    every = dict.fromkeys(unit for some in units for unit in some)
    places = dict(zip(held, locate_words(held, every), strict=True))

    def finder(one: Located | None, some: Sequence[Unit]) -> Find:
        if one is None or one not in places:
            return lambda text, field, _: find_marks(text, some, field)
        return partial(_find_held, one, places[one], some)

    return tuple(
        mark_question(question, finder(one, some))
        for question, one, some in zip(questions, located, units, strict=True)
    )


def _is_held(question: Question, one: Located) -> bool:
    arrays, number = one
    return Question.from_stored(arrays.records.read(number)) == question


def _find_held(  # noqa: PLR0913, PLR0917 - the first three are bound
    one: Located,
    places: FieldPlaces,
    units: Sequence[Unit],
    text: str,
    field: str,
    analysed: str,
) -> Marks:
    """The marks of a text that the index holds, though perhaps with other white space."""
    if field not in places:
        return NO_MARKS
    arrays, number = one
    starts = np.asarray(arrays.token_starts(number, field).data)
    moved = _moved(starts, analysed, text)
    if moved is None:
        return find_marks(text, units, field)
    return mark_words(Words(text, moved), units, field, places[field])


def _moved(starts: Ints, analysed: str, text: str) -> list[int] | None:
    """Where words begin in a text that has the same characters as the one analysed, spaces apart.

    None when it hasn't.
    """
    solid, others = _solid_places(analysed), _solid_places(text)
    if solid.size != others.size:
        return None
    moved: list[int] = others.take(solid.searchsorted(starts)).tolist()
    return moved


def _solid_places(text: str) -> Ints:
    """Where the characters stand that are no white space."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return places_of(~np.isin(codes, _SPACES))
