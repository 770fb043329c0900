"""A search as a value: from a URL, to its canonical URL.

`PARAMETERS` declares each parameter once, in the order of the canonical URL; parsing collects
every mistake before it complains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from index.question import parse_date
from search.facets import FACET, FACETS, Facet, MalformedValue

LONGEST_QUERY: Final = 2_000
"""Characters of `q`; a pasted draft fits."""

MOST_CHOICES: Final = 100
"""Values of facets, chosen or excluded: each address of a page repeats all of them."""

MOST_PER_PAGE: Final = 100
PER_PAGE: Final = 10

SORTS: Final[Mapping[str, str]] = {
    "pertinence": "pertinence",
    "recent": "questions récentes",
    "ancien": "questions anciennes",
    "reponse": "réponses récentes",
    "delai": "délai de réponse",
}
"""The sorts and their French labels."""

SIDES: Final[Mapping[str, str]] = {"question": "questions", "reponse": "réponses"}
"""Values of `champ`, each the name of a text field, and their French labels."""

_OTHER_HYPHEN: Final = "\u2010"

DROPPED: Final = re.compile(r"utm_.*|fbclid|gclid")
"""Parameters that links collect on their way and that mean nothing here."""


@dataclass(frozen=True, slots=True)
class ParameterError:
    """One mistake in a URL: the parameter's name and a French sentence."""

    parametre: str
    message: str


def given_twice(name: str) -> ParameterError:
    """What is wrong with a second value of a parameter that takes one."""
    return ParameterError(name, f"Paramètre « {name} » donné deux fois.")


