"""Who asked: names, départements and groups, from the files of actors and bodies.

Two shapes are read. The publisher's own (`acteur` and `organe`, one a file or all in one under
`export`, `acteurs`, `organes`; archives AMO, licence ouverte); and a compact one that third
parties make of it (`acteurs` and `organes` as objects keyed by reference), which holds names only.
Either may be one file of any size: it is read record by record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, Final

from index.errors import MalformedRecord
from index.question import Question
from index.sources.document import Document
from index.sources.json_records import Record, read_records
from index.sources.published_json import find, first_date, first_text
from index.sources.rejects import Reject, make_reject

_ACTORS_KEY: Final = re.compile(rb'(?<!\\)"(?:acteurs?|organes?)"\s*:\s*[\[{]')
"""What a file of actors or bodies has in its beginning; the quick look before the careful one."""
_ACTOR_REF: Final = re.compile(r"PA\d+")
_BODY_REF: Final = re.compile(r"PO\d+")
_LOOKED_AT: Final = 20
"""How many records are looked at: a damaged one must not hide the others."""


@dataclass(slots=True)
class _Mandate:
    """A seat, or a place in a group, during one législature."""

    legislature: str
    start: date
    end: date
    departement: str | None = None
    circonscription: str | None = None
    body: str | None = None


@dataclass(slots=True)
class _Entry:
    """An actor, or a body (which has names only)."""

    native: bool
    names: dict[str, str | None]
    seats: list[_Mandate] = field(default_factory=list)
    groups: list[_Mandate] = field(default_factory=list)

    def merge(self, other: _Entry) -> None:
        """Take from another file's entry what this one lacks; native names come first."""
        first, second = (other, self) if other.native and not self.native else (self, other)
        self.names = {name: first.names[name] or second.names[name] for name in first.names}
        self.native = first.native
        # The same mandate in two files does no harm: the one in force is the same.
        self.seats = self.seats or other.seats
        self.groups = self.groups or other.groups


def recognises(document: Document) -> bool:
    """Whether this is a file of actors or bodies; cheap for everything else."""
    if not document.begins_like_json or _ACTORS_KEY.search(document.head) is None:
        return False
    for record in islice(read_records(document), _LOOKED_AT):
        if record.name == "question":
            return False
        with suppress(MalformedRecord):
            if any(True for _ in _entries(record)):
                return True
    return False


def read(document: Document, directory: Directory) -> Iterator[Reject]:
    """Take the actors and bodies of a document into a directory; what is none comes out."""
    for record in read_records(document):
        try:
            entries = list(_entries(record))
        except MalformedRecord as error:
            yield make_reject(document.source, f"record {record.number}", str(error), record.data)
            continue
        for reference, entry in entries:
            directory.add(reference, entry)


class Directory:
    """Names and seats of députés and names of bodies, gathered from any number of files.

    What a native file says beats a compact one; otherwise the first value stays, and a later
    file completes what it lacks.
    """

    def __init__(self) -> None:
        self._actors: dict[str, _Entry] = {}
        self._bodies: dict[str, _Entry] = {}

    def add(self, reference: str, entry: _Entry) -> None:
        """Take in what a file says of an actor (`PA…`) or of a body (`PO…`)."""
        entries = self._actors if _ACTOR_REF.fullmatch(reference) else self._bodies
        held = entries.setdefault(reference, entry)
        if held is not entry:
            held.merge(entry)

    def resolve(self, question: Question) -> Question:
        """The question with what is known of its author and group; what it says itself stays.

        A reference that nothing resolves is kept. Département and circonscription are those of
        the question's législature; of several mandates, the one in force on its date.
        """
        actor = self._actors.get(question.acteur_ref or "")
        known: dict[str, str | None] = {}
        if actor is not None:
            known |= _author(question, actor)
            known |= _seat(question, actor)
        known |= self._group(question, actor)
        return replace(question, **known) if known else question  # type: ignore[arg-type]

    def _group(self, question: Question, actor: _Entry | None) -> dict[str, str | None]:
        published = question.groupe
        by_reference = published is not None and _BODY_REF.fullmatch(published) is not None
        if published is not None and not by_reference:
            return {}
        mandate = _in_force(actor.groups, question) if actor else None
        reference = published or (mandate.body if mandate else None)
        body = self._bodies.get(reference or "")
        return {name: value for name, value in body.names.items() if value} if body else {}


