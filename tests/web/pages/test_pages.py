"""The pages people read: what stands on them, where they lead, what they answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from search.engine import Engine
from search.request import LONGEST_QUERY, SearchRequest

BASE = "https://questions.example.org"


def words(html: str) -> str:
    """A page's text with every white space made one plain space."""
    return " ".join(html.replace("\u202f", " ").split())


def page(client: FlaskClient, path: str, *, code: int = 200) -> str:
    response = client.get(path)

    assert response.status_code == code
    assert response.content_type == "text/html; charset=utf-8"
    return words(response.text)


@pytest.mark.parametrize("query", ["", "q=", "utm_source=lettre", "q=&legislature=&champ="])
def test_empty_parameters_give_the_home_page(client: FlaskClient, query: str) -> None:
    """An empty value counts as absent, and a tracking parameter as nothing."""
    assert 'class="accueil"' in page(client, f"/?{query}")


@pytest.mark.parametrize("query", ["q=a", "tri=recent", "page=2", "legislature=17", "zzz=1"])
def test_parameters_give_the_results_page(client: FlaskClient, query: str) -> None:
    """Any parameter that asks for something leads to results."""
    assert 'class="recherche-faite"' in page(client, f"/?{query}")


def test_results_restate_the_search(client: FlaskClient) -> None:
    """The count, the words, the marks and the state stand on the results page."""
    text = page(client, "/?q=cotisations&legislature=17")

    assert "2 questions" in text
    assert 'name="q" value="cotisations"' in text
    assert "Les <mark>cotisations</mark> sociales" in text
    assert "Réponse après 70 jours" in text


def test_titles_are_escaped(client: FlaskClient) -> None:
    """A title that looks like HTML is shown as it was published."""
    assert "sécurité sociale &amp; &lt;avenir&gt;" in page(client, "/?q=protection")


def test_a_chip_removes_its_filter(client: FlaskClient) -> None:
    """Each filter in force is named in full by the link that removes it."""
    text = page(client, "/?q=cotisations&legislature=17&rubrique=-Sport&du=2020-01-01")

    assert 'aria-label="Retirer le filtre Législature : 17e législature"' in text
    assert 'aria-label="Retirer le filtre Rubrique : sauf Sport"' in text
    assert 'href="/?q=cotisations&amp;rubrique=-Sport&amp;du=2020-01-01"' in text
    assert 'href="/?q=cotisations">Effacer tous les filtres' in text


def test_the_last_filter_leaves_the_list_of_everything(client: FlaskClient) -> None:
    """Removing the only filter of a search without words doesn't fall back to the home page."""
    text = page(client, "/?legislature=17")

    assert text.count('href="/?tri=recent"') >= 2


def test_the_list_of_everything_can_be_copied(client: FlaskClient) -> None:
    """The address to copy leads to the list, though the canonical one is the home page's."""
    text = page(client, "/?tri=recent&page=1")

    assert f'data-copier="{BASE}/?tri=recent"' in text
    assert f'<link rel="canonical" href="{BASE}/">' in text


def test_facets_are_a_form_that_keeps_the_search(client: FlaskClient) -> None:
    """The panel submits the words, the exclusions and the boxes ticked."""
    text = page(client, "/?q=cotisations&champ=reponse&groupe=-Autre&legislature=17&tri=ancien")
    panel = text[text.index('class="panneau"') :]

    for field in (
        '<input type="hidden" name="q" value="cotisations">',
        '<input type="hidden" name="champ" value="reponse">',
        '<input type="hidden" name="tri" value="ancien">',
        '<input type="hidden" name="groupe" value="-Autre">',
        '<input type="checkbox" name="legislature" value="17" checked>',
    ):
        assert panel.count(field) == 1
    assert "Appliquer les filtres" in panel


