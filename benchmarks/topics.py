"""What relevance is measured on: queries with the questions that should come first.

Judged topics are read from files: a query, a question, its grade and why. Known items are made
from real questions that have a title: who types the title looks for that question.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from unidecode import unidecode

from index.markup import clean_html, html_of_text
from index.question import Question, make_question

GRADES: Final = range(4)
"""3: exactly what is asked for; 2: about it in good part; 1: touches on it; 0: it only looks so."""

TITLED: Final = "questions-2022-2026.jsonl"
OTHERS: Final = "belgian-questions-fr.jsonl"
"""Real questions, in the folder of the data that isn't part of the project: those with titles, and
many among which they are looked for."""

_SOME_DAY: Final = date(2023, 1, 1)
"""The date of the questions that come with none, or with none that says more than a year."""
_OTHERS_LEGISLATURE: Final = 15
"""That of the others, whose own numbers aren't of this parliament; none of the titled ones."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A query and what should come of it.

    Attributes:
        query: as typed.
        grades: by uid; what isn't there is worth 0.
    """

    query: str
    grades: Mapping[str, int]


class MalformedTopics(Exception):
    """A file of judged topics can't be read as one; the message says where."""


def read_topics(path: Path) -> list[Topic]:
    """The topics of a file of judgements, in the order of their first lines.

    Raises:
        MalformedTopics: a line isn't query, uid, grade and reason, or comes twice; or there is
            none.
    """
    topics: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            query, uid, grade = _judgement(line, f"{path}, line {number}")
            grades = topics.setdefault(query, {})
            if uid in grades:
                raise MalformedTopics(f"{path}, line {number}: {uid} is judged twice for {query!r}")
            grades[uid] = grade
    if not topics:
        raise MalformedTopics(f"{path}: no line judges a question")
    return [Topic(query, grades) for query, grades in topics.items()]


def _judgement(line: str, where: str) -> tuple[str, str, int]:
    match line.split("\t"):
        case [query, uid, grade, why] if query and uid and why and grade in map(str, GRADES):
            return query, uid, int(grade)
        case _:
            raise MalformedTopics(
                f"{where}: not a query, a uid, a grade from 0 to {GRADES[-1]} and a reason, "
                "with a tab between two"
            )


def known_items(data: Path, *, answers: bool) -> list[Topic]:
    """The titles of real questions as queries, each for its own question.

    Args:
        data: the folder of real questions.
        answers: whether answers are indexed; without them, a question whose text is known by its
            answer only (an oral one's is the whole debate) can't be found.
    """
    return [
        Topic(record["title"], {record["id"]: GRADES[-1]})
        for record in _records(data / TITLED)
        if record["title"] and (answers or record["question"])
    ]


def without_accents(topics: Sequence[Topic]) -> list[Topic]:
    """The same queries in small letters without accents, as many people type."""
    return [Topic(unidecode(topic.query).lower(), topic.grades) for topic in topics]


def has_data(data: Path) -> bool:
    """Whether a folder holds the questions that known items are made of."""
    return all((data / name).is_file() for name in (TITLED, OTHERS))


def write_untitled(data: Path, path: Path, *, answers: bool) -> None:
    """Write the questions among which known items are looked for, all without their titles.

    The others have no answer: with answers, those of the titled questions stand alone.
    """
    with path.open("w", encoding="utf-8") as lines:
        for question in _untitled(data, answers):
            lines.write(json.dumps(question.as_record(None), ensure_ascii=False) + "\n")


def _untitled(data: Path, answers: bool) -> Iterator[Question]:
    for number, record in enumerate(_records(data / OTHERS), start=1):
        yield make_question(
            legislature=_OTHERS_LEGISLATURE,
            type="QE",
            numero=number,
            date_question=_SOME_DAY,
            texte_question=html_of_text(record["question"]),
        )
    for record in _records(data / TITLED):
        yield make_question(
            uid=record["id"],
            date_question=_SOME_DAY,
            texte_question=clean_html(record["question"]),
            texte_reponse=clean_html(record["answer"]) if answers else None,
        )


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
