"""The record that crosses packages: a written question, its dates, its answer and its state.

A source builds a `Question` through `make_question`, which checks the identity, derives the
statut and puts text in canonical form.
Everything that depends on the rest of the corpus (`en_retard`) or that can be computed from
other fields (`delai_jours`, `empreinte_reponse`) is derived here and stored nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import MAXYEAR, date
from enum import IntEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from index.errors import MalformedRecord
from index.french.fold import transcribe
from index.markup import text_of_html, without_controls

QuestionType = Literal["QE", "QG", "QOSD"]
Statut = Literal["repondue", "retiree", "sans_reponse", "en_attente"]

TYPES: Final[Mapping[str, str]] = {
    "QE": "Question écrite",
    "QG": "Question au Gouvernement",
    "QOSD": "Question orale sans débat",
}
"""The three types of question and the publisher's wording for each."""

STATUTS: Final[Mapping[str, str]] = {
    "repondue": "Avec réponse",
    "en_attente": "En attente de réponse",
    "retiree": "Retirée",
    "sans_reponse": "Restée sans réponse (législature terminée)",
}
"""The four states of a question; `en_retard` is a part of `en_attente`, not a fifth state."""

FIRST_FICTIONAL_NUMBER: Final = 900_001
"""The demo corpus is numbered from here; no published question comes near."""


@dataclass(frozen=True, slots=True)
class Legislature:
    """The dates between which an Assembly sat; `end` is None for the current one."""

    numero: int
    start: date
    end: date | None


LEGISLATURES: Final = (
    Legislature(8, date(1986, 4, 2), date(1988, 5, 14)),
    Legislature(9, date(1988, 6, 23), date(1993, 4, 1)),
    Legislature(10, date(1993, 4, 2), date(1997, 4, 21)),
    Legislature(11, date(1997, 6, 12), date(2002, 6, 18)),
    Legislature(12, date(2002, 6, 19), date(2007, 6, 19)),
    Legislature(13, date(2007, 6, 20), date(2012, 6, 19)),
    Legislature(14, date(2012, 6, 20), date(2017, 6, 20)),
    Legislature(15, date(2017, 6, 21), date(2022, 6, 21)),
    Legislature(16, date(2022, 6, 22), date(2024, 6, 9)),
    Legislature(17, date(2024, 7, 18), None),
)
"""The législatures whose questions are published. A new one is one more line, and the end of
the one before it."""

CURRENT_LEGISLATURE: Final = next(entry.numero for entry in LEGISLATURES if entry.end is None)

DEADLINES_IN_MONTHS: Final = ((date.min, 1), (date(2009, 5, 27), 2))
"""Calendar months a minister has to answer, by the date of the question: article 135 (before
2009, article 139) of the règlement de l'Assemblée nationale, as changed by the resolution of
27 May 2009."""


class Attribution(NamedTuple):
    """One ministère a question was given to, and the JO date from which."""

    date: date | None
    ministere: str
    ministere_developpe: str | None = None


class SourceRank(IntEnum):
    """Which of two formats to trust when they tell of the same events: the greater."""

    PAGE_TEXT = 0
    PAGE_HTML = 1
    XML = 2
    JSON = 3


class Version(NamedTuple):
    """The age of one version of a question; versions compare as tuples, the newer is greater.

    Of two readings of one publication, the one whose author could be named is the better.
    """

    last_event: date
    source_rank: int
    named: bool
    content_hash: str


