"""From a question found and the places of its words to what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping

from index.markup import text_of_html
from index.question import Question
from search.marks import Marks, mark_text
from search.results import Extraits, Hit
from search.snippets import best_passages, opening


def texts_shown(question: Question, champ: str | None) -> dict[str, str]:
    """What is shown of a question, by field, as it was analysed: the title and its sides.

    Args:
        question: found.
        champ: the one side of which passages are shown, or None for both.
    """
    sides = {"question": question.texte_question, "reponse": question.texte_reponse}
    texts = {
        side: text_of_html(text) for side, text in sides.items() if text and champ in (None, side)
    }
    return {"titre": question.titre or "", **texts}


def make_hit(
    question: Question,
    texts: Mapping[str, str],
    marks: Mapping[str, Marks],
    *,
    en_retard: bool,
    score: float | None,
) -> Hit:
    """A hit of a page.

    Args:
        question: found.
        texts: as `texts_shown` gives them.
        marks: of each of these texts.
        en_retard: as in `Hit`.
        score: as in `Hit`.
    """
    return Hit(
        question=question,
        en_retard=en_retard,
        score=score,
        titre_html=question.titre and mark_text(question.titre, marks["titre"]),
        extraits=_extraits(texts, marks),
    )


def _extraits(texts: Mapping[str, str], marks: Mapping[str, Marks]) -> Extraits:
    """The passages that hold the words; the openings when no text holds any."""
    sides = [side for side in ("question", "reponse") if side in texts]
    passages = {side: best_passages(texts[side], marks[side]) for side in sides}
    if not any(passages.values()):
        passages = {side: opening(texts[side]) for side in sides}
    return Extraits(**passages)
