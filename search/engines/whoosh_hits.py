"""From questions found to the hits of a page: titles and passages, their words marked.

No text is analysed: which words are marked follows from the positions that the index holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from index.columnar.segment_arrays import SegmentArrays
from index.fields import MARKED_FIELDS
from index.question import Question
from search.engines.whoosh_page_places import FieldPlaces, find_places
from search.expansion import Unit
from search.hits import make_hit, texts_shown
from search.marks import NO_MARKS, Marks, Words, mark_words, searched_slots
from search.results import Hit

Located: TypeAlias = tuple[SegmentArrays, int]
"""A segment, and the number of a document in it."""


class Found(NamedTuple):
    """One question to show.

    Attributes:
        arrays: the segment that holds it.
        document: its number there.
        units: those that made it match; they are marked.
        en_retard, score: as in `Hit`.
    """

    arrays: SegmentArrays
    document: int
    units: Sequence[Unit]
    en_retard: bool
    score: float | None


def build_hits(
    found: Sequence[Found], places: Sequence[FieldPlaces], champ: str | None
) -> tuple[Hit, ...]:
    """The hits of a page.

    Each step is done for all of them before the next: it takes less time than hit after hit.

    Args:
        found: in the order of the page, each question once.
        places: of each of them, of at least its units, as `locate_words` gives them.
        champ: the one side of which passages are shown, or None for both.
    """
    questions = [Question.from_stored(one.arrays.records.read(one.document)) for one in found]
    texts = [texts_shown(question, champ) for question in questions]
    marks = [_marks_of(*each) for each in zip(found, places, texts, strict=True)]
    return tuple(
        [
            make_hit(question, shown, marked, en_retard=one.en_retard, score=one.score)
            for one, question, shown, marked in zip(found, questions, texts, marks, strict=True)
        ]
    )


def locate_words(located: Sequence[Located], units: Iterable[Unit]) -> list[FieldPlaces]:
    """Where the words of some units stand in each question, a segment's questions together."""
    slots = list(dict.fromkeys(searched_slots(list(units), MARKED_FIELDS)))
    segments: dict[SegmentArrays, list[int]] = {}
    for arrays, document in located:
        segments.setdefault(arrays, []).append(document)
    places = {
        arrays: find_places(arrays, documents, slots) for arrays, documents in segments.items()
    }
    return [places[arrays][document] for arrays, document in located]


def _marks_of(found: Found, places: FieldPlaces, texts: Mapping[str, str]) -> dict[str, Marks]:
    """The marks of each text."""
    marks = dict.fromkeys(texts, NO_MARKS)
    for field in texts.keys() & places.keys():
        words = Words(texts[field], found.arrays.token_starts(found.document, field).data)
        marks[field] = mark_words(words, found.units, field, places[field])
    return marks
