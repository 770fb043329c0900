"""The JSON API as documented (docs/api.md): names, order, shapes, codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from index.question import RECORD_FIELDS
from search.facets import FACETS

SEARCH_FIELDS = [
    "requete",
    "description",
    "total",
    "pages",
    "duree_ms",
    "donnees_au",
    "indications",
    "suggestion",
    "formes",
    "resultats",
    "approches",
    "facettes",
]
HIT_FIELDS = [
    "uid",
    "url",
    "titre",
    "titre_html",
    "legislature",
    "type",
    "numero",
    "auteur",
    "groupe",
    "ministere",
    "rubrique",
    "statut",
    "en_retard",
    "date_question",
    "date_reponse",
    "delai_jours",
    "score",
    "extraits",
]


def get(client: FlaskClient, path: str, *, code: int = 200) -> Any:
    """The JSON body, checked for what every answer of the API has."""
    response = client.get(path)

    assert response.status_code == code
    assert response.mimetype == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return json.loads(response.data.decode("utf-8"))


def test_search_has_the_documented_shape(client: FlaskClient) -> None:
    """Names and order are those of docs/api.md, and all eleven facets are there."""
    body = get(client, "/api/v1/questions?q=cotisations&legislature=17")

    assert list(body) == SEARCH_FIELDS
    assert list(body["resultats"][0]) == HIT_FIELDS
    assert list(body["facettes"]) == [facet.name for facet in FACETS]
    assert body["requete"] == {
        "q": "cotisations",
        "legislature": ["17"],
        "tri": "pertinence",
        "page": 1,
        "par": 10,
    }


def test_json_keeps_french_letters(client: FlaskClient) -> None:
    """Letters are UTF-8, not escapes."""
    assert "Santé" in client.get("/api/v1/questions?q=cotisations").data.decode("utf-8")


def test_pages_and_api_find_the_same(client: FlaskClient) -> None:
    """One query string gives the same questions to people and to programs."""
    query = "q=cotisations&legislature=17&tri=ancien"
    found = [hit["uid"] for hit in get(client, f"/api/v1/questions?{query}")["resultats"]]
    html = client.get(f"/?{query}").text

    assert found
    assert sorted(found, key=html.index) == found


def test_question_has_the_record_and_more(client: FlaskClient) -> None:
    """A question is its record, then what the API adds."""
    body = get(client, "/api/v1/questions/QANR5L17QE13353")

    assert list(body) == [
        *RECORD_FIELDS,
        "url",
        "texte_question_brut",
        "texte_reponse_brut",
        "memes_reponses",
        "proches",
    ]
    assert "<" not in body["texte_reponse_brut"]
    assert body["memes_reponses"] == [
        {
            "uid": "QANR5L17QE13354",
            "titre": "La même, par un autre",
            "url": "/questions/QANR5L17QE13354",
        }
    ]
    assert [one["uid"] for one in body["proches"]] == ["QANR5L16QE18111"]
    assert [list(one) for one in body["proches"]] == [["uid", "titre", "url"]]


def test_a_missing_text_is_null(client: FlaskClient) -> None:
    """No text is null, not an empty string, and being overdue is told."""
    body = get(client, "/api/v1/questions/QANR5L17QE2621")

    assert body["texte_reponse_brut"] is None
    assert body["en_retard"] is True


def test_facet_is_limited_to_a_prefix(client: FlaskClient) -> None:
    """One facet object, its values limited to what is being typed."""
    body = get(client, "/api/v1/facettes/ministere?prefixe=san&legislature=17")

    assert list(body) == ["valeurs", "autres", "sans"]
    assert [value["valeur"] for value in body["valeurs"]] == ["Santé et accès aux soins"]
    assert list(body["valeurs"][0]) == ["valeur", "libelle", "nombre", "choisie", "exclue"]


def test_uid_in_another_case_is_moved(client: FlaskClient) -> None:
    """A question has one address in the API too."""
    response = client.get("/api/v1/questions/qanr5l17qe2621")

    assert response.status_code == 301
    assert response.headers["Location"] == "/api/v1/questions/QANR5L17QE2621"


def test_all_malformed_parameters_are_told(client: FlaskClient) -> None:
    """A 400 lists every mistake, each with its parameter and a sentence."""
    body = get(client, "/api/v1/questions?page=x&du=hier&q=a&q=b", code=400)

    assert [error["parametre"] for error in body["erreurs"]] == ["page", "du", "q"]
    assert body["erreurs"][1]["message"] == "Date « hier » non valable. Exemple : 2025-04-22."


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/questions/QANR5L17QE99", "uid"),
        ("/api/v1/questions/abc", "uid"),
        ("/api/v1/facettes/couleur", "facette"),
        ("/api/v1/rien", None),
    ],
)
def test_unknown_things_are_404_in_one_shape(
    client: FlaskClient, path: str, parameter: str | None
) -> None:
    """Every error of the API has the same shape; null when no parameter is at fault."""
    (error,) = get(client, path, code=404)["erreurs"]

    assert error["parametre"] == parameter
    assert error["message"]


def test_prefix_twice_is_refused(client: FlaskClient) -> None:
    """A parameter that takes one value can't have two."""
    body = get(client, "/api/v1/facettes/auteur?prefixe=a&prefixe=b", code=400)

    assert body["erreurs"][0]["parametre"] == "prefixe"