def _entries(record: Record) -> Iterator[tuple[str, _Entry]]:
    """The actors and bodies of a record, each with its reference.

    Raises:
        MalformedRecord: its bytes cannot be read.
    """
    for published in find(record.parse()):
        if not isinstance(published, Mapping):
            continue
        if _ACTOR_REF.fullmatch(record.name):
            yield record.name, _Entry(False, _actor_names(published))
        elif _BODY_REF.fullmatch(record.name):
            yield record.name, _compact_body(published)
        for kind, read_native in _NATIVE.items():
            inner = [published] if record.name == kind else find(published, kind)
            for one in inner:
                reference = first_text(one, "uid") if isinstance(one, Mapping) else None
                if reference is not None:
                    yield reference, read_native(one)


def _compact_body(published: Mapping[str, Any]) -> _Entry:
    sigle = first_text(published, "libelle_abrev") or first_text(published, "libelle_abrege")
    return _Entry(False, {"groupe": first_text(published, "libelle"), "groupe_sigle": sigle})


def _native_actor(published: Mapping[str, Any]) -> _Entry:
    actor = _Entry(True, _actor_names(next(iter(find(published, "etatCivil", "ident")), {})))
    for mandate in find(published, "mandats", "mandat"):
        kind = first_text(mandate, "typeOrgane")
        if kind == "ASSEMBLEE":
            actor.seats.append(_read_mandate(mandate))
        elif kind == "GP":
            actor.groups.append(_read_mandate(mandate))
    return actor


def _native_body(published: Mapping[str, Any]) -> _Entry:
    sigle = first_text(published, "libelleAbrev") or first_text(published, "libelleAbrege")
    return _Entry(True, {"groupe": first_text(published, "libelle"), "groupe_sigle": sigle})


_NATIVE: Final[Mapping[str, Callable[[Mapping[str, Any]], _Entry]]] = {
    "acteur": _native_actor,
    "organe": _native_body,
}


def _actor_names(ident: Any) -> dict[str, str | None]:
    return {
        "civilite": first_text(ident, "civ"),
        "prenom": first_text(ident, "prenom"),
        "nom": first_text(ident, "nom"),
    }


def _read_mandate(published: Any) -> _Mandate:
    place = find(published, "election", "lieu")
    return _Mandate(
        legislature=first_text(published, "legislature") or "",
        start=_bound(published, "dateDebut", date.min),
        end=_bound(published, "dateFin", date.max),
        departement=first_text(place, "departement"),
        circonscription=ordinal(first_text(place, "numCirco")),
        body=first_text(published, "organes", "organeRef"),
    )


def _bound(published: Any, key: str, unknown: date) -> date:
    try:
        return first_date(key, published, [], key) or unknown
    except MalformedRecord:
        # An undated mandate still tells the département.
        return unknown


def ordinal(number: str | None) -> str | None:
    """A circonscription as pages write it: `1re`, `2e`; what is no number stays as it is."""
    if number is None or not number.isdecimal():
        return number
    return "1re" if int(number) == 1 else f"{int(number)}e"


def _author(question: Question, actor: _Entry) -> dict[str, str | None]:
    if question.nom is not None or actor.names["nom"] is None:
        return {}
    full_name = " ".join(part for part in actor.names.values() if part)
    return {**actor.names, "auteur": question.auteur or full_name}


def _seat(question: Question, actor: _Entry) -> dict[str, str | None]:
    seat = _in_force(actor.seats, question)
    if seat is None or question.departement is not None:
        return {}
    return {"departement": seat.departement, "circonscription": seat.circonscription}


def _in_force(mandates: list[_Mandate], question: Question) -> _Mandate | None:
    """The mandate of the question's législature on its date, else the latest of it."""
    own = [mandate for mandate in mandates if mandate.legislature == str(question.legislature)]
    asked = question.date_question
    if asked is not None:
        own = [mandate for mandate in own if mandate.start <= asked <= mandate.end] or own
    return max(own, key=lambda mandate: mandate.start, default=None)
