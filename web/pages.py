"""The pages people read: home, results, one question, the help, what this site is and holds."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from index.fields import TEXT_FIELDS
from index.question import Question, make_uid, parse_uid
from search.facets import EN_RETARD, FACET, FACETS
from search.request import MOST_PER_PAGE, PER_PAGE, SIDES, SORTS, Choice, SearchRequest
from search.results import question_url
from web.errors import QuestionNotFound
from web.holdings import held_legislatures
from web.query_string import (
    Params,
    canonical_uid,
    is_search,
    named_question,
    parse_leniently,
    read_params,
    search_params,
)
from web.record import (
    NO_QUESTION_TEXT,
    citation,
    held_in_sitting,
    missing_answer,
    question_summary,
    timeline,
    withdrawal,
)
from web.refine import (
    carried_params,
    chips,
    facet_lists,
    indications,
    page_links,
    panel_params,
    size_links,
    sort_links,
    word_forms,
)
from web.site import current_site
from web.view import ALL_QUESTIONS, View, read_view, results_url

pages = Blueprint("pages", __name__)

EXAMPLES: Final = (
    ("cotisations sociales", "tous ces mots, sous toutes leurs formes"),
    ('"déserts médicaux"', "exactement cette expression"),
    ("infirm*", "les mots qui commencent ainsi"),
    ("retraite -pension", "le premier mot sans le second"),
)
"""Searches that teach the query language, with what each asks for."""

HOME_FACETS: Final = ("legislature", "statut", "ministere")
"""What the home page shows of the corpus."""

LEADING_VALUES: Final = 8

ROBOTS: Final = "User-agent: *\nDisallow: /api/\nDisallow: /*?\n"
"""Question pages are worth finding; every combination of filters is not."""


@pages.get("/")
def home_or_results() -> ResponseReturnValue:
    """The home page; with parameters, a search's results."""
    params = read_params(request.query_string)
    if not is_search(params):
        return _home()
    return _go_to_named_question(params) or _results(*read_view(params))


def _home() -> str:
    results = current_site().engine.search(SearchRequest())
    facets = {facet.name: facet for facet in facet_lists(results, View())}
    return render_template(
        "accueil.html",
        facettes=[facets[name] for name in HOME_FACETS if name in facets],
        exemples=[(query, words, SearchRequest(q=query).url()) for query, words in EXAMPLES],
        tout=ALL_QUESTIONS,
        au_plus=LEADING_VALUES,
        canonique="/",
    )


def _go_to_named_question(params: Params) -> ResponseReturnValue | None:
    """Whoever pastes the address or the number of a question wants to read that question."""
    queries = [value for name, value in params if name == "q"]
    uid = named_question(queries[0]) if len(queries) == 1 else None
    if uid is None or current_site().engine.get(uid) is None:
        return None
    return redirect(question_url(uid), 302)


def _results(view: View, params: Params) -> str:
    asked = SearchRequest.from_params(params)
    results = current_site().engine.search(asked, with_timeline=True)
    asked = results.request
    return render_template(
        "resultats.html",
        resultats=results,
        recherche=asked,
        presentation=view,
        filtres=chips(asked, view),
        sans_filtre=view.url(asked.without_filters()),
        vide_par_filtres=results.emptied_by_filters,
        facettes=facet_lists(results, view),
        champs_caches=[*panel_params(asked), *view.to_params()],
        tris=sort_links(asked, view),
        tailles=size_links(asked, view),
        par_defaut=PER_PAGE,
        pages=page_links(results, view),
        indications=indications(results, view),
        formes=word_forms(results, view),
        canonique=asked.url(),
    )


@pages.get("/questions/<uid>")
def show_question(uid: str) -> ResponseReturnValue:
    """One question, its words marked when a search led to it."""
    spelt = canonical_uid(uid)
    if spelt is not None and spelt != uid:
        return _moved(question_url(spelt), with_query=True)
    question = current_site().engine.get(uid) if spelt else None
    if question is None:
        raise QuestionNotFound
    return _question(question, read_params(request.query_string))


