"""Whoever has the newest answer is told so without any work; nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.question import Question, make_question
from index.stores.whoosh_store import open_store
from search.engine import Engine, Health, open_engine
from tests.publishing import publish
from tests.web.conftest import DONNEES_AU, LoopEngine, MakeClient, day_of_the_data
from tests.web.test_compression import BROWSER, accepting
from web.application import create_app
from web.settings import Settings
from web.validators import NEVER, WITHOUT_INDEX

PATHS = (
    "/",
    "/?q=cotisations",
    "/?q=cotisations&vue=texte&filtre_rubrique=s&inconnu=x",
    "/questions/QANR5L17QE13353",
    "/questions/QANR5L17QE13353?q=cotisations&rang=1&surlignage=0",
    "/questions/QANR5L17QE13353.bib",
    "/questions/QANR5L17QE13353.ris",
    "/statistiques",
    "/statistiques?q=cotisations&frise=mois",
    "/statistiques.csv",
    "/statistiques.csv?tableau=mois&sep=virgule",
    "/corpus",
    "/aide",
    "/a-propos",
    "/recherche.csv?q=cotisations",
    "/recherche.ndjson",
    "/recherche.meta.json",
    "/recherche.atom?q=cotisations",
    "/api/v1/questions?q=cotisations",
    "/api/v1/questions/QANR5L17QE13353",
    "/api/v1/facettes/rubrique?prefixe=s",
    "/api/v1/suggestions?q=coti",
    "/suggestions.json?q=coti",
    "/api/openapi.json",
    "/opensearch.xml",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/sitemap-2.xml",
    "/robots.txt",
)
"""Every kind of answer that follows from the index, the program or the settings."""


CONTENT_HEADERS = {"Content-Type", "Content-Length", "Content-Encoding"}


def etag_of(client: FlaskClient, path: str) -> str:
    return client.get(path, buffered=True).headers["ETag"]


def test_every_endpoint_is_tried_or_declared(app: Flask) -> None:
    """An endpoint has a validator, tried below, unless it is declared to have none or moves."""
    tried = {match_of(app, path) for path in PATHS}
    declared = NEVER | {"question_pages.official_address"}

    assert tried | declared == set(app.view_functions)
    assert not tried & declared
    assert tried > WITHOUT_INDEX


def match_of(app: Flask, path: str) -> str:
    endpoint: str = app.url_map.bind("localhost").match(path.partition("?")[0])[0]
    return endpoint


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_has_a_weak_tag_and_is_asked_again(client: FlaskClient, path: str) -> None:
    """Weak, since the same answer comes compressed or not, and says how long it took."""
    answer = client.get(path, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["ETag"].startswith('W/"')
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Last-Modified" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_known_is_not_made_again(app: Flask, client: FlaskClient, path: str) -> None:
    """A 304 with the same tag, for GET and HEAD, compressed or not; its view isn't called."""
    known = etag_of(client, path)

    def view(**_: str) -> str:
        raise AssertionError("the view was called")

    app.view_functions = dict.fromkeys(app.view_functions, view)
    for method, encoding in product(("GET", "HEAD"), (BROWSER, "identity")):
        headers = accepting(encoding, **{"If-None-Match": known})
        again = client.open(path, method=method, headers=headers)

        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == known
        assert again.headers["Cache-Control"] == "no-cache"
        assert "Accept-Encoding" in again.headers["Vary"]
        assert not CONTENT_HEADERS & set(again.headers.keys())


@pytest.mark.parametrize("path", PATHS)
def test_a_tag_is_the_same_for_head_and_in_every_encoding(client: FlaskClient, path: str) -> None:
    """A browser may ask in one way and again in another."""
    plain = etag_of(client, path)

    assert client.head(path).headers["ETag"] == plain
    for encoding in ("br", "gzip", "zstd"):
        answer = client.get(path, headers=accepting(encoding), buffered=True)
        assert answer.headers["ETag"] == plain


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{}", 304),
        ('"another", {}', 304),
        ('{}, W/"another"', 304),
        ("{strong}", 304),
        ("*", 304),
        ('"another"', 200),
        ('W/"another", "{}"', 200),
        ("", 200),
        (", ,", 200),
        ('W/"', 200),
        ("\u00e9", 200),
    ],
)
@pytest.mark.parametrize("path", ["/?q=cotisations", "/recherche.ndjson", "/sitemap-2.xml"])
def test_conditions_of_every_shape(
    client: FlaskClient, path: str, condition: str, status: int
) -> None:
    """Lists, strong forms of the tag, any tag, others, and what means nothing."""
    known = etag_of(client, path)
    given = condition.format(known, strong=known.removeprefix("W/"))

    answer = client.get(path, headers={"If-None-Match": given}, buffered=True)

    assert answer.status_code == status
    assert bool(answer.data) is (status == 200)
    assert answer.headers["ETag"] == known


