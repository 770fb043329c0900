"""What is on screen is what is exported: pages, tables, lines and the API give one list."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from index.question import Question
from index.sources.ndjson import parse_line
from index.stores.whoosh_store import open_index, open_store
from search.engine import open_engine
from tests.publishing import publish
from tests.web.conftest import DONNEES_AU, day_of_the_data
from web.application import create_app
from web.settings import Settings

DRAFT = (
    "Mme la députée appelle l'attention du ministre sur la situation des infirmiers libéraux dans "
    "les territoires ruraux, où les médecins manquent et où les patients renoncent aux soins faute "
    "de rendez-vous et de transports, et lui demande ce qu'il compte faire pour y remédier"
)

SEARCHES = {
    "tout": "tri=recent&par=50",
    "un mot": "q=retraite",
    "un mot accentué": "q=m%C3%A9decin",
    "un mot sans accent": "q=medecin",
    "plusieurs mots": "q=cotisations+sociales",
    "de petits mots seuls": "q=%C3%A0+la&par=50",
    "un mot élidé": "q=l%E2%80%99eau",
    "un mot composé": "q=micro-entreprise",
    "un nombre": "q=2+000",
    "un sigle": "q=cnam",
    "un sigle entre guillemets": "q=%22cnam%22",
    "une expression": "q=%22d%C3%A9serts+m%C3%A9dicaux%22",
    "des mots proches": "q=%22sociales+cotisations%22~5",
    "un début de mot": "q=infirm*",
    "un mot exclu": "q=retraite+-pension",
    "SAUF": "q=retraite+SAUF+pension",
    "OU": "q=eau+OU+%C3%A9cole",
    "des parenthèses": "q=%28m%C3%A9decins+OU+infirmiers%29+territoires",
    "une parenthèse non fermée": "q=%28m%C3%A9decins+OU+infirmiers",
    "un champ : titre": "q=titre%3Aretraite",
    "un champ : reponse": "q=reponse%3Acotisations",
    "un champ : auteur": "q=auteur%3Acastagnol",
    "un champ : ministere": "q=ministere%3A%22travail+et+emploi%22",
    "un champ : numero": "q=numero%3A900074",
    "dans les questions": "q=retraite&champ=question",
    "dans les réponses": "q=retraite&champ=reponse&par=15",
    "une législature": "legislature=17&par=25",
    "deux législatures": "legislature=15&legislature=16&par=25",
    "une législature exclue": "legislature=-17&q=eau",
    "un type": "type=QG&type=QOSD",
    "un état": "statut=en_attente",
    "en retard": "statut=en_retard&par=7",
    "en attente, sans retard": "statut=en_attente&statut=-en_retard",
    "deux ministères": "ministere=Transports&ministere=travail+et+EMPLOI&par=15",
    "un ministère interrogé exclu": "ministere_interroge=-Culture&q=territoires",
    "des rubriques": "rubrique=logement&rubrique=outre-mer&rubrique=-eau+et+assainissement",
    "un groupe exclu": "groupe=-Union+des+territoires&legislature=17&par=25",
    "un auteur sans civilité": "auteur=noemie+oeuvrard&par=3",
    "des départements": "departement=Lot&departement=La+R%C3%A9union",
    "des années": "annee=2025&annee=2026&annee=-2024&par=25",
    "signalées": "signalee=1",
    "non signalées": "signalee=-1&legislature=17&par=100",
    "renouvelées": "renouvelee=1",
    "des dates de question": "du=2024-01-01&au=2025-06-30",
    "des dates de réponse": "reponse_du=2025-01-01&reponse_au=2026-05-12&par=25",
    "tri : pertinence": "q=sant%C3%A9+publique&tri=pertinence&par=25",
    "tri : recent": "q=sant%C3%A9&tri=recent&par=25",
    "tri : ancien": "tri=ancien&legislature=14",
    "tri : reponse": "tri=reponse&par=25",
    "tri : delai": "tri=delai&statut=en_attente&statut=repondue&par=25",
    "une question par page": "q=infirm*&legislature=16&par=1",
    "cent questions par page": "par=100",
    "une page du milieu": "q=retraite&page=2&par=15",
    "une page au-delà": "q=retraite&page=99",
    "aucun résultat": "q=quzwx",
    "vide par ses filtres": "q=retraite&legislature=8",
    "une valeur que rien ne porte": "ministere=Affaires+lunaires",
    "les plus proches": "q=d%C3%A9serts+m%C3%A9dicaux+licornes",
    "les plus proches, filtrées": "q=d%C3%A9serts+m%C3%A9dicaux+licornes&legislature=16",
    "un projet de question": f"q={DRAFT.replace(' ', '+')}",
    "un paramètre inconnu": "q=eau&couleur=bleu&utm_source=x",
}
"""Query strings by what they try."""

EMPTY = {name for name in SEARCHES if name.startswith(("aucun", "vide", "une valeur", "les plus"))}
EMPTY.add("un projet de question")


def in_several_steps(questions: list[Question], directory: Path) -> None:
    """An index of these questions in several segments, with versions that were replaced."""
    outdated = [replace(question, titre="Ancien titre, eau") for question in questions[-9:]]
    for batch in ([*outdated, *questions[:125]], questions[125:165], questions[165:]):
        with open_store(directory, fictional=True, today=DONNEES_AU) as store:
            publish(store, batch)


@pytest.fixture(scope="module")
def segmented_client(
    demo_client: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of the site over the demo corpus, indexed in several steps."""
    directory = tmp_path_factory.mktemp("steps") / "index"
    lines = demo_client.get("/recherche.ndjson?tri=ancien").data.splitlines()
    in_several_steps([parse_line(line, "demo") for line in lines], directory)
    with closing(open_engine(directory)) as engine:
        app = create_app(engine, settings=Settings(), today=day_of_the_data)
        app.config["segments"] = len(open_index(directory).toc().segments)
        yield app.test_client()


