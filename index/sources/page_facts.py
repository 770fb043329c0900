"""What a question page says beside its texts, whether in text or in HTML.

A page tells its identity, often more than once, and its facts as labelled lines::

    line = label, ( ":" | ">" ), value | sentence ;

Accents, case and the kind of apostrophe don't count in labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Final

from index.errors import MalformedRecord
from index.markup import clean_html, text_of_html
from index.question import TYPES, Attribution, Question, SourceRank, make_question
from index.sources.actors import ordinal
from index.sources.dates import dates_in, fold, read_date

TYPE_OF_WORDS: Final = {fold(words): type_ for type_, words in TYPES.items()}
"""The type that folded words tell."""
_WORDS: Final = "|".join(TYPE_OF_WORDS)

LEGISLATURE: Final = re.compile(r"(\d{1,2}) ?(?:e|er|ere|eme|me)? legislature")
"""The folded line that tells the législature."""
NUMBERED: Final = re.compile(rf"({_WORDS})s? n ?(?:deg|o|\.)?\.? ?:? ?(\d[\d .]*)")
"""The folded line that tells type and number."""
DECORATION: Final = re.compile(r"assemblee nationale|https?://\S+|-{3,}|\*{3,}|_{3,}")
"""Folded lines that tell nothing."""

_LONGEST_FACT: Final = 2_000
"""Characters of a line or a value that may tell a fact; published ones have less than 300."""
_MOST_LINES: Final = 2_000
"""Lines of a part of a page, beside its texts; published ones have less than 100."""

_HEADINGS: Final = re.compile(
    rf"donnees? cles?|date(?:\(s\)|s)? clee?(?:\(s\)|s)?|{DECORATION.pattern}"
)
_LABEL: Final = re.compile(r"(?P<label>[^:>]{3,60}?)\s*[:>]\s*(?P<value>.*)")
_SEAT: Final = re.compile(
    r"(?P<departement>[^()]*?)\s*\((?P<seat>[^()]*circonscription[^()]*)\)"
    r"(?:\s*[-–—]\s*(?P<groupe>.*))?",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(r"\bpages?\s*:?\s*(\d[\d .]*\d|\S+)")
_UP_TO_A_DATE: Final = re.compile(r"^(?:question|reponse|publication) .*?\b(?:le|du) (?=\d)")
_CIVILITE: Final = re.compile(r"(?P<civilite>M\.?|Mme|Mlle|Mmes|MM\.)\s+(?P<name>.+)")
_ACTOR: Final = re.compile(r"(?:OMC_|/deputes/|data-document-id=[\"']?)(PA\d{1,9})\b")
_BETWEEN_ANALYSES: Final = re.compile(r"(?<=\w\w\w)\. +(?=\S)")


@dataclass(slots=True)
class PageParts:
    """A page cut in its parts, however it was laid out.

    Attributes:
        header: plain lines, among which one tells the législature.
        labels: label and value of each fact, in the page's order.
        facts: what the layout says without a label, as fields of the record.
        titre: when it stands in no label.
        question: its text as clean HTML.
        answer: the same.
        remarks: what the layout leaves out because it is not understood.
    """

    header: list[str] = field(default_factory=list)
    labels: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    titre: str | None = None
    question: str | None = None
    answer: str | None = None
    remarks: list[str] = field(default_factory=list)


def make_page_question(
    parts: PageParts, *, source: str, source_rank: SourceRank, remarks: list[str]
) -> Question:
    """The question of one page.

    Args:
        parts: the page.
        source: the file, as `Question.source`.
        source_rank: of the page's format.
        remarks: takes what is left out because it is not understood.

    Raises:
        MalformedRecord: the number, the type or the législature is missing, two places of the
            page contradict each other, or a date is none.
    """
    facts = read_labels(parts.labels)
    remarks.extend((*parts.remarks, *facts.get("remarks", ())))
    fields = {name: value for name, value in facts.items() if name not in _OTHER_FACTS}
    fields |= {name: value for name, value in parts.facts.items() if value}
    fields |= _identity(parts.header, facts)
    fields |= _ministries(facts)
    fields["titre"] = parts.titre or fields.get("titre")
    return make_question(
        source=source,
        source_rank=source_rank,
        date_erratum=max(facts.get("dates_erratum", ()), default=None),
        **fields | _texts(parts, fields),
    )


def _texts(parts: PageParts, fields: dict[str, Any]) -> dict[str, Any]:
    """Both texts, and the date that a page may give only once when there was one sitting."""
    asked, answered = fields.get("date_question"), fields.get("date_reponse")
    if fields["type"] == "QG" and parts.question is None:
        asked = asked or answered
        answered = answered or (asked if parts.answer else None)
    return {
        "texte_question": parts.question,
        "texte_reponse": parts.answer,
        "date_question": asked,
        "date_reponse": answered,
    }


def pair_labels(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Label and value of each line; a value cut by a line break is put together.

    Args:
        lines: plain lines; where a blank one stands between, no value goes on.
    """
    found: list[tuple[str, str]] = []
    adjacent = False
    for line in lines:
        match = _LABEL.fullmatch(line)
        if not line or _HEADINGS.fullmatch(heading(line)):
            adjacent = False
        elif match and (_reader(match["label"]) or not adjacent):
            found.append((match["label"], match["value"]))
            adjacent = True
        elif _reader(line):
            found.append((line, line))
        elif found and (adjacent or not found[-1][1]) and len(found[-1][1]) < _LONGEST_FACT:
            label, value = found[-1]
            found[-1] = (label, f"{value} {line}".strip())
            adjacent = True
    return found


