"""The panel of filters: what is listed, looked for, ticked whole and left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from index.question import Question, make_question
from search.facets import FACETS, LISTED_VALUES, FacetCounts, FacetValue
from search.request import BadRequest, SearchRequest
from search.results import SearchResults
from web.pages.panel import (
    FILTER_FIELDS,
    TICK_ALL,
    Narrowed,
    PanelRequest,
    facet_lists,
    panel_params,
    read_panel,
    tick_all,
)
from web.view import View

MANY = 30
"""More rubriques than a facet lists."""


def many_rubriques() -> list[Question]:
    """A question on each of thirty trades, and one on two that begin alike."""
    names = [f"Métier {number:02}" for number in range(MANY)] + ["Santé", "Santé publique"]
    return [
        make_question(
            uid=f"QANR5L17QE{number}",
            titre="Un métier",
            rubrique=name,
            texte_question="<p>Une question.</p>",
            date_question=date(2026, 3, 3),
            source="seed.txt",
        )
        for number, name in enumerate(names, start=1)
    ]


@pytest.fixture
def many(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of a site with many rubriques."""
    return client_of(many_rubriques())


def facet_of(client: FlaskClient, path: str, label: str) -> str:
    """The HTML of one facet, white space made plain."""
    text = " ".join(client.get(path).text.replace("\xa0", " ").split())
    start = text.index(f"<summary>{label}")
    return text[start : text.index("</fieldset>", start)]


def listed(html: str) -> list[str]:
    """The values that a facet's HTML lists, as they would be submitted."""
    return re.findall(r'<input type="(?:checkbox|hidden)" name="rubrique" value="([^"]*)"', html)


def test_values_that_are_shown_as_written_can_be_looked_for() -> None:
    """A field for each facet of names, and none where a value reads otherwise than in addresses."""
    without = {facet.name for facet in FACETS} - set(FILTER_FIELDS.values())

    assert without == {"legislature", "type", "statut", "signalee"}
    assert all(name == f"filtre_{facet}" for name, facet in FILTER_FIELDS.items())


def test_what_the_panel_asks_for_is_read_apart() -> None:
    """Its fields are no parameters of the search; blank ones count as absent."""
    params = [
        ("q", "a"),
        ("filtre_auteur", " du  b "),
        ("filtre_groupe", " "),
        (TICK_ALL, "auteur"),
    ]

    assert read_panel(params) == (PanelRequest({"auteur": "du b"}, "auteur"), [("q", "a")])


def test_every_mistake_of_the_panel_is_told() -> None:
    """A field given twice, and a facet that has no list to tick."""
    with pytest.raises(BadRequest) as refusal:
        read_panel([("filtre_auteur", "a"), ("filtre_auteur", "b"), (TICK_ALL, "tri")])

    assert [error.parametre for error in refusal.value.errors] == ["filtre_auteur", TICK_ALL]
    assert refusal.value.errors[1].message.startswith("Valeur « tri » inconnue.")


def test_a_malformed_panel_is_worded(client: FlaskClient) -> None:
    """The page says what is wrong, and leads to the search without it."""
    response = client.get("/?q=cotisations&tout_cocher=tri")

    assert response.status_code == 400
    assert "Valeurs possibles :" in response.text.replace("\xa0", " ")
    assert 'href="/?q=cotisations"' in response.text


def test_only_long_lists_have_a_field(many: FlaskClient) -> None:
    """A list that stands whole in sight needs none."""
    text = many.get("/?q=question").text

    assert 'name="filtre_rubrique" value=""' in text
    assert "filtre_groupe" not in text
    assert text.count("Filtrer cette liste") == 1


def test_what_a_list_leaves_out_is_counted(many: FlaskClient) -> None:
    """Twenty values are listed; the questions in the others are told."""
    html = facet_of(many, "/?q=question", "Rubrique")

    assert len(listed(html)) == LISTED_VALUES
    assert '<p class="reste autres">12 autres questions</p>' in html


def test_a_list_is_narrowed_to_what_is_looked_for(many: FlaskClient) -> None:
    """The values with a word that begins so, outside any fold, counted, in an open facet."""
    html = facet_of(many, "/?q=question&filtre_rubrique=sant", "Rubrique")

    assert listed(html) == ["Santé", "Santé publique"]
    assert '<p class="compte">2 valeurs</p>' in html
    assert 'name="filtre_rubrique" value="sant"' in html
    assert "autres valeurs" not in html


