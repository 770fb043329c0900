"""The engine over a Whoosh index; see `search.engine.Engine`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from whoosh.index import FileIndex

from index.errors import QuestionsError
from index.french.analyzer import fingerprint
from index.french.fold import fold
from index.markup import text_of_html
from index.question import Question
from index.stores.manifest import check
from index.stores.whoosh_store import damage_named, open_index
from search.description import describe
from search.engine import Health
from search.engines.whoosh_evaluator import Evaluator, Matches
from search.engines.whoosh_facets import Columns
from search.engines.whoosh_snapshot import Mask, Snapshot
from search.expansion import (
    QUERY_FIELDS,
    Expanded,
    Unit,
    expand,
    positive_units,
)
from search.facets import FACETS, FacetCounts
from search.marks import find_marks, mark_html, mark_text
from search.query.check import check as check_query
from search.query.parser import parse_lenient
from search.request import SearchRequest
from search.results import Extraits, Hit, SearchResults
from search.snippets import best_passages, opening

MOST_APPROCHES: Final = 50
MOST_FORMS: Final = 30
"""Forms shown for one word; a short prefix may stand for thousands."""

SCORE_DECIMALS: Final = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation with what is computed from it once."""

    index: FileIndex
    snapshot: Snapshot
    columns: Columns


@dataclass(frozen=True, slots=True)
class _Found:
    """A request looked up in one generation, before anything is shown."""

    opened: _Opened
    request: SearchRequest
    expanded: Expanded
    hints: tuple[str, ...]
    matches: Matches
    closest: Matches | None


class WhooshEngine:
    """Answers from the newest generation of a Whoosh index; safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        """Open the index in `directory`; raises as `search.engine.open_engine` says."""
        self._directory = directory
        self._lock = Lock()
        self._unreadable: int | None = None
        self._opened = self._open()

    def search(self, request: SearchRequest) -> SearchResults:
        """The results of a request."""
        started = time.perf_counter()
        found = self._find(request)
        columns = found.opened.columns
        matching = found.matches.mask
        kept, others = columns.narrow(matching, found.request)
        unfiltered, total = int(matching.sum()), int(kept.sum())
        if found.closest is not None:
            hits: tuple[Hit, ...] = ()
            approches = self._approches(found, found.closest)
        else:
            hits = self._page(found, kept)
            approches = ()
        results = SearchResults(
            request=found.request,
            description=describe(found.request),
            total=total,
            unfiltered=unfiltered,
            duree_ms=0.0,
            donnees_au=found.opened.snapshot.donnees_au,
            indications=tuple(_indications(found, unfiltered, total)),
            formes=_formes(found),
            hits=hits,
            approches=approches,
            facets={
                facet.name: columns.count(
                    facet.name, others[facet.name], found.request.filters.get(facet.name, ())
                )
                for facet in FACETS
            },
        )
        elapsed = (time.perf_counter() - started) * 1000
        return replace(results, duree_ms=round(elapsed, 1))

    def get(self, uid: str) -> Question | None:
        """The question with exactly this uid, or None."""
        snapshot = self._current().snapshot
        number = snapshot.document_by_uid.get(uid)
        return None if number is None else snapshot.question(number)

    def highlight(self, question: Question, request: SearchRequest) -> Question:
        """The question with its title and texts as HTML, the request's words marked."""
        found = self._find(request)
        units = _units_of(found, found.opened.snapshot.document_by_uid.get(question.uid))

        def marked(text: str | None, field: str) -> str | None:
            return text and mark_html(text, lambda plain: find_marks(plain, units, field))

        return replace(
            question,
            titre=_mark_title(question.titre, units),
            texte_question=marked(question.texte_question, "question"),
            texte_reponse=marked(question.texte_reponse, "reponse"),
        )

    def same_answer(self, question: Question) -> tuple[Question, ...]:
        """The other questions that received the same answer, newest first."""
        opened = self._current()
        empreinte = question.empreinte_reponse
        if empreinte is None:
            return ()
        numbers = opened.snapshot.documents_by_answer.get(empreinte, [])
        others = np.zeros(opened.snapshot.size, np.bool_)
        others[[n for n in numbers if opened.snapshot.uids[n] != question.uid]] = True
        ordered = opened.columns.order(others, np.zeros(opened.snapshot.size), "recent")
        return tuple(opened.snapshot.question(int(number)) for number in ordered)

    def facet(self, request: SearchRequest, name: str, prefix: str) -> FacetCounts:
        """One facet of a search, its values limited to those with a word starting by `prefix`."""
        found = self._find(request)
        _, others = found.opened.columns.narrow(found.matches.mask, found.request)
        choices = found.request.filters.get(name, ())
        return found.opened.columns.count(name, others[name], choices, prefix)

    def health(self) -> Health:
        """What the index holds now."""
        snapshot = self._current().snapshot
        return Health(
            snapshot.generation, snapshot.live_count, snapshot.donnees_au, snapshot.fictional
        )

    def close(self) -> None:
        """Let go of the files; the engine answers no more."""
        self._opened.snapshot.close()

    def _open(self) -> _Opened:
        manifest = check(self._directory, analyser=fingerprint())
        index = open_index(self._directory)
        with damage_named(self._directory):
            snapshot = Snapshot(self._directory, index, fictional=manifest.fictional)
            return _Opened(index, snapshot, Columns(snapshot))

    def _current(self) -> _Opened:
        """The newest generation that can be read; a search under way keeps the one it began with.

        The generation before is left to the garbage collector: another thread may be reading it.
        """
        if self._is_outdated():
            with self._lock:
                if self._is_outdated():
                    self._take_up_newest()
        return self._opened

    def _is_outdated(self) -> bool:
        try:
            newest = self._opened.index.latest_generation()
        except OSError:
            return False  # the directory is gone or being swapped: what is open still answers
        return newest not in (self._opened.snapshot.generation, self._unreadable)

    def _take_up_newest(self) -> None:
        newest = self._opened.index.latest_generation()
        try:
            self._opened = self._open()
        except QuestionsError as error:
            self._unreadable = newest
            _log.error("generation %s of %s cannot be read: %s", newest, self._directory, error)

    def _find(self, request: SearchRequest) -> _Found:
        opened = self._current()
        parsed = parse_lenient(request.q, QUERY_FIELDS)
        expanded = expand(parsed.tree, opened.snapshot, request.champ)
        evaluator = Evaluator(opened.snapshot)
        matches = _rounded(evaluator.evaluate(expanded.root))
        closest = None
        if expanded.closest is not None and not matches.mask.any():
            closest = _rounded(evaluator.evaluate(expanded.closest))
        hints = tuple(hint.message for hint in (*parsed.hints, *check_query(parsed.tree)))
        request = opened.columns.canonical(request)
        return _Found(opened, request, expanded, hints, matches, closest)

    def _page(self, found: _Found, kept: Mask) -> tuple[Hit, ...]:
        request = found.request
        ordered = found.opened.columns.order(kept, found.matches.scores, request.sort)
        first = (request.page - 1) * request.par
        return _hits(found, found.matches, ordered[first : first + request.par].tolist())

    def _approches(self, found: _Found, closest: Matches) -> tuple[Hit, ...]:
        kept, _ = found.opened.columns.narrow(closest.mask, found.request)
        ordered = found.opened.columns.order(kept, closest.scores, "pertinence")
        return _hits(found, closest, ordered[:MOST_APPROCHES].tolist())