def labels_of(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Label and value of each line of HTML, where nothing is cut by line breaks."""
    return pair_labels(part for line in lines for part in (line, ""))


def lines_of_html(raw: str) -> list[str]:
    """The plain lines of a part of a page: one a paragraph, row or break.

    Lines that are too long to tell a fact are left out, and so are those after too many.
    """
    lines = (" ".join(line.split()) for line in text_of_html(clean_html(raw) or "").split("\n"))
    return list(islice((line for line in lines if len(line) <= _LONGEST_FACT), _MOST_LINES))


def actor_reference(raw: str) -> str | None:
    """The author's key in the open data, from the first link to an actor's page."""
    match = _ACTOR.search(raw)
    return match[1] if match else None


def has_known_label(line: str) -> bool:
    """Whether a plain line begins with a label of the data."""
    match = _LABEL.fullmatch(line)
    return match is not None and _reader(match["label"]) is not None


def heading(line: str) -> str:
    """A plain line as headings are compared: folded, without marks around it."""
    return fold(line.lstrip("#").rstrip(":"))


def read_labels(labels: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The facts of the labelled lines.

    Raises:
        MalformedRecord: two lines contradict each other, or a date is none.
    """
    facts: dict[str, Any] = {}
    for label, value in labels:
        reader = _reader(label)
        if reader is None or not value:
            continue
        if len(value) > _LONGEST_FACT:
            facts.setdefault("remarks", []).append(f"« {label} » {value!r:.60} is too long")
            continue
        for name, fact in reader(label, value).items():
            if isinstance(fact, list):
                facts.setdefault(name, []).extend(fact)
            elif facts.get(name) not in (None, fact):
                raise MalformedRecord(f"« {label} » is given twice: {facts[name]}, then {fact}")
            else:
                facts[name] = fact
    return facts


def _reader(label: str) -> Callable[[str, str], dict[str, Any]] | None:
    folded = fold(label)
    return next((read for pattern, read in _READERS if pattern.match(folded)), None)


def _read_as(name: str) -> Callable[[str, str], dict[str, Any]]:
    return lambda _, value: {name: value}


def _read_author(_: str, value: str) -> dict[str, Any]:
    """Civilité, then the first name (hyphenated when there are several), then the name."""
    match = _CIVILITE.fullmatch(value)
    first, _, last = (match["name"] if match else value).partition(" ")
    return {
        "auteur": value,
        "civilite": match["civilite"] if match else None,
        "prenom": first if last else None,
        "nom": last or first,
    }


def _read_seat(_: str, value: str) -> dict[str, Any]:
    """`département (nth circonscription) - groupe`, where both names may hold dashes."""
    match = _SEAT.fullmatch(value)
    if match is None:
        departement, _, groupe = value.partition(" - ")
        return {"departement": departement, "groupe": groupe or None}
    number = re.search(r"\d+", match["seat"])
    return {
        "departement": match["departement"],
        "circonscription": ordinal(number[0]) if number else None,
        "groupe": match["groupe"],
    }


def _read_type(label: str, value: str) -> dict[str, Any]:
    type_ = TYPE_OF_WORDS.get(fold(value))
    if type_ is None:
        raise MalformedRecord(f"« {label} » {value!r:.60} is none of {', '.join(TYPES.values())}")
    return {"type": type_}


def _read_number(label: str, value: str) -> dict[str, Any]:
    return {"numero": _integer(label, value)}


def _read_analyses(_: str, value: str) -> dict[str, Any]:
    """Pages put a full stop after each analyse; a shorter word before one is an abbreviation."""
    return {"titre": " ; ".join(_BETWEEN_ANALYSES.split(value.strip().removesuffix(".")))}


def _read_publication(name: str) -> Callable[[str, str], dict[str, Any]]:
    def read_publication(label: str, value: str) -> dict[str, Any]:
        folded = fold(value)
        day, page = _PAGE.split(folded, maxsplit=1)[0], _PAGE.search(folded)
        day = _UP_TO_A_DATE.sub("", day, count=1).strip(" ,;-")
        facts: dict[str, Any] = {f"date_{name}": read_date(f"« {label} »", day)}
        if page:
            try:
                facts[f"page_jo_{name}"] = _integer(label, page[1].strip(".,;"))
            except MalformedRecord as error:
                facts["remarks"] = [str(error)]
        return facts

    return read_publication


def _read_day(name: str) -> Callable[[str, str], dict[str, Any]]:
    """The first date of a sentence; a sentence without one is left out."""
    return lambda label, value: _if_dated(label, value, lambda days: {name: days[0]})


def _read_days(name: str) -> Callable[[str, str], dict[str, Any]]:
    """Every date of a sentence; a sentence without one is left out."""
    return lambda label, value: _if_dated(label, value, lambda days: {name: days})


def _if_dated(
    label: str, value: str, facts_of: Callable[[list[date]], dict[str, Any]]
) -> dict[str, Any]:
    found = dates_in(f"« {label} »", value)
    return facts_of(found) if found else {"remarks": [_no_date(label, value)]}


def _read_attribution(label: str, value: str) -> dict[str, Any]:
    return {"dates_attribution": _some_dates(label, value)}


def _read_withdrawal(label: str, value: str) -> dict[str, Any]:
    reason = re.search(r"\((.*)\)\s*$", value)
    return {
        "date_retrait": _some_dates(label, value)[0],
        "motif_retrait": reason[1] if reason else None,
    }


_READERS: Final = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"auteure?$", _read_author),
        (r"circonscription$", _read_seat),
        (r"type de (?:la )?question$", _read_type),
        (r"numero de (?:la )?question$", _read_number),
        (r"titre$", _read_as("titre")),
        (r"analyses?$", _read_analyses),
        (r"rubrique$", _read_as("rubrique")),
        (r"tete d'analyse$", _read_as("tete_analyse")),
        (r"ministere interroge$", _read_as("interroge")),
        (r"ministere (?:attributaire|repondant)$", _read_as("attributaire")),
        (r"question publiee (?:au jo(?: le)?$|le \d)", _read_publication("question")),
        (r"reponse publiee (?:au jo(?: le)?$|le \d)", _read_publication("reponse")),
        (r"publication de la question au journal officiel", _read_publication("question")),
        (r"publication de la reponse au journal officiel", _read_publication("reponse")),
        (r"date de la seance$", _read_day("date_question")),
        (r"(?:date de |question )signale", _read_day("date_signalement")),
        (r"(?:dates? de |question )renouvel", _read_days("dates_renouvellement")),
        (r"dates? de changement d'attribution", _read_attribution),
        (r"(?:date de retrait|question retiree)", _read_withdrawal),
        (r"erratum de la (?:question|reponse)", _read_days("dates_erratum")),
    )
)
"""What each label of the data tells, by its folded words."""

