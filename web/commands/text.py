"""Results and questions as French text for a terminal: pure functions, in the site's words."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

import click

from index.markup import text_of_html
from index.question import Question
from search.facets import FACET
from search.results import Hit, SearchResults
from web.display import date_in_words, full_number, question_count, state_in_words, title_of
from web.question.record import NO_QUESTION_TEXT, held_in_sitting, missing_answer, timeline

WIDTH: Final = 88
"""Columns of running text: longer lines are hard to follow."""

_MARK: Final = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)


def render_results(results: SearchResults, *, bold: bool) -> str:
    """A page of results: what was searched, how many there are, advice, and each hit.

    Args:
        results: what the engine found.
        bold: whether searched words are shown bold; otherwise they stand between « ».
    """
    return "\n".join(_result_lines(results, bold))


def render_question(question: Question, donnees_au: date | None) -> str:
    """A question in full, with its labels, its dates, its text and its answer."""
    lines = [
        f"{full_number(question)} · {_legislature(question)} · {question.uid}",
        title_of(question),
        "",
        *(f"{label} : {value}" for label, value in _labelled(question, donnees_au) if value),
        "",
        *(f"{date_in_words(event.day)} : {event.words}" for event in timeline(question)),
        *_text_lines(question),
    ]
    return "\n".join(map(printable, lines))


def _result_lines(results: SearchResults, bold: bool) -> Iterator[str]:
    yield printable(results.description)
    yield question_count(results.total) + _page_of(results)
    yield from map(printable, results.indications)
    if results.suggestion:
        yield f"Vouliez-vous dire « {printable(results.suggestion)} » ?"
    for hit in results.hits:
        yield from _hit_lines(hit, bold, results.donnees_au)
    if results.approches:
        yield ""
        yield "Questions les plus proches (elles ne contiennent pas tous les mots)"
    for hit in results.approches:
        yield from _hit_lines(hit, bold, results.donnees_au)
    if results.donnees_au:
        yield ""
        yield f"Données arrêtées au JO du {date_in_words(results.donnees_au)}."


def _page_of(results: SearchResults) -> str:
    if results.pages < 2 and results.request.page == 1:
        return ""
    return f", page {results.request.page} sur {results.pages}"


def _hit_lines(hit: Hit, bold: bool, donnees_au: date | None) -> Iterator[str]:
    question = hit.question
    title = title_of(question) if hit.titre_html is None else _marked(hit.titre_html, bold)
    asked = question.date_question and date_in_words(question.date_question)
    who = (question.auteur, question.groupe, question.ministere, asked)
    yield ""
    yield f"{question.uid}  {title}"
    yield printable(f"  {' · '.join(part for part in who if part)}")
    yield printable(f"  {state_in_words(question, donnees_au)}")
    for extrait in hit.extraits.question:
        yield f"  Question : {_marked(extrait, bold)}"
    for extrait in hit.extraits.reponse:
        yield f"  Réponse : {_marked(extrait, bold)}"
    yield f"  {question.url_officielle or hit.url}"


def _labelled(question: Question, donnees_au: date | None) -> Iterator[tuple[str, str | None]]:
    yield "Posée par", question.auteur or question.acteur_ref
    yield FACET["departement"].label, question.departement
    yield "Circonscription", question.circonscription
    yield FACET["groupe"].label, question.groupe
    yield FACET["ministere_interroge"].label, question.ministere_interroge
    yield FACET["ministere"].label, question.ministere_developpe or question.ministere
    yield FACET["rubrique"].label, question.rubrique
    yield FACET["statut"].label, state_in_words(question, donnees_au)
    yield "Source", question.source
    yield "Site de l’Assemblée nationale", question.url_officielle
    yield "Corpus", "questions fictives, pour démonstration" if question.fictional else None


def _text_lines(question: Question) -> Iterator[str]:
    in_sitting = held_in_sitting(question)
    if not in_sitting:
        yield from _section("Question", question.texte_question or NO_QUESTION_TEXT)
    if question.statut == "repondue":
        heading = "Question et réponse en séance" if in_sitting else "Réponse"
        yield from _section(heading, question.texte_reponse or missing_answer(question))


def _section(heading: str, text_html: str) -> Iterator[str]:
    yield ""
    yield f"— {heading} —"
    for paragraph in text_of_html(text_html).split("\n"):
        # A row of a table keeps its tabs: folded, its cells could not be told apart.
        yield paragraph if "\t" in paragraph else textwrap.fill(paragraph, WIDTH)


def _legislature(question: Question) -> str:
    return FACET["legislature"].libelle(str(question.legislature))


def _marked(marked_html: str, bold: bool) -> str:
    """Words of safe HTML, the searched ones bold or between quotes."""
    parts = _MARK.split(marked_html)
    words = [printable(html.unescape(part)) for part in parts]
    words[1::2] = [click.style(word, bold=True) if bold else f"«{word}»" for word in words[1::2]]
    return "".join(words)


def printable(text: str) -> str:
    """The text without control characters: a published text must not drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")
