"""A record as a program without this one's cleaning would index it: plain texts and values."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.metadata import DATA_UNTIL
from benchmarks.workload import COUNTED

TEXTS: Final[Mapping[str, float]] = {
    "titre": 2.5, "rubrique_texte": 1.0, "question": 1.0, "reponse": 0.8, "numero": 3.0,
}  # fmt: skip
"""The fields that words are searched in, and what a word weighs in each: the boosts of
`index.fields`."""

DATES: Final[Mapping[str, str]] = {
    "recent": "date_question", "ancien": "date_question", "reponse": "date_reponse",
    "delai": "delai",
}  # fmt: skip
"""For each sort, the number that questions are sorted by."""

ASCENDING: Final = "ancien"
"""The one sort that begins with the smallest number."""

OPENING: Final = 260
"""How many characters are shown of a text in which nothing was searched."""

_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Document:
    """What a peer indexes.

    Attributes:
        uid: the publisher's key. texts: by the names of `TEXTS`; empty for none.
        values: by the names of `COUNTED`; None for none.
        numbers: by the names in `DATES`: days; None for none.
    """

    uid: str
    texts: dict[str, str]
    values: dict[str, str | None]
    numbers: dict[str, int | None]


def read_documents(source: Path) -> Iterator[Document]:
    """The documents of an NDJSON file."""
    with source.open("rb") as lines:
        for line in lines:
            yield make_document(json.loads(line))


def make_document(record: Mapping[str, Any]) -> Document:
    """The document of a record; its mark-up is dropped by the quickest means."""
    asked = date.fromisoformat(record["date_question"])
    answered = record.get("date_reponse")
    until = date.fromisoformat(answered) if answered else DATA_UNTIL
    waits = answered or record["statut"] == "en_attente"
    heads = (record["rubrique"], record["tete_analyse"])
    numero = f"{record['legislature']}{record['numero']}{record['type']}"
    return Document(
        uid=record["uid"],
        texts={
            "titre": record["titre"] or "",
            "rubrique_texte": " ; ".join(head for head in heads if head),
            "question": _plain(record["texte_question"]),
            "reponse": _plain(record["texte_reponse"]),
            "numero": f"{record['numero']} {record['uid']} {numero}",
        },
        values={name: _value(record, name) for name in COUNTED},
        numbers={
            "date_question": asked.toordinal(),
            "date_reponse": until.toordinal() if answered else None,
            "delai": (until - asked).days if waits else None,
        },
    )


def text_size(document: Document) -> int:
    """The UTF-8 size of titre, rubrique, question and réponse: what disk use is measured by."""
    texts = [document.texts[name] for name in ("titre", "question", "reponse")]
    return sum(len(text.encode()) for text in (*texts, document.values["rubrique"] or ""))


def _plain(markup: str | None) -> str:
    return html.unescape(_TAG.sub(" ", markup or "")).strip()


def _value(record: Mapping[str, Any], name: str) -> str | None:
    value = record["date_question"][:4] if name == "annee" else record[name]
    return None if value is None else str(value)