_OTHER_FACTS: Final = frozenset(
    {
        *("type", "numero", "interroge", "attributaire"),
        *("dates_attribution", "dates_erratum", "remarks"),
    }
)
"""The facts that are not fields of the record as they are."""


def _some_dates(label: str, value: str) -> list[date]:
    found = dates_in(f"« {label} »", value)
    if not found:
        raise MalformedRecord(_no_date(label, value))
    return found


def _no_date(label: str, value: str) -> str:
    return f"« {label} » {value!r:.60} holds no date"


def _integer(label: str, text: str) -> int:
    digits = re.sub(r"[\s.]", "", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise MalformedRecord(f"« {label} » {text!r:.60} is not a number")
    return int(digits)


def _identity(header: Sequence[str], facts: dict[str, Any]) -> dict[str, Any]:
    """Législature, type and number, which the header and the data both tell."""
    headings = [heading(line) for line in header]
    numbered = [
        (TYPE_OF_WORDS[match[1]], _integer("n°", match[2]))
        for match in map(NUMBERED.fullmatch, headings)
        if match
    ]
    sat = [int(match[1]) for match in map(LEGISLATURE.fullmatch, headings) if match]
    return {
        "legislature": _only("législature", sat, "17ème législature"),
        "type": _only(
            "type of question",
            [type_ for type_, _ in numbered] + _given(facts, "type"),
            "Type de question : Question écrite",
        ),
        "numero": _only(
            "question number",
            [number for _, number in numbered] + _given(facts, "numero"),
            "Question écrite n° 2621",
        ),
    }


def _given(facts: dict[str, Any], name: str) -> list[Any]:
    return [facts[name]] if name in facts else []


def _only(what: str, found: Sequence[Any], example: str) -> Any:
    if not found:
        raise MalformedRecord(f"page without {what}: expected a line such as « {example} »")
    if len(set(found)) > 1:
        told = " and ".join(str(value) for value in dict.fromkeys(found))
        raise MalformedRecord(f"page that contradicts itself: {what} {told}")
    return found[0]


def _ministries(facts: dict[str, Any]) -> dict[str, Any]:
    """The current ministère; of past attributions a page tells the dates, not the names."""
    asked, current = facts.get("interroge"), facts.get("attributaire")
    current = current or asked
    changed = facts.get("dates_attribution")
    return {
        "ministere": current,
        "ministere_interroge": asked,
        "attributions": [Attribution(max(changed), current)] if changed and current else [],
    }
