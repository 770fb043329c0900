"""Examples for `/api/openapi.json`, made of one fictional question by what writes real answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from index.markup import text_of_html
from index.question import Question, make_question
from search.completion import GENRES, Suggestion
from search.corpus import Corpus
from search.description import describe
from search.engine import Listing
from search.facets import FacetCounts, FacetValue
from search.request import BadRequest, SearchRequest
from search.results import Extraits, Hit, SearchResults, question_url
from web.display import counted
from web.files.exports import describe_listing

_DONNEES_AU: Final = date(2026, 5, 12)
_GENERATION: Final = 12
_SITE: Final = "https://questions.example.org{}"

_QUESTION: Final = make_question(
    uid="QANR5L17QE900074",
    titre="Cotisations sociales des vignerons",
    rubrique="viticulture",
    civilite="Mme",
    prenom="Solène",
    nom="Arribart",
    groupe="Progrès et solidarité",
    groupe_sigle="PS-F",
    departement="Gironde",
    circonscription="5e",
    ministere="Agriculture et souveraineté alimentaire",
    ministere_interroge="Agriculture et souveraineté alimentaire",
    texte_question="<p>Elle l’interroge sur les cotisations sociales des vignerons.</p>",
    texte_reponse="<p>Les cotisations sociales sont <em>allégées</em>.</p>",
    date_question=date(2025, 9, 9),
    page_jo_question=7601,
    date_reponse=date(2026, 5, 12),
    page_jo_reponse=4112,
    source="questions_ecrites.json.zip/QANR5L17QE900074.json",
)
_REFERENCE: Final = {
    "uid": "QANR5L17QE900177",
    "titre": "Cotisations sociales des retraités actifs",
    "url": question_url("QANR5L17QE900177"),
}
_REQUEST: Final = SearchRequest.from_params([("q", "cotisations sociales"), ("legislature", "17")])
_FACET: Final = FacetCounts((FacetValue("17", "17e législature", 1, choisie=True),))
_SUGGESTION: Final = Suggestion(
    "cotisations sociales", "mot", 1, SearchRequest(q="cotisations sociales").url()
)


def _whole(question: Question) -> dict[str, Any]:
    return {
        **question.as_record(_DONNEES_AU),
        "url": question_url(question.uid),
        "texte_question_brut": text_of_html(question.texte_question or ""),
        "texte_reponse_brut": text_of_html(question.texte_reponse or ""),
        "memes_reponses": [],
        "proches": [_REFERENCE],
    }


def _results() -> dict[str, Any]:
    marked = "<mark>Cotisations</mark> <mark>sociales</mark> des vignerons"
    extraits = Extraits(
        reponse=("Les <mark>cotisations</mark> <mark>sociales</mark> sont allégées.",)
    )
    hit = Hit(_QUESTION, en_retard=False, score=3.2562, titre_html=marked, extraits=extraits)
    return SearchResults(
        request=_REQUEST,
        description=describe(_REQUEST),
        total=1,
        duree_ms=2.1,
        donnees_au=_DONNEES_AU,
        formes={"cotisations": {"cotisations": 1}, "sociales": {"sociales": 1, "social": 0}},
        hits=(hit,),
        facets={"legislature": _FACET},
    ).as_json()


def _export() -> dict[str, Any]:
    listing = Listing(_REQUEST, _GENERATION, _DONNEES_AU, 1, iter(()))
    build = {"archives": {"questions_ecrites.json.zip": "ab" * 32}}
    corpus = Corpus(_GENERATION, 1, _DONNEES_AU, fictional=True, holdings=(), build=build)
    return describe_listing(listing, corpus, _SITE.format)


def _suggestions_opensearch() -> list[Any]:
    line = _SUGGESTION
    said = f"{GENRES[line.genre]}, {counted(line.nombre, 'question')}"
    return ["cotisations soc", [line.texte], [said], [_SITE.format(line.url)]]


def _errors() -> dict[str, Any]:
    try:
        SearchRequest.from_params([("page", "0"), ("du", "hier")])
    except BadRequest as error:
        return {"erreurs": [asdict(mistake) for mistake in error.errors]}
    raise AssertionError("the two values are malformed")


EXAMPLES: Final[Mapping[str, Any]] = {
    "Question": _QUESTION.as_record(_DONNEES_AU),
    "QuestionEntiere": _whole(_QUESTION),
    "Recherche": _results(),
    "Facette": _FACET.as_json(),
    "Suggestions": {"suggestions": [_SUGGESTION.as_json()]},
    "SuggestionsOpenSearch": _suggestions_opensearch(),
    "Export": _export(),
    "Sante": {
        "statut": "ok",
        "generation": _GENERATION,
        "questions": 1,
        "donnees_au": _DONNEES_AU.isoformat(),
    },
    "Erreurs": _errors(),
}
"""One value of each schema that an address answers with, by its name in `web.api.schemas`."""
