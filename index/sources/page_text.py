"""A question page of the publisher turned into text: Markdown headings or plain lines.

The page, as `parse_page` reads it::

    page    = header, [ texts ], data ;
    header  = { line }, législature, { line }, type and number, { line } ;   (the rest: the title)
    texts   = [ "Texte de la question", { paragraph } ], [ "Texte de la réponse", { paragraph } ] ;
    data    = "Données clés", { label, ":", value }, [ "Date(s) clé(s)", { label, ":", value } ] ;

Headings may bear `#`, labels `**`, values links (`[text](#)`); accents and the kind of
apostrophe don't count in headings and labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from index.errors import MalformedRecord
from index.markup import html_of_text, plain_line, without_controls
from index.question import TYPES, Attribution, Question, SourceRank, make_question
from index.sources.actors import ordinal
from index.sources.dates import dates_in, fold, read_date
from index.sources.document import Document
from index.sources.rejects import Reject, Remark, make_reject, make_remarks

_TYPE_OF_WORDS: Final = {fold(words): type_ for type_, words in TYPES.items()}
_WORDS: Final = "|".join(_TYPE_OF_WORDS)

_LEGISLATURE: Final = re.compile(r"(\d{1,2}) ?(?:e|er|ere|eme|me)? legislature")
_NUMBERED: Final = re.compile(rf"({_WORDS})s? n ?(?:deg|o|\.)?\.? ?:? ?(\d[\d .]*)")
_QUESTION_HEADING: Final = re.compile(r"textes? de la question")
_ANSWER_HEADING: Final = re.compile(r"textes? de la reponse")
_DATA_HEADING: Final = re.compile(r"donnees? cles?")
_DATES_HEADING: Final = re.compile(r"date(?:\(s\)|s)? clee?(?:\(s\)|s)?")
_DECORATION: Final = re.compile(r"assemblee nationale|https?://\S+|-{3,}|\*{3,}|_{3,}")

_NOT_DATA: Final = (_DATA_HEADING, _DATES_HEADING, _DECORATION)

_LINK: Final = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
_CARET: Final = re.compile(r"(\d)\^(er|re|nde?|e|[eè]me)\b")
_LABEL: Final = re.compile(r"(?P<label>[^:]{3,60}?)\s*:\s*(?P<value>.*)")
_SEAT: Final = re.compile(
    r"(?P<departement>[^()]*?)\s*\((?P<seat>[^()]*circonscription[^()]*)\)"
    r"(?:\s*[-–—]\s*(?P<groupe>.*))?",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(r"\bpages?\s*:?\s*(\d[\d .]*\d|\S+)")
_CIVILITE: Final = re.compile(r"(?P<civilite>M\.?|Mme|Mlle|Mmes|MM\.)\s+(?P<name>.+)")
_SENTENCE_END: Final = re.compile(r"[.!?…:;][»”\"’')\]\s]*$")


def recognises(document: Document) -> bool:
    """Whether a line of the beginning is a heading that only question pages have."""
    if document.head_text.lstrip().startswith("<"):
        return False  # the page itself, in HTML
    return any(
        pattern.fullmatch(line)
        for line in map(_heading, document.head_text.splitlines())
        for pattern in (_NUMBERED, _QUESTION_HEADING, _ANSWER_HEADING, _DATA_HEADING)
    )


def read(document: Document) -> Iterator[Question | Remark | Reject]:
    """The question of the page and what in it isn't understood, or why it is none."""
    remarks: list[str] = []
    try:
        question = parse_page(document.text, document.source, remarks)
    except MalformedRecord as error:
        yield make_reject(document.source, "", str(error), document.text)
    else:
        yield question
        yield from make_remarks(question, remarks)