def test_a_date_alone_is_no_condition(client: FlaskClient) -> None:
    """Two builds of one day, or another version of the program, would go unnoticed."""
    answer = client.get(
        "/recherche.atom", headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    )

    assert answer.status_code == 200


NOT_FOUND_OR_MOVED = (
    ("/?page=x", 400),
    ("/?q=a&q=b", 400),
    ("/api/v1/questions?page=0", 400),
    ("/nulle-part", 404),
    ("/questions/QANR5L17QE1", 404),
    ("/questions/QANR5L17QE1.bib", 404),
    ("/api/v1/facettes/couleur", 404),
    ("/sitemap-9.xml", 404),
    ("/questions/qanr5l17qe13353", 301),
    ("/q17/17-2621QE.htm", 301),
    ("/?q=17-2621QE", 302),
    ("/?q=cotisations&tout_cocher=rubrique", 302),
)


@pytest.mark.parametrize("condition", ['"x"', "*"])
@pytest.mark.parametrize(("path", "status"), NOT_FOUND_OR_MOVED)
def test_what_is_no_answer_has_no_validator(
    client: FlaskClient, path: str, status: int, condition: str
) -> None:
    """A 304 would say that there is something; errors are asked for again, moves are for good."""
    answer = client.get(path, headers={"If-None-Match": condition})

    assert answer.status_code == status
    assert "ETag" not in answer.headers
    assert answer.headers.get("Cache-Control") == (None if status == 301 else "no-cache")


@pytest.mark.parametrize("path", ["/?q=cotisations", "/recherche.csv", "/api/v1/questions"])
def test_failures_have_no_validator(
    missing_index: FlaskClient, client_of: MakeClient, path: str
) -> None:
    """Neither a lost index nor a bug is to be kept; a refused method neither."""
    bug = client_of(RuntimeError("a bug"))
    answers = [missing_index.get(path), bug.get(path), bug.post(path)]

    assert [answer.status_code for answer in answers] == [503, 500, 405]
    for answer in answers:
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-cache"


def test_the_state_of_the_service_is_never_known(
    client: FlaskClient, missing_index: FlaskClient
) -> None:
    """Whoever watches it hears what is so now."""
    for site in (client, missing_index):
        answer = site.get("/sante", headers={"If-None-Match": "*"})

        assert answer.json
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api/openapi.json", "/opensearch.xml"])
def test_what_needs_no_index_is_known_without_one(missing_index: FlaskClient, path: str) -> None:
    """Its tag stands for the program and its settings."""
    known = etag_of(missing_index, path)

    assert missing_index.get(path, headers={"If-None-Match": known}).status_code == 304


def test_static_files_keep_validators_of_their_own(client: FlaskClient) -> None:
    """A strong tag of their bytes, and a year."""
    answer = client.get("/static/site.css", buffered=True)

    assert not answer.headers["ETag"].startswith("W/")
    assert "max-age=31536000" in answer.headers["Cache-Control"]


# What changes a tag


def test_each_address_has_its_own_tag(client: FlaskClient) -> None:
    """As it was asked: what was typed is written into pages."""
    paths = (*PATHS, "/?q=Cotisations", "/?q=cotisations+", "/?utm_source=x&q=cotisations")

    assert len({etag_of(client, path) for path in paths}) == len(paths)


