"""What a search gives: hits with their excerpts, totals, facets, and words about the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from index.question import Question
from search.facets import FACETS, FacetCounts
from search.request import SearchRequest
from search.sigles import Widening
from search.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Extraits:
    """Excerpts of one question: safe HTML with `<mark>` only, at most two a side."""

    question: tuple[str, ...] = ()
    reponse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One question found.

    Attributes:
        question: the whole record.
        en_retard: whether its answer is overdue at the index's newest JO date.
        score: its relevance; None unless results are sorted by relevance.
        titre_html: its title with the searched words in `<mark>`, None when it has no title.
        extraits: the passages to show.
    """

    question: Question
    en_retard: bool
    score: float | None
    titre_html: str | None
    extraits: Extraits

    @property
    def url(self) -> str:
        """The path of the question's page."""
        return question_url(self.question.uid)

    def as_json(self) -> dict[str, Any]:
        """One of `resultats` or `approches` in the API (docs/api.md)."""
        record = self.question.as_record(None)
        return {
            "uid": record["uid"],
            "url": self.url,
            "titre": record["titre"],
            "titre_html": self.titre_html,
            **{name: record[name] for name in _HIT_FIELDS},
            "statut": record["statut"],
            "en_retard": self.en_retard,
            "date_question": record["date_question"],
            "date_reponse": record["date_reponse"],
            "delai_jours": record["delai_jours"],
            "score": self.score,
            "extraits": {
                "question": list(self.extraits.question),
                "reponse": list(self.extraits.reponse),
            },
        }


_HIT_FIELDS = ("legislature", "type", "numero", "auteur", "groupe", "ministere", "rubrique")


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to one `SearchRequest`.

    Attributes:
        request: the request with its facet values in canonical form.
        description: the search restated in French words.
        total: how many questions match, exactly.
        unfiltered: how many match the words, before any filter.
        duree_ms: how long the engine took, in milliseconds.
        donnees_au: the newest JO date of the index; None when it holds no date.
        indications: French sentences about what was ignored or could be done.
        suggestion: another query to try, or None.
        formes: for each searched word, the forms it stood for and in how many questions each is,
            the most frequent first.
        widenings: what sigles add to the words; each has its sentence among the indications.
        hits: the page's questions. approches: the closest ones when none has all the words.
        facets: counts by the facet's name, all eleven.
        timeline: the months of the questions found; None unless it was asked for.
    """

    request: SearchRequest
    description: str
    total: int
    duree_ms: float
    donnees_au: date | None
    unfiltered: int = 0
    indications: tuple[str, ...] = ()
    suggestion: str | None = None
    formes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    widenings: tuple[Widening, ...] = ()
    hits: tuple[Hit, ...] = ()
    approches: tuple[Hit, ...] = ()
    facets: Mapping[str, FacetCounts] = field(default_factory=dict)
    timeline: Timeline | None = None

    @property
    def emptied_by_filters(self) -> bool:
        """Whether nothing was found because of the filters alone."""
        return not self.total and bool(self.unfiltered)

    @property
    def pages(self) -> int:
        """How many pages the results fill."""
        return -(-self.total // self.request.par)

    def as_json(self) -> dict[str, Any]:
        """The body of `/api/v1/questions`."""
        return {
            "requete": self.request.as_json(),
            "description": self.description,
            "total": self.total,
            "pages": self.pages,
            "duree_ms": self.duree_ms,
            "donnees_au": self.donnees_au and self.donnees_au.isoformat(),
            "indications": list(self.indications),
            "suggestion": self.suggestion,
            "formes": {word: dict(forms) for word, forms in self.formes.items()},
            "resultats": [hit.as_json() for hit in self.hits],
            "approches": [hit.as_json() for hit in self.approches],
            "facettes": {
                facet.name: self.facets.get(facet.name, FacetCounts()).as_json() for facet in FACETS
            },
        }


def question_url(uid: str) -> str:
    """The path of a question's page."""
    return f"/questions/{uid}"
