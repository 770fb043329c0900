"""Who asked: names, départements and groups, from the files of actors and bodies.

Two shapes are read. The publisher's own (`acteur` and `organe`, one a file or all in one under
`export`, `acteurs`, `organes`; archive AMO30, licence ouverte); and a compact one that third
parties make of it (`acteurs` and `organes` as objects keyed by reference), which holds names only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from index.errors import MalformedRecord
from index.question import Question
from index.sources.document import Document
from index.sources.published_json import find, first_date, first_text

_ACTORS_KEY: Final = re.compile(rb'(?<!\\)"(?:acteurs?|organes?)"\s*:\s*[\[{]')
_QUESTION_KEY: Final = re.compile(rb'\s*[\[{]\s*[\[{]?\s*"question"')
_ACTOR_REF: Final = re.compile(r"PA\d+")
_BODY_REF: Final = re.compile(r"PO\d+")
_ROOTS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("acteurs",),
    ("organes",),
    ("export",),
    ("export", "acteurs"),
    ("export", "organes"),
)
"""Under which keys `acteur` and `organe` stand, depending on the archive."""


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
    return (
        document.begins_like_json
        and _ACTORS_KEY.search(document.head) is not None
        and _QUESTION_KEY.match(document.head) is None
        and is_actors_file(document.json)
    )


def is_actors_file(parsed: Any) -> bool:
    """Whether this JSON holds at least one actor or body."""
    entries = (*_native(parsed, "acteur"), *_native(parsed, "organe"))
    return bool(entries) or any(True for _ in _compact(parsed))


class Directory:
    """Names and seats of députés and names of bodies, gathered from any number of files.

    What a native file says beats a compact one; otherwise the first value stays, and a later
    file completes what it lacks.
    """

    def __init__(self) -> None:
        self._actors: dict[str, _Entry] = {}
        self._bodies: dict[str, _Entry] = {}

    def add(self, parsed: Any) -> None:
        """Take in one parsed file; what is neither an actor nor a body is passed over."""
        for actor in _native(parsed, "acteur"):
            self._add_native_actor(actor)
        for body in _native(parsed, "organe"):
            self._add_native_body(body)
        for reference, entry in _compact(parsed):
            if _ACTOR_REF.fullmatch(reference):
                _take_in(self._actors, reference, _Entry(False, _actor_names(entry)))
            else:
                names = {
                    "groupe": first_text(entry, "libelle"),
                    "groupe_sigle": first_text(entry, "libelle_abrev")
                    or first_text(entry, "libelle_abrege"),
                }
                _take_in(self._bodies, reference, _Entry(False, names))

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

    def _add_native_actor(self, published: Mapping[str, Any]) -> None:
        reference = first_text(published, "uid")
        if reference is None:
            return
        actor = _Entry(True, _actor_names(next(iter(find(published, "etatCivil", "ident")), {})))
        for mandate in find(published, "mandats", "mandat"):
            kind = first_text(mandate, "typeOrgane")
            if kind == "ASSEMBLEE":
                actor.seats.append(_read_mandate(mandate))
            elif kind == "GP":
                actor.groups.append(_read_mandate(mandate))
        _take_in(self._actors, reference, actor)

    def _add_native_body(self, published: Mapping[str, Any]) -> None:
        reference = first_text(published, "uid")
        if reference is not None:
            names = {
                "groupe": first_text(published, "libelle"),
                "groupe_sigle": first_text(published, "libelleAbrev"),
            }
            _take_in(self._bodies, reference, _Entry(True, names))


def _take_in(entries: dict[str, _Entry], reference: str, entry: _Entry) -> None:
    held = entries.setdefault(reference, entry)
    if held is not entry:
        held.merge(entry)


def _native(parsed: Any, kind: str) -> list[Mapping[str, Any]]:
    return [
        entry
        for root in _ROOTS
        for entry in find(parsed, *root, kind)
        if isinstance(entry, Mapping) and first_text(entry, "uid")
    ]


def _compact(parsed: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, reference in (("acteurs", _ACTOR_REF), ("organes", _BODY_REF)):
        for group in find(parsed, key):
            if isinstance(group, Mapping):
                for name, entry in group.items():
                    if reference.fullmatch(name) and isinstance(entry, Mapping):
                        yield name, entry


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
        return first_date(key, published, key) or unknown
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