@dataclass(frozen=True)  # no slots: `from_stored` sets all fields at once
class Question:
    """One question as published, with what the publisher says of its answer.

    Fields stand in the order of the record (see `RECORD_FIELDS`); the last two are no part of the
    record and only tell which of two versions is the newer.
    Texts are NFC; `texte_*` are HTML of the allowed subset (see `index.markup`).

    Attributes:
        date_erratum: the newest erratum of the question or of its answer.
        source_rank: of the format it was read from, a `SourceRank`.
    """

    uid: str
    legislature: int
    type: QuestionType
    numero: int
    titre: str | None
    tete_analyse: str | None
    rubrique: str | None
    auteur: str | None
    civilite: str | None
    prenom: str | None
    nom: str | None
    acteur_ref: str | None
    groupe: str | None
    groupe_sigle: str | None
    departement: str | None
    circonscription: str | None
    ministere: str | None
    ministere_developpe: str | None
    ministere_interroge: str | None
    attributions: tuple[Attribution, ...]
    texte_question: str | None
    texte_reponse: str | None
    date_question: date | None
    page_jo_question: int | None
    date_reponse: date | None
    page_jo_reponse: int | None
    date_signalement: date | None
    dates_renouvellement: tuple[date, ...]
    date_retrait: date | None
    motif_retrait: str | None
    statut: Statut
    source: str
    date_erratum: date | None = field(default=None, compare=False)
    source_rank: int = field(default=SourceRank.PAGE_TEXT, compare=False)

    @property
    def delai_jours(self) -> int | None:
        """Days from the question to its answer; None while either is unknown.

        A question au Gouvernement without a text of its own was asked and answered in the same
        sitting: its delay would always read 0 and mean nothing.
        """
        if self.date_question is None or self.date_reponse is None:
            return None
        if self.type == "QG" and self.texte_question is None:
            return None
        return max(0, (self.date_reponse - self.date_question).days)

    @property
    def empreinte_reponse(self) -> str | None:
        """The same value for every question that received the same answer, whatever its mark-up."""
        if self.texte_reponse is None:
            return None
        plain = transcribe(text_of_html(self.texte_reponse)).encode()
        letters = plain.translate(_SMALL_LETTERS, _BETWEEN_WORDS)
        return hashlib.sha256(letters).hexdigest()[:16]

    @property
    def url_officielle(self) -> str | None:
        """The publisher's page: one pattern since the VIIIe législature; None when fictional."""
        if self.fictional:
            return None
        return (
            f"https://questions.assemblee-nationale.fr/q{self.legislature}"
            f"/{self.legislature}-{self.numero}{self.type}.htm"
        )

    @property
    def fictional(self) -> bool:
        """Whether this is a question of the demo corpus."""
        return self.numero >= FIRST_FICTIONAL_NUMBER

    @property
    def deadline(self) -> date | None:
        """The last day on which a waiting written question is not yet overdue.

        None when the question isn't a written one, isn't waiting, or has no date.
        """
        if self.type != "QE" or self.statut != "en_attente" or self.date_question is None:
            return None
        return answer_deadline(self.date_question)

    def en_retard(self, donnees_au: date | None) -> bool:
        """Whether the answer is overdue at `donnees_au`, the newest JO date of the index."""
        deadline = self.deadline
        return deadline is not None and donnees_au is not None and donnees_au > deadline

    @property
    def archive(self) -> str:
        """What it was published in: the zip that held its file, else the SOURCE that was given."""
        parts = self.source.split("/")
        zips = (n for n, part in enumerate(parts, 1) if part.lower().endswith(".zip"))
        return "/".join(parts[: next(zips, 1)])

    @property
    def record_dates(self) -> tuple[date, ...]:
        """Every date that the record tells, in no order.

        An erratum's is none of them: what is derived from these dates is the same for a question
        that went through an export.
        """
        known = (
            self.date_question,
            self.date_reponse,
            self.date_signalement,
            self.date_retrait,
            *self.dates_renouvellement,
            *(attribution.date for attribution in self.attributions),
        )
        return tuple(day for day in known if day is not None)

    @property
    def event_dates(self) -> tuple[date, ...]:
        """Every dated event of the question's life, in no order."""
        erratum = () if self.date_erratum is None else (self.date_erratum,)
        return (*self.record_dates, *erratum)

    @property
    def last_event(self) -> date:
        """The date that tells which of two versions is the newer; `date.min` when none is known."""
        return max(self.event_dates, default=date.min)

    def as_record(self, donnees_au: date | None) -> dict[str, Any]:
        """The record as everything outside sees it: JSON values, every name present, in order."""
        return {
            "uid": self.uid,
            "legislature": self.legislature,
            "type": self.type,
            "numero": self.numero,
            "titre": self.titre,
            "tete_analyse": self.tete_analyse,
            "rubrique": self.rubrique,
            "auteur": self.auteur,
            "civilite": self.civilite,
            "prenom": self.prenom,
            "nom": self.nom,
            "acteur_ref": self.acteur_ref,
            "groupe": self.groupe,
            "groupe_sigle": self.groupe_sigle,
            "departement": self.departement,
            "circonscription": self.circonscription,
            "ministere": self.ministere,
            "ministere_developpe": self.ministere_developpe,
            "ministere_interroge": self.ministere_interroge,
            "attributions": [
                {
                    "date": _iso(attribution.date),
                    "ministere": attribution.ministere,
                    "ministere_developpe": attribution.ministere_developpe,
                }
                for attribution in self.attributions
            ],
            "texte_question": self.texte_question,
            "texte_reponse": self.texte_reponse,
            "date_question": _iso(self.date_question),
            "page_jo_question": self.page_jo_question,
            "date_reponse": _iso(self.date_reponse),
            "page_jo_reponse": self.page_jo_reponse,
            "date_signalement": _iso(self.date_signalement),
            "dates_renouvellement": [_iso(day) for day in self.dates_renouvellement],
            "date_retrait": _iso(self.date_retrait),
            "motif_retrait": self.motif_retrait,
            "statut": self.statut,
            "en_retard": self.en_retard(donnees_au),
            "delai_jours": self.delai_jours,
            "empreinte_reponse": self.empreinte_reponse,
            "source": self.source,
            "url_officielle": self.url_officielle,
        }

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        *,
        source: str | None = None,
        source_rank: int = SourceRank.PAGE_TEXT,
    ) -> Question:
        """Read back what `as_record` wrote; derived values are derived again.

        Args:
            record: a JSON object with the names of `RECORD_FIELDS`; a missing name reads as
                null.
            source: replaces the record's own `source` when given.
            source_rank: of the format the record was first read from, which it doesn't hold.

        Raises:
            MalformedRecord: the identity is missing or contradicts itself, a date is no date,
                or a value has the wrong type.
        """
        given = {name: record.get(name) for name in _BASE_FIELDS if name != "statut"}
        try:
            given["attributions"] = tuple(
                Attribution(
                    parse_date(entry.get("date")),
                    entry["ministere"],
                    entry.get("ministere_developpe"),
                )
                for entry in given["attributions"] or ()
            )
            given["dates_renouvellement"] = tuple(
                _required_date(day) for day in given["dates_renouvellement"] or ()
            )
            for name in _DATE_FIELDS:
                given[name] = parse_date(given[name])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MalformedRecord(f"record {record.get('uid')!r}: {error}") from error
        given["source"] = source or record.get("source")
        return make_question(closed_as=record.get("statut"), source_rank=source_rank, **given)

    def to_stored(self) -> bytes:
        """The question as an index keeps it; equal questions give equal bytes."""
        return self._stored

    @cached_property
    def _stored(self) -> bytes:
        """Every field as text, in order; those that are no part of the record come last."""
        values = zip(_FORMS, _values_of(self), strict=True)
        return "\0".join(
            ["" if value is None else form.write(value) for form, value in values]
        ).encode()

    @classmethod
    def from_stored(cls, stored: bytes) -> Question:
        """Read back what `to_stored` gave, whole: `source_rank` and `date_erratum` too.

        Little is checked, as these bytes were made from a `Question`: what pages take for granted,
        since damage elsewhere (a bit of what records are compressed against) may spell anything.

        Raises:
            ValueError: these are other bytes.
        """
        values: list[Any] = [text or None for text in stored.decode().split("\0")]
        for number, form in _OTHERS:
            text = values[number]
            values[number] = form.read(text) if text else form.empty
        question = cls.__new__(cls)
        question.__dict__.update(zip(_NAMES, values, strict=True))
        if not question.uid or question.statut not in STATUTS or question.type not in TYPES:
            raise ValueError(f"no question is {question.uid}, {question.statut}, {question.type}")
        return question

    @property
    def content_hash(self) -> str:
        """A hash of everything published; where it was read from doesn't count."""
        published, *_ = self._stored.rsplit(b"\0", _UNPUBLISHED)
        return hashlib.sha256(published).hexdigest()

    @property
    def version(self) -> Version:
        """What tells the newer of two versions of one question: the greater is the newer."""
        named = self.auteur is not None
        return Version(self.last_event, self.source_rank, named, self.content_hash)


