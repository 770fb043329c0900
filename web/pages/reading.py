"""A page of results read whole: each question and its answer, with the searched words marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.question import Question
from search.engine import Engine
from search.results import Hit, SearchResults
from web.display import counted, date_in_words, state_in_words
from web.question.record import NO_QUESTION_TEXT, held_in_sitting, missing_answer, withdrawal


@dataclass(frozen=True, slots=True)
class Part:
    """The question, its answer, or the exchange that is both.

    Attributes:
        side: its name in the style sheet.
        heading: what it is.
        published: when, and on which page of the JO; empty when that isn't known.
        html: its text, marked; None when there is none.
        missing: the sentence that stands in place of a text.
    """

    side: str
    heading: str
    published: str
    html: str | None
    missing: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One question found, with all that was said."""

    hit: Hit
    parts: tuple[Part, ...]


def readings(engine: Engine, results: SearchResults) -> tuple[Reading, ...]:
    """The questions of a page, or the closest ones, with their texts."""
    hits = results.hits or results.approches
    held = tuple(hit.question for hit in hits)
    marked = engine.highlight(held, results.request) if results.request.q else held
    return tuple(
        Reading(hit, tuple(_parts(hit.question, shown, results.donnees_au)))
        for hit, shown in zip(hits, marked, strict=True)
    )


def _parts(question: Question, marked: Question, donnees_au: date | None) -> Iterator[Part]:
    """The parts of a question in the order in which they were said.

    Args:
        question: as it is held.
        marked: with its texts as they are shown.
        donnees_au: the newest JO date of the index.
    """
    missing = _missing_answer(question, donnees_au)
    if held_in_sitting(question):
        published = _on("En séance le", question.date_reponse, None)
        heading = "Question et réponse en séance"
        yield Part("reponse", heading, published, marked.texte_reponse, missing)
        return
    asked = _on("Question publiée au JO le", question.date_question, question.page_jo_question)
    yield Part("question", "Question", asked, marked.texte_question, NO_QUESTION_TEXT)
    answered = _on("Réponse publiée au JO le", question.date_reponse, question.page_jo_reponse)
    if question.delai_jours is not None:
        answered += f", après {counted(question.delai_jours, 'jour')}"
    yield Part("reponse", "Réponse", answered, marked.texte_reponse, missing)


def _on(words: str, day: date | None, page: int | None) -> str:
    if day is None:
        return ""
    return f"{words} {date_in_words(day)}" + ("" if page is None else f", page {page}")


def _missing_answer(question: Question, donnees_au: date | None) -> str:
    if question.statut == "repondue":
        return missing_answer(question)
    if question.statut == "retiree":
        return f"{withdrawal(question, dated=True)}."
    return f"{state_in_words(question, donnees_au)}."