class BadRequest(ValueError):
    """A URL with malformed values; `errors` holds all of them, in the order given."""

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(f"{error.parametre}: {error.message}" for error in self.errors))


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet value asked for, or excluded."""

    valeur: str
    exclue: bool = False

    def __str__(self) -> str:
        """The choice in a URL, where a hyphen excludes.

        A value that begins with one is asked for with another hyphen, which makes no other value.
        """
        if self.exclue:
            return f"-{self.valeur}"
        return f"{_OTHER_HYPHEN}{self.valeur[1:]}" if self.valeur.startswith("-") else self.valeur


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search: what to look for, what to keep, in which order, which page.

    Attributes:
        q: the query as typed, NFC and trimmed; empty when nothing is searched for.
        filters: the choices of each facet, by its name; only facets with a choice are present.
        renouvelee: keep renewed questions only.
        champ: limits words without a prefix, and excerpts, to the question or to the answer.
        du, au, reponse_du, reponse_au: inclusive bounds on the two dates.
        tri: the sort asked for, or None for the default.
        page: from 1. par: results a page, 1 to 100.
        unknown: names of parameters that mean nothing, kept to be mentioned.
    """

    q: str = ""
    filters: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    renouvelee: bool = False
    champ: str | None = None
    du: date | None = None
    au: date | None = None
    reponse_du: date | None = None
    reponse_au: date | None = None
    tri: str | None = None
    page: int = 1
    par: int = PER_PAGE
    unknown: tuple[str, ...] = field(default=(), compare=False)

    @property
    def sort(self) -> str:
        """The sort in force: by relevance when there is something to be relevant to."""
        return self.tri or self.default_sort

    @property
    def default_sort(self) -> str:
        """The sort when none is asked for."""
        return "pertinence" if self.q else "recent"

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]]) -> SearchRequest:
        """Read the parameters of a URL, in the order given.

        An empty value counts as absent, and a parameter of no meaning lands in `unknown`.

        Raises:
            BadRequest: a value is malformed, or a parameter that takes one value has two.
        """
        values: dict[str, Any] = {}
        filters: dict[str, list[Choice]] = {}
        errors: list[ParameterError] = []
        unknown: list[str] = []
        for name, raw in params:
            if DROPPED.fullmatch(name) or not _one_line(raw):
                continue
            if name not in _PARAMETER:
                unknown.append(name)
                continue
            try:
                value = _PARAMETER[name].parse(_one_line(raw))
            except MalformedValue as error:
                errors.append(ParameterError(name, str(error)))
                continue
            if name in FACET:
                filters.setdefault(name, []).append(value)
            elif name in values:
                errors.append(given_twice(name))
            else:
                values[name] = value
        errors += _too_many(filters)
        if errors:
            raise BadRequest(errors)
        request = cls(filters=_in_order(filters), unknown=tuple(dict.fromkeys(unknown)), **values)
        return replace(request, tri=None) if request.tri == request.default_sort else request

    def to_params(self) -> list[tuple[str, str]]:
        """The canonical parameters: one order, defaults left out."""
        return [
            (parameter.name, value) for parameter in PARAMETERS for value in parameter.write(self)
        ]

    def url(self, path: str = "/") -> str:
        """The canonical URL of this search under `path`."""
        params = self.to_params()
        return f"{path}?{encode_params(params)}" if params else path

    def as_json(self) -> dict[str, Any]:
        """The `requete` object: canonical order, facet values as strings in lists."""
        given: dict[str, Any] = {}
        for name, value in self.to_params():
            if name in FACET:
                given.setdefault(name, []).append(value)
            else:
                given[name] = value
        given.update(tri=self.sort, page=self.page, par=self.par)
        return {
            parameter.name: given[parameter.name]
            for parameter in PARAMETERS
            if parameter.name in given
        }

    def replace(self, **changes: Any) -> SearchRequest:
        """The same search with some attributes changed, from its first page on."""
        return replace(self, **({"page": 1} | changes))

    def with_filters(self, filters: Mapping[str, Iterable[Choice]]) -> SearchRequest:
        """The same search and page with these choices, in canonical order, each once."""
        return replace(self, filters=_in_order(filters))

    def with_shown(self, shown: Callable[[str, str], str]) -> SearchRequest:
        """The same search and page with every facet value in the form that is shown, each once.

        Args:
            shown: from the name of a facet and a value in any spelling to that form.
        """
        if not self.filters:
            return self
        return self.with_filters(
            {
                name: [replace(choice, valeur=shown(name, choice.valeur)) for choice in choices]
                for name, choices in self.filters.items()
            }
        )

    def with_choice(self, facet: str, valeur: str, *, exclue: bool = False) -> SearchRequest:
        """The same search with one more value chosen (or excluded), from the first page on."""
        kept = tuple(c for c in self.filters.get(facet, ()) if c.valeur != valeur)
        return self._with_filter(facet, (*kept, Choice(valeur, exclue)))

    def without_choice(self, facet: str, valeur: str) -> SearchRequest:
        """The same search with a value neither chosen nor excluded, from the first page on."""
        return self._with_filter(
            facet, tuple(c for c in self.filters.get(facet, ()) if c.valeur != valeur)
        )

    def without_filters(self) -> SearchRequest:
        """The same words, sort and page size, in the whole corpus."""
        return SearchRequest(q=self.q, champ=self.champ, tri=self.tri, par=self.par)

    def _with_filter(self, facet: str, choices: tuple[Choice, ...]) -> SearchRequest:
        return self.replace(filters=_in_order(dict(self.filters) | {facet: choices}))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a search: how its value is read, and written when it isn't the default.

    For the documentation of the API, `help` is a French sentence, and `schema` is the JSON Schema
    of the values that a program should send; `parse` forgives more.
    """

    name: str
    parse: Callable[[str], Any]
    write: Callable[[SearchRequest], Iterable[str]]
    help: str
    schema: Mapping[str, Any]


def encode_params(params: Iterable[tuple[str, str]]) -> str:
    """Parameters as they stand in an address.

    A page has hundreds of addresses, each with all the choices of its search.
    """
    return "&".join([_encode_param(name, value) for name, value in params])


@lru_cache(maxsize=1 << 12)
def _encode_param(name: str, value: str) -> str:
    return urlencode([(name, value)])


def without_controls(text: str) -> str:
    """The text with a space for each control character, lone surrogate and line separator."""
    return "".join(
        " " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text
    )


def _one_line(text: str) -> str:
    """NFC, without control characters, with one space for any white space."""
    return " ".join(unicodedata.normalize("NFC", without_controls(text)).split())


_MOST_DIGITS: Final = 15


def _in_order(filters: Mapping[str, Iterable[Choice]]) -> dict[str, tuple[Choice, ...]]:
    """The choices in the order of the canonical URL; a facet without any is left out."""
    return {
        facet.name: tuple(
            sorted(
                dict.fromkeys(filters[facet.name]),
                key=lambda choice: (choice.exclue, facet.rank(choice.valeur)),
            )
        )
        for facet in FACETS
        if filters.get(facet.name)
    }


def _too_many(filters: Mapping[str, list[Choice]]) -> Iterator[ParameterError]:
    """What is wrong with more choices than a page can link to; told of the facet with the most."""
    chosen = sum(map(len, filters.values()))
    if chosen > MOST_CHOICES:
        name = max(filters, key=lambda name: len(filters[name]))
        yield ParameterError(
            name, f"Trop de valeurs choisies : {chosen}, {MOST_CHOICES} au plus en tout."
        )


def _parse_query(text: str) -> str:
    if len(text) > LONGEST_QUERY:
        raise MalformedValue(
            f"Recherche trop longue : {len(text)} caractères, {LONGEST_QUERY} au plus."
        )
    return text


def _parse_choice(name: str) -> Callable[[str], Choice]:
    def parse(text: str) -> Choice:
        excluded = text.startswith("-")
        valeur = text.removeprefix("-").strip()
        if not valeur:
            raise MalformedValue("Valeur à exclure manquante après « - ».")
        return Choice(FACET[name].parse(valeur), excluded)

    return parse


def _parse_date(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise MalformedValue(f"Date « {text} » non valable. Exemple : 2025-04-22.")
    return day


def _parse_key(labels: Mapping[str, str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in labels:
            expected = ", ".join(labels)
            raise MalformedValue(f"Valeur « {text} » inconnue. Valeurs possibles : {expected}.")
        return text

    return parse


def _parse_number(most: int | None = None) -> Callable[[str], int]:
    expected = f"de 1 à {most}" if most else "à partir de 1"

    def parse(text: str) -> int:
        digits = text.lstrip("0") if re.fullmatch(r"[0-9]+", text) else ""
        # Far past any last page; more digits would only be slow to read.
        number = int(digits or "0") if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS
        if number < 1 or (most and number > most):
            raise MalformedValue(
                f"Nombre « {text} » non valable : un nombre entier {expected} est attendu."
            )
        return number

    return parse


def _parse_flag(text: str) -> bool:
    if text != "1":
        raise MalformedValue(f"Valeur « {text} » non valable : seule la valeur 1 est admise.")
    return True


def _facet_parameter(name: str) -> Parameter:
    return Parameter(
        name,
        _parse_choice(name),
        lambda request: map(str, request.filters.get(name, ())),
        f"{FACET[name].label} ; répétable ; précédé de « - », la valeur est exclue.",
        {"type": "array", "items": _choice_schema(FACET[name])},
    )


def _choice_schema(facet: Facet) -> dict[str, Any]:
    """A value of a facet, or the same behind the sign that excludes it."""
    if facet.values is None:
        return {"type": "string", "pattern": f"^-?{facet.pattern}"}
    return {
        "type": "string",
        "enum": [sign + value for sign in ("", "-") for value in facet.values],
    }


def _date_parameter(name: str, help_: str) -> Parameter:
    def write(request: SearchRequest) -> Iterable[str]:
        day: date | None = getattr(request, name)
        return () if day is None else (day.isoformat(),)

    return Parameter(name, _parse_date, write, help_, {"type": "string", "format": "date"})


PARAMETERS: Final = (
    Parameter(
        "q",
        _parse_query,
        lambda r: (r.q,) if r.q else (),
        "Les mots cherchés.",
        {"type": "string", "maxLength": LONGEST_QUERY},
    ),
    *(_facet_parameter(facet.name) for facet in FACETS),
    Parameter(
        "renouvelee",
        _parse_flag,
        lambda r: ("1",) if r.renouvelee else (),
        "1 : les questions renouvelées seulement.",
        {"type": "string", "enum": ["1"]},
    ),
    Parameter(
        "champ",
        _parse_key(SIDES),
        lambda r: (r.champ,) if r.champ else (),
        "Chercher dans les questions seulement, ou dans les réponses seulement.",
        {"type": "string", "enum": list(SIDES)},
    ),
    _date_parameter("du", "Question publiée au JO à partir de cette date."),
    _date_parameter("au", "Question publiée au JO jusqu’à cette date."),
    _date_parameter("reponse_du", "Réponse publiée au JO à partir de cette date."),
    _date_parameter("reponse_au", "Réponse publiée au JO jusqu’à cette date."),
    Parameter(
        "tri",
        _parse_key(SORTS),
        lambda r: (r.tri,) if r.tri else (),
        "L’ordre des résultats.",
        {"type": "string", "enum": list(SORTS)},
    ),
    Parameter(
        "page",
        _parse_number(),
        lambda r: (str(r.page),) if r.page != 1 else (),
        "La page de résultats, à partir de 1.",
        {"type": "integer", "minimum": 1},
    ),
    Parameter(
        "par",
        _parse_number(MOST_PER_PAGE),
        lambda r: (str(r.par),) if r.par != PER_PAGE else (),
        f"Résultats par page : {PER_PAGE} par défaut, {MOST_PER_PAGE} au plus.",
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
    ),
)
"""The parameters in the order of the canonical URL."""

_PARAMETER: Final = {parameter.name: parameter for parameter in PARAMETERS}