def _question(question: Question, params: Params) -> str:
    site = current_site()
    asked = parse_leniently(search_params(params))
    path = question_url(question.uid)
    return render_template(
        "question.html",
        question=question,
        lecture=site.engine.highlight(question, asked) if asked.q else None,
        recherche=asked,
        retour=_way_back(asked, params),
        dates=timeline(question),
        en_seance=held_in_sitting(question),
        sans_question=NO_QUESTION_TEXT,
        sans_texte_reponse=missing_answer(question),
        retrait=withdrawal(question, dated=True),
        resume=question_summary(question, site.engine.health().donnees_au),
        memes=site.engine.same_answer(question),
        proches=site.engine.similar(question),
        citation=citation(question, site.settings.absolute(path)),
        canonique=path,
    )


def _way_back(asked: SearchRequest, params: Params) -> str | None:
    """The results a question was reached from, at its place in them."""
    rank = dict(params).get("rang", "")
    if not (rank or asked.to_params()):
        return None
    return results_url(asked) + (f"#r{rank}" if re.fullmatch("[0-9]{1,9}", rank) else "")


def _moved(url: str, *, with_query: bool = False) -> ResponseReturnValue:
    query = request.query_string.decode("ascii", "replace") if with_query else ""
    return redirect(f"{url}?{query}" if query else url, 301)


@pages.get("/q<legislature>/<name>.htm")
def old_address(legislature: str, name: str) -> ResponseReturnValue:
    """The Assemblée's short address of a question, such as `/q17/17-2621QE.htm`."""
    uid = named_question(name)
    if uid is None or not uid.startswith(f"QANR5L{legislature}Q"):
        raise QuestionNotFound
    return _moved(question_url(uid))


@pages.get("/dyn/<legislature>/questions/<name>")
def new_address(legislature: str, name: str) -> ResponseReturnValue:
    """The Assemblée's long address of a question, page or PDF."""
    uid = canonical_uid(name.removesuffix(".pdf"))
    parts = parse_uid(uid or "")
    if parts is None or str(parts[0]) != legislature:
        raise QuestionNotFound
    return _moved(question_url(make_uid(*parts)))


@pages.get("/aide")
def show_help() -> str:
    """The query language, the filters, the addresses and the API."""
    return render_template(
        "aide.html",
        champs=TEXT_FIELDS,
        facettes=FACETS,
        tris=SORTS,
        cotes=SIDES,
        par_page=MOST_PER_PAGE,
        en_retard=EN_RETARD,
        canonique="/aide",
    )


@pages.get("/a-propos")
def show_about() -> str:
    """Where the data come from, how results are ranked, who is responsible."""
    return render_template("a-propos.html", canonique="/a-propos")


@pages.get("/corpus")
def show_corpus() -> str:
    """What is held, per législature and type, and what is missing."""
    corpus = current_site().engine.corpus()
    return render_template(
        "corpus.html",
        corpus=corpus,
        legislatures=held_legislatures(corpus),
        canonique="/corpus",
    )


@pages.get("/robots.txt")
def show_robots() -> Response:
    """What crawlers are asked to leave alone."""
    return Response(ROBOTS, mimetype="text/plain")


@pages.app_template_global("lien")
def search_link(q: str = "", **params: str) -> str:
    """The address of the search with these parameters, facets by a value; for templates."""
    chosen = (
        (name, str(Choice(value)) if name in FACET else value) for name, value in params.items()
    )
    return SearchRequest.from_params([("q", q), *chosen]).url()


@pages.app_template_global("lien_resultat")
def result_link(asked: SearchRequest, uid: str, rank: int) -> str:
    """The address of a question that remembers the search it was found by."""
    url = asked.url(question_url(uid))
    return f"{url}{'&' if '?' in url else '?'}rang={rank}"


@pages.app_template_global("champs_reportes")
def carried(asked: SearchRequest) -> Params:
    """What the search box carries along: the filters in force, the sort and the page size."""
    return carried_params(asked, without=("q", "champ"))
