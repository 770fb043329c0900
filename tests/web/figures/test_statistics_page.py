"""A search in figures: the page, its tables, and the searches that its figures lead to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from index.builder import build
from index.question import make_question
from search.engine import open_engine
from search.request import SearchRequest
from search.statistics import BROKEN_DOWN
from tests.browsing import DEMO
from tests.web.conftest import MakeClient
from web.application import create_app
from web.figures.breakdown import of_states
from web.figures.tables import LONG_COLUMNS, TABLES
from web.settings import Settings

BOM = "\ufeff"
SPACES = str.maketrans("", "", "\u202f\u00a0")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The site over the demo corpus, in its own index."""
    directory = tmp_path_factory.mktemp("statistics") / "index"
    build([DEMO], directory, today=date(2026, 5, 12), progress=lambda *_, **__: None)
    engine = open_engine(directory)
    yield create_app(engine, settings=Settings()).test_client()
    engine.close()


def words(client: FlaskClient, path: str) -> str:
    """The text of a page without its tags."""
    text = re.sub(r"<[^>]+>", " ", client.get(path).text)
    return " ".join(unescape(text).replace("\u202f", " ").split())


def table(client: FlaskClient, query: str) -> list[list[str]]:
    """A file of figures, for programs."""
    text = client.get(f"/statistiques.csv?{query}&sep=virgule").text
    return list(csv.reader(io.StringIO(text, newline="")))


def counted_links(html: str) -> Iterator[tuple[str, int]]:
    """Every link of a page whose words are a number, or a bar that says one."""
    main = html[html.index("<main") : html.index("</main>")]
    for href, inner in re.findall(r'<a href="(/\?[^"]*)"[^>]*>(.*?)</a>', main, re.DOTALL):
        text = unescape(inner).translate(SPACES)
        title = re.search(r"<title>[^:]*:(?:[^<]*%,)?\s*(\d+)(?:question|réponse)", text)
        if title or text.isdecimal():
            yield unescape(href), int(title[1] if title else text)


# The figures and their searches


@pytest.mark.parametrize(
    ("query", "at_least"),
    [
        ("", 130),
        ("q=cotisations&frise=mois", 100),
        ("q=cotisations&mesure=part&tri=ancien", 90),
        ("statut=en_retard", 20),
        ("statut=-en_retard&legislature=17", 40),
        ("statut=en_retard&statut=sans_reponse&statut=repondue", 90),
        ("statut=en_attente&statut=-en_retard", 20),
        ("statut=-en_attente&ministere=-Transports", 90),
        ("du=2024-03-15&au=2026-04-10", 90),
        ("reponse_du=2025-01-20&reponse_au=2025-12-10&frise=mois", 60),
    ],
)
def test_every_figure_is_what_its_search_finds(
    demo: FlaskClient, query: str, at_least: int
) -> None:
    """Bars, states, groups and their parts, whatever was chosen before."""
    links = dict(counted_links(demo.get(f"/statistiques?{query}").text))
    found = {
        href: demo.get(f"/api/v1/questions?{urlsplit(href).query}").json["total"]  # type: ignore[index]
        for href in links
    }

    assert len(links) >= at_least
    assert found == links


def test_states_stay_within_those_of_the_search() -> None:
    """What was chosen before is not widened by what has none of it."""
    request = SearchRequest.from_params([("statut", "repondue"), ("statut", "sans_reponse")])

    narrowed = of_states(request, "en_attente", "sans_reponse")

    assert narrowed.url() == "/?statut=sans_reponse"
    assert of_states(SearchRequest(), "en_attente", "sans_reponse").url() == (
        "/?statut=en_attente&statut=sans_reponse"
    )


def test_the_page_says_what_the_figures_are(demo: FlaskClient) -> None:
    """Totals, states, the median, and the definitions under the tables."""
    text = words(demo, "/statistiques?q=cotisations")

    for sentence in (
        "Statistiques : 38 questions « cotisations »",
        "38 questions, par année, de 2013 à 2026",
        "30 réponses, par année, de 2013 à 2026",
        "Sur 38 questions, 30 ont une réponse et 6 n’en ont pas.",
        "La moitié des réponses sont venues en 140 jours au plus (délai médian).",
        "par ministère : 7 ministères.",
        "143,5 jours",
        "196 jours (1 réponse)",
        "En gris, avec leur nombre : moins de 5 réponses",
        "20 rubriques, par nombre de questions",
    ):
        assert sentence in text


