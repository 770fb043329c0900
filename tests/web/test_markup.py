"""What every page's HTML and headers must be: safe, labelled, ordered, self-contained."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

PATHS = [
    "/",
    "/?q=cotisations&legislature=17&rubrique=-Sport&page=1&par=1&statut=en_retard",
    "/?q=cotisations+lune",
    "/?q=cotisations&vue=texte&filtre_rubrique=san&auteur=Mme+X&auteur=Mme+Y",
    "/?q=cotisations+lune&vue=texte",
    "/?q=lune",
    "/?page=x&q=a",
    "/questions/QANR5L17QE13353?q=cotisations&rang=1",
    "/questions/QANR5L17QE2621",
    "/questions/QANR5L17QE1",
    "/statistiques?q=cotisations&legislature=-16",
    "/statistiques?frise=mois&mesure=part",
    "/statistiques?q=lune",
    "/aide",
    "/corpus",
    "/a-propos",
]
VOID = frozenset("br hr img input link meta rect".split())


class Page(HTMLParser):
    """A page's tags, their nesting checked as they come."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.labelled: list[bool] = []
        self.stack: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "input" and dict(attrs).get("type") != "hidden":
            self.labelled.append("label" in self.stack or dict(attrs).get("id") == "q")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]

    def scripts(self) -> list[dict[str, str | None]]:
        """The scripts that are run: a block of data is none."""
        scripts = [attrs for tag, attrs in self.tags if tag == "script"]
        return [attrs for attrs in scripts if attrs.get("type") != "application/ld+json"]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.fixture(params=PATHS)
def text(request: pytest.FixtureRequest, client: FlaskClient) -> str:
    return client.get(request.param).text


def test_tags_are_closed_in_order(text: str) -> None:
    """Every tag is closed by the one that opened last."""
    assert Page(text).stack == []


def test_nothing_is_inline(text: str) -> None:
    """No script or style in the page: the policy would refuse them."""
    page = Page(text)

    assert not page.values("style")
    assert page.count("style") == 0
    assert all("src" in attrs for attrs in page.scripts())
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_nothing_comes_from_elsewhere(text: str) -> None:
    """What a page loads or submits to is on this site; only links lead away."""
    page = Page(text)
    loaded = [
        attrs.get("src") or attrs.get("href") or attrs.get("action") or ""
        for attrs in (
            *page.scripts(),
            *(attrs for tag, attrs in page.tags if tag in ("img", "form", "iframe")),
            *(a for tag, a in page.tags if tag == "link" and a.get("rel") != "canonical"),
        )
    ]

    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


def test_headings_are_in_order(text: str) -> None:
    """One h1, and no level is skipped."""
    levels = Page(text).headings

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_field_has_a_label(text: str) -> None:
    """Each field stands in its label; the search box is named by its own."""
    page = Page(text)

    assert all(page.labelled)
    assert [attrs["for"] for tag, attrs in page.tags if tag == "label" and "for" in attrs] == ["q"]


def test_identifiers_are_unique_and_exist(text: str) -> None:
    """No identifier twice, and what points to one finds it."""
    page = Page(text)
    ids = page.values("id")
    pointed = {a.removeprefix("#") for a in page.values("href") if a.startswith("#")}
    pointed |= {name for value in page.values("aria-labelledby") for name in value.split()}
    pointed |= set(page.values("list"))

    assert len(ids) == len(set(ids))
    assert pointed <= set(ids)


def test_landmarks_and_language(text: str) -> None:
    """A page is French, and has one main part, a search, a head and a foot."""
    page = Page(text)

    assert page.tags[0] == ("html", {"lang": "fr"})
    assert page.count("main") == 1
    assert page.values("role").count("search") == 1
    assert page.values("class").count("pied") == 1


def test_source_order(client: FlaskClient) -> None:
    """Skip links, search, count, results, then facets."""
    text = client.get("/?q=cotisations").text
    marks = ['class="evitement"', 'role="search"', "<h1>", 'class="resultats"', 'id="affiner"']

    assert sorted(marks, key=text.index) == marks


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    """A static file's address changes with its content, so browsers may keep it for a year."""
    sheet = next(a for a in Page(client.get("/").text).values("href") if "site.css" in a)
    with client.get(sheet) as response:
        max_age = response.cache_control.max_age

    assert "?v=" in sheet
    assert max_age == 365 * 24 * 3600
