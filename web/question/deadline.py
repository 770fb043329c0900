"""Whether a written question was answered in time, in words.

A question waits until its answer, its withdrawal or the end of its législature; one that still
waits is looked at on the day of the newest JO.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from index.question import LEGISLATURES, Question, Statut, answer_deadline
from web.display import counted, date_in_words, deadline_in_words, unbreakable

_LATE: Final[Mapping[Statut, str]] = {
    "repondue": "Délai {of_months} dépassé de {days}.",
    "en_attente": "Délai {of_months} dépassé de {days} au {day} : il a pris fin le {end}.",
    "retiree": "Délai {of_months} dépassé de {days} au jour du retrait.",
    "sans_reponse": "Délai {of_months} dépassé de {days} à la fin de la législature.",
}
_IN_TIME: Final[Mapping[Statut, str]] = {
    "repondue": "Réponse dans le délai {of_months}.",
    "en_attente": "Le délai {of_months} court jusqu’au {end}.",
    "retiree": "Question retirée dans le délai {of_months}.",
    "sans_reponse": "La législature a pris fin dans le délai {of_months}.",
}


def deadline_of(question: Question) -> date | None:
    """The last day to answer a question in time, whatever became of it; None without a deadline.

    Only written questions have one, and only those whose date is known.
    """
    if question.type != "QE" or question.date_question is None:
        return None
    return answer_deadline(question.date_question)


def end_of_waiting(question: Question) -> date | None:
    """The day of the answer or of the withdrawal, or the last of the législature; None if unknown.

    None too while a question waits.
    """
    if question.statut == "repondue":
        return question.date_reponse
    if question.statut == "retiree":
        return question.date_retrait
    known = (entry.end for entry in LEGISLATURES if entry.numero == question.legislature)
    return next(known, None)


def days_late(question: Question, donnees_au: date | None) -> int | None:
    """Days from the last day to answer to the end of the waiting; 0 or less when that was in time.

    Args:
        question: any.
        donnees_au: the newest JO date, at which questions that wait are looked at.

    Returns:
        None without a deadline, or when it isn't known how long the question waited.
    """
    deadline, end = deadline_of(question), _looked_at(question, donnees_au)
    return None if deadline is None or end is None else (end - deadline).days


def deadline_kept(question: Question, donnees_au: date | None) -> str | None:
    """Whether the deadline was kept, as a sentence; None when there is none to keep.

    Args:
        question: any.
        donnees_au: as for `days_late`.
    """
    late, end = days_late(question, donnees_au), deadline_of(question)
    day = _looked_at(question, donnees_au)
    if late is None or end is None or day is None:
        return None
    sentences = _LATE if late > 0 else _IN_TIME
    return unbreakable(
        sentences[question.statut].format(
            of_months=_of(deadline_in_words(question) or ""),
            days=counted(late, "jour"),
            day=date_in_words(day),
            end=date_in_words(end),
        )
    )


def _of(months: str) -> str:
    return f"d’{months}" if months.startswith("u") else f"de {months}"


def _looked_at(question: Question, donnees_au: date | None) -> date | None:
    return donnees_au if question.statut == "en_attente" else end_of_waiting(question)
