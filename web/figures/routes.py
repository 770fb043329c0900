"""A search in figures and charts: `/statistiques`, and its tables, `/statistiques.csv`."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from search.request import PER_PAGE, SearchRequest
from web.figures.breakdown import FEW_ANSWERS, UNANSWERED, group_table, of_states, state_lines
from web.figures.period_chart import (
    STATISTICS,
    STATISTICS_CSV,
    TABLE,
    statistics_charts,
    statistics_url,
    table_url,
)
from web.figures.tables import TABLES, table_rows
from web.files.downloads import SEPARATOR, attached, file_name
from web.files.exports import FRENCH, SEPARATORS, write_table
from web.pages.refine import chips
from web.query_string import read_both, read_keys, read_params, without
from web.site import current_site
from web.view import VIEW_PARAMETERS, read_view

statistics_pages = Blueprint("statistics", __name__)


@statistics_pages.get(STATISTICS)
def show_statistics() -> str:
    """The figures of a search, each leading to the questions it counts."""
    params = read_params(request.query_string)
    (view, _), asked = read_both(
        lambda: read_view(params),
        lambda: SearchRequest.from_params(without(params, VIEW_PARAMETERS)),
    )
    statistics = current_site().engine.statistics(asked)
    asked = statistics.request
    # What only orders a list changes no figure.
    canonical = asked.replace(tri=None, par=PER_PAGE)
    return render_template(
        "statistiques.html",
        statistiques=statistics,
        chiffres=statistics.figures,
        recherche=asked,
        presentation=view,
        filtres=chips(asked, view, STATISTICS),
        sans_filtre=view.url(asked.without_filters(), STATISTICS),
        resultats_url=view.url(asked),
        sans_reponse_url=view.url(of_states(asked, *UNANSWERED)),
        frises=statistics_charts(statistics, view),
        etats_csv=table_url(asked, "etats"),
        etats=state_lines(statistics, view),
        delais=[group_table(statistics, name, view) for name in ("ministere", "legislature")],
        frequents=[
            group_table(statistics, name, view) for name in ("rubrique", "groupe", "auteur")
        ],
        peu_de_reponses=FEW_ANSWERS,
        tableaux_url=statistics_url(asked, STATISTICS_CSV),
        canonique=canonical.url(STATISTICS),
    )


@statistics_pages.get(STATISTICS_CSV)
def download_statistics() -> Response:
    """One table of the figures, or all of them in long form."""
    params, own = read_params(request.query_string), {SEPARATOR: SEPARATORS, TABLE: TABLES}
    (given, _), asked = read_both(
        lambda: read_keys(params, own),
        lambda: SearchRequest.from_params(without(params, own)),
    )
    statistics = current_site().engine.statistics(asked)
    name = given.get(TABLE)
    dialect = SEPARATORS[given[SEPARATOR]] if SEPARATOR in given else FRENCH
    text = "".join(write_table(table_rows(statistics, name), dialect))
    stem = f"statistiques-{name}" if name else "statistiques"
    return attached(text, "text/csv", file_name(stem, statistics.donnees_au, "csv"))