def test_long_lists_say_how_many_are_left(demo: FlaskClient) -> None:
    """Twenty values, and a link to the table that has all."""
    text = words(demo, "/statistiques")
    rows = table(demo, "tableau=rubrique")

    assert "79 rubriques, dont 20 ci-dessous" in text
    assert "Et 59 autres rubriques dans le tableau entier." in text
    assert len(rows) == 1 + 79


def test_questions_without_a_value_are_counted(client: FlaskClient) -> None:
    """They have a line, which leads nowhere: no search finds them."""
    html = client.get("/statistiques").text

    assert html.count("Non renseigné</th>") == 4
    assert html.count('Non renseigné</th><td colspan="2">3\u00a0questions</td>') == 1


def test_texts_of_records_are_escaped(client_of: MakeClient) -> None:
    """A ministère that looks like HTML is shown as it was published."""
    hostile = make_question(
        uid="QANR5L17QE1", ministere="<b>Eaux</b>", texte_question="<p>Eau.</p>", source="a"
    )

    html = client_of([hostile]).get("/statistiques").text

    assert "<b>" not in html
    assert "&lt;b&gt;Eaux&lt;/b&gt;" in html
    assert "Aucune de ces questions n’est datée." in html


# The page and its address


def test_an_empty_search_is_told_in_words(client: FlaskClient) -> None:
    """Nothing is drawn; what can be done depends on what emptied the search."""
    nothing = words(client, "/statistiques?q=lune")
    filtered = words(client, "/statistiques?q=cotisations&legislature=9")

    assert "Aucune question, donc rien à compter. Retirez un mot ou un filtre" in nothing
    assert "Aucune question, donc rien à compter. Retirez un filtre." in filtered
    assert "<figure" not in client.get("/statistiques?q=lune").text


def test_the_canonical_address_has_neither_page_nor_sort(client: FlaskClient) -> None:
    """What only orders or cuts a list changes no figure; neither does a view."""
    html = client.get("/statistiques?page=2&par=50&tri=ancien&q=cotisations&mesure=part").text

    assert (
        '<link rel="canonical" href="https://questions.example.org/statistiques?q=cotisations">'
        in html
    )
    assert client.get("/statistiques?page=2").text.count("6\u00a0questions")


def test_an_unknown_parameter_is_mentioned(client: FlaskClient) -> None:
    """As on the results page."""
    assert "Paramètre « zzz » inconnu : ignoré." in words(client, "/statistiques?zzz=1")


def test_a_malformed_value_is_refused_in_words(client: FlaskClient) -> None:
    """With the search box and a way on."""
    answer = client.get("/statistiques?du=hier&frise=jour")

    assert answer.status_code == 400
    assert "Valeur « jour » inconnue." in unescape(answer.text).replace("\u00a0", " ")


def test_filters_are_taken_away_in_place(client: FlaskClient) -> None:
    """A chip leads to the figures without its filter, and a link back to the results."""
    html = client.get("/statistiques?q=cotisations&legislature=17&tri=ancien").text

    assert 'class="filtre" href="/statistiques?q=cotisations&amp;tri=ancien"' in html
    assert 'href="/?q=cotisations&amp;legislature=17&amp;tri=ancien">Voir les 2' in html


def test_results_lead_to_their_statistics(client: FlaskClient) -> None:
    """The tool knows no page and no view; an empty search has none."""
    html = client.get("/?q=cotisations&page=2&par=1&mesure=part&frise=mois").text

    assert '<a href="/statistiques?q=cotisations" rel="nofollow">Statistiques</a>' in html
    assert "/statistiques?" not in client.get("/?q=lune").text


def test_a_strip_of_one_bar_is_a_line(demo: FlaskClient) -> None:
    """Nothing is drawn that could be drawn otherwise; the way back stays."""
    html = demo.get("/?q=cotisations&du=2025-03-01&au=2025-03-31").text
    strip = html[html.index('class="graphique frise"') : html.index("</figure>")]

    assert "1\u00a0question en mars 2025" in strip
    assert ">Toute la période</a>" in strip
    assert "<svg" not in strip
    assert "Affichage" not in strip