def _rounded(matches: Matches) -> Matches:
    """With the scores that will be shown: what shows the same score is a tie, sorted as one."""
    return replace(matches, scores=np.round(matches.scores, SCORE_DECIMALS))


def _hits(found: _Found, matches: Matches, numbers: list[int]) -> tuple[Hit, ...]:
    return tuple(_hit(found, matches, number) for number in numbers)


def _hit(found: _Found, matches: Matches, number: int) -> Hit:
    snapshot = found.opened.snapshot
    question = snapshot.question(number)
    units = list(matches.matching_units(number))
    scored = found.request.sort == "pertinence"
    return Hit(
        question=question,
        en_retard=bool(snapshot.overdue[number]),
        score=float(matches.scores[number]) if scored else None,
        titre_html=_mark_title(question.titre, units),
        extraits=_extraits(question, units, found.request.champ),
    )


def _mark_title(title: str | None, units: list[Unit]) -> str | None:
    return title and mark_text(title, find_marks(title, units, "titre"))


def _extraits(question: Question, units: list[Unit], champ: str | None) -> Extraits:
    """The passages that hold the words; the openings when no text holds any."""
    sides = {"question": question.texte_question, "reponse": question.texte_reponse}
    texts = {
        side: text_of_html(text) for side, text in sides.items() if text and champ in (None, side)
    }
    passages = {
        side: best_passages(text, find_marks(text, units, side)) for side, text in texts.items()
    }
    if not any(passages.values()):
        passages = {side: opening(text) for side, text in texts.items()}
    return Extraits(**passages)


def _units_of(found: _Found, number: int | None) -> list[Unit]:
    """The units that make a question match; all of them when it doesn't match any more."""
    if number is not None:
        for matches in (found.matches, found.closest):
            if matches is not None and matches.mask[number]:
                return list(matches.matching_units(number))
    return list(positive_units(found.expanded.root))


def _indications(found: _Found, unfiltered: int, total: int) -> Iterator[str]:
    yield from dict.fromkeys(found.hints)
    for name in found.request.unknown:
        yield f"Paramètre « {name} » inconnu : ignoré."
    if found.request.q and not found.expanded.searchable:
        yield f"Aucun mot à chercher dans « {found.request.q} » : rien n’est écarté."
    if unfiltered and not total:
        noun = "question" if unfiltered == 1 else "questions"
        yield f"Aucune question avec ces filtres ; {unfiltered} {noun} sans eux."


def _formes(found: _Found) -> Mapping[str, Mapping[str, int]]:
    """For each word searched with other forms, those forms and how many questions hold them."""
    widened = {
        matches.clause: matches
        for matches in found.matches.walk()
        if isinstance(matches.clause, Unit) and matches.clause.widened
    }
    return {
        unit.label.lower(): _forms_of(unit, matches, found.opened.snapshot)
        for unit, matches in widened.items()
    }


def _forms_of(unit: Unit, matches: Matches, snapshot: Snapshot) -> dict[str, int]:
    """The forms with their counts, the most frequent first.

    A folded form counts under its usual spelling. The dictionary form is there even when no text
    holds it: it was searched too. A hyphenated word counts as one form.
    """
    frequencies = {form: snapshot.document_frequency(unit.fields, form) for form in unit.forms}
    most = sorted(frequencies, key=lambda form: (-frequencies[form], form))[:MOST_FORMS]
    counts = {snapshot.spelling(form): frequencies[form] for form in most}
    if any(len(sequence.slots) > 1 for sequence in unit.alternatives):
        counts[unit.label.lower()] = int(matches.mask.sum())
    elif not unit.label.endswith("*"):
        absent = (base for base in snapshot.base_forms(unit.label) if fold(base) not in frequencies)
        counts |= dict.fromkeys(absent, 0)
    return dict(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])))
