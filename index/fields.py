"""Every searchable field and every column, declared once.

The Whoosh schema, the query language's field prefixes, the boosts of the ranking and the
documentation all derive from `TEXT_FIELDS`; filters, facets and sorts from `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from index.markup import text_of_html
from index.question import Question

VALUE_SEPARATOR: Final = " ; "
"""Stands between the values that one field holds; the publisher's own way of joining titles."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A field whose words are searched.

    Attributes:
        name: the prefix in the query language (`titre:retraite`) and the field of the engine.
        label: the French name shown in the help.
        boost: weight of the field in BM25F (see `docs/relevance.md`).
        b: how much a long field is held against a question, from 0 to 1 (BM25F's b).
        unfielded: whether words without a prefix are searched in it.
        marked: whether results show passages of it, for which the places of its words are kept.
        text: the plain text to analyse, or None when the question has none.
    """

    name: str
    label: str
    boost: float
    b: float
    unfielded: bool
    marked: bool
    text: Callable[[Question], str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A value per question, read by filters, facets and sorts.

    Attributes:
        name: its name in the engine.
        integer: True for int32 columns (dates are proleptic ordinals), False for text.
        value: the value, or None; an integer column stores None as `NO_INTEGER`.
    """

    name: str
    integer: bool
    value: Callable[[Question], int | str | None]


NO_INTEGER: Final = -1
"""How an integer column says "no value": no date, delay or number is negative."""


def _joined(*values: str | None) -> str | None:
    return VALUE_SEPARATOR.join(value for value in values if value) or None


def _numbers(question: Question) -> str:
    """What a person may type to name one question: its number, its uid, the end of its address.

    The address part `17-2621QE` is written without its hyphen: an indexed `17` would make every
    question of the législature answer to that number.
    """
    address = f"{question.legislature}{question.numero}{question.type}"
    return f"{question.numero} {question.uid} {address}"


def _headings(question: Question) -> str | None:
    return _joined(question.rubrique, question.tete_analyse)


def _group_names(question: Question) -> str | None:
    return _joined(question.groupe, question.groupe_sigle)


def _ministry_names(question: Question) -> str | None:
    return _joined(question.ministere, question.ministere_developpe)


def _plain(html: str | None) -> str | None:
    return None if html is None else text_of_html(html)


TEXT_FIELDS: Final = (
    TextField("titre", "Titre", 2.5, 0.5, True, True, lambda q: q.titre),
    TextField("rubrique", "Rubrique", 1.0, 0.3, True, False, _headings),
    TextField("question", "Question", 1.0, 0.4, True, True, lambda q: _plain(q.texte_question)),
    TextField("reponse", "Réponse", 0.8, 0.6, True, True, lambda q: _plain(q.texte_reponse)),
    TextField("numero", "Numéro", 3.0, 0.0, True, False, _numbers),
    TextField("auteur", "Députée ou député", 1.0, 0.0, False, False, lambda q: q.auteur),
    TextField("groupe", "Groupe politique", 1.0, 0.0, False, False, _group_names),
    TextField("ministere", "Ministère attributaire", 1.0, 0.0, False, False, _ministry_names),
)
"""The searchable fields, in the order of the help."""

TEXT_FIELD: Final[Mapping[str, TextField]] = {field.name: field for field in TEXT_FIELDS}
UNFIELDED: Final = tuple(field.name for field in TEXT_FIELDS if field.unfielded)
"""The fields searched by words without a prefix."""

MARKED_FIELDS: Final = tuple(field.name for field in TEXT_FIELDS if field.marked)
"""The fields whose words results mark."""


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


COLUMNS: Final = (
    Column("legislature", True, lambda q: q.legislature),
    Column("type", False, lambda q: q.type),
    Column("numero", True, lambda q: q.numero),
    Column("statut", False, lambda q: q.statut),
    Column("ministere", False, lambda q: q.ministere),
    Column("ministere_interroge", False, lambda q: q.ministere_interroge),
    Column("rubrique", False, lambda q: q.rubrique),
    Column("groupe", False, lambda q: q.groupe),
    Column("groupe_sigle", False, lambda q: q.groupe_sigle),
    Column("auteur", False, lambda q: q.auteur),
    Column("acteur_ref", False, lambda q: q.acteur_ref),
    Column("departement", False, lambda q: q.departement),
    Column("annee", True, lambda q: q.date_question.year if q.date_question else None),
    Column("signalee", True, lambda q: int(q.date_signalement is not None)),
    Column("renouvelee", True, lambda q: int(bool(q.dates_renouvellement))),
    Column("date_question", True, lambda q: _ordinal(q.date_question)),
    Column("date_reponse", True, lambda q: _ordinal(q.date_reponse)),
    Column("delai_jours", True, lambda q: q.delai_jours),
    Column("deadline", True, lambda q: _ordinal(q.deadline)),
    Column("newest_jo", True, lambda q: _ordinal(max(q.record_dates, default=None))),
    Column("empreinte_reponse", False, lambda q: q.empreinte_reponse),
    Column("archive", False, lambda q: q.archive),
)
"""The columns, in the order they are written."""
