"""A question quoted: as a sentence, as BibTeX, as RIS.

BibTeX: "BibTeXing" (Patashnik, 1988). RIS: the tags of Research Information Systems, as Zotero,
EndNote and Mendeley read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from index.question import TYPES, Question
from web.display import (
    NO_BREAK_SPACE,
    date_in_words,
    full_number,
    lower_initial,
    title_of,
    unbreakable,
)
from web.question.record import held_in_sitting

JOURNAL: Final = "Journal officiel de la République française"
PUBLISHER: Final = "Assemblée nationale"
FICTION: Final = "[Question fictive]"

_CIVILITE: Final = re.compile(r"^(?:M\.|Mme|Mlle)\s+(?=\S)")
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
"""The names that BibTeX's styles know, each in the language of the style."""

_LATEX: Final = str.maketrans(
    {char: f"\\{char}" for char in "&%$#_"}
    | {
        # In words: BibTeX counts braces whatever stands before them.
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "\\": r"{\textbackslash}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
    }
)
_IN_ADDRESSES: Final = str.maketrans({char: f"%{ord(char):02X}" for char in '{}\\"<> '})
"""An address is not LaTeX: what would end its field is written as addresses write it."""


class Publication(NamedTuple):
    """Where and when a question or its answer came out."""

    place: str
    day: date
    page: int | None

    def __str__(self) -> str:
        page = "" if self.page is None else f", p.{NO_BREAK_SPACE}{self.page}"
        return f"{self.place} du {date_in_words(self.day)}{page}"


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A file that programs which keep references read.

    Attributes:
        name: as people say it. suffix: of the file and of its address. mimetype: of the file.
        write: the file's text, from a question and the address of its page.
    """

    name: str
    suffix: str
    mimetype: str
    write: Callable[[Question, str], str]


def citation(question: Question, url: str) -> str:
    """How to quote a question: who, which, its title, where it was published, its address."""
    parts = (
        question.auteur,
        f"{lower_initial(full_number(question))} ({question.legislature}e législature)",
        f"« {title_of(question)} »",
        *map(str, publications(question)),
        url,
    )
    quoted = unbreakable(", ".join(part for part in parts if part))
    return f"{FICTION} {quoted}" if question.fictional else quoted


def publications(question: Question) -> tuple[Publication, ...]:
    """Where the question and its answer were published, as far as it is known."""
    asked, answered = question.date_question, question.date_reponse
    if held_in_sitting(question):
        held = answered or asked
        return (Publication("séance", held, None),) if held else ()
    known = (
        ("JO Assemblée nationale", asked, question.page_jo_question),
        ("réponse au JO", answered, question.page_jo_reponse),
    )
    return tuple(Publication(place, day, page) for place, day, page in known if day)


def write_bibtex(question: Question, url: str) -> str:
    """One `@misc` entry: no other type of BibTeX fits, and every style prints this one whole.

    Its key is the uid.
    """
    lines = (f"  {name} = {value},\n" for name, value in _bibtex_fields(question, url))
    return f"@misc{{{question.uid},\n{''.join(lines)}}}\n"


def write_ris(question: Question, url: str) -> str:
    """One reference of type GOVDOC (a government document); lines end as the format has it."""
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in _ris_lines(question, url))


BIBTEX: Final = CitationFormat("BibTeX", "bib", "text/x-bibtex", write_bibtex)
RIS: Final = CitationFormat("RIS", "ris", "application/x-research-info-systems", write_ris)
CITATION_FORMATS: Final = {format_.suffix: format_ for format_ in (BIBTEX, RIS)}


def _bibtex_fields(question: Question, url: str) -> Iterator[tuple[str, str]]:
    if author := _bibtex_author(question):
        yield "author", f"{{{author}}}"
    # In two braces: styles in English would put the capitals of names in small letters.
    yield "title", f"{{{{{_latex(_title(question))}}}}}"
    yield "howpublished", f"{{{_latex(_kind(question))}}}"
    if day := _day(question):
        yield "date", f"{{{day.isoformat()}}}"
        yield "year", f"{{{day.year}}}"
        yield "month", _MONTHS[day.month - 1]
    yield "note", f"{{{_latex(_note(question))}}}"
    yield "language", "{french}"
    yield "url", f"{{{url.translate(_IN_ADDRESSES)}}}"


def _bibtex_author(question: Question) -> str | None:
    """`Last, First` when each is known; else the name in braces, which BibTeX takes whole."""
    first, last = _line(question.prenom or ""), _line(question.nom or "")
    # A comma or the word `and` would make two names of one.
    if first and last and not re.search(r",|\band\b", f"{first} {last}", re.IGNORECASE):
        return f"{_latex(last)}, {_latex(first)}"
    name = _name(question)
    return f"{{{_latex(name)}}}" if name else None


def _ris_lines(question: Question, url: str) -> Iterator[tuple[str, str]]:
    yield "TY", "GOVDOC"
    yield "ID", question.uid
    if question.prenom and question.nom:
        yield "AU", f"{_line(question.nom)}, {_line(question.prenom)}"
    elif name := _name(question):
        yield "AU", name
    yield "TI", _title(question)
    yield "M3", TYPES[question.type]
    yield "T2", _kind(question)
    if not question.fictional:
        yield "PB", PUBLISHER
    if day := _day(question):
        yield "PY", str(day.year)
        yield "DA", f"{day:%Y/%m/%d}"
    if question.page_jo_question is not None:
        yield "SP", str(question.page_jo_question)
    yield "LA", "fr"
    yield "N1", _note(question)
    yield "UR", url
    yield "ER", ""


def _title(question: Question) -> str:
    title = title_of(question)
    return f"{FICTION} {title}" if question.fictional else title


def _kind(question: Question) -> str:
    """What is quoted and where it is from: Question écrite n° 2621, 17e législature, …"""
    kind = f"{full_number(question)}, {question.legislature}e législature"
    return kind if question.fictional else f"{kind}, {PUBLISHER}"


def _note(question: Question) -> str:
    """Publications, the official page, and whether any of it is real."""
    if question.fictional:
        source, official = "Question fictive, pour démonstration", None
    elif held_in_sitting(question):
        source, official = PUBLISHER, question.url_officielle
    else:
        source, official = f"{PUBLISHER}, {JOURNAL}", question.url_officielle
    page = f"Page officielle : {official}" if official else None
    parts = (source, *map(str, publications(question)), page)
    return " ; ".join(part for part in parts if part)


def _day(question: Question) -> date | None:
    return question.date_question or question.date_reponse


def _name(question: Question) -> str:
    """A person's name without `M.` or `Mme`."""
    return _CIVILITE.sub("", _line(question.auteur or ""))


def _latex(text: str) -> str:
    return _line(text).translate(_LATEX)


def _line(text: str) -> str:
    """The text on one line with plain spaces: no part of it begins a field."""
    return " ".join(text.split())