REGEX = {"namespaces": {"re": "http://exslt.org/regular-expressions"}}
"""What `re:test` needs in a path."""


def without_page(query: str) -> str:
    return re.sub(r"&page=\d+", "", query)


def on_pages(client: FlaskClient, query: str) -> tuple[list[str], list[str]]:
    """The uids of results and of closest questions, on every page from the first one."""
    found: list[str] = []
    closest: list[str] = []
    address = f"/?{without_page(query)}"
    while address:
        page = html.fromstring(client.get(address).data)
        for item in page.xpath('//*[@id="resultats"]//*[re:test(@id, "^[rp][0-9]+$")]', **REGEX):
            uid = urlsplit(item.xpath('.//a[starts-with(@href, "/questions/")]/@href')[0]).path
            kind = found if item.get("id").startswith("r") else closest
            kind.append(uid.removeprefix("/questions/"))
            assert item.get("id")[1:] == str(len(kind))
        address = next(iter(page.xpath('//main//a[@rel="next"]/@href')), "")
    return found, closest


def of_api(client: FlaskClient, query: str) -> list[str]:
    """The uids of every page of the API, from the first one, by its links."""
    found: list[str] = []
    address = f"/api/v1/questions?{without_page(query)}"
    while address:
        answer = client.get(address)
        assert answer.json is not None
        found += [hit["uid"] for hit in answer.json["resultats"]]
        links = "\n".join(answer.headers.getlist("Link"))
        following = re.search(r'<(.*)>; rel="next"', links)
        address = following[1] if following else ""
    return found


def closest_of_api(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/api/v1/questions?{query}").json
    assert answer is not None
    return [hit["uid"] for hit in answer["approches"]]


def of_lines(client: FlaskClient, query: str) -> list[str]:
    lines = client.get(f"/recherche.ndjson?{query}").text.splitlines()
    return [json.loads(line)["uid"] for line in lines]


def of_table(client: FlaskClient, query: str, separator: str) -> list[str]:
    choice = "&sep=virgule" if separator == "," else ""
    text = client.get(f"/recherche.csv?{query}{choice}").text.removeprefix("\ufeff")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    return [row["uid"] for row in rows]


def total_of(client: FlaskClient, address: str) -> int:
    answer = client.get(address).json
    assert answer is not None
    total: int = answer["total"]
    return total


def test_there_are_fifty_searches() -> None:
    """All of them different."""
    assert len(set(SEARCHES.values())) == len(SEARCHES) >= 50


def test_the_index_of_several_steps_has_several_segments(segmented_client: FlaskClient) -> None:
    """Otherwise the tests below would try one case twice."""
    assert segmented_client.application.config["segments"] > 1


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_on_screen_is_what_is_exported(demo_client: FlaskClient, name: str) -> None:
    """One list in one order, and its length, wherever it is read."""
    check(demo_client, SEARCHES[name], empty=name in EMPTY)


@pytest.mark.parametrize("name", SEARCHES)
def test_an_index_of_several_segments_says_the_same(
    demo_client: FlaskClient, segmented_client: FlaskClient, name: str
) -> None:
    """On screen and exported, and as an index made at once says it."""
    query = SEARCHES[name]
    check(segmented_client, query, empty=name in EMPTY)

    assert of_lines(segmented_client, query) == of_lines(demo_client, query)
    assert closest_of_api(segmented_client, query) == closest_of_api(demo_client, query)


def check(client: FlaskClient, query: str, *, empty: bool) -> None:
    shown, closest = on_pages(client, query)

    assert of_api(client, query) == shown
    assert of_lines(client, query) == shown
    assert of_table(client, query, ";") == shown
    assert of_table(client, query, ",") == shown
    assert total_of(client, f"/recherche.meta.json?{query}") == len(shown)
    assert total_of(client, f"/api/v1/questions?{query}") == len(shown)
    assert (not shown) == empty
    assert not (shown and closest)


@pytest.mark.parametrize("name", ["les plus proches", "un projet de question"])
def test_the_closest_questions_are_on_screen_only(demo_client: FlaskClient, name: str) -> None:
    """The API has them apart; no export has."""
    _, closest = on_pages(demo_client, SEARCHES[name])

    assert closest
    assert closest_of_api(demo_client, SEARCHES[name]) == closest
    assert of_lines(demo_client, SEARCHES[name]) == []


def test_a_page_of_the_middle_is_its_part_of_the_whole(demo_client: FlaskClient) -> None:
    """Page and API agree on it too."""
    whole, _ = on_pages(demo_client, "q=retraite&par=7")
    answer = demo_client.get("/api/v1/questions?q=retraite&par=7&page=2").json

    assert answer is not None
    assert [hit["uid"] for hit in answer["resultats"]] == whole[7:14]
