"""No cell of a table is computed by the program that opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from index.question import RECORD_FIELDS, Attribution, Question
from tests.web.conftest import MakeClient
from web.figures.tables import TABLES

SIGNS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠")
BEFORE = ("", " ", "\u00a0", "\u202f", '"', "'", ";", ",", '";', '",', "\r\n", '"\r\n', "\t", "|")
CELLS = [f"{before}{sign}cmd|'/C calc'!A0" for before, sign in product(BEFORE, SIGNS)]
"""Formulas, and what could make one of the rest of a cell if it ended too early."""

COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BLANKS = " \u00a0\u202f"

SEARCHES = {"": ";", "?sep=virgule": ","}
"""The dialects, each with what stands between its cells."""

TEXTS = (
    *("titre", "tete_analyse", "rubrique", "auteur", "civilite", "prenom", "nom", "acteur_ref"),
    *("groupe", "groupe_sigle", "departement", "circonscription", "ministere", "source"),
    *("ministere_developpe", "ministere_interroge", "texte_question", "texte_reponse"),
    "motif_retrait",
)
"""The fields of a record that a publisher writes as text."""


def hostile(question: Question) -> list[Question]:
    """A question for each cell, which all of its fields hold."""
    return [
        replace(
            question,
            uid=f"QANR5L17QE{number}",
            numero=number,
            attributions=(Attribution(None, cell),),
            **dict.fromkeys(TEXTS, cell),
        )
        for number, cell in enumerate(CELLS, 1)
    ]


def rows_of(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator, strict=True
    )


def is_computed(cell: str) -> bool:
    return cell.lstrip(_BLANKS).startswith(COMPUTED)


@pytest.mark.parametrize(("query", "separator"), SEARCHES.items())
def test_no_cell_of_an_export_is_a_formula(
    client_of: MakeClient, questions: list[Question], query: str, separator: str
) -> None:
    """In any column, whatever stands before the sign; no cell begins another one."""
    answer = client_of(hostile(questions[0])).get(f"/recherche.csv{query}")
    names, *rows = rows_of(answer.text, separator)

    assert tuple(names) == RECORD_FIELDS
    assert len(rows) == len(CELLS)
    assert {len(row) for row in rows} == {len(RECORD_FIELDS)}
    assert [cell for row in rows for cell in row if is_computed(cell)] == []


@pytest.mark.parametrize("query", SEARCHES)
@pytest.mark.parametrize("table", [None, *TABLES])
def test_no_cell_of_the_figures_is_a_formula(
    client_of: MakeClient, questions: list[Question], table: str | None, query: str
) -> None:
    """Values of facets name the lines of tables."""
    chosen = f"{'&' if query else '?'}tableau={table}" if table else ""
    answer = client_of(hostile(questions[0])).get(f"/statistiques.csv{query}{chosen}")
    rows = list(rows_of(answer.text, SEARCHES[query]))

    assert answer.status_code == 200
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if is_computed(cell)] == []


def test_every_text_of_a_record_is_tried(questions: list[Question]) -> None:
    """A field that is added to records is one more column to be tried."""
    record = questions[0].as_record(None)
    texts = {name for name, value in record.items() if isinstance(value, str) or value is None}
    derived = {name for name in texts if name.startswith("date_") or name.startswith("page_")}
    fixed = {"uid", "type", "statut", "url_officielle", "empreinte_reponse", "delai_jours"}

    assert texts - derived - fixed == set(TEXTS)
