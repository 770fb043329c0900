"""What a person hears about a query that is valid, but hardly what they want."""

from __future__ import annotations

import pytest

from search.query.check import check
from search.query.nodes import Draft
from search.query.parser import parse_strict

FIELDS = {"titre": "titre"}

ONLY_EXCLUDES = "Recherche qui ne fait qu’exclure : ajoutez un mot à trouver."

CASES = [
    ("-pension", [ONLY_EXCLUDES]),
    ("-pension -retraite", [ONLY_EXCLUDES]),
    ("titre:(-pension)", [ONLY_EXCLUDES]),
    ("retraite OU -pension", [ONLY_EXCLUDES]),
    ("-(-pension -retraite)", [ONLY_EXCLUDES]),
    ("i*", ["« i* » trouve tous les mots en « i » : ajoutez des lettres."]),
    ("i* OU titre:i*", ["« i* » trouve tous les mots en « i » : ajoutez des lettres."]),
    ('"retraite"~5', ["Distance « ~5 » sans effet sur un seul mot."]),
    ('"infirm* libéraux"', ["Étoile entre guillemets : elle n’abrège aucun mot."]),
    (
        "Pension (retraite -pension)",
        ["« pension » est à la fois demandé et exclu : aucune question possible."],
    ),
    (
        '-"a b" "a b"',
        ['« "a b" » est à la fois demandé et exclu : aucune question possible.'],
    ),
]


@pytest.mark.parametrize(("text", "messages"), CASES, ids=[case[0] for case in CASES])
def test_doubtful_queries_get_a_hint(text: str, messages: list[str]) -> None:
    """A valid query that cannot give what the person wants is commented, once a message."""
    hints = check(parse_strict(text, FIELDS))

    assert [hint.message for hint in hints] == messages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "retraite -pension",
        "retraite OU pension",
        "in*",
        '"retraite"',
        '"médecins infirmiers"~5',
        "pension -titre:pension",
        "pension OU (retraite -pension)",
    ],
)
def test_sound_queries_get_no_hint(text: str) -> None:
    """Nothing is said about a query that asks for something it can find."""
    assert list(check(parse_strict(text, FIELDS))) == []


def test_a_draft_gets_no_hint() -> None:
    """The plain characters of a pasted text are no operators."""
    assert list(check(Draft("-a *"))) == []


def test_a_hint_points_at_its_part_of_the_query() -> None:
    """The span of a hint is the part of the query that the hint is about."""
    text = 'médecin titre:"retraite"~5'
    [hint] = check(parse_strict(text, FIELDS))

    assert text[slice(*hint.span)] == '"retraite"~5'