def test_overdue_questions_stand_under_waiting_ones(client: FlaskClient) -> None:
    """The overdue are shown as a part of the waiting, not as a state beside it."""
    text = page(client, "/?tri=recent")
    panel = text[text.index('class="panneau"') :]

    assert panel.index('value="en_attente"') < panel.index('value="en_retard"')
    assert '<div class="valeur incluse">' in panel
    assert panel.index('value="en_retard"') < panel.index('value="retiree"')


def test_a_value_can_be_excluded(client: FlaskClient) -> None:
    """Every listed value has a link that leaves it out."""
    text = page(client, "/?q=cotisations")

    assert 'aria-label="Exclure « Santé »"' in text.replace("\xa0", " ")
    assert 'href="/?q=cotisations&amp;rubrique=-Sant%C3%A9"' in text


NO_QUESTION_HAS_THE_WORDS = "Aucune question ne contient tous ces mots."


def test_no_result_offers_a_way_out(client: FlaskClient) -> None:
    """An empty search says so in words and links to the search without its filters."""
    text = page(client, "/?q=lune&legislature=17")

    assert "Aucune question ne contient ce mot. Essayez-en un autre ou retirez un filtre." in text
    assert '<p class="issue"> <a href="/?q=lune">Effacer tous les filtres</a>' in text


def test_of_several_words_one_can_be_taken_away(client: FlaskClient) -> None:
    """What is advised can be done."""
    text = page(client, "/?q=lune+soleil&legislature=17")

    assert f"{NO_QUESTION_HAS_THE_WORDS} Retirez un mot ou un filtre." in text


def test_every_mistake_of_an_address_is_told(client: FlaskClient) -> None:
    """Those of the search, of the view and of the panel together, as contract and API do."""
    response = client.get("/?vue=x&page=abc&du=2025-02-30&tout_cocher=rien&legislature=abc")

    assert response.status_code == 400
    for name in ("vue", "page", "du", "tout_cocher", "legislature"):
        assert f"<code>{name}</code>" in response.text


def test_without_filters_only_a_word_can_be_taken_away(client: FlaskClient) -> None:
    """Nobody is told to remove a filter that isn't there."""
    text = page(client, "/?q=lune")

    assert "Aucune question ne contient ce mot. Essayez-en un autre.</p>" in text
    assert '<p class="issue"> <a href="/aide">' in text


@pytest.mark.parametrize("words", ["q=cotisations&", ""])
def test_filters_that_leave_nothing_are_told_from_words(client: FlaskClient, words: str) -> None:
    """When the words are found elsewhere, they are not blamed, and the filters can be dropped."""
    text = page(client, f"/?{words}legislature=8&statut=retiree").replace("\xa0", " ")

    assert "<li>Aucune question avec ces filtres ; " in text
    assert '<p class="vide">Retirez un filtre.</p>' in text
    assert NO_QUESTION_HAS_THE_WORDS not in text
    without = "/?q=cotisations" if words else "/?tri=recent"
    assert f'<p class="issue"> <a href="{without}">Effacer tous les filtres</a>' in text


@pytest.mark.parametrize(
    ("number", "sentence"), [(1, "1 autre question"), (12, "12 autres questions")]
)
def test_questions_in_unlisted_values_are_counted(
    client: FlaskClient,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    sentence: str,
) -> None:
    """What is counted is said, in agreement with its number."""
    found = engine.search(SearchRequest(q="cotisations"))
    rubrique = replace(found.facets["rubrique"], autres=number)
    results = replace(found, facets={**found.facets, "rubrique": rubrique})
    monkeypatch.setattr(engine, "search", lambda *_args, **_named: results)
    text = page(client, "/?q=cotisations")

    assert f'<p class="reste autres">{sentence}</p>' in text


def test_an_excluded_value_says_what_its_number_counts(client: FlaskClient) -> None:
    """To a screen reader its number is one of questions, like those of the other values."""
    text = page(client, "/?q=cotisations&groupe=-Autre")
    excluded = text[text.index('<span class="sauf">sauf</span> Autre') :]

    assert excluded.split("</span> <")[1].startswith(
        'span class="nombre">0<span class="cache"> question</span>'
    )


