"""Fields and columns, declared once: what each takes from a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.fields import COLUMNS, TEXT_FIELD, TEXT_FIELDS, UNFIELDED
from index.french.fold import fold
from index.question import Attribution, Question, make_question

ASKED = date(2025, 1, 14)


def question(**given: Any) -> Question:
    """A written question of the current législature, with some fields given."""
    return make_question(**({"uid": "QANR5L17QE4000", "source": "a.json"} | given))


FULL = question(
    titre="Péages",
    rubrique="Transports",
    tete_analyse="autoroutes",
    auteur="Mme Ada Doré",
    groupe="Groupe des îles",
    groupe_sigle="GDI",
    ministere="Transports",
    ministere_developpe="Ministère des transports",
    texte_question="<p>Le <strong>péage</strong> monte.</p><p>Pourquoi ?</p>",
    texte_reponse="<p>Il baissera.</p>",
    date_question=ASKED,
    date_reponse=date(2025, 3, 4),
    attributions=[Attribution(date(2025, 5, 6), "Transports")],
)

COLUMN = {column.name: column for column in COLUMNS}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("titre", "Péages"),
        ("rubrique", "Transports ; autoroutes"),
        ("question", "Le péage monte.\nPourquoi ?"),
        ("reponse", "Il baissera."),
        ("numero", "4000 QANR5L17QE4000 174000QE"),
        ("auteur", "Mme Ada Doré"),
        ("groupe", "Groupe des îles ; GDI"),
        ("ministere", "Transports ; Ministère des transports"),
    ],
)
def test_text_of_a_field(name: str, text: str) -> None:
    """A field's text is plain, and holds all the names of one thing."""
    assert TEXT_FIELD[name].text(FULL) == text


@pytest.mark.parametrize("name", [name for name in TEXT_FIELD if name != "numero"])
def test_a_question_without_a_value_has_no_text(name: str) -> None:
    """Null stays null: there are no words in what isn't known."""
    assert TEXT_FIELD[name].text(question()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("legislature", 17),
        ("type", "QE"),
        ("numero", 4000),
        ("statut", "repondue"),
        ("groupe_sigle", "GDI"),
        ("annee", 2025),
        ("signalee", 0),
        ("renouvelee", 0),
        ("date_question", ASKED.toordinal()),
        ("date_reponse", date(2025, 3, 4).toordinal()),
        ("delai_jours", 49),
        ("deadline", None),
        ("newest_jo", date(2025, 5, 6).toordinal()),
        ("empreinte_reponse", FULL.empreinte_reponse),
        ("archive", "a.json"),
        ("departement", None),
    ],
)
def test_value_of_a_column(name: str, value: int | str | None) -> None:
    """Dates are ordinals, flags 0 or 1, and nothing is None."""
    assert COLUMN[name].value(FULL) == value


def test_columns_of_a_question_without_dates() -> None:
    """No column needs a date to be there."""
    bare = question()

    assert [COLUMN[name].value(bare) for name in ("annee", "date_question", "newest_jo")] == [
        None, None, None,
    ]  # fmt: skip
    assert COLUMN["newest_jo"].value(question(date_signalement=ASKED)) == ASKED.toordinal()


def test_an_erratum_does_not_tell_how_new_the_data_are() -> None:
    """No record tells its date: an index made from an export would else be of another day."""
    corrected = replace(question(date_question=ASKED), date_erratum=date(2025, 6, 3))

    assert COLUMN["newest_jo"].value(corrected) == ASKED.toordinal()


@pytest.mark.parametrize(
    ("source", "archive"),
    [
        ("Questions.json.zip/json/QANR5L17QE1.json", "Questions.json.zip"),
        ("archives/17/Questions.ZIP/json/q.json", "archives/17/Questions.ZIP"),
        ("pages/q17/17-1QE.htm", "pages"),
        ("q.json", "q.json"),
        ("", ""),
    ],
)
def test_the_archive_of_a_question(source: str, archive: str) -> None:
    """The zip that held it, wherever that stood; else what was given to be read."""
    assert question(source=source).archive == archive


def test_integer_columns_hold_integers() -> None:
    """What a column declares is what its values are."""
    for column in COLUMNS:
        value = column.value(FULL)
        assert value is None or isinstance(value, int) is column.integer


def test_names_are_unique_and_folded() -> None:
    """A name is a prefix of the query language, which is typed without accents."""
    names = [field.name for field in TEXT_FIELDS]

    assert len(set(names)) == len(names)
    assert [fold(name) for name in names] == names


def test_words_without_a_prefix_are_searched_in_texts() -> None:
    """Names of persons, groups and ministries are searched with a prefix only."""
    assert UNFIELDED == ("titre", "rubrique", "question", "reponse", "numero")


def test_weights_are_usable() -> None:
    """BM25F asks for a positive boost and a b between 0 and 1."""
    assert all(field.boost > 0 and 0 <= field.b <= 1 for field in TEXT_FIELDS)
