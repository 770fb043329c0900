"""A search in figures and charts: `/statistiques`, and its tables, `/statistiques.csv`."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template, request

from search.request import PER_PAGE, SearchRequest
from search.statistics import Statistics
from web.figures.breakdown import FEW_ANSWERS, UNANSWERED, group_table, of_states, state_lines
from web.figures.period_chart import (
    STATISTICS,
    STATISTICS_CSV,
    statistics_charts,
    statistics_url,
    table_url,
)
from web.figures.tables import TABLES, table_rows
from web.files.downloads import SEPARATOR, attached, file_name
from web.files.exports import FRENCH, SEPARATORS, write_table
from web.pages.refine import chips
from web.query_string import Params, read_keys, read_params
from web.site import current_site
from web.view import read_view

statistics_pages = Blueprint("statistics", __name__)

TABLE: Final = "tableau"
"""The parameter that chooses one table."""


@statistics_pages.get(STATISTICS)
def show_statistics() -> str:
    """The figures of a search, each leading to the questions it counts."""
    view, params = read_view(read_params(request.query_string))
    statistics = _statistics(params)
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
    given, params = read_keys(
        read_params(request.query_string), {SEPARATOR: SEPARATORS, TABLE: TABLES}
    )
    statistics = _statistics(params)
    name = given.get(TABLE)
    dialect = SEPARATORS[given[SEPARATOR]] if SEPARATOR in given else FRENCH
    text = "".join(write_table(table_rows(statistics, name), dialect))
    stem = f"statistiques-{name}" if name else "statistiques"
    return attached(text, "text/csv", file_name(stem, statistics.donnees_au, "csv"))


def _statistics(params: Params) -> Statistics:
    return current_site().engine.statistics(SearchRequest.from_params(params))