def test_results_bear_their_strip(client: FlaskClient) -> None:
    """Above the list, one bar can be tabbed to; a list of one question has none."""
    html = client.get("/?q=cotisations").text
    bars = re.findall(r'<a href="[^"]*" tabindex="(-?\d)"><title>', html)

    assert bars.count("0") == 1
    assert html.index('class="graphique frise"') < html.index('class="resultats"')
    assert 'class="graphique frise"' not in client.get("/?q=fraude").text


# The tables to take away


def test_a_table_has_every_month(demo: FlaskClient) -> None:
    """Without a gap, and the month in which the data stop is marked."""
    names, *rows = table(demo, "tableau=mois&q=cotisations")

    assert names == ["mois", "questions", "total", "pourcentage", "complet"]
    assert len(rows) == 161
    assert rows[0] == ["2013-01", "1", "1", "100", "oui"]
    assert rows[-1] == ["2026-05", "2", "4", "50", "non"]
    assert sum(int(row[1]) for row in rows) == 38


@pytest.mark.parametrize("name", ["ministere", *BROKEN_DOWN])
def test_the_lines_of_a_facet_add_up(demo: FlaskClient, name: str) -> None:
    """To all questions; and the states of a line to its own."""
    names, *rows = table(demo, f"tableau={name}")
    lines = [dict(zip(names, row, strict=True)) for row in rows]

    assert sum(int(line["nombre"]) for line in lines) == 180
    for line in lines:
        states = ("repondue", "en_attente", "retiree", "sans_reponse")
        assert sum(int(line[state]) for state in states) == int(line["nombre"])
        assert int(line["en_attente"]) + int(line["sans_reponse"]) == int(line["non_repondues"])


def test_a_table_is_french_unless_asked_otherwise(demo: FlaskClient) -> None:
    """Semicolons, a mark and decimal commas; or what programs expect."""
    french = demo.get("/statistiques.csv?tableau=etats&q=cotisations").text
    english = demo.get("/statistiques.csv?tableau=etats&q=cotisations&sep=virgule").text

    assert french.splitlines()[:2] == [
        f"{BOM}statut;nombre;pourcentage;delai_median",
        "repondue;30;78,95;140",
    ]
    assert english.splitlines()[1] == "repondue,30,78.95,140"


def test_all_tables_in_one_are_in_long_form(demo: FlaskClient) -> None:
    """Each cell of each table is a line that names it, empty ones aside."""
    columns, *rows = table(demo, "q=cotisations")

    assert tuple(columns) == LONG_COLUMNS
    assert list(dict.fromkeys(row[0] for row in rows)) == list(TABLES)
    assert ["ministere", "Transports", "delai_median", "259"] in rows
    assert ["mois", "2026-05", "complet", "non"] in rows


def test_a_table_holds_no_formula(client_of: MakeClient) -> None:
    """A ministère that a spreadsheet would compute is shown as it is written."""
    hostile = make_question(uid="QANR5L17QE1", ministere="=1+1", source="a")

    assert ["'=1+1", "1"] in [row[:2] for row in table(client_of([hostile]), "tableau=ministere")]


def test_a_file_says_what_it_is(client: FlaskClient) -> None:
    """Its name tells the table and how old the data are."""
    answer = client.get("/statistiques.csv?tableau=mois")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="statistiques-mois-2026-05-12.csv"'
    )
    assert 'filename="statistiques-2026-05-12.csv"' in str(client.get("/statistiques.csv").headers)


def test_a_malformed_file_is_refused_as_by_the_api(client: FlaskClient) -> None:
    """Programs ask for it."""
    answer = client.get("/statistiques.csv?tableau=jours&tableau=mois")

    assert answer.status_code == 400
    assert answer.json == {
        "erreurs": [
            {
                "parametre": "tableau",
                "message": f"Valeur « jours » inconnue. Valeurs possibles : {', '.join(TABLES)}.",
            }
        ]
    }


def test_an_empty_search_is_a_table_without_lines(client: FlaskClient) -> None:
    """The heading stays; states are counted at zero."""
    assert table(client, "q=lune&tableau=rubrique") == [list(TABLES["rubrique"].columns)]
    assert table(client, "q=lune&tableau=etats")[1] == ["repondue", "0", "", ""]
