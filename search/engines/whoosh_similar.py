"""Questions like another one: those that share several of its distinctive words, best first."""

from __future__ import annotations

import numpy as np

from index.fields import UNFIELDED
from index.question import Question
from search.engines.whoosh_evaluator import Evaluator
from search.engines.whoosh_search import same_answer
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_sorting import page_of
from search.expansion import AtLeast, Sequence, Unit
from search.similarity import MOST_SIMILAR, SHARED, Similar, distinctive_words


class _Lexicon:
    """See `search.similarity.Lexicon`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._collection = snapshot.collection
        self.family = snapshot.vocabulary.family

    def postings(self, family: frozenset[str]) -> int:
        """How many postings some terms have."""
        return self._collection.posting_count(UNFIELDED, family)


def find_similar(snapshot: Snapshot, question: Question) -> Similar:
    """The questions that are most like another one.

    Itself is none of them, nor are those that received the same answer, which are shown apart.
    """
    evaluator = Evaluator(snapshot.collection)
    words = distinctive_words(question, _Lexicon(snapshot), snapshot.collection.live_count)
    units = tuple(Unit(one.word, UNFIELDED, (Sequence((one.family,)),)) for one in words)
    if len(units) < SHARED:
        return Similar()
    clause = AtLeast(SHARED, units)
    matches = evaluator.find(clause)
    others = ~np.isin(matches.documents, _known(snapshot, question))
    documents, scores = matches.documents[others], matches.scores[others]
    page = page_of(snapshot, documents, scores, "pertinence", range(MOST_SIMILAR))
    shown = documents.take(page)
    shared = {unit for found in evaluator.matching_units(clause, shown) for unit in found}
    return Similar(
        words=tuple(unit.label for unit in units if unit in shared),
        questions=tuple(map(snapshot.question, shown.tolist())),
    )


def _known(snapshot: Snapshot, question: Question) -> list[int]:
    """The documents that need no telling: the question, and those with the same answer."""
    own = snapshot.document_of(question.uid)
    answered = question.empreinte_reponse
    same = same_answer(snapshot, answered).tolist() if answered else []
    return same if own is None else [own, *same]
