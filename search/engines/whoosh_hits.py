"""From questions found to the hits of a page: titles and passages, their words marked.

No text is analysed: which words are marked follows from the positions that the index holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from index.columnar.segment_arrays import SegmentArrays
from index.markup import text_of_html
from index.question import Question
from search.engines.whoosh_page_places import FieldPlaces, find_places
from search.expansion import Unit
from search.marks import NO_MARKS, Marks, Words, mark_text, mark_words, searched_slots
from search.results import Extraits, Hit
from search.snippets import best_passages, opening

_FIELDS: Final = ("titre", "question", "reponse")


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


def build_hits(found: Sequence[Found], champ: str | None) -> tuple[Hit, ...]:
    """The hits of a page.

    Args:
        found: in the order of the page, each question once.
        champ: the one side of which passages are shown, or None for both.
    """
    places = _find_places(found)
    return tuple([_hit(one, places[one.arrays][one.document], champ) for one in found])


def _find_places(
    found: Sequence[Found],
) -> dict[SegmentArrays, dict[int, FieldPlaces]]:
    """Where the slots of all units stand in each question, a segment's questions together."""
    units = {id(unit): unit for one in found for unit in one.units}
    slots = list(dict.fromkeys(searched_slots(units.values(), _FIELDS)))
    segments: dict[SegmentArrays, list[int]] = {}
    for one in found:
        segments.setdefault(one.arrays, []).append(one.document)
    return {arrays: find_places(arrays, documents, slots) for arrays, documents in segments.items()}


def _hit(found: Found, places: FieldPlaces, champ: str | None) -> Hit:
    question = Question.from_stored(found.arrays.records.read(found.document))
    titre = question.titre
    return Hit(
        question=question,
        en_retard=found.en_retard,
        score=found.score,
        titre_html=titre and mark_text(titre, _marks(found, places, "titre", titre)),
        extraits=_extraits(found, places, question, champ),
    )


def _extraits(found: Found, places: FieldPlaces, question: Question, champ: str | None) -> Extraits:
    """The passages that hold the words; the openings when no text holds any."""
    sides = {"question": question.texte_question, "reponse": question.texte_reponse}
    texts = {
        side: text_of_html(text) for side, text in sides.items() if text and champ in (None, side)
    }
    passages = {
        side: best_passages(text, _marks(found, places, side, text)) for side, text in texts.items()
    }
    if not any(passages.values()):
        passages = {side: opening(text) for side, text in texts.items()}
    return Extraits(**passages)


def _marks(found: Found, places: FieldPlaces, field: str, text: str) -> Marks:
    """The marks of a field's text."""
    own = places.get(field)
    if not own:
        return NO_MARKS
    starts = found.arrays.token_starts(found.document, field).data
    return mark_words(Words(text, starts), found.units, field, own)
