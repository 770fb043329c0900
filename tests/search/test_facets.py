"""Facets: what makes two wordings one value, and what a value may be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fields import COLUMNS
from search.facets import (
    EN_RETARD,
    FACET,
    FACETS,
    FacetCounts,
    FacetValue,
    MalformedValue,
    author_identity,
    identity,
)


def test_the_documented_facets() -> None:
    """Eleven, in the documented order, each over a column of its name."""
    assert [facet.name for facet in FACETS] == (
        "legislature type statut ministere ministere_interroge rubrique groupe auteur departement "
        "annee signalee"
    ).split()
    assert {facet.name for facet in FACETS} <= {column.name for column in COLUMNS}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Santé", "SANTE"),
        ("Santé", "Sante\u0301"),
        ("Eaux et forêts", " eaux  et\u00a0forêts\n"),
        ("Val-d’Oise", "Val-d'Oise"),
        ("L’eau", "l'eau"),
        ("L’eau", "lʼeau"),
        ("Cœur", "COEUR"),
    ],
)
def test_spellings_of_one_value(one: str, other: str) -> None:
    """Accents, case, white space and apostrophes do not make another value."""
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Santé", "Santés"), ("Bas-Rhin", "Bas Rhin"), ("Ain", "Aisne")]
)
def test_two_values(one: str, other: str) -> None:
    """Every other difference does."""
    assert identity(one) != identity(other)


@pytest.mark.parametrize(
    "name",
    ["Mme Ada Doré", "Ada Doré", "MME ADA DORE", "Mme. Ada Doré", "Madame Ada Doré",
     "Mlle Ada Doré", "Ada  Doré"],
)  # fmt: skip
def test_a_person_with_or_without_civility(name: str) -> None:
    """A name is the same person with M. or Mme before it."""
    assert author_identity(name) == "ada dore"


@pytest.mark.parametrize("name", ["M. Médard", "Médard"])
def test_a_name_that_begins_like_a_civility(name: str) -> None:
    """Only a whole word is a civility."""
    assert author_identity(name) == "medard"
    assert author_identity("Mme") == "mme"


@given(st.text(max_size=30))
def test_identity_is_idempotent(text: str) -> None:
    """The identity of an identity is itself."""
    assert identity(identity(text)) == identity(text)


@given(st.text(max_size=30))
def test_composition_does_not_count(text: str) -> None:
    """Composed and decomposed wordings are one value."""
    assert identity(unicodedata.normalize("NFD", text)) == identity(
        unicodedata.normalize("NFC", text)
    )


@pytest.mark.parametrize(
    ("facet", "given_value", "value"),
    [
        ("legislature", "017", "17"),
        ("type", "qosd", "QOSD"),
        ("statut", "EN_RETARD", EN_RETARD),
        ("statut", "répondue", "repondue"),
        ("annee", "2024", "2024"),
        ("signalee", "1", "1"),
        ("rubrique", "Eau", "Eau"),
        ("auteur", "PA1234", "PA1234"),
    ],
)
def test_a_value_from_a_url(facet: str, given_value: str, value: str) -> None:
    """A value is taken as it is or, where the values are known, made canonical."""
    assert FACET[facet].parse(given_value) == value


@pytest.mark.parametrize(
    ("facet", "value", "message"),
    [
        ("legislature", "X", "Législature « X » non valable. Exemple : 17."),
        ("annee", "25", "Année « 25 » non valable. Exemple : 2025."),
        ("signalee", "0", "Valeur « 0 » non valable : seule la valeur 1 est admise."),
        ("type", "QX", "Valeur « QX » inconnue. Valeurs possibles : QE, QG, QOSD."),
        (
            "statut",
            "x",
            "Valeur « x » inconnue. "
            "Valeurs possibles : repondue, en_attente, retiree, sans_reponse, en_retard.",
        ),
    ],
)
def test_a_malformed_value(facet: str, value: str, message: str) -> None:
    """The message repeats the value and says what is expected."""
    with pytest.raises(MalformedValue) as caught:
        FACET[facet].parse(value)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("facet", "value", "words", "alone"),
    [
        ("legislature", "17", "17e législature", "17e législature"),
        ("type", "QE", "Question écrite", "Question écrite"),
        ("statut", "retiree", "Retirée", "Retirée"),
        ("statut", EN_RETARD, "dont sans réponse après deux mois", "Sans réponse après deux mois"),
        ("rubrique", "Eau", "Eau", "Eau"),
        ("signalee", "1", "Question signalée au Gouvernement", "Question signalée au Gouvernement"),
    ],
)
def test_words_of_a_value(facet: str, value: str, words: str, alone: str) -> None:
    """Each value is shown in words, which may lean on the line above it in its list only."""
    assert FACET[facet].libelle(value) == words
    assert FACET[facet].alone(value) == alone


def test_as_json() -> None:
    """The facet object of the API."""
    counts = FacetCounts((FacetValue("17", "17e législature", 3, choisie=True),), autres=2, sans=1)

    assert counts.as_json() == {
        "valeurs": [
            {"valeur": "17", "libelle": "17e législature", "nombre": 3, "choisie": True,
             "exclue": False}
        ],
        "autres": 2,
        "sans": 1,
    }  # fmt: skip
