"""Every failure in words, never a stack trace, whatever is thrown at the site."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient

from search.budget import SearchTooLong, TooManyLongSearches
from tests.web.conftest import MakeClient

HOSTILE = [
    b"%ED%A0%80",
    b"%00",
    b"\xff\xfe",
    b"%22%22%22",
    b"((((((",
    b"))))",
    b"q:q:q:",
    b"*",
    b"~~5",
    b"%E2%80%AE%D7%A9",
    b"%F0%9F%92%A9",
    b"-" * 50,
    b"OU OU OU",
    b"%",
    b"%zz",
    b"a" * 1999,
    b"a" * 9000,
    b"%0d%0aSet-Cookie:x",
    b"<script>",
    b"'\"><img>",
    b"{{7*7}}",
    b"{%25 if %25}",
    b"=",
    b"&&&;;;",
    b"+" * 100,
    b"%C0%AF",
    b"\\",
    b"1e9",
    b"%D9%A1",
    b"\x7f\x01",
]
NAMES = [*["q"] * 8, "legislature", "statut", "rubrique", "page", "par", "du", "tri", "x%00y"]


def hostile_query_strings(number: int) -> list[str]:
    """As many query strings as asked for, always the same, none of them kind."""
    chance = random.Random(2026)
    strings = []
    for _ in range(number):
        pairs = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            value = chance.choice(HOSTILE) + chance.randbytes(chance.randint(0, 12))
            pairs.append(f"{chance.choice(NAMES)}={quote_from_bytes(value, safe='%&=+;')}")
        strings.append("&".join(pairs))
    return strings


def test_no_query_string_breaks_a_page(client: FlaskClient) -> None:
    """Whatever follows the question mark, the answer is a page: 200, 302 or a worded 400."""
    for query in hostile_query_strings(300):
        for path in ("/", "/api/v1/questions", "/questions/QANR5L17QE2621"):
            response = client.get(path, query_string=query)

            assert response.status_code in (200, 302, 400), (path, query)
            assert b"\x00" not in response.data


def test_an_endless_address_is_refused_in_words(client: FlaskClient) -> None:
    """An address longer than any search is a 400 with a sentence."""
    response = client.get("/?q=" + "a" * 100_000)

    assert response.status_code == 400
    assert "Adresse trop longue" in response.text


def test_a_malformed_search_can_be_taken_up_again(client: FlaskClient) -> None:
    """The page of a 400 keeps the words, names each mistake, and links to what remains."""
    response = client.get("/?q=retraite&page=x&legislature=17")

    assert response.status_code == 400
    assert 'name="q" value="retraite"' in response.text
    assert "<code>page</code>" in response.text
    assert 'href="/?q=retraite&amp;legislature=17"' in response.text
    assert "<h1>Recherche non comprise</h1>" in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/static/site.css", "/nulle-part"])
def test_only_reading_is_admitted(client: FlaskClient, method: str, path: str) -> None:
    """Other methods get a worded 405 that names the two admitted."""
    response = client.open(path, method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert "GET et HEAD" in response.text


@pytest.mark.parametrize("path", ["/", "/?q=a", "/questions/QANR5L17QE2621", "/aide", "/sante"])
def test_head_is_get_without_a_body(client: FlaskClient, path: str) -> None:
    """HEAD has the code and the headers of GET, and nothing to read."""
    asked, told = client.get(path), client.head(path)

    assert told.status_code == asked.status_code
    assert told.headers["Content-Type"] == asked.headers["Content-Type"]
    assert told.data == b""


@pytest.mark.parametrize("path", ["/", "/?q=retraite", "/questions/QANR5L17QE2621"])
def test_a_lost_index_is_worded(missing_index: FlaskClient, path: str) -> None:
    """When the index can't be read the page says to try again, and nothing of the machine."""
    response = missing_index.get(path)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "120"
    assert "Recherche indisponible pour le moment." in response.text
    assert "/srv/index" not in response.text


