"""What search engines are told of a question."""

from __future__ import annotations

import json
from typing import Any

from index.question import Question, make_question
from web.question.linked_data import linked_data, script_json

URL = "https://questions.example.org/questions/QANR5L17QE13353"
NOT_OURS = {"isBasedOn", "license", "sourceOrganization"}


def read_back(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(script_json(linked_data(question, URL)))
    return data


def test_a_question_is_described_with_its_answer(questions: list[Question]) -> None:
    """Who asked what and when, what was answered, and from whom the data come."""
    data = read_back(questions[0])

    assert (data["@type"], data["@id"], data["inLanguage"]) == ("Question", URL, "fr")
    assert data["name"] == "Financement de la sécurité sociale & <avenir>"
    assert data["dateCreated"] == "2026-03-03"
    assert data["author"] == {
        "@type": "Person",
        "name": "M. Ernest Fauvel",
        "memberOf": {
            "@type": "Organization",
            "name": "Alliance rurale - Groupe des territoires",
        },
    }
    assert data["acceptedAnswer"]["dateCreated"] == "2026-05-12"
    assert data["acceptedAnswer"]["text"].startswith("Les cotisations sociales financent")
    assert data["answerCount"] == 1
    assert data["isBasedOn"] == "https://questions.assemblee-nationale.fr/q17/17-13353QE.htm"
    assert data["sourceOrganization"]["name"] == "Assemblée nationale"


def test_what_is_unknown_is_left_out() -> None:
    """Nothing is null, and a question without answer has none."""
    data = read_back(make_question(uid="QANR5L17QE1", source="a"))

    assert None not in data.values()
    assert data["answerCount"] == 0
    assert data.keys().isdisjoint({"acceptedAnswer", "author", "text", "dateCreated"})
    assert data["name"].replace("\xa0", " ") == "Question écrite n° 1"


def test_fiction_comes_from_nobody(questions: list[Question]) -> None:
    """What is invented says so, and is not said to be the Assemblée's."""
    data = read_back(questions[-1])

    assert data["creativeWorkStatus"] == "Question fictive, pour démonstration"
    assert data.keys().isdisjoint(NOT_OURS)


def test_no_text_ends_the_script() -> None:
    """What a browser would read as mark-up or as the end of a line is written as JSON writes it."""
    text = "</script><!--<script>&amp;\u2028\u2029]]>"
    written = script_json({"a": text})

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"a": text}
