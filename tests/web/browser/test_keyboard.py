"""A whole search by keyboard alone, the same with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import NewContext, tab_to

pytestmark = pytest.mark.browser

SEARCHED = "/?q=ministre"
REFINED = (
    "/?q=ministre&legislature=17&statut=repondue&ministere=-Agriculture+et+souverainet%C3%A9"
    "+alimentaire"
)


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def titles(page: Page) -> list[str]:
    return page.locator(".resultats h3").all_inner_texts()


def tick(page: Page, name: str, *, javascript: bool) -> None:
    """Choose a value of a list; without JavaScript the choice is applied by the button."""
    before = heading(page)
    tab_to(page, page.get_by_role("checkbox", name=name))
    page.keyboard.press("Space")
    if not javascript:
        tab_to(page, page.get_by_role("button", name="Appliquer les filtres"))
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile(re.escape(before)))
    expect(page.get_by_role("checkbox", name=name)).to_be_checked()


def refine(page: Page, site: str, *, javascript: bool) -> None:
    """Search from the home page, choose a législature and a state, leave a ministère out."""
    page.goto(site)
    tab_to(page, page.locator("#q"))
    page.keyboard.type("ministre")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=ministre"))
    tick(page, "17e législature", javascript=javascript)
    tick(page, "Avec réponse", javascript=javascript)
    list_ = page.locator(".facette", has=page.locator('[name="ministere"]'))
    exclude = list_.get_by_role("link", name=re.compile("Exclure « Agriculture"))
    tab_to(page, exclude)
    page.keyboard.press("Enter")
    expect(page.locator(".exclue")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_search_needs_no_mouse(demo: str, new_context: NewContext, javascript: bool) -> None:
    """Search, two values, an exclusion, a question and back, either way: one address, one list."""
    page = new_context(java_script_enabled=javascript).new_page()
    refine(page, demo, javascript=javascript)
    found = (heading(page), titles(page))

    expect(page).to_have_url(demo + REFINED)

    tab_to(page, page.locator(".resultats h3 a").nth(1))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/questions/.*rang=2"))
    page.go_back()

    expect(page).to_have_url(demo + REFINED)
    assert (heading(page), titles(page)) == found

    tab_to(page, page.locator(".resultats h3 a").nth(1))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/questions/.*rang=2"))
    tab_to(page, page.get_by_role("link", name=re.compile("Revenir aux résultats")))
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}{REFINED}#r2")
    assert (heading(page), titles(page)) == found

    colleague = new_context(java_script_enabled=not javascript).new_page()
    colleague.goto(demo + REFINED)

    assert (heading(colleague), titles(colleague)) == found


def test_dates_are_typed(demo: str, new_context: NewContext) -> None:
    """A date that is being typed changes nothing before its field is left."""
    page = new_context().new_page()
    page.goto(demo + SEARCHED)
    tab_to(page, page.locator("summary", has_text="Dates et renouvellement"))
    page.keyboard.press("Enter")
    since = page.locator('[name="du"]')
    tab_to(page, since)
    page.keyboard.type("01152025" if page.evaluate("navigator.language") == "en-US" else "15012025")

    expect(since).to_have_value(re.compile("2025-01"))
    expect(page).to_have_url(demo + SEARCHED)

    tab_to(page, page.locator('[name="au"]'))

    expect(page).to_have_url(re.compile(r"\?q=ministre&du=2025-01-\d\d$"))
    expect(page.locator('[name="au"]')).to_be_focused()


def test_a_sort_is_chosen_in_its_menu(demo: str, new_context: NewContext) -> None:
    """The menu closes once something is chosen, and its button has the focus."""
    page = new_context().new_page()
    page.goto(demo + SEARCHED)
    menu = page.locator(".outils .menu summary")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="questions anciennes"))
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}{SEARCHED}&tri=ancien")
    expect(menu).to_contain_text("questions anciennes")
    expect(menu).to_be_focused()
    expect(page.locator("details.menu[open]")).to_have_count(0)
