"""The site of nginx agrees with the program. `make deploy-check` stands it before the site."""

from __future__ import annotations

import json
import re

import pytest

from tests.deploy.shipped import INSTALLED, NGINX, PAGES, PROJECT, SERVE, command_line, directives
from web.errors import FOR_PROGRAMS, OTHER_WORDS, RETRY_AFTER_SECONDS
from web.errors import WORDS as ERROR_WORDS
from web.server import _OPTIONS, LONGEST_REQUEST_LINE

TOO_MANY = (
    "Trop de demandes",
    "Trop de demandes en peu de temps depuis votre réseau. Réessayez dans quelques instants.",
)
WORDS = {"indisponible": ERROR_WORDS[503], "trop": TOO_MANY, "refusee": OTHER_WORDS}
"""The title and the sentence of each page that nginx answers with by itself."""


def test_the_port_is_that_of_the_service() -> None:
    """It asks where the site listens."""
    words = command_line(SERVE)
    host, port = (words[words.index(option) + 1] for option in ("--host", "--port"))

    assert [f"{host}:{port}"] in directives("server")


def test_addresses_pass_that_the_site_reads() -> None:
    """One buffer holds the longest request line."""
    ((_, size),) = directives("large_client_header_buffers")

    assert int(size.removesuffix("k")) * 1024 >= LONGEST_REQUEST_LINE


def test_connections_to_the_site_are_closed_by_nginx() -> None:
    """Before the site closes them: a request never meets one that is closing."""
    seconds = [value for (value,) in directives("keepalive_timeout")]

    assert int(seconds[0].removesuffix("s")) < _OPTIONS["keepalive"]


def test_programs_are_told_in_json_where_the_site_does() -> None:
    """The same beginnings of addresses."""
    told = re.findall(r"^ +~\^(\S+) +json;", NGINX.read_text(), re.MULTILINE)

    assert {beginning.replace("\\", "") for beginning in told} == set(FOR_PROGRAMS)


def test_the_wait_is_that_of_the_site() -> None:
    """Whoever is told to come back is told the same by both."""
    assert re.search(rf"^ +503 +{RETRY_AFTER_SECONDS};", NGINX.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", WORDS)
def test_pages_say_what_the_site_says(name: str) -> None:
    """In French, under a title, with the site's own words; and in the API's shape of errors."""
    title, sentence = WORDS[name]
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")

    assert '<html lang="fr">' in page
    assert page.count(f">{title}</") == 2
    assert f"<p>{sentence}</p>" in page
    assert json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8")) == {
        "erreurs": [{"parametre": None, "message": sentence}]
    }


def test_pages_are_those_that_nginx_names() -> None:
    """None is missing, and none is left over; all are where the project is installed."""
    named = re.findall(r"/_panne/(\w+)\.\$qe_form;", NGINX.read_text())
    (folder,) = directives("alias")[0]

    assert set(named) == {path.stem for path in PAGES.glob("*.html")} == set(WORDS)
    assert folder == f"{INSTALLED}/{PAGES.relative_to(PROJECT)}/"


def test_braces_are_balanced() -> None:
    """Outside of comments and quotes, each block that begins ends."""
    code = re.sub(r"#.*|\"[^\"\n]*\"|'[^'\n]*'", "", NGINX.read_text())

    assert code.count("{") == code.count("}") > 0
