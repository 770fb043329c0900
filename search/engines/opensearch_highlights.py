"""Questions with their texts as HTML and the searched words marked, found in the texts given."""

from __future__ import annotations

from collections.abc import Sequence

from index.question import Question
from search.engines.opensearch_search import Search
from search.highlights import mark_question
from search.marks import find_marks
from search.occurrences import AnalysedQuestion


def highlight(questions: Sequence[Question], search: Search) -> tuple[Question, ...]:
    """Questions with their titles and texts as HTML, the words that make them match marked."""
    return tuple(_marked(question, search) for question in questions)


def _marked(question: Question, search: Search) -> Question:
    units = search.units_of(AnalysedQuestion(question))
    return mark_question(question, lambda text, field, _: find_marks(text, units, field))
