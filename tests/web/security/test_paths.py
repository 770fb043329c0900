"""No path leads out of the site: to no file of the machine, and to no other site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import web

STATIC = Path(web.__file__).with_name("static")

UP = ("..", "%2e%2e", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "....", "．．", "..;")
SLASHES = ("/", "%2f", "\\", "%5c", "%252f", "//", "%c0%af", "∕")
TARGETS = ("etc/passwd", "templates/base.html")
PREFIXES = ("/static/", "/questions/", "/q17/", "/dyn/17/questions/", "/api/v1/questions/", "/")
SECRETS = re.compile(r"root:.*:0:0|\{%")
"""What those files hold, and no answer does."""


def paths_out() -> Iterator[str]:
    """Ways up from every folder that addresses seem to have, in all spellings."""
    for prefix in PREFIXES:
        for up in UP:
            for slash in SLASHES:
                for target in TARGETS:
                    yield prefix + (up + slash) * (1 if "." in target else 6) + target
    for prefix in PREFIXES:
        yield from (prefix + absolute for absolute in ("/etc/passwd", "%2fetc%2fpasswd"))
        yield from (prefix + other for other in ("file:///etc/passwd", "C:%5cboot.ini", "~root/x"))


def test_no_path_leads_out(client: FlaskClient) -> None:
    """Nothing is there: never a file, never a failure."""
    for path in paths_out():
        answer = client.get(path, buffered=True)

        assert answer.status_code == 404, path
        assert not SECRETS.search(answer.text), path


def test_a_name_that_no_file_can_have_is_not_there(client: FlaskClient) -> None:
    """Too long for any system, empty, or of bytes that are no text."""
    names = ("a" * 300, "a" * 9_000, "%00", "site.css%00", "site.css%00.js", "", ".", "..", "%ff")

    for name in names:
        assert client.get(f"/static/{name}", buffered=True).status_code == 404, name[:20]


def test_every_file_served_is_one_of_ours(client: FlaskClient) -> None:
    """However its address is spelt, what comes is what stands in the folder."""
    for path in STATIC.iterdir():
        for spelling in (path.name, f"./{path.name}", f"x/../{path.name}"):
            answer = client.get(f"/static/{spelling}", buffered=True)
            assert answer.data == path.read_bytes()


UIDS = ("qanr5l17qe13353", "Qanr5L17QE13353")
ELSEWHERE = ("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example")


def redirecting_paths() -> Iterator[str]:
    """Every way to be redirected, with another site in every place."""
    for uid in UIDS:
        yield from (f"/questions/{uid}", f"/questions/{uid}.bib", f"/api/v1/questions/{uid}")
    yield from ("/q17/17-2621QE.htm", "/Q17/17-2621qe.PDF", "/dyn/17/questions/qanr5l17qe2621.pdf")
    yield from ("/DYN/17/questions/QANR5L17QE2621/vue/xml", "/q17/17-2621QE.htm/")
    for elsewhere in ELSEWHERE:
        yield f"/questions/{UIDS[0]}?{elsewhere}"
        yield f"/questions/{UIDS[0]}?q={elsewhere}&next={elsewhere}&url={elsewhere}"
        yield f"/?q=17-2621QE&next={elsewhere}&vue={elsewhere}"
        yield f"/?q=cotisations&tout_cocher=rubrique&next={elsewhere}"
        yield f"/q17/17-2621QE.htm?{elsewhere}"


@pytest.mark.parametrize("path", list(redirecting_paths()))
def test_redirects_stay_on_the_site(client: FlaskClient, path: str) -> None:
    """To a path of the site, however it is read; whatever the request says its host is."""
    answer = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    target = answer.headers.get("Location", "")

    assert answer.status_code in (301, 302) or (answer.status_code == 400 and "vue=" in path)
    assert not target or re.match(r"/(questions/|api/v1/questions/|\?)", target)
    assert "evil.example" not in target.partition("?")[0]


def test_no_path_to_elsewhere_redirects(client: FlaskClient) -> None:
    """Doubled slashes and backslashes before what would be found are a page that isn't there."""
    ends = ("", "/", "/..", "/q17/17-2621QE.htm", "/questions/qanr5l17qe13353", "/static/site.css")
    for elsewhere in (*ELSEWHERE, "//evil.example:80", "///evil.example", "/%2f/evil.example"):
        for end in ends:
            path = f"{elsewhere}{end}"
            answer = client.get("/", environ_overrides={"PATH_INFO": path}, buffered=True)

            assert answer.status_code == 404, path
            assert "Location" not in answer.headers
