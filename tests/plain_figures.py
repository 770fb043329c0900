"""The figures of some questions by plain loops, for the engines that tests compare with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import median

from index.question import Question
from search.statistics import Figures, Group
from search.timeline import MonthCount, Timeline


def timeline_of(found: Iterable[Question], corpus: Iterable[Question], field: str) -> Timeline:
    """The months of one date, over the years of the questions found, as far as the corpus goes."""
    counts, every = (
        Counter(day.replace(day=1) for q in questions if (day := getattr(q, field)))
        for questions in (found, corpus)
    )
    months = []
    if not counts:
        return ()
    month = max(min(counts).replace(month=1), min(every))
    last = min(max(counts).replace(month=12), max(every))
    while month <= last:
        months.append(MonthCount(month, counts[month], every[month]))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return tuple(months)


def figures_of(questions: Sequence[Question], donnees_au: date | None) -> Figures:
    """The figures of all of some questions."""
    states = Counter(question.statut for question in questions)
    delays = [q.delai_jours for q in questions if q.delai_jours is not None]
    return Figures(
        len(questions),
        states["repondue"],
        states["en_attente"],
        states["retiree"],
        states["sans_reponse"],
        sum(question.en_retard(donnees_au) for question in questions),
        float(median(delays)) if delays else None,
    )


def groups_of(
    questions: Iterable[Question],
    donnees_au: date | None,
    value: Callable[[Question], str | None],
    label: Callable[[str], str],
    rank: Callable[[str, int], tuple[object, ...]],
) -> tuple[Group, ...]:
    """The figures of the questions of each value.

    Args:
        questions: any.
        donnees_au: the newest JO date of the corpus.
        value: of one question.
        label: of one value.
        rank: from a value and its count to what puts it in its place.
    """
    bearers: dict[str, list[Question]] = {}
    for question in questions:
        if (held := value(question)) is not None:
            bearers.setdefault(held, []).append(question)
    return tuple(
        Group(valeur, label(valeur), figures_of(bearers[valeur], donnees_au))
        for valeur in sorted(bearers, key=lambda valeur: rank(valeur, len(bearers[valeur])))  # type: ignore[arg-type, return-value]
    )
