"""The pages people read: home, results, the help, what this site is and holds."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from search.facets import FACET
from search.request import PER_PAGE, Choice, SearchRequest
from search.results import question_url
from web.figures.period_chart import results_strip, statistics_url
from web.pages.about import about_context
from web.pages.help import help_context
from web.pages.holdings import held_legislatures
from web.pages.home import home_context
from web.pages.panel import (
    PANEL_PARAMETERS,
    Narrowed,
    PanelRequest,
    blank_line,
    facet_lists,
    panel_params,
    read_panel,
    tick_all,
)
from web.pages.reading import readings
from web.pages.refine import (
    carried_params,
    chips,
    indications,
    page_links,
    size_links,
    sort_links,
    view_links,
    word_forms,
)
from web.query_string import (
    PLACE,
    Params,
    is_search,
    named_question,
    read_both,
    read_params,
    with_param,
    without,
)
from web.site import current_site
from web.view import VIEW_PARAMETERS, View, read_view

pages = Blueprint("pages", __name__)


@pages.get("/")
def home_or_results() -> ResponseReturnValue:
    """The home page; with parameters, a search's results."""
    params = read_params(request.query_string)
    if not is_search(params):
        return render_template("accueil.html", canonique="/", **home_context(current_site()))
    named = _go_to_named_question(params)
    if named is not None:
        return named
    view, panel, asked = _read(params)
    return _tick_all(asked, view, panel) or _results(asked, view, panel)


def _read(params: Params) -> tuple[View, PanelRequest, SearchRequest]:
    """How the results are shown, what the panel lists, and the search.

    Raises:
        BadRequest: with the mistakes of all three.
    """
    (view, _), ((panel, _), asked) = read_both(
        lambda: read_view(params),
        lambda: read_both(
            lambda: read_panel(params),
            lambda: SearchRequest.from_params(
                without(params, (*VIEW_PARAMETERS, *PANEL_PARAMETERS))
            ),
        ),
    )
    return view, panel, asked


def _go_to_named_question(params: Params) -> ResponseReturnValue | None:
    """Whoever pastes the address or the number of a question wants to read that question."""
    queries = [value for name, value in params if name == "q"]
    uid = named_question(queries[0]) if len(queries) == 1 else None
    if uid is None or current_site().engine.get(uid) is None:
        return None
    return redirect(question_url(uid), 302)


def _tick_all(asked: SearchRequest, view: View, panel: PanelRequest) -> ResponseReturnValue | None:
    """The search with all values of a list chosen, for the button that says so."""
    if panel.ticked is None:
        return None
    prefix = panel.prefixes.get(panel.ticked, "")
    counts = current_site().engine.facet(asked, panel.ticked, prefix)
    return redirect(view.url(tick_all(asked, panel.ticked, counts)), 302)


def _results(asked: SearchRequest, view: View, panel: PanelRequest) -> str:
    engine = current_site().engine
    results = engine.search(asked, with_timeline=True)
    asked = results.request
    narrowed = {
        name: Narrowed(prefix, engine.facet(asked, name, prefix))
        for name, prefix in panel.prefixes.items()
    }
    return render_template(
        "resultats.html",
        resultats=results,
        recherche=asked,
        presentation=view,
        frise=results_strip(results, view),
        statistiques=statistics_url(asked),
        filtres=chips(asked, view),
        sans_filtre=view.url(asked.without_filters()),
        vide_par_filtres=results.emptied_by_filters,
        facettes=facet_lists(results, view, narrowed),
        ligne_modele=blank_line(asked, view),
        lectures=readings(engine, results) if view.vue == "texte" else None,
        vues=view_links(asked, view),
        champs_caches=[*panel_params(asked), *view.to_params()],
        tris=sort_links(asked, view),
        tailles=size_links(asked, view),
        par_defaut=PER_PAGE,
        pages=page_links(results, view),
        indications=indications(results, view),
        formes=word_forms(results, view),
        canonique=asked.url(),
    )


@pages.get("/aide")
def show_help() -> str:
    """The query language, the filters, the addresses and the API."""
    return render_template("aide.html", canonique="/aide", **help_context(current_site()))


@pages.get("/a-propos")
def show_about() -> str:
    """Where the data come from, how results are ranked, who is responsible."""
    context = about_context(current_site().settings)
    return render_template("a-propos.html", canonique="/a-propos", **context)


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


@pages.app_template_global("lien")
def search_link(q: str = "", **params: str) -> str:
    """The address of the search with these parameters, facets by a value; for templates."""
    chosen = (
        (name, str(Choice(value)) if name in FACET else value) for name, value in params.items()
    )
    return SearchRequest.from_params([("q", q), *chosen]).url()


@pages.app_template_global("lien_resultat")
def result_link(asked: SearchRequest, view: View, uid: str, rank: int) -> str:
    """The address of a question that remembers the search it was found by, and its view."""
    return with_param(view.url(asked, question_url(uid)), PLACE, rank)


@pages.app_template_global("champs_reportes")
def carried(asked: SearchRequest) -> Params:
    """What the search box carries along: the filters in force, the sort and the page size."""
    return carried_params(asked, without=("q", "champ"))