def test_the_search_box_takes_the_longest_query(client: FlaskClient) -> None:
    """The box stops where a search would be refused."""
    assert f'name="q" value="" maxlength="{LONGEST_QUERY}"' in page(client, "/")


def test_the_closest_questions_stand_apart(client: FlaskClient) -> None:
    """Questions that lack a word come under a heading that says so."""
    text = page(client, "/?q=cotisations+lune")

    assert "Aucune question ne contient tous ces mots." in text
    assert "Questions les plus proches <span>(elles ne contiennent pas tous les mots)" in text
    assert 'href="/questions/QANR5L17QE13353?q=cotisations+lune&amp;rang=1"' in text


def test_a_page_past_the_end_leads_back(client: FlaskClient) -> None:
    """Beyond the last page, the reader is offered the last page."""
    text = page(client, "/?q=cotisations&page=9")

    assert '<a href="/?q=cotisations">Aller à la dernière page</a>' in text


def test_pages_are_numbered(client: FlaskClient) -> None:
    """Several pages are linked, the current one is told, the neighbours too."""
    text = page(client, "/?tri=recent&par=2&page=2")

    assert '<a href="/?page=2&amp;par=2" aria-label="Page 2" aria-current="page">2</a>' in text
    assert 'rel="prev" href="/?par=2"' in text
    assert 'rel="next" href="/?page=3&amp;par=2"' in text


def test_suggestion_and_forms_are_links(client: FlaskClient) -> None:
    """A correction and the search for exactly one word are one click away."""
    assert 'dire <a href="/?q=cotisation">' in page(client, "/?q=cotizations")
    assert 'href="/?q=%22cotisations%22">Chercher seulement' in page(client, "/?q=cotisations")


def test_the_searched_words_agree_in_number(client: FlaskClient) -> None:
    """One word has its other forms, several have theirs."""
    assert "Mot recherché : cotisations, et ses autres formes" in page(client, "/?q=cotisations")
    assert "et leurs autres formes" in page(client, "/?q=cotisations+sociales")


def test_unknown_parameters_are_mentioned(client: FlaskClient) -> None:
    """The engine's indications stand on the page."""
    assert "Paramètre « truc » inconnu : ignoré." in page(client, "/?q=a&truc=1")


def test_a_question_has_its_two_parts(client: FlaskClient) -> None:
    """Who asks, who answers, when, on which page and after how long."""
    text = page(client, "/questions/QANR5L17QE13353")

    assert '<h2 id="titre-question">Question</h2>' in text
    assert '<h2 id="titre-reponse">Réponse</h2>' in text
    assert "12 mai 2026</time>, page 4021, après 70 jours (délai réglementaire : deux mois)" in text
    assert "changement d’attribution le 7 avril 2026" in text
    assert "Question signalée au Gouvernement" in text
    assert "Même réponse donnée à 2 questions" in text
    assert '<a href="/questions/QANR5L17QE13354">La même, par un autre</a>' in text
    assert "Questions proches" in text
    assert "Par leurs mots : Santé." in text
    assert 'href="/questions/QANR5L16QE18111"' in text
    assert 'href="/?auteur=M.+Ernest+Fauvel"' in text
    assert "https://questions.assemblee-nationale.fr/q17/17-13353QE.htm" in text


def test_an_exchange_in_a_sitting_is_one_part(client: FlaskClient) -> None:
    """A question au Gouvernement without a text of its own is one exchange, with one date."""
    text = page(client, "/questions/QANR5L16QG925")

    assert '<h2 id="titre-question">' not in text
    assert "Question et réponse en séance" in text
    assert "publiée au JO le" not in text
    assert "séance du 7 juin 2023" in text


