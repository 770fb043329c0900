"""Texts that mean harm, in a real browser: nothing runs, nothing leaves, all of it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import NewContext, excess, served
from tests.hostile_texts import HARMS, WORD, uid_of, write_hostile_file

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of nothing but harm."""
    folder = tmp_path_factory.mktemp("hostile")
    with served([write_hostile_file(folder)], folder / "index") as address:
        yield address


@pytest.fixture
def page(new_context: NewContext) -> Iterator[Page]:
    """A reader's page, which must open no dialog and follow no address that it wasn't told to."""
    opened: list[str] = []
    page = new_context().new_page()
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: opened.append(popup.url))
    yield page

    assert opened == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/corpus",
        "/?tri=recent&par=100",
        f"/?q={WORD}&par=100",
        f"/?q={WORD}&par=100&vue=texte",
        f"/?q={WORD}+licornes",
    ],
)
def test_a_list_of_harm_does_none(hostile: str, page: Page, path: str) -> None:
    """Every fold opened and every text hovered over, the page is still that page."""
    page.goto(f"{hostile}{path}")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    for place in page.locator("main h3 a, main .libelle").all()[:60]:
        place.hover(force=True)

    expect(page).to_have_url(re.compile(re.escape(hostile)))
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("iframe, object, embed, base, main img, main style")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/corpus",
        "/?tri=recent&par=100",
        f"/?q={'é' * 200}",
        f"/?q={WORD}&rubrique={'É' * 300}",
    ],
    ids=["home", "corpus", "results", "long word", "long value"],
)
def test_no_text_makes_a_phone_scroll_sideways(hostile: str, page: Page, path: str) -> None:
    """A word longer than its line is cut, wherever it stands."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{hostile}{path}")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")

    assert excess(page) <= 0


@pytest.mark.parametrize("name", HARMS)
def test_a_question_of_harm_can_be_read(hostile: str, page: Page, name: str) -> None:
    """Its title and its two texts, marked too; its head and foot are where they belong."""
    number = list(HARMS).index(name) + 1
    page.goto(f"{hostile}/questions/{uid_of(number)}?q={WORD}&rang=1")

    expect(page.get_by_role("heading", level=1)).to_contain_text(WORD)
    expect(page.locator(".question .prose")).to_contain_text(WORD)
    expect(page.locator(".reponse .prose")).to_contain_text(WORD)
    expect(page.locator(".question .prose mark").first).to_have_text(WORD)
    expect(page.locator("footer.pied")).to_contain_text("Site indépendant")
    expect(page).to_have_title(re.compile(WORD))
    assert excess(page) <= 0


def test_a_box_is_ticked_and_a_link_excludes(hostile: str, page: Page) -> None:
    """A value made of quotes and brackets is a filter like another."""
    harm = HARMS["attribute"]
    page.goto(f"{hostile}/?tri=recent")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.locator("input[name=rubrique]").and_(page.get_by_label(harm)).check()
    page.get_by_role("button", name="Appliquer les filtres").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("2 questions")
    expect(page.locator(".filtre")).to_contain_text(harm)

    page.locator(".filtre").click()
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.locator("a[href^='/?rubrique=-']", has_text="Exclure").and_(
        page.get_by_label(f"Exclure « {harm} »")
    ).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{2 * len(HARMS) - 2} questions")


def test_what_completes_a_query_is_text(hostile: str, page: Page) -> None:
    """The lines under the box hold what titles and values hold, and run none of it."""
    page.goto(hostile)
    box = page.get_by_role("combobox", name="Rechercher dans les questions et les réponses")
    for typed in ("scri", "alert", "lisib", "facture gn"):
        box.fill("")
        box.press_sequentially(typed)
        expect(page.get_by_role("option").first).to_be_visible()

    expect(page.locator("[role=listbox] :is(script, img, svg, iframe)")).to_have_count(0)


@pytest.mark.parametrize("name", ["right to left", "isolate"])
def test_a_reversed_name_leaves_its_neighbours_alone(hostile: str, page: Page, name: str) -> None:
    """A sign that turns the direction of writing ends with the value that holds it."""
    number = list(HARMS).index(name) + 1
    page.set_viewport_size({"width": 2400, "height": 800})
    page.goto(f"{hostile}/?q=numero:{number}")
    places = page.locator(".qui > *").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().x)"
    )

    assert len(places) == 4
    assert places == sorted(places)
