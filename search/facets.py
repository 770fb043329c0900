"""The eleven facets, declared once: what a value is, how it is named, shown and ordered.

A facet value has a published wording and an identity: two wordings that differ by accents, case,
white space or the kind of apostrophe are one value, shown in its most frequent form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from index.fields import NO_INTEGER
from index.french.fold import transcribe
from index.question import STATUTS, TYPES

EN_RETARD: Final = "en_retard"
EN_RETARD_LABEL: Final = "dont sans réponse après deux mois"
_ALONE: Final = {EN_RETARD_LABEL: "Sans réponse après deux mois"}
"""How a label reads outside its list, where it follows no other."""

LISTED_VALUES: Final = 20
"""How many values a facet lists, beside those chosen or excluded."""

_LEGISLATURE, _ANNEE = "[0-9]{1,3}", "[0-9]{4}"
_WORDING: Final = r"[^\s\u0000-\u001f\u007f-\u009f-]"
"""How a published wording begins. A range for each control character: not all dialects of regular
expressions have a name for them."""

_YES: Final = "1"

_CIVILITE: Final = re.compile(r"^(m|mme|mlle|monsieur|madame|mademoiselle)\.? +(?=\S)")


class MalformedValue(ValueError):
    """A facet value that cannot be one; the message is French and says what is expected."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet.

    Attributes:
        name: the parameter of the URL, the name in JSON, and the column it reads.
        label: the French heading of the list.
        key: a value's identity.
        parse: checks a value from a URL and returns its canonical form; raises
            `MalformedValue`.
        libelle: the words shown for a value in the facet's list; `alone` gives those elsewhere.
        descending: values by descending value instead of by count.
        aliases: the column whose values also name a value of this facet (`acteur_ref` for
            `auteur`, the sigle for `groupe`).
        values: the values there are, with their words; None when they come from the questions.
        pattern: how a value begins, as a regular expression, when `values` doesn't say it.
    """

    name: str
    label: str
    key: Callable[[str], str]
    parse: Callable[[str], str]
    libelle: Callable[[str], str]
    descending: bool = False
    aliases: str | None = None
    values: Mapping[str, str] | None = None
    pattern: str = _WORDING

    def rank(self, valeur: str) -> tuple[int, str, str]:
        """Where a value stands among others of equal count; the order of canonical URLs too."""
        if self.descending and valeur.isdecimal():
            return -int(valeur), "", ""
        return 0, identity(valeur), valeur

    def alone(self, valeur: str) -> str:
        """The words for a value standing alone, as in a sentence or on a filter."""
        label = self.libelle(valeur)
        return _ALONE.get(label, label)


class FacetValue(NamedTuple):
    """One line of a facet: `nombre` counts live questions exactly."""

    valeur: str
    libelle: str
    nombre: int
    choisie: bool = False
    exclue: bool = False

    def as_json(self) -> dict[str, Any]:
        """The object of the API (see `docs/api.md`)."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The listed values of a facet, the questions in unlisted ones, and those without a value."""

    valeurs: tuple[FacetValue, ...] = ()
    autres: int = 0
    sans: int = 0

    def as_json(self) -> dict[str, Any]:
        """The object of the API (see `docs/api.md`)."""
        return {
            "valeurs": [value.as_json() for value in self.valeurs],
            "autres": self.autres,
            "sans": self.sans,
        }


def identity(text: str) -> str:
    """What two spellings of one value share.

    NFC, one space for any white space, one kind of apostrophe, accents and case folded.
    """
    # White space last: transcribing writes some, for « ½ » among others.
    return " ".join(transcribe(unicodedata.normalize("NFC", text)).split()).casefold()


def author_identity(text: str) -> str:
    """The identity of a person's name, with or without `M.` or `Mme`."""
    return _CIVILITE.sub("", identity(text))


def text_of_number(facet: Facet, number: int) -> str:
    """The value that a number in a facet's column stands for; "" for none."""
    if facet.name == "signalee":
        return _YES if number == 1 else ""
    return "" if number == NO_INTEGER else str(number)


def _parse_legislature(text: str) -> str:
    if not re.fullmatch(_LEGISLATURE, text):
        raise MalformedValue(f"Législature « {text} » non valable. Exemple : 17.")
    return str(int(text))


def _parse_annee(text: str) -> str:
    if not re.fullmatch(_ANNEE, text):
        raise MalformedValue(f"Année « {text} » non valable. Exemple : 2025.")
    return text


def _parse_signalee(text: str) -> str:
    if text != _YES:
        raise MalformedValue(f"Valeur « {text} » non valable : seule la valeur 1 est admise.")
    return text


def _one_of(values: Mapping[str, str]) -> Callable[[str], str]:
    by_key = {identity(value): value for value in values}

    def parse(text: str) -> str:
        try:
            return by_key[identity(text)]
        except KeyError:
            expected = ", ".join(values)
            message = f"Valeur « {text} » inconnue. Valeurs possibles : {expected}."
            raise MalformedValue(message) from None

    return parse


_SIGNALEE: Final = {_YES: "Question signalée au Gouvernement"}
_STATES: Final = dict(STATUTS) | {EN_RETARD: EN_RETARD_LABEL}

FACETS: Final = (
    Facet(
        "legislature",
        "Législature",
        str,
        _parse_legislature,
        "{}e législature".format,
        descending=True,
        pattern=f"{_LEGISLATURE}$",
    ),
    Facet(
        "type",
        "Type de question",
        identity,
        _one_of(TYPES),
        lambda v: TYPES.get(v, v),
        values=TYPES,
    ),
    Facet(
        "statut",
        "État de la question",
        identity,
        _one_of(_STATES),
        lambda v: _STATES.get(v, v),
        values=_STATES,
    ),
    Facet("ministere", "Ministère attributaire", identity, str, str),
    Facet("ministere_interroge", "Ministère interrogé", identity, str, str),
    Facet("rubrique", "Rubrique", identity, str, str),
    Facet("groupe", "Groupe politique", identity, str, str, aliases="groupe_sigle"),
    Facet("auteur", "Députée ou député", author_identity, str, str, aliases="acteur_ref"),
    Facet("departement", "Département", identity, str, str),
    Facet("annee", "Année", str, _parse_annee, str, descending=True, pattern=f"{_ANNEE}$"),
    Facet(
        "signalee",
        "Signalement",
        str,
        _parse_signalee,
        lambda _: _SIGNALEE[_YES],
        values=_SIGNALEE,
    ),
)
"""The facets, in the order of the API and of canonical URLs."""

FACET: Final[Mapping[str, Facet]] = {facet.name: facet for facet in FACETS}