def test_filters_in_force_stay_in_a_narrowed_list(many: FlaskClient) -> None:
    """Values chosen or excluded are listed whatever is looked for: submitting keeps them."""
    path = "/?q=question&rubrique=M%C3%A9tier+03&rubrique=-M%C3%A9tier+04&filtre_rubrique=publique"
    html = facet_of(many, path, "Rubrique")

    assert listed(html) == ["Métier 03", "-Métier 04", "Santé publique"]
    assert 'value="Métier 03" checked' in html
    assert '<span class="sauf">sauf</span> Métier 04' in html


def test_nothing_found_is_said(many: FlaskClient) -> None:
    """The field stays, to try other letters; there is nothing to tick."""
    html = facet_of(many, "/?q=question&filtre_rubrique=zzz", "Rubrique")

    assert "Aucune valeur" in html
    assert 'name="filtre_rubrique" value="zzz"' in html
    assert 'value="rubrique" hidden>Tout cocher' in html


def test_looking_for_a_value_is_no_unknown_parameter(many: FlaskClient) -> None:
    """The results page knows its own fields, and links don't carry them."""
    text = many.get("/?q=question&filtre_rubrique=sant&par=5").text

    assert "inconnu" not in text
    assert not re.search(r'href="[^"]*filtre_', text)
    assert '<link rel="canonical" href="/?q=question&amp;par=5">' in text


def test_everything_shown_is_ticked_at_once(many: FlaskClient) -> None:
    """The button leads to the search with the values looked for, and what was in force."""
    path = "/?q=question&rubrique=Sant%C3%A9&filtre_rubrique=sant&vue=texte&tout_cocher=rubrique"
    response = many.get(path)

    assert response.status_code == 302
    assert parse_qsl(urlsplit(response.headers["Location"]).query) == [
        ("q", "question"),
        ("rubrique", "Santé"),
        ("rubrique", "Santé publique"),
        ("vue", "texte"),
    ]


def test_ticking_leaves_exclusions_alone() -> None:
    """What was left out stays so, and what was chosen is chosen once."""
    request = SearchRequest.from_params([("rubrique", "A"), ("rubrique", "-B"), ("page", "3")])
    counts = FacetCounts(
        (
            FacetValue("A", "A", 2, choisie=True),
            FacetValue("B", "B", 1, exclue=True),
            FacetValue("C", "C", 1),
        )
    )

    assert tick_all(request, "rubrique", counts).to_params() == [
        ("rubrique", "A"),
        ("rubrique", "C"),
        ("rubrique", "-B"),
    ]


def test_the_enter_key_ticks_nothing(many: FlaskClient) -> None:
    """The first button of the form, which Enter presses, is a plain one."""
    text = many.get("/?q=question&filtre_rubrique=sant").text
    panel = text[text.index('class="panneau"') :]

    assert re.findall("<button[^>]*>", panel)[0] == '<button type="submit">'


def test_what_was_ticked_can_be_unticked_at_once(many: FlaskClient) -> None:
    """Several values of a facet have one link that forgets them, and keeps what is excluded."""
    html = facet_of(many, "/?q=a&rubrique=A&rubrique=B&rubrique=-C&par=5", "Rubrique")

    assert '<a href="/?q=a&amp;rubrique=-C&amp;par=5" rel="nofollow">Tout décocher' in html
    assert "Tout décocher" not in facet_of(many, "/?q=a&rubrique=A&rubrique=-C", "Rubrique")


def test_questions_without_a_value_are_counted(client: FlaskClient) -> None:
    """What no value tells is told as such, with what its number counts."""
    html = facet_of(client, "/?tri=recent", "Rubrique")

    assert (
        '<p class="reste"><span>Non renseigné</span> <span class="nombre">3'
        '<span class="cache"> questions</span></span></p>'
    ) in html


def test_bars_stay_shares_of_everything() -> None:
    """Narrowing a list doesn't lengthen its bars."""
    counts = FacetCounts((FacetValue("A", "A", 6), FacetValue("B", "B", 3)), autres=2, sans=1)
    results = SearchResults(SearchRequest(), "", 12, 0.1, None, facets={"rubrique": counts})
    found = Narrowed("b", FacetCounts((FacetValue("B", "B", 3),), autres=0, sans=1))
    (rubrique,) = facet_lists(results, View(), {"rubrique": found})

    assert [line.value.valeur for line in rubrique.shown] == ["B"]
    assert rubrique.whole == 12


def test_the_panel_carries_what_it_has_no_field_for() -> None:
    """Words, side, sort and page size go along; facets, dates and the page don't."""
    request = SearchRequest.from_params(
        [("q", "a"), ("rubrique", "A"), ("renouvelee", "1"), ("champ", "question"),
         ("du", "2025-01-01"), ("reponse_au", "2025-01-01"), ("tri", "ancien"), ("page", "2"),
         ("par", "50")]
    )  # fmt: skip

    assert [name for name, _ in panel_params(request)] == ["q", "champ", "tri", "par"]