def parse_page(text: str, source: str, remarks: list[str]) -> Question:
    """The question of one page.

    Args:
        text: the page.
        source: the file, as `Question.source`.
        remarks: takes what is left out because it is not understood.

    Raises:
        MalformedRecord: the number, the type or the législature is missing, two places of the
            page contradict each other, or a date is none.
    """
    page = _split(text)
    facts = _read_labels(page.labels)
    remarks.extend(facts.get("remarks", ()))
    identity = _identity(page.header, facts)
    texts: dict[str, Any] = {
        "texte_question": _html(page.question),
        "texte_reponse": _html(page.answer),
    }
    if identity["type"] == "QG" and texts["texte_question"] is None:
        # One sitting: the page may give its date only once.
        facts["date_question"] = facts.get("date_question") or facts.get("date_reponse")
        if texts["texte_reponse"] is not None:
            facts["date_reponse"] = facts.get("date_reponse") or facts["date_question"]
    return make_question(
        source=source,
        source_rank=SourceRank.PAGE_TEXT,
        titre=_title(page.header),
        **identity,
        **texts,
        **_ministries(facts),
        **{name: value for name, value in facts.items() if name not in _OTHER_FACTS},
    )


@dataclass(slots=True)
class _Page:
    header: list[str] = field(default_factory=list)
    question: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    labels: list[tuple[str, str]] = field(default_factory=list)


def _split(text: str) -> _Page:
    """The parts of the page; a text may quote the heading of the data, so its last one counts."""
    lines = without_controls(text).split("\n")
    headings = [_heading(line) for line in lines]
    data = _last(headings, _DATA_HEADING, _first_label(lines))
    question = _first(headings, _QUESTION_HEADING, 0, data)
    answer = _first(headings, _ANSWER_HEADING, 0 if question == data else question, data)
    return _Page(
        header=lines[: min(question, answer)],
        question=lines[question + 1 : answer],
        answer=lines[answer + 1 : data],
        labels=_labels(lines[data:]),
    )


def _first(headings: Sequence[str], pattern: re.Pattern[str], start: int, end: int) -> int:
    """The first line that is this heading, else `end`."""
    found = (place for place in range(start, end) if pattern.fullmatch(headings[place]))
    return next(found, end)


def _last(headings: Sequence[str], pattern: re.Pattern[str], otherwise: int) -> int:
    found = (place for place, line in enumerate(headings) if pattern.fullmatch(line))
    return max(found, default=otherwise)


def _first_label(lines: Sequence[str]) -> int:
    """Where the data begin on a page without their heading."""
    found = (place for place, line in enumerate(lines) if _known_label(_plain(line)))
    return next(found, len(lines))


def _heading(line: str) -> str:
    return fold(_plain(line).lstrip("#").rstrip(":"))


def _plain(line: str) -> str:
    """A line of the header or the data without Markdown, links, tags and carets."""
    without_links = _LINK.sub(r"\1", line)
    return plain_line(_CARET.sub(r"\1\2", without_links).replace("**", "")) or ""


def _known_label(line: str) -> re.Match[str] | None:
    match = _LABEL.fullmatch(line)
    return match if match and _reader(match["label"]) else None


