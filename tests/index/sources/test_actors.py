"""Names of députés and bodies: both shapes, merging, resolving."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from index.question import Question, make_question
from index.sources import actors
from index.sources.actors import Directory, ordinal
from index.sources.document import Document


def seat(legislature: str, departement: str, circo: str, start: str, end: str | None) -> Any:
    """A mandate at the Assembly."""
    return {
        "typeOrgane": "ASSEMBLEE",
        "legislature": legislature,
        "dateDebut": start,
        "dateFin": end,
        "election": {"lieu": {"departement": departement, "numCirco": circo}},
        "organes": {"organeRef": "PO1"},
    }


NATIVE = {
    "acteur": {
        "uid": {"@xsi:type": "IdActeur_type", "#text": "PA900001"},
        "etatCivil": {"ident": {"civ": "Mme", "prenom": "Odile", "nom": "Rivière"}},
        "mandats": {
            "mandat": [
                seat("16", "Amont", "1", "2022-06-22", "2024-06-09"),
                seat("17", "Aval", "12", "2024-07-18", "2025-01-31"),
                seat("17", "Aval", "3", "2025-02-01", None),
                {
                    "typeOrgane": "GP",
                    "legislature": "17",
                    "dateDebut": "2024-07-19",
                    "dateFin": None,
                    "organes": {"organeRef": "PO900001"},
                },
            ]
        },
    }
}
BODY = {"organe": {"uid": "PO900001", "libelle": "Groupe fictif", "libelleAbrev": "GEF"}}
COMPACT = {
    "generated_at": "2026-01-01",
    "acteurs": {
        "PA900001": {"civ": "Mme", "prenom": "O.", "nom": "Riviere"},
        "PA900002": {"civ": "M.", "prenom": "Abel", "nom": "Dupré"},
    },
    "organes": {"PO900002": {"libelle": "Groupe compact", "libelle_abrev": "GC"}},
}


def question(**given: Any) -> Question:
    """A question by an author known by reference."""
    known: dict[str, Any] = {
        "legislature": 17,
        "type": "QE",
        "numero": 900001,
        "acteur_ref": "PA900001",
    }
    return make_question(**(known | given))


def document(parsed: Any) -> Document:
    """A file of this content."""
    data = json.dumps(parsed).encode()
    return Document("a.json", len(data), lambda: BytesIO(data))


def directory(*files: Any) -> Directory:
    """What these files tell, read in this order."""
    gathered = Directory()
    for parsed in files:
        assert list(actors.read(document(parsed), gathered)) == []
    return gathered


def test_a_native_file_names_the_author_and_the_group() -> None:
    """Names, seat and group come from the references."""
    resolved = directory(NATIVE, BODY).resolve(question(date_question=date(2025, 1, 7)))

    assert resolved.auteur == "Mme Odile Rivière"
    assert (resolved.civilite, resolved.prenom, resolved.nom) == ("Mme", "Odile", "Rivière")
    assert (resolved.departement, resolved.circonscription) == ("Aval", "12e")
    assert (resolved.groupe, resolved.groupe_sigle) == ("Groupe fictif", "GEF")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"legislature": 16}, ("Amont", "1re")),
        ({"date_question": date(2025, 3, 4)}, ("Aval", "3e")),
        ({}, ("Aval", "3e")),
        ({"legislature": 15}, (None, None)),
        ({"departement": "Delta"}, ("Delta", None)),
    ],
)
def test_the_seat_is_the_one_of_the_question(
    given: dict[str, Any], expected: tuple[str | None, str | None]
) -> None:
    """Of several mandates, the législature's, in force on the date; what is published stays."""
    resolved = directory(NATIVE).resolve(question(**given))

    assert (resolved.departement, resolved.circonscription) == expected


def test_a_published_name_stays() -> None:
    """A directory never overwrites what the question says."""
    resolved = directory(NATIVE, BODY).resolve(question(nom="Rive", groupe="Autre"))

    assert (resolved.auteur, resolved.groupe, resolved.groupe_sigle) == ("Rive", "Autre", None)


