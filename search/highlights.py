"""A question with its texts as HTML and the searched words marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from index.markup import text_of_html
from index.question import Question
from search.marks import Marks, mark_html, mark_text

Find: TypeAlias = Callable[[str, str, str], Marks]
"""Gives the marks of a text from the name of its field, and from the text that was analysed."""


def mark_question(question: Question, find: Find) -> Question:
    """The question with its title and its texts as HTML, its words in `<mark>`."""

    def marked(text: str | None, field: str) -> str | None:
        return text and mark_html(text, lambda plain: find(plain, field, text_of_html(text)))

    titre = question.titre
    return replace(
        question,
        titre=titre and mark_text(titre, find(titre, "titre", titre)),
        texte_question=marked(question.texte_question, "question"),
        texte_reponse=marked(question.texte_reponse, "reponse"),
    )