_BASE_FIELDS: Final = tuple(entry.name for entry in fields(Question) if entry.compare)
_DATE_FIELDS: Final = ("date_question", "date_reponse", "date_signalement", "date_retrait")
_INTEGER_FIELDS: Final = ("legislature", "numero", "page_jo_question", "page_jo_reponse")
_STRUCTURED_FIELDS: Final = frozenset(
    (*_DATE_FIELDS, *_INTEGER_FIELDS, "attributions", "dates_renouvellement", "statut")
)
_UNPUBLISHED: Final = len(fields(Question)) - len(_BASE_FIELDS) + 1
"""How many of the fields don't count in the content: `source` and those after it."""

_BETWEEN_WORDS: Final = bytes(
    code for code in range(128) if not chr(code).isalnum() and chr(code) != "_"
)
"""The bytes of ASCII that are part of no word: how an answer is spaced and punctuated differs."""
_SMALL_LETTERS: Final = bytes(range(256)).lower()

_UID: Final = re.compile(r"QANR5L(?P<legislature>\d{1,3})(?P<type>QE|QG|QOSD)(?P<numero>\d{1,7})")

RECORD_FIELDS: Final = (
    *(name for name in _BASE_FIELDS if name != "source"),
    "en_retard",
    "delai_jours",
    "empreinte_reponse",
    "source",
    "url_officielle",
)
"""The names of the record, in the order in which everything writes them."""


