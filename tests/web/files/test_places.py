"""A few downloads at a time, and no place is lost."""

from __future__ import annotations

from typing import cast

import pytest
from flask.testing import FlaskClient

from search.engine import Engine
from tests.web.conftest import LoopEngine, sample_questions
from web.application import create_app
from web.settings import Settings


@pytest.fixture
def client() -> FlaskClient:
    """A client of a site that sends one download at a time."""
    engine = cast("Engine", LoopEngine(sample_questions()))
    return create_app(engine, settings=Settings(), downloads=1).test_client()


@pytest.mark.parametrize("path", ["/recherche.csv", "/recherche.ndjson"])
def test_a_download_beyond_the_places_is_refused_in_words(client: FlaskClient, path: str) -> None:
    """With when to come back; pages and other files are answered."""
    with client.get("/recherche.ndjson", buffered=False):
        refused = client.get(path)

        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "60"
        assert refused.json == {
            "erreurs": [
                {
                    "parametre": None,
                    "message": "Trop de téléchargements en cours : réessayez dans une minute.",
                }
            ]
        }
        assert client.get("/?q=retraite").status_code == 200
        assert client.get("/recherche.meta.json").status_code == 200
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("query", ["", "?page=x", "?q=rien-de-tel", "?sep=virgule"])
def test_every_end_gives_the_place_back(client: FlaskClient, method: str, query: str) -> None:
    """A whole file, one without lines, a mistake, a method that isn't admitted."""
    for _ in range(3):
        client.open(f"/recherche.csv{query}", method=method)

    assert client.get("/recherche.csv").status_code == 200


def test_a_reader_who_leaves_gives_the_place_back(client: FlaskClient) -> None:
    """As soon as the server closes the answer."""
    client.get("/recherche.csv", buffered=False).close()

    assert client.get("/recherche.csv").status_code == 200
