"""Texts that mean harm are shown as texts, wherever they come to stand."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from index.builder import build
from index.markup import ALLOWED_TAGS
from index.question import RECORD_FIELDS
from search.engine import open_engine
from tests.hostile_texts import HARMS, WORD, hostile_records, uid_of, write_hostile_file
from tests.web.conftest import DONNEES_AU, day_of_the_data
from tests.web.test_markup import Page
from web.application import create_app
from web.security import CONTENT_SECURITY_POLICY
from web.settings import Settings

NUMBERS = range(1, len(HARMS) + 1)
FACETS_OF_TEXTS = (
    "ministere",
    "ministere_interroge",
    "rubrique",
    "groupe",
    "auteur",
    "departement",
)

OUR_TAGS = ALLOWED_TAGS | frozenset(
    """a abbr article aside b body button caption cite code datalist dd defs details div dl dt
    fieldset figcaption figure footer form g h1 h2 h3 h4 head header html i input kbd label legend
    li line link main mark meta nav ol optgroup option path pattern pre rect script section select
    small span summary svg template text time title wbr""".split()
)
"""What our templates are made of."""

HOSTS = {"www.assemblee-nationale.fr", "data.assemblee-nationale.fr", "www.etalab.gouv.fr"}
HOSTS |= {"questions.assemblee-nationale.fr", "www.defenseurdesdroits.fr"}
"""Where links of ours may lead."""


@pytest.fixture(scope="module")
def hostile_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a site over an index of nothing but harm."""
    folder = tmp_path_factory.mktemp("hostile")
    directory = folder / "index"
    build([write_hostile_file(folder)], directory, today=DONNEES_AU, progress=lambda *_, **__: None)
    with closing(open_engine(directory)) as engine:
        yield create_app(engine, settings=Settings(), today=day_of_the_data).test_client()


PAGES = (
    *("/", "/?tri=recent&par=100", f"/?q={WORD}&par=100", f"/?q={WORD}+licornes"),
    f"/?q={WORD}&par=100&vue=texte&frise=mois&mesure=part",
    *("/corpus", "/aide", "/a-propos", "/nulle-part"),
)


def pages_about(number: int, harm: str) -> Iterator[str]:
    """The questions that hold a harm, and the harm in every place of an address."""
    asked = quote(harm)
    yield f"/questions/{uid_of(number)}"
    yield f"/questions/{uid_of(number + 100)}?q={WORD}&rang=1"
    yield f"/questions/{uid_of(number)}?q={asked}&rubrique={asked}&rang={asked}"
    yield f"/?q={asked}"
    yield f"/?q=%22{asked}%22&champ=reponse"
    yield f"/?{asked}=1&q={WORD}"
    yield "/?" + "&".join(f"{name}={asked}" for name in FACETS_OF_TEXTS)
    yield f"/?du={asked}&page={asked}&statut={asked}&vue={asked}"
    yield f"/questions/{asked}"
    yield f"/{asked}"


def complaints(page: Page) -> Iterator[str]:
    """What stands in a page and is none of ours."""
    for tag, attrs in page.tags:
        if tag not in OUR_TAGS:
            yield f"<{tag}>"
        for name, value in attrs.items():
            if name == "style" or not re.fullmatch(r"[a-z][a-z-]*[0-9]?", name):
                yield f"<{tag} {name}={value!r}>"
            if name.startswith("on"):
                yield f"<{tag} {name}={value!r}>"
            if name in ("href", "src", "action", "formaction") and not ours(value or ""):
                yield f"<{tag} {name}={value!r}>"
    yield from ("a <script> without src" for _ in inline_scripts(page))
    if page.stack:
        yield f"unclosed: {page.stack}"


def inline_scripts(page: Page) -> list[dict[str, str | None]]:
    """Data isn't run: only what describes a question is written so."""
    scripts = [attrs for tag, attrs in page.tags if tag == "script" and "src" not in attrs]
    return [attrs for attrs in scripts if attrs != {"type": "application/ld+json"}]


def ours(address: str) -> bool:
    """Whether a link leads to a page of the site, or to one that our templates name."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return parts.scheme == "https" and parts.netloc in HOSTS
    return address.startswith(("/", "#"))


def check_headers(answer: TestResponse) -> None:
    policy = answer.headers["Content-Security-Policy"]

    assert policy == CONTENT_SECURITY_POLICY
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def check_page(client: FlaskClient, address: str) -> None:
    answer = client.get(address)

    check_headers(answer)
    assert answer.status_code in (200, 302, 400, 404), address
    if answer.mimetype == "text/html" and answer.status_code != 302:
        assert list(complaints(Page(answer.text))) == [], address
        assert "\0" not in answer.text, address
        assert "7*7" in answer.text or "{{7" not in answer.text, address


@pytest.mark.parametrize("address", PAGES)
def test_no_text_becomes_markup(hostile_client: FlaskClient, address: str) -> None:
    """Every tag and attribute is one of ours, every link leads where ours do."""
    check_page(hostile_client, address)


@pytest.mark.parametrize("number", NUMBERS, ids=HARMS)
def test_no_harm_of_an_address_becomes_markup(hostile_client: FlaskClient, number: int) -> None:
    """On the pages of the questions that hold it, and wherever an address brings it."""
    for address in pages_about(number, list(HARMS.values())[number - 1]):
        check_page(hostile_client, address)


class Words(Page):
    """What a page says, tags aside."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        super().__init__(text)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def said(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.mark.parametrize("number", NUMBERS, ids=HARMS)