def test_a_tag_changes_with_what_is_written(
    engine: LoopEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index, the notice that it has grown old, each setting, the program: at every address."""
    health, settings = engine.health(), Settings(url="https://questions.example.org")
    late = DONNEES_AU + timedelta(31)
    states = [
        *((settings, day, health) for day in (DONNEES_AU, late, late + timedelta(1))),
        (replace(settings, titre="Un autre nom"), DONNEES_AU, health),
        (replace(settings, contact="contact@example.org"), DONNEES_AU, health),
        (replace(settings, url="https://ailleurs.example.org"), DONNEES_AU, health),
        (settings, DONNEES_AU, replace(health, generation=4)),
        (settings, DONNEES_AU, replace(health, edition="another")),
        (settings, DONNEES_AU, replace(health, fictional=True)),
    ]
    seen = [etags_in_state(engine, state, monkeypatch) for state in states]
    monkeypatch.setattr("web.validators.program_fingerprint", lambda: "another program")
    seen.append(etags_in_state(engine, states[0], monkeypatch))
    different = {path: len({etags[path] for etags in seen}) for path in PATHS}

    assert different == {
        path: 5 if path in ("/api/openapi.json", "/opensearch.xml") else 10 for path in PATHS
    }


def etags_in_state(
    engine: LoopEngine, state: tuple[Settings, date, Health], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    settings, day, health = state
    monkeypatch.setattr(engine, "health", lambda: health)
    client = create_app(engine, settings=settings, today=lambda: day).test_client()
    return {path: etag_of(client, path) for path in PATHS}


def test_the_host_counts_only_where_the_settings_do_not_say_it(engine: LoopEngine) -> None:
    """It is written into feeds, sitemaps and previews."""
    named = create_app(engine, settings=Settings(url="https://a.example.org"))
    unnamed = create_app(engine, settings=Settings())
    path = "/recherche.atom"
    hosts = [{"base_url": f"http://{host}"} for host in ("a.example.org", "b.example.org")]

    tags = {
        app: {app.test_client().get(path, **host).headers["ETag"] for host in hosts}
        for app in (named, unnamed)
    }

    assert (len(tags[named]), len(tags[unnamed])) == (1, 2)


# An index that changes while it is served


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return made(tmp_path / "index", 1)


def made(directory: Path, number: int) -> Path:
    """An index with one more question."""
    with open_store(directory, fictional=False, today=date(2026, 5, 13)) as store:
        publish(store, [question_of(number)])
    return directory


def question_of(number: int) -> Question:
    return make_question(
        uid=f"QANR5L17QE{number}", titre="Écoles", date_question=date(2026, 5, 12), source="a"
    )


@pytest.fixture
def workers(directory: Path) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Two processes' sites over one index."""
    with closing(open_engine(directory)) as one, closing(open_engine(directory)) as other:
        yield site_over(one), site_over(other)


def site_over(engine: Engine) -> FlaskClient:
    return create_app(engine, settings=Settings(), today=day_of_the_data).test_client()


def test_workers_agree(workers: tuple[FlaskClient, FlaskClient]) -> None:
    """Whichever of them is asked again knows what the other one sent."""
    one, other = workers
    for path in ("/?q=ecoles", "/api/v1/questions", "/recherche.ndjson", "/aide"):
        known = etag_of(one, path)
        assert other.get(path, headers={"If-None-Match": known}).status_code == 304


def test_a_build_is_noticed_by_each_worker(
    directory: Path, workers: tuple[FlaskClient, FlaskClient]
) -> None:
    """The one that has not yet opened the new generation does so before it says anything."""
    one, other = workers
    old = etag_of(one, "/api/v1/questions")
    made(directory, 2)

    new = one.get("/api/v1/questions", headers={"If-None-Match": old})
    same = other.get("/api/v1/questions", headers={"If-None-Match": new.headers["ETag"]})
    whole = other.get("/api/v1/questions", headers={"If-None-Match": old})

    assert (new.status_code, new.json and new.json["total"]) == (200, 2)
    assert same.status_code == 304
    assert (whole.status_code, whole.json and whole.json["total"]) == (200, 2)


def test_a_build_between_the_tag_and_the_answer_is_not_missed(
    directory: Path, workers: tuple[FlaskClient, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is the newer one under the older tag: asked again, it comes once more."""
    client, _ = workers
    made_before_searching = iter((2,))
    reading = client.application.view_functions["api.search_questions"]

    def view() -> object:
        for number in made_before_searching:
            made(directory, number)
        return reading()

    monkeypatch.setitem(client.application.view_functions, "api.search_questions", view)
    first = client.get("/api/v1/questions")
    again = client.get("/api/v1/questions", headers={"If-None-Match": first.headers["ETag"]})

    assert first.json and first.json["total"] == 2
    assert again.status_code == 200


def test_an_index_made_anew_is_another(tmp_path: Path) -> None:
    """It counts from the first generation again, and may hold as many questions as before."""
    tags = set()
    for name in ("one", "other"):
        with closing(open_engine(made(tmp_path / name, 1))) as engine:
            tags.add(etag_of(site_over(engine), "/?q=ecoles"))

    assert len(tags) == 2