def test_tables_scroll_in_their_own_frame(client: FlaskClient) -> None:
    """A wide table never widens the page, and is reached by keyboard."""
    text = page(client, "/questions/QANR5L17QE13353")

    assert 'role="region" aria-label="Tableau" tabindex="0"><table>' in text


@pytest.mark.parametrize(
    ("uid", "sentence"),
    [
        ("QANR5L17QE2621", "En attente depuis 8 mois, délai dépassé"),
        ("QANR5L17QE2621", "a pris fin le 2 novembre 2025"),
        ("QANR5L17QE2621", "<h1>Question écrite n° 2621</h1>"),
        ("QANR5L16QE18111", "Question retirée le 11 juin 2024 : fin de mandat."),
        ("QANR5L16QE900001", "Restée sans réponse (législature terminée)."),
    ],
)
def test_a_question_without_answer_says_why(client: FlaskClient, uid: str, sentence: str) -> None:
    """Waiting, withdrawn and unanswered questions are told in words."""
    assert sentence in page(client, f"/questions/{uid}")


def test_the_way_back_keeps_the_search(client: FlaskClient) -> None:
    """A question reached from a search marks its words and leads back to its place."""
    text = page(client, "/questions/QANR5L17QE13353?q=cotisations&legislature=17&page=2&rang=11")

    assert '<mark id="m1">cotisations</mark>' in text
    assert 'href="/?q=cotisations&amp;legislature=17&amp;page=2#r11"' in text
    assert f'<link rel="canonical" href="{BASE}/questions/QANR5L17QE13353">' in text


def test_a_malformed_search_does_not_hide_the_question(client: FlaskClient) -> None:
    """What follows a question's address can't make it unreadable."""
    assert "<h1>" in page(client, "/questions/QANR5L17QE2621?page=x&q=a&q=b&rang=%22%3E")


def test_a_fictional_question_has_no_official_page(client: FlaskClient) -> None:
    """Nothing invented links to the Assemblée."""
    assert "Voir sur le site de l’Assemblée" not in page(client, "/questions/QANR5L16QE900001")


@pytest.mark.parametrize("path", ["/", "/?q=a", "/questions/QANR5L17QE2621", "/aide", "/x"])
def test_a_fictional_corpus_says_so_everywhere(path: str, fictional_client: FlaskClient) -> None:
    """Every page of the demo says that it is fiction, errors included."""
    assert "Questions fictives, pour démonstration." in fictional_client.get(path).text


@pytest.mark.parametrize("path", ["/", "/?q=a", "/questions/QANR5L17QE2621", "/aide", "/x"])
def test_every_page_names_source_and_date(client: FlaskClient, path: str) -> None:
    """Attribution, freshness and independence stand on every page."""
    text = words(client.get(path).text)

    assert "Source : Assemblée nationale, Licence Ouverte, données au JO du" in text
    assert "Données arrêtées au JO du" in text
    assert "Site indépendant : seul le Journal officiel fait foi." in text


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/?legislature=17&q=a&page=1&par=10&champ=", "/?q=a&amp;legislature=17"),
        ("/?q=a&tri=pertinence&utm_source=x", "/?q=a"),
        ("/questions/QANR5L17QE2621?q=a", "/questions/QANR5L17QE2621"),
        ("/aide", "/aide"),
    ],
)
def test_one_search_has_one_address(client: FlaskClient, path: str, canonical: str) -> None:
    """The canonical link has one order and no defaults."""
    assert f'<link rel="canonical" href="{BASE}{canonical}">' in page(client, path)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/q17/17-2621QE.htm", "/questions/QANR5L17QE2621"),
        ("/dyn/17/questions/QANR5L17QE2621", "/questions/QANR5L17QE2621"),
        ("/dyn/17/questions/QANR5L17QE2621.pdf", "/questions/QANR5L17QE2621"),
        ("/questions/qanr5l17qe2621", "/questions/QANR5L17QE2621"),
        ("/questions/qanr5l17qe2621?q=%C3%A9", "/questions/QANR5L17QE2621?q=%C3%A9"),
    ],
)
def test_official_addresses_are_moved_for_good(client: FlaskClient, path: str, target: str) -> None:
    """The Assemblée's own addresses lead to the same question here."""
    response = client.get(path)

    assert (response.status_code, response.headers["Location"]) == (301, target)