def test_a_hostile_title_can_be_read(hostile_client: FlaskClient, number: int) -> None:
    """As it was published, in the list, on its page and in the page's own title."""
    titre = hostile_client.get(f"/api/v1/questions/{uid_of(number)}").get_json()["titre"]
    question = Words(hostile_client.get(f"/questions/{uid_of(number)}").text).said
    results = Words(hostile_client.get(f"/?q=numero:{number}").text).said

    assert WORD in titre
    # Signs that turn the direction of writing are no part of what can be read there.
    assert question.count(re.sub("[\u202a-\u202e\u2066-\u2069]", "", titre)) >= 2
    assert titre in results


@pytest.mark.parametrize("facet", FACETS_OF_TEXTS)
def test_a_hostile_value_can_be_chosen_and_excluded(
    hostile_client: FlaskClient, facet: str
) -> None:
    """By its box, as a form sends it, and by its link: each finds what the count says."""
    whole = total_of(hostile_client, "/?tri=recent")
    page = Page(hostile_client.get("/?tri=recent").text)
    boxes = [
        a for tag, a in page.tags if tag == "input" and a.get("name") == facet and "value" in a
    ]
    excluding = [h for h in page.values("href") if h.startswith(f"/?{facet}=-")]
    counts = {
        value["valeur"]: value["nombre"]
        for value in hostile_client.get(f"/api/v1/facettes/{facet}").get_json()["valeurs"]
    }

    assert len(boxes) == len(excluding) == len(counts) >= 15
    chosen = [total_of(hostile_client, f"/?{facet}={quote(a['value'] or '')}") for a in boxes]
    left = [whole - total_of(hostile_client, address) for address in excluding]
    assert sorted(chosen) == sorted(left) == sorted(counts.values())


@pytest.mark.parametrize("number", NUMBERS, ids=HARMS)
def test_a_question_leads_to_those_of_its_values(hostile_client: FlaskClient, number: int) -> None:
    """The links of its margin find at least itself, whatever the value begins with."""
    page = Page(hostile_client.get(f"/questions/{uid_of(number)}").text)
    links = [h for h in page.values("href") if h.startswith("/?") and h != "/?tri=recent"]

    assert links
    assert [link for link in links if not total_of(hostile_client, link)] == []


def total_of(client: FlaskClient, address: str) -> int:
    """How many results a page shows, as the API says them."""
    total: int = client.get(address.replace("/?", "/api/v1/questions?", 1)).get_json()["total"]
    return total


def test_the_api_gives_safe_markup(hostile_client: FlaskClient) -> None:
    """Titles and passages hold marks; whatever else looks like a tag is escaped."""
    answer = hostile_client.get(f"/api/v1/questions?q={WORD}&par=100")
    hits = answer.get_json()["resultats"]
    shown = [hit["titre_html"] for hit in hits]
    shown += [text for hit in hits for side in hit["extraits"].values() for text in side]

    check_headers(answer)
    assert answer.mimetype == "application/json"
    assert len(hits) == 2 * len(HARMS)
    assert [text for text in shown if re.search(r"<(?!/?mark>)", text)] == []


@pytest.mark.parametrize("number", NUMBERS, ids=HARMS)
def test_the_texts_of_the_api_hold_allowed_tags_only(
    hostile_client: FlaskClient, number: int
) -> None:
    """No attribute but spans of cells."""
    record = hostile_client.get(f"/api/v1/questions/{uid_of(number)}").get_json()
    page = Page(f"{record['texte_question']}{record['texte_reponse']}")
    attributes = {name for _, attrs in page.tags for name in attrs}

    assert {tag for tag, _ in page.tags} <= ALLOWED_TAGS
    assert attributes <= {"colspan", "rowspan"}
    assert WORD in record["texte_question_brut"]


@pytest.mark.parametrize("separator", [";", ","])
def test_no_cell_of_a_table_is_computed(hostile_client: FlaskClient, separator: str) -> None:
    """Every cell of text is text; every question is one line with all its cells."""
    answer = hostile_client.get("/recherche.csv" + ("?sep=virgule" if separator == "," else ""))
    text = answer.text.removeprefix("\ufeff")
    names, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)

    check_headers(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert tuple(names) == RECORD_FIELDS
    assert len(rows) == len(list(hostile_records()))
    assert {len(row) for row in rows} == {len(RECORD_FIELDS)}
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(tuple("=+-@"))] == []
    assert "\0" not in text


def test_lines_of_an_export_are_whole(hostile_client: FlaskClient) -> None:
    """A line separator inside a text ends no line, and what means harm is kept as it was."""
    lines = hostile_client.get("/recherche.ndjson?tri=ancien").data.split(b"\n")
    records = [json.loads(line) for line in lines if line]
    kept = {record["rubrique"] for record in records}

    assert len(records) == len(list(hostile_records()))
    assert HARMS["script"] in kept
    assert HARMS["formula"] in kept


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_errors_of_the_api_repeat_harm_as_json(hostile_client: FlaskClient, harm: str) -> None:
    """What was asked is in the message, and no browser takes it for a page."""
    for address in ("/api/v1/questions?tri=", "/recherche.csv?sep=", "/api/v1/facettes/"):
        answer = hostile_client.get(address + quote(harm))

        check_headers(answer)
        assert answer.status_code in (400, 404)
        assert answer.mimetype == "application/json"
        assert answer.get_json()["erreurs"]