@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/questions/QANR5L17QE2621", "/aide"])
def test_a_bug_shows_no_stack_trace(
    client_of: Callable[..., FlaskClient], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is logged and worded, without its details."""
    response = client_of(RuntimeError("secret detail")).get(path)

    assert response.status_code == 500
    assert "Une erreur imprévue s’est produite." in response.text
    assert "secret detail" not in response.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/nulle-part", '<a href="/">Aller à l’accueil</a>'),
        ("/questions/QANR5L17QE99", '<a href="/corpus">Voir les questions que contient ce site'),
        ("/?page=x", '<a href="/">Aller à l’accueil</a>'),
        ("/?q=a&page=x", '<a href="/?q=a">Reprendre la recherche sans cette valeur</a>'),
        ("/?q=a&page=x&du=x", '<a href="/?q=a">Reprendre la recherche sans ces valeurs</a>'),
    ],
)
def test_an_error_has_one_way_out(client: FlaskClient, path: str, link: str) -> None:
    """The link that fits what went wrong, and no other."""
    page = client.get(path).text

    assert f'<p class="issue">{link}' in page
    assert page.count('class="issue"') == 1


def test_a_lost_index_can_be_tried_again(missing_index: FlaskClient) -> None:
    """At the same address, which stays an address of this site."""
    page = missing_index.get("/?q=retraite&legislature=17").text

    assert '<a href="/?q=retraite&amp;legislature=17">Réessayer</a>' in page
    assert '<a href="/aide">Réessayer</a>' in missing_index.get("/aide").text


def test_a_lost_index_is_told_whatever_the_bytes_of_the_address(missing_index: FlaskClient) -> None:
    """The link to try again repeats the address, even one that isn't UTF-8."""
    answer = missing_index.get("/", environ_overrides={"QUERY_STRING": "q=caf\xe9"})

    assert answer.status_code == 503
    assert '<a href="/?q=caf\ufffd">Réessayer</a>' in answer.text


def test_an_unknown_page_is_worded(client: FlaskClient) -> None:
    """A page that doesn't exist says so, with a search box."""
    response = client.get("/nulle-part")

    assert response.status_code == 404
    assert "Aucune page à cette adresse." in response.text
    assert 'role="search"' in response.text


@pytest.mark.parametrize("path", ["//exemple.org/", "//exemple.org/questions//x", "/aide//"])
def test_no_address_redirects_elsewhere(client: FlaskClient, path: str) -> None:
    """Doubled slashes are a page that doesn't exist, never a redirection."""
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 404


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/?vue=x&tout_cocher=x&page=x", ["vue", "tout_cocher", "page"]),
        ("/statistiques?mesure=x&du=x", ["mesure", "du"]),
        ("/statistiques.csv?tableau=x&sep=x&du=x", ["tableau", "sep", "du"]),
        ("/recherche.csv?sep=x&tri=x", ["sep", "tri"]),
    ],
)
def test_mistakes_of_all_kinds_are_told_together(
    client: FlaskClient, path: str, names: list[str]
) -> None:
    """What only some pages take is no reason to tell the mistakes of a search later."""
    response = client.get(path)
    told = response.json["erreurs"] if response.is_json and response.json else []

    assert response.status_code == 400
    assert [error["parametre"] for error in told] == (names if told else [])
    assert all(f"<code>{name}</code>" in response.text for name in names if not told)


@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/statistiques", "/recherche.csv"])
def test_a_search_that_costs_too_much_says_what_to_change(client_of: MakeClient, path: str) -> None:
    """It would cost as much at any other time: the request is at fault, not the site."""
    answer = client_of(SearchTooLong()).get(f"{path}?q=a*")

    assert answer.status_code == 400
    told = answer.text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Recherche trop longue : ajoutez un mot ou retirez « * »." in told
    if answer.is_json:
        assert answer.get_json()["erreurs"][0]["parametre"] == "q"
    else:
        assert 'value="a*"' in answer.text


@pytest.mark.parametrize("path", ["/", "/api/v1/questions", "/statistiques", "/recherche.csv"])
def test_a_long_search_beside_others_is_put_off(client_of: MakeClient, path: str) -> None:
    """A little later it has its answer: who asks is told when."""
    answer = client_of(TooManyLongSearches()).get(f"{path}?q=a*")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "D’autres recherches longues sont en cours." in answer.text