class _Form(NamedTuple):
    """How a field is written into an index, and read back; `empty` is read from no text."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]
    empty: Any = None


def _write_attributions(attributions: Iterable[Attribution]) -> str:
    return "\1".join(
        f"{_iso(entry.date) or ''}\2{entry.ministere}\2{entry.ministere_developpe or ''}"
        for entry in attributions
    )


def _read_attributions(text: str) -> tuple[Attribution, ...]:
    entries = (entry.split("\2") for entry in text.split("\1"))
    return tuple(
        Attribution(date.fromisoformat(day) if day else None, ministere, developpe or None)
        for day, ministere, developpe in entries
    )


def _write_dates(days: Iterable[date]) -> str:
    return "\1".join(map(date.isoformat, days))


def _read_dates(text: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, text.split("\1")))


_TEXT: Final = _Form(str, str)
_INTEGER: Final = _Form(str, int)
_DATE: Final = _Form(date.isoformat, date.fromisoformat)
_OTHER_FORMS: Final = {
    **dict.fromkeys((*_INTEGER_FIELDS, "source_rank"), _INTEGER),
    **dict.fromkeys((*_DATE_FIELDS, "date_erratum"), _DATE),
    "attributions": _Form(_write_attributions, _read_attributions, ()),
    "dates_renouvellement": _Form(_write_dates, _read_dates, ()),
    "source": _Form(str, str, ""),
}
"""Parts are separated by control characters, which `without_controls` keeps out of all texts."""
_FORMS: Final = tuple(_OTHER_FORMS.get(entry.name, _TEXT) for entry in fields(Question))
_OTHERS: Final = tuple((n, form) for n, form in enumerate(_FORMS) if form is not _TEXT)
"""The number and form of each field that isn't read as it is written."""
_NAMES: Final = tuple(entry.name for entry in fields(Question))
_values_of: Final = attrgetter(*_NAMES)


def make_uid(legislature: int, type_: str, numero: int) -> str:
    """The publisher's key of a question."""
    return f"QANR5L{legislature}{type_}{numero}"


def parse_uid(text: str) -> tuple[int, QuestionType, int] | None:
    """The législature, type and number in a uid of any case, or None if it isn't one."""
    match = _UID.fullmatch(text.strip().upper())
    if match is None:
        return None
    return int(match["legislature"]), match["type"], int(match["numero"])  # type: ignore[return-value]


def parse_date(text: str | None) -> date | None:
    """A date written YYYY-MM-DD; None stays None.

    Raises:
        ValueError: the text is no such date.
    """
    if text is None:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text!r} is not a date (expected YYYY-MM-DD)")
    return date.fromisoformat(text)


def months_to_answer(asked: date) -> int:
    """How many calendar months a minister has to answer a question of that day."""
    return next(months for since, months in reversed(DEADLINES_IN_MONTHS) if asked >= since)


def answer_deadline(asked: date) -> date:
    """The day on which the time to answer ends, clipped to the end of a shorter month.

    Of a date mistyped so late that no calendar has that day, the last day there is.
    """
    year, month = divmod(asked.year * 12 + asked.month - 1 + months_to_answer(asked), 12)
    if year > MAXYEAR:
        return date.max
    for day in range(asked.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, min(asked.day, 28))


