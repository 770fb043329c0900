"""The JSON API: the searches of the pages, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from index.errors import QuestionsError
from index.markup import text_of_html
from index.question import Question
from search.completion import Suggestion
from search.facets import FACET
from search.request import LONGEST_QUERY, BadRequest, SearchRequest, given_twice
from search.results import SearchResults, question_url
from web.api.openapi import OPENAPI_PATH, openapi_document
from web.errors import QuestionNotFound, UnknownFacet
from web.query_string import canonical_uid, read_params, without
from web.site import current_site

api = Blueprint("api", __name__)


READABLE_HEADERS: Final = ("ETag", "Link")
"""Headers that pages of other sites may read, beside those that any page may."""


@api.after_app_request
def allow_other_sites(response: Response) -> Response:
    """Let pages of other sites read the headers of the API, and find its description.

    Its errors too, which the blueprint may not see.
    """
    if request.path.startswith("/api/"):
        response.headers["Access-Control-Expose-Headers"] = ", ".join(READABLE_HEADERS)
        response.headers.add("Link", _link(OPENAPI_PATH, "service-desc"))
    return response


@api.get(OPENAPI_PATH)
def describe_api() -> ResponseReturnValue:
    """What programs may ask for, and what they are answered."""
    return jsonify(openapi_document(current_site().settings))


@api.get("/api/v1/questions")
def search_questions() -> ResponseReturnValue:
    """One page of a search."""
    asked = SearchRequest.from_params(read_params(request.query_string))
    results = current_site().engine.search(asked)
    response = jsonify(results.as_json())
    for relation, page in _other_pages(results):
        address = results.request.replace(page=page).url(request.path)
        response.headers.add("Link", _link(address, relation))
    return response


def _other_pages(results: SearchResults) -> Iterator[tuple[str, int]]:
    """How a page of results is related to others, and their numbers (RFC 8288)."""
    page, last = results.request.page, results.pages
    if last:
        yield "first", 1
        if page > 1:
            yield "prev", min(page - 1, last)
        if page < last:
            yield "next", page + 1
        yield "last", last


def _link(path: str, relation: str) -> str:
    return f'<{current_site().settings.absolute(path)}>; rel="{relation}"'


@api.get("/api/v1/questions/<uid>")
def show_question(uid: str) -> ResponseReturnValue:
    """One question with what belongs beside it."""
    spelt = canonical_uid(uid)
    if spelt is not None and spelt != uid:
        return redirect(f"/api/v1{question_url(spelt)}", 301)
    engine = current_site().engine
    question = engine.get(uid) if spelt else None
    if question is None:
        raise QuestionNotFound
    record = question.as_record(engine.health().donnees_au)
    return jsonify(
        **record,
        url=question_url(question.uid),
        texte_question_brut=question.texte_question and text_of_html(question.texte_question),
        texte_reponse_brut=question.texte_reponse and text_of_html(question.texte_reponse),
        memes_reponses=_references(engine.same_answer(question)),
        proches=_references(engine.similar(question).questions),
    )


@api.get("/api/v1/facettes/<facette>")
def show_facet(facette: str) -> ResponseReturnValue:
    """One facet of a search, its values limited to a prefix."""
    if facette not in FACET:
        raise UnknownFacet(", ".join(FACET))
    params = read_params(request.query_string)
    prefixes = [value for name, value in params if name == "prefixe"]
    if len(prefixes) > 1:
        raise BadRequest([given_twice("prefixe")])
    asked = SearchRequest.from_params(without(params, ["prefixe"]))
    counts = current_site().engine.facet(asked, facette, "".join(prefixes).strip())
    return jsonify(counts.as_json())


@api.get("/api/v1/suggestions")
def suggest() -> ResponseReturnValue:
    """What may complete a query, within the filters that follow it."""
    return jsonify(suggestions=[line.as_json() for line in find_suggestions(request.query_string)])


def find_suggestions(query_string: bytes) -> tuple[Suggestion, ...]:
    """What may complete the query of an address; raises BadRequest when a value is malformed."""
    # What is longer than any query is no mistake here: it can't be completed, and isn't read.
    if len(query_string) > LONGEST_QUERY:
        return ()
    return current_site().engine.suggest(SearchRequest.from_params(read_params(query_string)))


@api.get("/sante")
def show_health() -> ResponseReturnValue:
    """Whether searches are answered, and from what."""
    try:
        health = current_site().engine.health()
    except QuestionsError:
        return jsonify(statut="indisponible", generation=None, questions=None, donnees_au=None), 503
    return jsonify(
        statut="ok",
        generation=health.generation,
        questions=health.questions,
        donnees_au=health.donnees_au and health.donnees_au.isoformat(),
    )


def _references(questions: Iterable[Question]) -> list[dict[str, Any]]:
    return [{"uid": q.uid, "titre": q.titre, "url": question_url(q.uid)} for q in questions]
