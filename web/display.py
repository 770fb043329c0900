"""How dates, counts, states and texts are shown: pure functions, used as template filters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from flask import Flask
from jinja2.ext import Extension
from markupsafe import Markup, escape

from index.question import LEGISLATURES, STATUTS, TYPES, Question, months_to_answer
from search.description import MONTHS, french_date
from search.facets import EN_RETARD
from search.results import Hit

NARROW_SPACE: Final = "\u202f"
NO_BREAK_SPACE: Final = "\u00a0"

_NUMBER_WORDS: Final = {1: "un", 2: "deux"}
_KEPT_TOGETHER: Final = re.compile(
    rf"(?<=«) | (?=»|[:;?](?:\s|<|$)|!(?:[^=]|$))| (?=(?:{'|'.join(MONTHS)}) [0-9])"
)
_TABLE: Final = re.compile(r"<table>|</table>")


class FrenchSpacing(Extension):
    """Templates are written with plain spaces; those that must not break don't, once compiled."""

    def preprocess(
        self,
        source: str,
        name: str | None,  # noqa: ARG002 - Jinja's signature
        filename: str | None = None,  # noqa: ARG002
    ) -> str:
        """Called by Jinja with a template's whole source."""
        return unbreakable(source)


def unbreakable(text: str) -> str:
    """The text with no-break spaces inside « », before double signs and inside dates.

    >>> unbreakable("Vouliez-vous dire « retraite » ?").count(NO_BREAK_SPACE)
    3
    """
    return _KEPT_TOGETHER.sub(NO_BREAK_SPACE, text)


def date_in_words(day: date) -> str:
    """A date as it is said, its day and month together: 1er avril 2025, 3 décembre 2024."""
    return unbreakable(french_date(day))


def grouped(number: int) -> str:
    """A whole number in groups of three digits, with narrow no-break spaces."""
    return f"{number:,}".replace(",", NARROW_SPACE)


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun in agreement: 1 question, 12 questions."""
    noun = singular if number < 2 else plural or f"{singular}s"
    return f"{grouped(number)}{NO_BREAK_SPACE}{noun}"


def decimal(number: float, digits: int = 2) -> str:
    """A number with at most so many decimals, after a comma: 98,5; 1 960 when it is whole."""
    whole, _, rest = f"{number:.{digits}f}".partition(".")
    rest = rest.rstrip("0")
    return grouped(int(whole)) + (f",{rest}" if rest else "")


def percentage(share: float) -> str:
    """A share from 0 to 1 in percent: one decimal below ten; what is there is not said to be 0."""
    if 0 < share < 0.0005:
        return f"moins de 0,1{NO_BREAK_SPACE}%"
    percent = 100 * share
    return f"{decimal(percent if percent < 9.95 else round(percent), 1)}{NO_BREAK_SPACE}%"


def question_count(number: int) -> str:
    """How many questions: Aucune question, 1 question, 12 345 questions."""
    return counted(number, "question") if number else "Aucune question"


def duration(start: date, end: date) -> str:
    """The time between two dates as it is said: days, then months from two, then years from two."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months >= 24:
        return counted(months // 12, "an")
    if months >= 2:
        return counted(months, "mois", "mois")
    return counted((end - start).days, "jour")


def days(number: float) -> str:
    """A number of days, half ones too: 98,5 jours."""
    return f"{decimal(number)}{NO_BREAK_SPACE}{'jour' if number < 2 else 'jours'}"


def full_number(question: Question) -> str:
    """What a question is called: Question écrite n° 2621."""
    return f"{TYPES[question.type]} n°{NO_BREAK_SPACE}{question.numero}"


def title_of(question: Question) -> str:
    """A question's title, or what it is called when it has none."""
    return question.titre or full_number(question)


def title_html(hit: Hit) -> Markup:
    """The title of a hit, marked by the engine, or what it is called when it has none."""
    return escape(full_number(hit.question)) if hit.titre_html is None else Markup(hit.titre_html)


def state_class(question: Question, donnees_au: date | None) -> str:
    """The name of a question's state in the style sheet; being overdue is one there."""
    return EN_RETARD if question.en_retard(donnees_au) else question.statut


def state_in_words(question: Question, donnees_au: date | None) -> str:
    """A question's state with what is known of its duration or its reason."""
    if question.statut == "repondue":
        return _answer_in_words(question)
    if question.statut == "en_attente":
        return _waiting_in_words(question, donnees_au)
    if question.statut == "retiree" and question.motif_retrait:
        return unbreakable(f"{STATUTS['retiree']} : {lower_initial(question.motif_retrait)}")
    return STATUTS[question.statut]


def _answer_in_words(question: Question) -> str:
    days = question.delai_jours
    if days is None:
        return STATUTS["repondue"]
    return f"Réponse après {counted(days, 'jour')}" if days else "Réponse le jour même"


def _waiting_in_words(question: Question, donnees_au: date | None) -> str:
    asked = question.date_question
    if asked is None or donnees_au is None or donnees_au <= asked:
        return STATUTS["en_attente"]
    words = f"En attente depuis {duration(asked, donnees_au)}"
    return f"{words}, délai dépassé" if question.en_retard(donnees_au) else words


def deadline_in_words(question: Question) -> str | None:
    """The time a minister had to answer a written question: un mois, deux mois."""
    asked = question.date_question
    if question.type != "QE" or asked is None:
        return None
    return months_in_words(months_to_answer(asked))


def months_in_words(months: int) -> str:
    """A deadline as it is said: un mois, deux mois."""
    return f"{_NUMBER_WORDS[months]} mois"


def lower_initial(text: str) -> str:
    """The text as it goes on after a colon; an acronym keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def years_of_legislature(numero: str) -> str | None:
    """When a législature sat: 2022–2024, or depuis 2024."""
    known = next((entry for entry in LEGISLATURES if str(entry.numero) == numero), None)
    if known is None:
        return None
    return f"{known.start.year}–{known.end.year}" if known.end else f"depuis {known.start.year}"


def share(part: int, whole: int) -> str:
    """A part as a percentage that a drawing can use; something always shows."""
    return f"{max(1.0, 100 * part / whole):.1f}%" if part and whole else "0%"


def framed_tables(html: str) -> Markup:
    """Sanitised HTML whose tables stand each in a frame that scrolls, reachable by keyboard."""
    frame = '<div class="cadre" role="region" aria-label="Tableau" tabindex="0"><table>'
    return Markup(_TABLE.sub(lambda tag: frame if tag[0] == "<table>" else "</table></div>", html))


def breakable(path: str) -> Markup:
    """The name of a file, which may be cut after each of its parts when there is no room."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(path))))


def listed(words: Iterable[str]) -> str:
    """A list as it is said: a, b et c."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} et {last}" if first else last


def register_display(app: Flask) -> None:
    """Make these functions the filters of an application's templates."""
    app.jinja_env.add_extension(FrenchSpacing)
    app.jinja_env.filters.update(
        annees=years_of_legislature,
        cadres=framed_tables,
        classe_etat=state_class,
        coupable=breakable,
        date=date_in_words,
        decimale=decimal,
        delai=deadline_in_words,
        etat=state_in_words,
        insecable=unbreakable,
        jours=days,
        liste=listed,
        minuscule=lower_initial,
        nombre=grouped,
        nombre_questions=question_count,
        numero=full_number,
        part=share,
        pourcent=percentage,
        titre=title_of,
        titre_html=title_html,
    )
    app.jinja_env.globals.update(compte=counted)
