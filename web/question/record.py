"""One question as a file to read: its life in dated lines, a summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from index.markup import clean_html, text_of_html
from index.question import Question
from web.display import (
    counted,
    date_in_words,
    full_number,
    lower_initial,
    state_in_words,
    unbreakable,
)
from web.question.deadline import deadline_of, end_of_waiting

SUMMARY_LENGTH: Final = 160
"""Characters that search engines show of a description."""

_DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9)."""
NO_QUESTION_TEXT: Final = "Le texte de cette question n’est pas dans les données publiées."
NO_ANSWER_TEXT: Final = "Une réponse a été publiée ; son texte n’est pas dans les données publiées."
NO_EXCHANGE_TEXT: Final = "Le texte de cet échange n’est pas dans les données publiées."


@dataclass(frozen=True, slots=True)
class Event:
    """A dated line of a question's life.

    Attributes:
        day, words: when, and what.
        since: how long after the question; None on the same day, and when its day is unknown.
    """

    day: date
    words: str
    since: str | None = None


def readable(question: Question) -> Question:
    """The question without the invisible signs that turn the direction of what follows.

    French needs none, and one left open would have the reader see other words than there are.
    """
    changes: dict[str, Any] = {
        field.name: _straight(text)
        for field in fields(question)
        if isinstance(text := getattr(question, field.name), str)
    }
    attributions = tuple(
        attribution._replace(ministere=_straight(attribution.ministere))
        for attribution in question.attributions
    )
    return replace(question, **changes, attributions=attributions)


def with_clean_texts(question: Question) -> Question:
    """The question with its two texts cleaned once more, which changes no text that a source gave.

    They are the only ones that a page shows as HTML: an index made by other means than the sources
    must not bring a script in.
    """
    return replace(
        question,
        texte_question=clean_html(question.texte_question),
        texte_reponse=clean_html(question.texte_reponse),
    )


def _straight(text: str) -> str:
    return _DIRECTIONS.sub("", text)


def held_in_sitting(question: Question) -> bool:
    """Whether question and answer are one exchange, whose date is that of the sitting."""
    return question.type == "QG" and question.texte_question is None


def missing_answer(question: Question) -> str:
    """What stands in place of an answer whose text was not published."""
    return NO_EXCHANGE_TEXT if held_in_sitting(question) else NO_ANSWER_TEXT


def withdrawal(question: Question, *, dated: bool) -> str:
    """How a question was withdrawn: Question retirée le 11 juin 2024 : fin de mandat.

    Args:
        question: a withdrawn question; its date or its reason may be unknown.
        dated: whether to say the date, which a line of the timeline has beside it.
    """
    day, reason = question.date_retrait, question.motif_retrait
    when = f" le {date_in_words(day)}" if dated and day else ""
    why = f" : {lower_initial(reason)}" if reason else ""
    return unbreakable(f"Question retirée{when}{why}")


def timeline(question: Question) -> list[Event]:
    """The dated events of a question, oldest first; those of one day in their natural order."""
    events = sorted(_events(question), key=lambda event: event.day)
    asked = question.date_question
    return [replace(event, since=_time_since(asked, event.day)) for event in events]


def _time_since(asked: date | None, day: date) -> str | None:
    if asked is None or day <= asked:
        return None
    return f"{counted((day - asked).days, 'jour')} après la question"


def _events(question: Question) -> Iterator[Event]:
    asked, answered = question.date_question, question.date_reponse
    if answered and held_in_sitting(question):
        yield Event(answered, "Question et réponse en séance")
        return
    if asked:
        yield Event(asked, f"Question publiée au JO{_page(question.page_jo_question)}")
    for attribution in question.attributions:
        if attribution.date and attribution.date != asked:
            words = f"Changement d’attribution : {attribution.ministere}"
            yield Event(attribution.date, unbreakable(words))
    if question.date_signalement:
        yield Event(question.date_signalement, "Question signalée au Gouvernement")
    for renewed in question.dates_renouvellement:
        yield Event(renewed, "Question renouvelée")
    yield from _endings(question)


def _endings(question: Question) -> Iterator[Event]:
    """What ended the time to answer, and the waiting."""
    if deadline := _deadline_met(question):
        yield Event(deadline, "Fin du délai de réponse")
    if question.date_retrait:
        yield Event(question.date_retrait, withdrawal(question, dated=False))
    if question.date_reponse:
        words = f"Réponse publiée au JO{_page(question.page_jo_reponse)}"
        yield Event(question.date_reponse, words)
    if question.statut == "sans_reponse" and (ended := end_of_waiting(question)):
        yield Event(ended, f"Fin de la {question.legislature}e législature")


def _deadline_met(question: Question) -> date | None:
    """The last day to answer, unless the question had stopped waiting before it."""
    deadline, ended = deadline_of(question), end_of_waiting(question)
    if deadline is None or question.statut == "en_attente":
        return deadline
    return deadline if ended and deadline < ended else None


def _page(number: int | None) -> str:
    return "" if number is None else f", page {number}"


def question_summary(question: Question, donnees_au: date | None) -> str:
    """A few lines for search engines and previews: what, who, when, how far, and the opening."""
    asked = question.date_question
    parts = (
        full_number(question) + (f" de {question.auteur}" if question.auteur else ""),
        f"JO du {date_in_words(asked)}" if asked else None,
        state_in_words(question, donnees_au),
        text_of_html(question.texte_question or question.texte_reponse or ""),
    )
    return shortened(" – ".join(part for part in parts if part), SUMMARY_LENGTH)


def shortened(text: str, length: int) -> str:
    """The text on one line, cut between two words when it is longer than `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rsplit(' ', 1)[0]}…"
