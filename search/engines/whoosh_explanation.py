"""How the score of one question was made, from the same lists and weights that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import numpy as np

from index.columnar.layout import TERM_MASK
from index.stores.whoosh_schema import written_form
from search.engines.sorted_arrays import places_of
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_evaluator import Matches
from search.engines.whoosh_postings import PostingRange
from search.engines.whoosh_search import Search
from search.engines.whoosh_terms import look_up
from search.expansion import Clause, Unit, excluded_units, positive_units
from search.explanation import Explanation, FieldShare, UnitShare
from search.ranking import SCORE_DECIMALS


def explain(search: Search, uid: str) -> Explanation | None:
    """What a search makes of the question with this uid; None when there is none."""
    document = search.snapshot.document_of(uid)
    if document is None:
        return None
    found_by = search.found_by(np.array([document], np.intp))
    clause = next((clause for clause, matching in found_by if matching.size), None)
    score, nearness = (0.0, 0.0) if clause is None else _score(search, clause, document)
    ordered = search.ordered()
    ranks = places_of(ordered == document).tolist()
    return Explanation(
        uid=uid,
        questions=search.snapshot.collection.live_count,
        rank=ranks[0] + 1 if ranks else None,
        total=ordered.size,
        closest=clause is not None and clause is search.expanded.closest,
        filtered=clause is not None and not _passes(search, document),
        sort=search.request.sort,
        score=score,
        nearness=nearness,
        units=tuple(_shares(search, document)),
        excluded=tuple(_borne(search, document)),
    )


def _passes(search: Search, document: int) -> bool:
    """Whether a document passes the filters."""
    found = Matches(np.array([document], np.intp), np.zeros(1))
    return search.narrow(found).documents.size > 0


def _score(search: Search, clause: Clause, document: int) -> tuple[float, float]:
    """The score of a document that matches, and the part of it for words that stand together."""
    documents, scores = search.find_near(clause)
    score = float(scores[documents.searchsorted(document)])
    words = search.evaluator.evaluate(clause, np.array([document], np.intp)).scores[0]
    return score, round(score - float(words), SCORE_DECIMALS)


def _borne(search: Search, document: int) -> Iterator[str]:
    """What a document has and must not have, as typed."""
    for unit in excluded_units(search.expanded.root):
        if search.evaluator.holds(unit, np.array([document], np.intp)).all():
            yield unit.label


def _shares(search: Search, document: int) -> Iterator[UnitShare]:
    """What each word gives, in the order typed."""
    evaluator, documents = search.evaluator, np.array([document], np.intp)
    for unit in dict.fromkeys(positive_units(search.expanded.root)):
        term = evaluator.term(unit)
        weighed = term.weigh(documents)
        typed = 0.0 if weighed.typed is None else float(weighed.typed[0])
        yield UnitShare(
            label=unit.label,
            questions=term.frequency,
            idf=evaluator.idf(term.frequency),
            fields=tuple(_fields(search.snapshot.collection, unit, document)),
            typed=typed,
            typed_idf=evaluator.idf(term.typed_frequency) if typed else 0.0,
            ranking=search.snapshot.collection.ranking,
        )


def _fields(collection: Collection, unit: Unit, document: int) -> Iterator[FieldShare]:
    """The fields in which a document has a unit."""
    for field in unit.fields:
        weight = float(collection.weights(field)[document])
        alone = look_up(collection, replace(unit, fields=(field,)))
        total = float(alone.weigh(np.array([document], np.intp)).totals[0])
        if total:
            lengths = collection.lengths(field)
            yield FieldShare(
                field=field,
                occurrences=round(total / weight),
                forms=_forms(collection, unit, field, document),
                weight=weight,
                length=int(lengths[document]),
                average=collection.average_length(field),
            )


def _forms(collection: Collection, unit: Unit, field: str, document: int) -> dict[str, int]:
    """How often each form of a word occurs in a field of a document; empty for a phrase."""
    found: Counter[str] = Counter()
    if unit.is_words:
        for slot in unit.single_slots:
            for postings in collection.ranges((field,), slot):
                found.update(_forms_among(collection, postings, document))
    return dict(found.most_common())


def _forms_among(collection: Collection, postings: PostingRange, document: int) -> Iterator[str]:
    """The term of each posting that a document has among some, as often as it occurs."""
    arrays = collection.segments[postings.segment]
    numbers = places_of(collection.documents(postings) == document) + postings.start
    rows = arrays.postings.list_starts.searchsorted(numbers.astype(np.uint64), side="right") - 1
    for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
        term = arrays.terms[int(arrays.postings.list_keys[row]) & TERM_MASK]
        yield from repeat(written_form(term), int(arrays.postings.frequencies[number]))
