"""Whether the deadline was kept, told from the dates of a question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from index.question import Question, make_question
from web.question.deadline import days_late, deadline_kept, deadline_of

NEWEST = date(2026, 5, 12)


def question(uid: str = "QANR5L17QE1", **given: Any) -> Question:
    """A question of 3 December 2024, whose time to answer ends on 3 February 2025."""
    return make_question(uid=uid, source="a", **({"date_question": date(2024, 12, 3)} | given))


def kept(asked: Question, donnees_au: date | None = NEWEST) -> str | None:
    sentence = deadline_kept(asked, donnees_au)
    return sentence and sentence.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("answered", "sentence"),
    [
        (date(2024, 12, 3), "Réponse dans le délai de deux mois."),
        (date(2025, 2, 3), "Réponse dans le délai de deux mois."),
        (date(2025, 2, 4), "Délai de deux mois dépassé de 1 jour."),
        (date(2025, 4, 22), "Délai de deux mois dépassé de 78 jours."),
        (date(2024, 12, 1), "Réponse dans le délai de deux mois."),
    ],
)
def test_the_last_day_of_the_deadline_is_in_time(answered: date, sentence: str) -> None:
    """An answer is late from the day after, by as many days as have passed since."""
    assert kept(question(date_reponse=answered)) == sentence


@pytest.mark.parametrize(
    ("asked", "answered", "sentence"),
    [
        (date(2009, 5, 26), date(2009, 6, 26), "Réponse dans le délai d’un mois."),
        (date(2009, 5, 26), date(2009, 6, 27), "Délai d’un mois dépassé de 1 jour."),
        (date(2009, 5, 27), date(2009, 7, 27), "Réponse dans le délai de deux mois."),
        (date(2009, 5, 27), date(2009, 7, 28), "Délai de deux mois dépassé de 1 jour."),
        (date(2009, 1, 31), date(2009, 2, 28), "Réponse dans le délai d’un mois."),
        (date(2009, 1, 31), date(2009, 3, 1), "Délai d’un mois dépassé de 1 jour."),
    ],
)
def test_the_deadline_was_one_month_before_the_reform(
    asked: date, answered: date, sentence: str
) -> None:
    """One month before 27 May 2009, two since, each clipped to the end of a shorter month."""
    given = question("QANR5L13QE1", date_question=asked, date_reponse=answered)

    assert kept(given) == sentence


@pytest.mark.parametrize(
    ("newest", "sentence"),
    [
        (date(2025, 2, 3), "Le délai de deux mois court jusqu’au 3 février 2025."),
        (
            date(2025, 2, 4),
            "Délai de deux mois dépassé de 1 jour au 4 février 2025 : il a pris fin le "
            "3 février 2025.",
        ),
        (None, None),
    ],
)
def test_a_waiting_question_is_looked_at_on_the_newest_day(
    newest: date | None, sentence: str | None
) -> None:
    """What waits is late by the newest JO, never by the clock, and the same as `en_retard`."""
    waiting = question()

    assert kept(waiting, newest) == sentence
    assert ((days_late(waiting, newest) or 0) > 0) == waiting.en_retard(newest)


@pytest.mark.parametrize(
    ("withdrawn", "sentence"),
    [
        (date(2025, 2, 3), "Question retirée dans le délai de deux mois."),
        (date(2025, 2, 5), "Délai de deux mois dépassé de 2 jours au jour du retrait."),
    ],
)
def test_a_withdrawn_question_waited_until_then(withdrawn: date, sentence: str) -> None:
    """The withdrawal ends the waiting."""
    assert kept(question(date_retrait=withdrawn)) == sentence


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (date(2024, 4, 9), "La législature a pris fin dans le délai de deux mois."),
        (date(2024, 4, 8), "Délai de deux mois dépassé de 1 jour à la fin de la législature."),
    ],
)
def test_an_unanswered_question_waited_until_the_end(asked: date, sentence: str) -> None:
    """The end of the législature ends the waiting."""
    assert kept(question("QANR5L16QE1", date_question=asked)) == sentence


@pytest.mark.parametrize(
    "without",
    [
        question("QANR5L17QG1", date_reponse=NEWEST),
        question("QANR5L17QOSD1", date_reponse=NEWEST),
        question(date_question=None, date_reponse=NEWEST),
    ],
    ids=["au Gouvernement", "orale sans débat", "undated"],
)
def test_only_dated_written_questions_have_a_deadline(without: Question) -> None:
    """Nothing is said of the others."""
    assert deadline_of(without) is None
    assert kept(without) is None


@pytest.mark.parametrize(
    "undated",
    [
        question(texte_reponse="<p>Oui.</p>"),
        question(motif_retrait="Caducité"),
        question("QANR5L7QE1", date_question=date(1985, 1, 1)),
    ],
    ids=["answer", "withdrawal", "législature"],
)
def test_an_end_without_date_says_nothing(undated: Question) -> None:
    """How long the question waited isn't known, so neither is whether it was in time."""
    assert kept(undated) is None
