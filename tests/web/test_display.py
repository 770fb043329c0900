"""Dates, counts and states as French readers expect them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.question import Question
from web.display import (
    counted,
    date_in_words,
    days,
    deadline_in_words,
    decimal,
    duration,
    framed_tables,
    listed,
    percentage,
    question_count,
    share,
    state_in_words,
    unbreakable,
    years_of_legislature,
)
from web.query_string import named_question, read_params
from web.question.record import readable, timeline

TODAY = date(2026, 5, 12)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (0.0001, "moins de 0,1 %"),
        (0.0005, "0,1 %"),
        (0.053, "5,3 %"),
        (0.0994, "9,9 %"),
        (0.0996, "10 %"),
        (0.789, "79 %"),
        (1, "100 %"),
    ],
)
def test_shares_are_percentages(share: float, words: str) -> None:
    """One decimal below ten, none above; what is there is not said to be nothing."""
    assert plain(percentage(share)) == words


def test_halves_of_a_day_are_said() -> None:
    """A median may stand between two days; whole numbers have no decimal."""
    assert [plain(days(number)) for number in (1.0, 1.5, 2.0, 98.5, 1480.0)] == [
        "1 jour", "1,5 jour", "2 jours", "98,5 jours", "1 480 jours",
    ]  # fmt: skip
    assert (decimal(0.04, 1), decimal(0.04)) == ("0", "0,04")


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2024, 12, 3), "3 décembre 2024"), (date(2025, 4, 1), "1er avril 2025")],
)
def test_dates_are_said(day: date, words: str) -> None:
    """The first of a month is an ordinal; the others are not."""
    assert plain(date_in_words(day)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "Aucune question"), (1, "1 question"), (2, "2 questions"), (12345, "12 345 questions")],
)
def test_counts_agree(number: int, words: str) -> None:
    """None, one, several, and thousands."""
    assert plain(question_count(number)) == words


def test_thousands_are_parted_by_a_narrow_space() -> None:
    """A number never breaks over two lines."""
    assert counted(187_000, "jour") == "187\u202f000\xa0jours"


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (date(2026, 5, 11), "1 jour"),
        (date(2026, 3, 13), "60 jours"),
        (date(2026, 3, 12), "2 mois"),
        (date(2025, 9, 2), "8 mois"),
        (date(2024, 5, 13), "23 mois"),
        (date(2024, 5, 12), "2 ans"),
    ],
)
def test_durations_are_rounded_down(start: date, words: str) -> None:
    """Days up to two months, months up to two years, then years."""
    assert plain(duration(start, TODAY)) == words


def test_states_are_said_with_their_duration(questions: list[Question]) -> None:
    """Each state tells what is known: how long, why, or that it ended so."""
    answered, _, waiting, withdrawn, _, unanswered = questions
    undated = replace(answered, date_reponse=None)
    recent = replace(waiting, date_question=date(2026, 4, 21))

    assert [
        plain(state_in_words(q, TODAY))
        for q in (answered, undated, waiting, recent, withdrawn, unanswered)
    ] == [
        "Réponse après 70 jours",
        "Avec réponse",
        "En attente depuis 8 mois, délai dépassé",
        "En attente depuis 21 jours",
        "Retirée : fin de mandat",
        "Restée sans réponse (législature terminée)",
    ]


@pytest.mark.parametrize(
    ("asked", "words"), [(date(2009, 5, 26), "un mois"), (date(2009, 5, 27), "deux mois")]
)
def test_the_deadline_depends_on_the_date(
    questions: list[Question], asked: date, words: str
) -> None:
    """The 2009 reform gave ministers a second month."""
    assert deadline_in_words(replace(questions[0], date_question=asked)) == words


def test_oral_questions_have_no_deadline(questions: list[Question]) -> None:
    """Only written questions have a time to answer."""
    assert deadline_in_words(replace(questions[0], type="QOSD")) is None


def test_spaces_before_double_signs_do_not_break() -> None:
    """Quotation marks and double signs stay with their words; code is left alone."""
    assert unbreakable("« a » : b ; c ?") == "«\xa0a\xa0»\xa0: b\xa0; c\xa0?"
    assert unbreakable("a != b") == "a != b"


def test_small_helpers() -> None:
    """Shares always show, lists are said, législatures have years."""
    assert share(1, 100_000) == "1.0%"
    assert share(0, 10) == "0%"
    assert listed(["a", "b", "c"]) == "a, b et c"
    assert listed(["a"]) == "a"
    assert (years_of_legislature("16"), years_of_legislature("17")) == ("2022–2024", "depuis 2024")
    assert years_of_legislature("99") is None
    assert framed_tables("<p>a</p><table><tbody></tbody></table>").endswith("</table></div>")


def test_the_life_of_a_question_is_in_order(questions: list[Question]) -> None:
    """Events come oldest first; the first attribution is not a change."""
    assert [(plain(e.words), e.since and plain(e.since)) for e in timeline(questions[0])] == [
        ("Question publiée au JO, page 1840", None),
        ("Changement d’attribution : Santé et accès aux soins", "35 jours après la question"),
        ("Fin du délai de réponse", "61 jours après la question"),
        ("Question signalée au Gouvernement", "62 jours après la question"),
        ("Réponse publiée au JO, page 4021", "70 jours après la question"),
    ]


@pytest.mark.parametrize(
    ("uid", "events"),
    [
        ("QANR5L17QE2621", ["Question publiée au JO", "Fin du délai de réponse"]),
        ("QANR5L16QE18111", ["Question publiée au JO", "Question retirée : fin de mandat"]),
        ("QANR5L16QG925", ["Question et réponse en séance"]),
        (
            "QANR5L16QE900001",
            ["Question publiée au JO", "Fin du délai de réponse", "Fin de la 16e législature"],
        ),
    ],
)
def test_the_deadline_is_told_when_it_was_reached(
    questions: list[Question], uid: str, events: list[str]
) -> None:
    """Waiting, or answered too late; what ended the waiting before it makes it meaningless."""
    question = next(question for question in questions if question.uid == uid)

    assert [plain(event.words) for event in timeline(question)] == events


def test_an_answer_in_time_hides_the_deadline(questions: list[Question]) -> None:
    """An answer on the last day was in time."""
    in_time = replace(questions[0], date_reponse=date(2026, 5, 3))

    assert "Fin du délai de réponse" not in [event.words for event in timeline(in_time)]


def test_nothing_turns_the_direction_of_a_text(questions: list[Question]) -> None:
    """Overrides and isolates go, from names, texts and attributions; a clean record is the same."""
    turned = replace(
        questions[0],
        titre="\u202eeuqilbup noitseuQ",
        texte_question="<p>a\u2066b</p>",
        attributions=(questions[0].attributions[0]._replace(ministere="\u202dSanté"),),
    )
    straight = readable(turned)

    assert straight.titre == "euqilbup noitseuQ"
    assert straight.texte_question == "<p>ab</p>"
    assert straight.attributions[0].ministere == "Santé"
    assert readable(questions[0]) == questions[0]


@pytest.mark.parametrize(
    "text", ["", "2621", "17-2621", "QANR5L17QE", "voir 17-2621QE", "http://x/q17/17-2621QE.htm"]
)
def test_other_texts_name_no_question(text: str) -> None:
    """Only a whole uid, number with its type, or official address names a question."""
    assert named_question(text) is None


def test_any_bytes_can_be_read() -> None:
    """Bytes that are no UTF-8 are replaced, control characters become spaces."""
    assert read_params(b"q=%ED%A0%80a%00b&\xffx=%E9") == [
        ("q", "\ufffd\ufffd\ufffda b"),
        ("\ufffdx", "\ufffd"),
    ]
