"""Every page says so when its data have grown old."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from index.errors import IndexMissing
from index.question import Question
from search.engine import Engine
from tests.web.conftest import DONNEES_AU, LoopEngine, MakeClient
from web.application import create_app
from web.settings import Settings

NOTICE = "Données anciennes."
PAGES = (
    "/",
    "/?q=cotisations",
    "/questions/QANR5L17QE13353",
    "/aide",
    "/a-propos",
    "/rien",
    "/?page=x",
)


@pytest.fixture
def late(client_of: MakeClient, questions: list[Question]) -> FlaskClient:
    """A client of a site whose newest JO is 31 days old."""
    return client_of(questions, today=lambda: DONNEES_AU + timedelta(31))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_its_data_are_old(late: FlaskClient, page: str) -> None:
    """With how long ago the newest JO came out; errors too."""
    text = " ".join(late.get(page).text.replace("\xa0", " ").split())

    assert (
        '<p class="perime" role="note"><strong>Données anciennes.</strong> Le dernier JO connu de '
        "ce site remonte à 31 jours : des questions et des réponses plus récentes peuvent "
        "manquer.</p>"
    ) in text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_says_so_before(
    client_of: MakeClient, questions: list[Question], page: str
) -> None:
    """Thirty days are within the publisher's rhythm."""
    client = client_of(questions, today=lambda: DONNEES_AU + timedelta(30))

    assert NOTICE not in client.get(page).text


def test_the_day_is_asked_for_each_page(client_of: MakeClient, questions: list[Question]) -> None:
    """A server that runs for months notices."""
    days = [DONNEES_AU, DONNEES_AU + timedelta(90)]
    client = client_of(questions, today=lambda: days.pop(0))
    first, second = client.get("/").text, client.get("/").text

    assert NOTICE not in first
    assert "remonte à 2\xa0mois" in second


def test_fictional_questions_are_never_old(questions: list[Question]) -> None:
    """Nobody will publish more of them."""
    engine: Engine = LoopEngine(questions, fictional=True)
    app = create_app(engine, settings=Settings(), today=lambda: date(2030, 1, 1))

    assert NOTICE not in app.test_client().get("/").text


def test_an_index_that_cannot_be_read_says_nothing_of_its_age(client_of: MakeClient) -> None:
    """The page of the failure comes out all the same."""
    answer = client_of(IndexMissing("no index")).get("/")

    assert answer.status_code == 503
    assert NOTICE not in answer.text
