"""From what the cluster answers to the hits of a page: titles and passages, their words marked.

The texts are analysed again: the cluster keeps positions, and tells none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from search.expansion import Clause, Unit
from search.hits import make_hit, texts_shown
from search.marks import NO_MARKS, Marks, mark_tokens
from search.occurrences import AnalysedQuestion
from search.results import Hit


def build_hit(
    analysed: AnalysedQuestion,
    clause: Clause,
    champ: str | None,
    donnees_au: date | None,
    score: float | None,
) -> Hit:
    """One hit of a page.

    Args:
        analysed: the question.
        clause: what it matches.
        champ: the one side of which passages are shown, or None for both.
        donnees_au: the newest JO date of the index.
        score: as in `Hit`.
    """
    question = analysed.question
    units = list(analysed.matching_units(clause))
    texts = texts_shown(question, champ)
    marks = {field: _marks(analysed, field, text, units) for field, text in texts.items()}
    return make_hit(question, texts, marks, en_retard=question.en_retard(donnees_au), score=score)


def _marks(analysed: AnalysedQuestion, field: str, text: str, units: Iterable[Unit]) -> Marks:
    searched = [unit for unit in units if field in unit.fields]
    return mark_tokens(text, analysed.tokens(field), searched, field) if searched else NO_MARKS