def test_a_group_reference_is_replaced_by_its_name() -> None:
    """A group published by reference only is named when its file is there."""
    resolved = directory(BODY).resolve(question(groupe="PO900001"))

    assert (resolved.groupe, resolved.groupe_sigle) == ("Groupe fictif", "GEF")


def test_an_unresolved_reference_stays() -> None:
    """Nothing is lost and nothing invented."""
    asked = question(acteur_ref="PA1", groupe="PO1")

    assert directory(NATIVE, COMPACT).resolve(asked) == asked


@pytest.mark.parametrize("files", [(NATIVE, COMPACT), (COMPACT, NATIVE)])
def test_native_beats_compact_in_any_order(files: tuple[Any, ...]) -> None:
    """The publisher's spelling wins; the compact file fills the gaps."""
    gathered = directory(*files)

    assert gathered.resolve(question()).auteur == "Mme Odile Rivière"
    assert gathered.resolve(question(acteur_ref="PA900002")).auteur == "M. Abel Dupré"


def test_a_later_native_file_completes_an_earlier_one() -> None:
    """What the first file lacks comes from the second."""
    bare = {"acteur": {"uid": "PA900001", "etatCivil": {"ident": {"nom": "Rivière"}}}}
    resolved = directory(bare, NATIVE).resolve(question())

    assert (resolved.auteur, resolved.departement) == ("Mme Odile Rivière", "Aval")


@pytest.mark.parametrize(
    "root",
    [
        {"acteur": [NATIVE["acteur"]]},
        {"acteurs": {"acteur": NATIVE["acteur"]}},
        {"export": {"acteurs": {"acteur": [NATIVE["acteur"]]}, "organes": None}},
        {"export": {"acteur": NATIVE["acteur"]}},
    ],
)
def test_actors_are_found_under_any_root(root: Any) -> None:
    """One actor a file, or all of them in one."""
    assert actors.recognises(document(root))
    assert directory(root).resolve(question()).nom == "Rivière"


@pytest.mark.parametrize(
    "parsed", [{}, [], 3, None, {"acteurs": "x"}, {"question": {}}, {"acteurs": {"PA1": 3}}]
)
def test_other_json_is_no_actors_file(parsed: Any) -> None:
    """A key alone doesn't make an actors' file."""
    assert not actors.recognises(document(parsed))


@pytest.mark.parametrize(
    ("number", "expected"), [("1", "1re"), ("02", "2e"), ("11", "11e"), (None, None), ("A", "A")]
)
def test_a_circonscription_is_written_as_on_pages(number: str | None, expected: str | None) -> None:
    """Numbers become ordinals."""
    assert ordinal(number) == expected


@pytest.mark.parametrize(
    ("files", "named", "unresolved"),
    [
        ([], 0, 320),
        (["acteurs", "organes"], 245, 75),
        (["acteurs", "organes", "acteurs-historique.json"], 320, 0),
    ],
)
def test_real_files_name_the_authors_of_real_questions(
    shared: Path, read: Callable[..., Any], files: list[str], named: int, unresolved: int
) -> None:
    """The authors named and the references left are those of the real files."""
    outcomes = read(*(shared / "data/opendata" / name for name in ["qg-16", *files]))

    assert sum(entry.auteur is not None for entry in outcomes.questions) == named
    assert outcomes.reading.unresolved.total() == unresolved
    assert outcomes.reasons == []


def test_actors_files_are_counted_apart(shared: Path, read: Callable[..., Any]) -> None:
    """A folder of actors and bodies gives neither questions nor rejects."""
    outcomes = read(shared / "data/opendata/acteurs", shared / "data/opendata/organes")

    assert outcomes.reading.actors_files == 603 + 266
    assert (outcomes.questions, outcomes.rejects) == ([], [])