def test_health_tells_the_generation(client: FlaskClient) -> None:
    """The service says what it answers from."""
    expected = {"statut": "ok", "generation": 3, "questions": 6, "donnees_au": "2026-05-12"}

    assert client.get("/sante").get_json() == expected


def test_health_without_index(missing_index: FlaskClient) -> None:
    """Without an index the same names come with nulls and a 503."""
    response = missing_index.get("/sante")

    assert response.status_code == 503
    assert response.get_json() == {
        "statut": "indisponible",
        "generation": None,
        "questions": None,
        "donnees_au": None,
    }


def test_search_without_index(missing_index: FlaskClient) -> None:
    """A search that can't be answered is a worded 503."""
    (error,) = get(missing_index, "/api/v1/questions?q=a", code=503)["erreurs"]

    assert error["message"] == (
        "Recherche indisponible pour le moment. Réessayez dans quelques minutes."
    )


def test_suggestions_have_the_documented_shape(client: FlaskClient) -> None:
    """Each line says what it is, what it finds, and where that is."""
    (line, *_) = get(client, "/api/v1/suggestions?q=cotisations+financen")["suggestions"]

    assert list(line.items()) == [
        ("texte", "cotisations financent"),
        ("genre", "mot"),
        ("nombre", 2),
        ("url", "/?q=cotisations+financent"),
    ]


def test_suggestions_keep_the_filters(client: FlaskClient) -> None:
    """The counts and the addresses are those of a search within them."""
    body = get(client, "/api/v1/suggestions?q=cotis&legislature=16&page=2&utm_source=x")

    assert [(line["nombre"], line["url"]) for line in body["suggestions"]] == [
        (1, "/?q=cotisations&legislature=16")
    ]


@pytest.mark.parametrize(
    "q",
    ["", "+", "%22", "cotis*", "%00", "%ED%A0%80", "%FF", "(((", "a" * 10_000, "%C3%A9" * 10_000],
    ids=lambda q: q[:9] or "empty",
)
def test_what_cannot_be_completed_has_no_suggestion(client: FlaskClient, q: str) -> None:
    """An empty list, whatever is typed."""
    assert get(client, f"/api/v1/suggestions?q={q}") == {"suggestions": []}


def test_suggestions_without_a_query(client: FlaskClient) -> None:
    """Nothing typed is nothing to complete."""
    assert get(client, "/api/v1/suggestions") == {"suggestions": []}


def test_suggestions_of_a_malformed_search(client: FlaskClient) -> None:
    """A parameter given twice or malformed is told as in a search."""
    (error,) = get(client, "/api/v1/suggestions?q=a&q=b", code=400)["erreurs"]

    assert error["parametre"] == "q"


def test_suggestions_without_index(missing_index: FlaskClient) -> None:
    """An index that can't be read is a worded 503."""
    get(missing_index, "/api/v1/suggestions?q=a", code=503)
