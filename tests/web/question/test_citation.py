"""References that other programs read: read back here by small strict readers of our own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.question import Question, make_question
from web.question.citation import citation, write_bibtex, write_ris

URL = "https://questions.example.org/questions/QANR5L17QE13353"
HOSTILE = 'a } b { c \\ d % e # f & g $ h _ i ~ j ^ k " l @misc{x, m\u2028TY  - JOUR\nn < o > p | q'

_NAMED = {
    "textbraceleft": "{",
    "textbraceright": "}",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
}
_LATEX = re.compile(
    r"\{\\(?P<name>[a-z]+)\}|\\(?P<char>[&%$#_])|(?P<brace>[{}])|(?P<wrong>[\\&%$#_~^<>|])|(?P<text>.)"
)


def read_bibtex(source: str) -> tuple[str, str, dict[str, str]]:
    """Type, key and fields of one entry, as BibTeX delimits them: by braces, whatever precedes."""
    head = re.match(r"@(\w+)\{([\w:-]+),\n", source)
    assert head
    fields: dict[str, str] = {}
    position = head.end()
    while source[position] != "}":
        name = re.compile(r" *(\w+) = ").match(source, position)
        assert name
        assert name[1] not in fields
        position = name.end()
        if source[position] == "{":
            depth, end = 1, position + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(source[end], 0)
                end += 1
            fields[name[1]] = source[position + 1 : end - 1]
        else:
            macro = re.compile("[a-z]+").match(source, position)
            assert macro
            fields[name[1]], end = macro[0], macro.end()
        assert source[end : end + 2] == ",\n"
        position = end + 2
    assert source[position:] == "}\n"
    return head[1], head[2], fields


def typeset(latex: str) -> str:
    """What LaTeX prints of a field; no character of its own is left to be understood."""
    printed: list[str] = []
    for part in _LATEX.finditer(latex):
        assert part["wrong"] is None, latex
        printed.append(_NAMED[part["name"]] if part["name"] else part["char"] or part["text"] or "")
    return "".join(printed)


def read_ris(source: str) -> list[tuple[str, str]]:
    """The lines of one reference: each is a tag, two spaces, a dash, a space and a value."""
    lines = source.split("\r\n")
    assert lines.pop() == ""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        found = re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\x00-\x1f\x85\u2028\u2029]*)", line)
        assert found, line
        pairs.append((found[1], found[2]))
    assert pairs[0][0] == "TY"
    assert pairs[-1] == ("ER", "")
    assert [tag for tag, _ in pairs].count("TY") == 1
    return pairs


@pytest.fixture
def real(questions: list[Question]) -> Question:
    """A published question with its answer, its author named in parts."""
    return replace(questions[0], civilite="M.", prenom="Ernest", nom="Fauvel")


@pytest.fixture
def fictional(questions: list[Question]) -> Question:
    return questions[-1]


def test_a_sentence_says_all(real: Question, fictional: Question) -> None:
    """Author, number, législature, title, both publications, address; fiction is flagged."""
    assert " ".join(citation(real, "https://x/1").split()) == (
        "M. Ernest Fauvel, question écrite n° 13353 (17e législature), « Financement de la "
        "sécurité sociale & <avenir> », JO Assemblée nationale du 3 mars 2026, p. 1840, réponse "
        "au JO du 12 mai 2026, p. 4021, https://x/1"
    )
    assert citation(fictional, "").startswith("[Question fictive]")


def test_bibtex_says_all(real: Question) -> None:
    """One entry, keyed by the uid, with who, what, when, where and both publications."""
    kind, key, fields = read_bibtex(write_bibtex(real, URL))

    assert (kind, key) == ("misc", "QANR5L17QE13353")
    assert {name: typeset(value) for name, value in fields.items()} == {
        "author": "Fauvel, Ernest",
        "title": "Financement de la sécurité sociale & <avenir>",
        "howpublished": "Question écrite n° 13353, 17e législature, Assemblée nationale",
        "date": "2026-03-03",
        "year": "2026",
        "month": "mar",
        "note": "Assemblée nationale, Journal officiel de la République française ; "
        "JO Assemblée nationale du 3 mars 2026, p. 1840 ; réponse au JO du 12 mai 2026, p. 4021 ; "
        "Page officielle : https://questions.assemblee-nationale.fr/q17/17-13353QE.htm",
        "language": "french",
        "url": URL,
    }
    assert fields["title"][0] == "{"


def test_ris_says_all(real: Question) -> None:
    """One reference, with the same facts."""
    assert read_ris(write_ris(real, URL)) == [
        ("TY", "GOVDOC"),
        ("ID", "QANR5L17QE13353"),
        ("AU", "Fauvel, Ernest"),
        ("TI", "Financement de la sécurité sociale & <avenir>"),
        ("M3", "Question écrite"),
        ("T2", "Question écrite n° 13353, 17e législature, Assemblée nationale"),
        ("PB", "Assemblée nationale"),
        ("PY", "2026"),
        ("DA", "2026/03/03"),
        ("SP", "1840"),
        ("LA", "fr"),
        (
            "N1",
            "Assemblée nationale, Journal officiel de la République française ; JO Assemblée "
            "nationale du 3 mars 2026, p. 1840 ; réponse au JO du 12 mai 2026, p. 4021 ; Page "
            "officielle : https://questions.assemblee-nationale.fr/q17/17-13353QE.htm",
        ),
        ("UR", URL),
        ("ER", ""),
    ]


@pytest.mark.parametrize(
    ("given", "author"),
    [
        ({"auteur": "Mme Denise Brûlart"}, "{Denise Brûlart}"),
        ({"prenom": "Charles", "nom": "de Courson"}, "de Courson, Charles"),
        ({"auteur": "M. A and B", "prenom": "A", "nom": "and B"}, "{A and B}"),
        ({"auteur": "M. A, B", "prenom": "A,", "nom": "B"}, "{A, B}"),
        ({"acteur_ref": "PA1"}, None),
    ],
)
def test_one_author_is_never_two(given: dict[str, Any], author: str | None) -> None:
    """Known parts are given apart, any other name is one in braces, an unknown one is left out."""
    question = make_question(uid="QANR5L17QE1", source="a", **given)
    _, _, fields = read_bibtex(write_bibtex(question, URL))

    assert fields.get("author") == author


def test_signs_of_the_formats_are_text(real: Question) -> None:
    """What either format would understand comes out as it was published, on one line."""
    hostile = replace(real, titre=HOSTILE, auteur=HOSTILE, prenom=HOSTILE, nom=HOSTILE)
    line = " ".join(HOSTILE.split())
    _, _, fields = read_bibtex(write_bibtex(hostile, f"{URL}/{{}}\\\"<> '"))
    ris = dict(read_ris(write_ris(hostile, URL)))

    assert typeset(fields["title"]) == line
    assert typeset(fields["author"]) == line
    assert fields["url"] == f"{URL}/%7B%7D%5C%22%3C%3E%20'"
    assert ris["TI"] == line
    assert ris["AU"] == f"{line}, {line}"


def test_fiction_is_said_to_be(fictional: Question) -> None:
    """The title and the note say so, and nothing is said to come from the Assemblée."""
    _, _, fields = read_bibtex(write_bibtex(fictional, URL))
    ris = dict(read_ris(write_ris(fictional, URL)))

    assert fields["title"] == "{[Question fictive] Une question fictive}"
    assert fields["note"].startswith("Question fictive, pour démonstration ; JO")
    assert ris["TI"] == "[Question fictive] Une question fictive"
    assert "PB" not in ris
    assert "officielle" not in ris["N1"]


def test_a_sitting_is_no_journal(questions: list[Question]) -> None:
    """An exchange in a sitting is dated by it."""
    exchange = next(question for question in questions if question.type == "QG")
    ris = dict(read_ris(write_ris(exchange, URL)))

    assert ris["DA"] == "2023/06/07"
    assert ris["N1"].startswith("Assemblée nationale ; séance du 7 juin 2023 ; Page officielle")


def test_what_is_missing_is_left_out() -> None:
    """A question of which nothing is known but its number has references all the same."""
    bare = make_question(uid="QANR5L17QE1", source="a")
    _, _, fields = read_bibtex(write_bibtex(bare, URL))
    tags = [tag for tag, _ in read_ris(write_ris(bare, URL))]

    assert set(fields) == {"title", "howpublished", "note", "language", "url"}
    assert tags == ["TY", "ID", "TI", "M3", "T2", "PB", "LA", "N1", "UR", "ER"]
    assert fields["title"] == "{Question écrite n° 1}"


def test_only_the_answer_may_have_a_date() -> None:
    """A reference is dated by the question, else by the answer."""
    answered = make_question(uid="QANR5L17QE1", source="a", date_reponse=date(2025, 1, 7))

    assert read_bibtex(write_bibtex(answered, URL))[2]["date"] == "2025-01-07"
