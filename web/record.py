"""One question as a file to read: its life in dated lines, a summary, a way to quote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from index.markup import text_of_html
from index.question import Question
from web.display import (
    date_in_words,
    full_number,
    lower_initial,
    state_in_words,
    title_of,
    unbreakable,
)

SUMMARY_LENGTH: Final = 160
"""Characters that search engines show of a description."""

NO_QUESTION_TEXT: Final = "Le texte de cette question n’est pas dans les données publiées."
NO_ANSWER_TEXT: Final = "Une réponse a été publiée ; son texte n’est pas dans les données publiées."
NO_EXCHANGE_TEXT: Final = "Le texte de cet échange n’est pas dans les données publiées."


@dataclass(frozen=True, slots=True)
class Event:
    """A dated line of a question's life."""

    day: date
    words: str


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
    return sorted(_events(question), key=lambda event: event.day)


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
    if question.deadline:
        yield Event(question.deadline, "Fin du délai de réponse")
    if question.date_retrait:
        yield Event(question.date_retrait, withdrawal(question, dated=False))
    if answered:
        yield Event(answered, f"Réponse publiée au JO{_page(question.page_jo_reponse)}")


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


def citation(question: Question, url: str) -> str:
    """How to quote a question: who, which, its title, where it was published, its address."""
    parts = (
        question.auteur,
        lower_initial(full_number(question)) + f" ({question.legislature}e législature)",
        f"« {title_of(question)} »",
        *_publications(question),
        url,
    )
    quoted = unbreakable(", ".join(part for part in parts if part))
    return f"[Question fictive] {quoted}" if question.fictional else quoted


def _publications(question: Question) -> tuple[str | None, ...]:
    asked, answered = question.date_question, question.date_reponse
    if held_in_sitting(question):
        return (_publication("séance", answered, None),)
    return (
        _publication("JO Assemblée nationale", asked, question.page_jo_question),
        _publication("réponse au JO", answered, question.page_jo_reponse),
    )


def _publication(journal: str, day: date | None, page: int | None) -> str | None:
    if day is None:
        return None
    return f"{journal} du {date_in_words(day)}" + ("" if page is None else f", p. {page}")