def _labels(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Label and value of each line of the data; a value cut by a line break is put together."""
    found: list[tuple[str, list[str]]] = []
    adjacent = False
    for line in map(_plain, lines):
        match = _LABEL.fullmatch(line)
        if not line or any(pattern.fullmatch(_heading(line)) for pattern in _NOT_DATA):
            adjacent = False
        elif match and (_reader(match["label"]) or not adjacent):
            found.append((match["label"], [match["value"]]))
            adjacent = True
        elif _reader(line):
            found.append((line, [line]))
        elif found and (adjacent or not any(found[-1][1])):
            found[-1][1].append(line)
            adjacent = True
    return [(label, " ".join(parts).strip()) for label, parts in found]


def _read_labels(labels: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The facts of the data.

    Raises:
        MalformedRecord: two lines contradict each other, or a date is none.
    """
    facts: dict[str, Any] = {}
    for label, value in labels:
        reader = _reader(label)
        if reader is None or not value:
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
    type_ = _TYPE_OF_WORDS.get(fold(value))
    if type_ is None:
        raise MalformedRecord(f"« {label} » {value!r:.60} is none of {', '.join(TYPES.values())}")
    return {"type": type_}


def _read_number(label: str, value: str) -> dict[str, Any]:
    return {"numero": _integer(label, value)}


def _read_publication(name: str) -> Callable[[str, str], dict[str, Any]]:
    def read_publication(label: str, value: str) -> dict[str, Any]:
        day, page = _PAGE.split(fold(value), maxsplit=1)[0], _PAGE.search(fold(value))
        facts: dict[str, Any] = {f"date_{name}": read_date(f"« {label} »", day.strip(" ,;-"))}
        if page:
            try:
                facts[f"page_jo_{name}"] = _integer(label, page[1].strip(".,;"))
            except MalformedRecord as error:
                facts["remarks"] = [str(error)]
        return facts

    return read_publication


def _read_flagging(label: str, value: str) -> dict[str, Any]:
    found = dates_in(f"« {label} »", value)
    return {"date_signalement": found[0]} if found else _without_date(label, value)


def _read_renewals(label: str, value: str) -> dict[str, Any]:
    found = dates_in(f"« {label} »", value)
    return {"dates_renouvellement": found} if found else _without_date(label, value)


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
        (r"rubrique$", _read_as("rubrique")),
        (r"tete d'analyse$", _read_as("tete_analyse")),
        (r"ministere interroge$", _read_as("interroge")),
        (r"ministere attributaire$", _read_as("attributaire")),
        (r"question publiee au jo(?: le)?$", _read_publication("question")),
        (r"reponse publiee au jo(?: le)?$", _read_publication("reponse")),
        (r"(?:date de |question )signale", _read_flagging),
        (r"(?:dates? de |question )renouvel", _read_renewals),
        (r"dates? de changement d'attribution", _read_attribution),
        (r"(?:date de retrait|question retiree)", _read_withdrawal),
    )
)
"""What each label of the data tells, by its folded words."""

_OTHER_FACTS: Final = frozenset(
    {"type", "numero", "interroge", "attributaire", "dates_attribution", "remarks"}
)
"""The facts that are not fields of the record as they are."""


def _some_dates(label: str, value: str) -> list[date]:
    found = dates_in(f"« {label} »", value)
    if not found:
        raise MalformedRecord(_no_date(label, value))
    return found


def _without_date(label: str, value: str) -> dict[str, Any]:
    """What is known of an event that says no date."""
    return {"remarks": [_no_date(label, value)]}


def _no_date(label: str, value: str) -> str:
    return f"« {label} » {value!r:.60} holds no date"


def _integer(label: str, text: str) -> int:
    digits = re.sub(r"[\s.]", "", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise MalformedRecord(f"« {label} » {text!r:.60} is not a number")
    return int(digits)


def _identity(header: Sequence[str], facts: dict[str, Any]) -> dict[str, Any]:
    """Législature, type and number, which the header and the data both tell."""
    numbered = [
        (_TYPE_OF_WORDS[match[1]], _integer("n°", match[2]))
        for match in (_NUMBERED.fullmatch(_heading(line)) for line in header)
        if match
    ]
    sat = [
        int(match[1])
        for match in (_LEGISLATURE.fullmatch(_heading(line)) for line in header)
        if match
    ]
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


def _title(header: Sequence[str]) -> str | None:
    """What the header says besides the Assemblée, the législature, the type and the number."""
    other = (_LEGISLATURE, _NUMBERED, _DECORATION)
    kept = [
        _plain(line).lstrip("# ")
        for line in header
        if not any(pattern.fullmatch(_heading(line)) for pattern in other)
    ]
    return " ".join(line for line in kept if line) or None


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


def _html(lines: Sequence[str]) -> str | None:
    """The paragraphs of a text, those that a page break had cut in two mended."""
    text = "\n".join(_CARET.sub(r"\1<sup>\2</sup>", _LINK.sub(r"\1", line)) for line in lines)
    paragraphs: list[str] = []
    for paragraph in filter(None, map(str.strip, re.split(r"\n\s*\n", text))):
        if paragraphs and _continues(paragraphs[-1], paragraph):
            glue = "" if re.search(r"\w-$", paragraphs[-1][-2:]) else " "
            paragraphs[-1] += glue + paragraph
        else:
            paragraphs.append(paragraph)
    return html_of_text("\n\n".join(paragraphs)) or None


def _continues(before: str, after: str) -> bool:
    return after[0].islower() and not _SENTENCE_END.search(before[-20:])