def make_question(
    *,
    closed_as: str | None = None,
    date_erratum: date | None = None,
    source_rank: int = SourceRank.PAGE_TEXT,
    **given: Any,
) -> Question:
    """Check, normalise and complete what a source read into a `Question`.

    Args:
        closed_as: what the publisher's closure says when neither a date nor a text does:
            `"repondue"` (code REP_PUB) or `"retiree"`; anything else is ignored.
        date_erratum: see `Question`.
        source_rank: see `Question`.
        given: the fields of the record except `statut`; a name left out is null (empty for the
            two lists). `uid` may be left out, and is checked when it isn't.

    Raises:
        MalformedRecord: the identity is missing or contradicts itself, or a value has the
            wrong type.
    """
    unknown = given.keys() - set(_BASE_FIELDS)
    if unknown:
        raise TypeError(f"not fields of a question: {sorted(unknown)}")
    values: dict[str, Any] = dict.fromkeys(_BASE_FIELDS) | given
    values["attributions"] = tuple(map(_clean_attribution, values["attributions"] or ()))
    values["dates_renouvellement"] = tuple(sorted(set(values["dates_renouvellement"] or ())))
    for name in _BASE_FIELDS:
        if name not in _STRUCTURED_FIELDS:
            values[name] = _clean_text(name, values[name])
    _check_integers(values)
    _check_identity(values)
    values["auteur"] = values["auteur"] or _full_name(values)
    values["statut"] = derive_statut(
        legislature=values["legislature"],
        answered=bool(values["date_reponse"] or values["texte_reponse"]) or closed_as == "repondue",
        withdrawn=bool(values["date_retrait"] or values["motif_retrait"]) or closed_as == "retiree",
    )
    values["source"] = values["source"] or ""
    return Question(**values, date_erratum=date_erratum, source_rank=source_rank)


def derive_statut(*, legislature: int, answered: bool, withdrawn: bool) -> Statut:
    """The state of a question, from dates and closure: an answer first, then a withdrawal."""
    if answered:
        return "repondue"
    if withdrawn:
        return "retiree"
    return "en_attente" if legislature == CURRENT_LEGISLATURE else "sans_reponse"


def _check_integers(values: dict[str, Any]) -> None:
    for name in _INTEGER_FIELDS:
        value = values[name]
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise MalformedRecord(f"{name} {value!r} is not a whole number")


def _check_identity(values: dict[str, Any]) -> None:
    parts = (values["legislature"], values["type"], values["numero"])
    if values["uid"] is not None:
        named = parse_uid(values["uid"])
        if named is None:
            raise MalformedRecord(f"uid {values['uid']!r} is not of the form QANR5L17QE2621")
        if any(part is not None and part != own for part, own in zip(parts, named, strict=True)):
            raise MalformedRecord(
                f"uid {values['uid']!r} contradicts législature, type, numéro {parts}"
            )
        parts = named
    if None in parts:
        raise MalformedRecord("no législature, no type or no number: nothing identifies it")
    legislature, type_, numero = parts
    if type_ not in TYPES:
        raise MalformedRecord(f"type {type_!r} is none of {', '.join(TYPES)}")
    uid = make_uid(legislature, type_, numero)
    if parse_uid(uid) is None:
        raise MalformedRecord(f"législature {legislature} or number {numero} is out of range")
    values.update(uid=uid, legislature=legislature, type=type_, numero=numero)


def _clean_text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise MalformedRecord(f"{name} is not text: {value!r:.60}")
    text = without_controls(value)
    if name.startswith("texte_"):
        return text.strip() or None
    return " ".join(text.split()) or None


def _clean_attribution(attribution: Attribution) -> Attribution:
    ministere = _clean_text("ministere", attribution.ministere)
    if ministere is None:
        raise MalformedRecord("an attribution names no ministère")
    developpe = _clean_text("ministere_developpe", attribution.ministere_developpe)
    return Attribution(attribution.date, ministere, developpe)


def _full_name(values: Mapping[str, Any]) -> str | None:
    if not values["nom"]:
        return None
    parts = (values["civilite"], values["prenom"], values["nom"])
    return " ".join(part for part in parts if part)


def _required_date(text: str) -> date:
    day = parse_date(text)
    if day is None:
        raise ValueError("a renewal has no date")
    return day


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