@pytest.mark.parametrize(
    "path",
    [
        "/q16/17-2621QE.htm",
        "/q17/17-QE.htm",
        "/dyn/16/questions/QANR5L17QE2621",
        "/dyn/17/questions/autre.pdf",
        "/questions/QANR5L17QE99",
        "/questions/%00",
        "/questions/a%FF",
    ],
)
def test_addresses_of_nothing_are_worded(client: FlaskClient, path: str) -> None:
    """An address that names no question says what to check."""
    text = page(client, path, code=404)

    assert "Aucune question à cette adresse. Vérifiez la législature et le numéro." in text
    assert 'role="search"' in text


@pytest.mark.parametrize(
    "query",
    [
        "QANR5L17QE2621",
        " qanr5l17qe2621 ",
        "17-2621QE",
        "https://questions.assemblee-nationale.fr/q17/17-2621QE.htm",
        "https://questions.assemblee-nationale.fr/dyn/17/questions/QANR5L17QE2621",
        "https://www.assemblee-nationale.fr/dyn/17/questions/QANR5L17QE2621.pdf",
    ],
)
def test_a_pasted_address_opens_its_question(client: FlaskClient, query: str) -> None:
    """A whole query that names a question goes straight to it."""
    response = client.get(f"/?{urlencode({'q': query})}")

    assert response.status_code == 302
    assert response.headers["Location"] == "/questions/QANR5L17QE2621"


def test_a_number_that_is_no_question_is_searched(client: FlaskClient) -> None:
    """A name of a question that isn't held is a search like any other."""
    assert 'class="recherche-faite"' in page(client, "/?q=17-99QE")


def test_dates_in_force_fill_the_form(client: FlaskClient) -> None:
    """A period in force shows in its fields and as one chip."""
    text = page(client, "/?du=2024-04-01&au=2024-12-03")

    assert f'name="du" value="{date(2024, 4, 1).isoformat()}"' in text
    assert "Question publiée au JO entre le 1er avril 2024 et le 3 décembre 2024" in text


def test_a_reversed_period_is_told_not_refused(client: FlaskClient) -> None:
    """Nothing is found, the page says why, and its dates can be changed."""
    text = page(client, "/?du=2024-12-03&au=2024-04-01")

    assert "La période demandée se termine avant de commencer." in text
    assert '<details class="facette" open> <summary>Dates et renouvellement' in text
    assert 'name="du" value="2024-12-03"' in text


def test_a_malformed_date_says_how_to_write_one(client: FlaskClient) -> None:
    """Every date that can't be read is named; the rest of the search is one link away."""
    text = page(client, "/?q=cotisations&du=hier&reponse_au=2024-02-30", code=400)

    assert "Date « hier » non valable. Exemple : 2025-04-22." in text
    assert "Date « 2024-02-30 » non valable." in text
    assert 'href="/?q=cotisations"' in text


def test_each_filter_has_a_chip(client: FlaskClient) -> None:
    """One for each value, each period and the renewal, and one link for all of them."""
    text = page(
        client,
        "/?q=a&legislature=17&legislature=16&groupe=-X&renouvelee=1&du=2020-01-01"
        "&reponse_du=2020-01-01&reponse_au=2021-01-01&tri=ancien&par=50&vue=texte",
    )

    assert text.count('class="filtre"') == 6
    assert 'href="/?q=a&amp;tri=ancien&amp;par=50&amp;vue=texte">Effacer tous les filtres' in text
