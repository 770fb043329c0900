"""Every query string gives a page: hostile ones, through the site itself.

Of the ten thousand whose searches are tried in `tests/search`, a fifth.
"""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index.question import make_question
from search.engine import Engine
from tests.conftest import MakeEngine
from tests.search.test_hostile_queries import BATCHES, QUERIES, SEED, hostile_params
from web.application import create_app


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """One question is enough: what is tried is the way from an address to a page."""
    return make_engine(
        [make_question(uid="QANR5L17QE1", texte_question="<p>L’eau de l’école.</p>", source="a")]
    )


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    """A browser of the site."""
    return create_app(engine).test_client()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_hostile_address_gives_a_page(client: FlaskClient, batch: int) -> None:
    """Results, the way to a named question, or a 400 that says in words what is wrong."""
    chance = random.Random(SEED + batch)
    for _ in range(QUERIES // BATCHES // 5):
        query_string = "&".join(
            f"{quote(name)}={quote(value, errors='surrogatepass')}"
            for name, value in hostile_params(chance)
        )
        answer = client.get(f"/?{query_string}")

        assert answer.status_code in (200, 302, 400), query_string
        assert "<h1" in answer.text or answer.status_code == 302, query_string


@pytest.mark.parametrize("byte", [b"%ED%A0%80", b"%FF", b"%C0%AF", b"%00", b"%", b"%zz", b"\xe9"])
def test_bytes_that_are_no_text_give_a_page(client: FlaskClient, byte: bytes) -> None:
    """Lone surrogates, broken UTF-8 and half an escape read as characters that mean nothing."""
    raw = (b"q=eau" + byte).decode("latin-1")  # as WSGI hands bytes over
    answer = client.get("/", environ_overrides={"QUERY_STRING": raw})

    assert answer.status_code == 200
    assert "<h1" in answer.text
