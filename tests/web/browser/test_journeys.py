"""The site in a real browser, over a real index, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Hold, NewContext, excess

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}
FOUND = "QANR5L17QE13353"


def search_box(page: Page) -> Locator:
    """The box of a page, which JavaScript makes a combobox."""
    return page.get_by_label("Rechercher dans les questions et les réponses")


def search_and_filter(page: Page, site: str) -> None:
    """What a reader does: types, searches, ticks the législature, applies."""
    page.goto(site)
    search_box(page).fill("cotisations sociales")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("checkbox", name="17e législature").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page).to_have_url(re.compile("legislature=17"))


def what_is_found(page: Page) -> list[str]:
    """The headline, the titles and the marked words of a results page."""
    return [
        page.get_by_role("heading", level=1).inner_text(),
        *page.locator(".resultats h3").all_inner_texts(),
        *page.locator(".resultats mark").all_inner_texts(),
    ]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_search_can_be_sent_to_a_colleague(
    site: str, new_context: NewContext, javascript: bool
) -> None:
    """Type, filter, read the marked words, copy the address; a colleague sees the same."""
    page = new_context(java_script_enabled=javascript).new_page()
    search_and_filter(page, site)
    answer = page.locator(".extrait-reponse")
    result = page.locator(".resultats a").first

    expect(page.get_by_role("heading", level=1)).to_contain_text("1 question")
    expect(result).to_have_attribute("href", re.compile(rf"^/questions/{FOUND}\?"))
    marked = {word.lower() for word in answer.locator("mark").all_inner_texts()}
    assert {"cotisations", "sociales"} <= marked
    expect(search_box(page)).to_have_value("cotisations sociales")

    colleague = new_context(java_script_enabled=javascript).new_page()
    colleague.goto(page.url)

    assert what_is_found(colleague) == what_is_found(page)


def test_the_button_copies_the_canonical_address(site: str, new_context: NewContext) -> None:
    """The button says that it copied; what it copied gives the same results."""
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page = context.new_page()
    search_and_filter(page, site)
    page.get_by_role("button", name="Copier le lien").click()
    expect(page.get_by_role("status")).to_have_text("Lien copié")
    copied: str = page.evaluate("navigator.clipboard.readText()")

    assert copied == f"{site}/?q=cotisations+sociales&legislature=17"

    colleague = new_context().new_page()
    colleague.goto(copied)

    assert what_is_found(colleague) == what_is_found(page)


def test_empty_fields_stay_out_of_the_address(site: str, new_context: NewContext) -> None:
    """With JavaScript the address holds what was asked and nothing else."""
    page = new_context().new_page()
    search_and_filter(page, site)

    expect(page).to_have_url(f"{site}/?q=cotisations+sociales&legislature=17")


def test_without_javascript_nothing_is_offered_in_vain(site: str, new_context: NewContext) -> None:
    """A button that needs JavaScript isn't there without it."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/?q=cotisations")

    expect(page.locator("[data-copier]")).to_be_hidden()


def test_a_question_is_read_and_left(site: str, new_context: NewContext) -> None:
    """From a result to the question, its words marked, and back to the same place."""
    page = new_context().new_page()
    page.goto(f"{site}/?q=cotisations+sociales&legislature=17")
    page.locator(".resultats a").first.click()

    expect(page.get_by_role("heading", level=2, name="Réponse", exact=True)).to_be_visible()
    expect(page.locator(".reponse mark").first).to_be_visible()

    page.get_by_role("link", name="Revenir aux résultats").click()

    expect(page).to_have_url(f"{site}/?q=cotisations+sociales&legislature=17#r1")


def test_the_keyboard_reaches_the_results(site: str, new_context: NewContext) -> None:
    """The skip links come first, and take the reader past the head of the page."""
    page = new_context().new_page()
    page.goto(f"{site}/?q=cotisations")
    page.keyboard.press("Tab")

    expect(page.locator(":focus")).to_have_text("Aller au contenu")

    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_a_chip_takes_its_filter_away(demo: str, new_context: NewContext) -> None:
    """Removing a filter leaves the words and the other filters."""
    page = new_context().new_page()
    page.goto(f"{demo}/?q=cotisations+sociales&legislature=17&statut=repondue")
    page.get_by_role("link", name=re.compile("Retirer le filtre Législature")).click()

    expect(page).to_have_url(f"{demo}/?q=cotisations+sociales&statut=repondue")


def test_a_value_is_excluded_and_restored(demo: str, new_context: NewContext) -> None:
    """A click leaves a value out, another brings it back."""
    page = new_context().new_page()
    page.goto(f"{demo}/?q=cotisations")
    page.get_by_role("link", name="Exclure « 17e législature »").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}/?q=cotisations&legislature=-17")

    page.get_by_role("link", name="Rétablir « 17e législature »").click()

    expect(page).to_have_url(f"{demo}/?q=cotisations")


def test_the_keyboard_chooses_a_suggestion(demo: str, new_context: NewContext) -> None:
    """Down and up go through the lines and back to the box, which keeps the focus and its text."""
    page = new_context().new_page()
    page.goto(demo)
    box = page.get_by_role("combobox", name="Rechercher dans les questions et les réponses")
    lines = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    chosen = page.get_by_role("option", selected=True)

    expect(box).to_have_attribute("aria-expanded", "false")

    box.press_sequentially("coti")

    expect(lines.first).to_have_accessible_name("cotisations 38 questions")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[aria-live]")).to_have_text(f"{lines.count()} suggestions")
    assert box.get_attribute("aria-controls") == lines.locator("..").first.get_attribute("id")

    page.keyboard.press("ArrowDown")

    expect(lines.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == lines.first.get_attribute("id")
    expect(box).to_be_focused()
    expect(box).to_have_value("coti")

    page.keyboard.press("ArrowUp")

    expect(chosen).to_have_count(0)

    page.keyboard.press("ArrowUp")

    expect(lines.last).to_have_attribute("aria-selected", "true")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}/?q=cotisations")
    expect(page.get_by_role("heading", level=1)).to_contain_text("38 questions")


def test_escape_closes_the_suggestions(demo: str, new_context: NewContext) -> None:
    """What was typed stays; Down asks again, and Enter alone searches for what was typed."""
    page = new_context().new_page()
    page.goto(demo)
    box = search_box(page)
    box.press_sequentially("coti")
    lines = page.get_by_role("option")
    expect(lines.first).to_be_visible()
    page.keyboard.press("Escape")

    expect(lines).to_have_count(0)
    expect(box).to_have_value("coti")
    expect(box).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("ArrowDown")
    expect(lines.first).to_be_visible()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}/?q=coti")


def test_a_suggestion_is_pressed_and_keeps_the_filters(demo: str, new_context: NewContext) -> None:
    """Within a législature, an author completes the words before and finds what was told."""
    page = new_context(viewport=NARROW, has_touch=True).new_page()
    page.goto(f"{demo}/?q=cotisations&legislature=17")
    box = search_box(page)
    box.fill("")
    box.press_sequentially("cotisations arri")
    page.get_by_role("option", name="Mme Solène Arribart Députée ou député 2 questions").tap()

    expect(page).to_have_url(
        f"{demo}/?q=cotisations&legislature=17&auteur=Mme+Sol%C3%A8ne+Arribart"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 questions")


def test_a_late_answer_is_not_shown(demo: str, new_context: NewContext, hold: Hold) -> None:
    """The answer to letters that are there no more comes to nothing; leaving closes the list."""
    page = new_context().new_page()
    held = hold(page, re.compile(r"/suggestions\?q=cot$"))
    page.goto(demo)
    box = search_box(page)
    with page.expect_request(re.compile(r"/suggestions\?q=cot$")):
        box.fill("cot")
    box.fill("santé")

    expect(page.get_by_role("option").first).to_contain_text("santé")

    page.keyboard.press("Tab")

    expect(page.get_by_role("option")).to_have_count(0)
    assert len(held) == 1


def test_without_javascript_the_box_is_plain(demo: str, new_context: NewContext) -> None:
    """Nothing says that it completes."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto(demo)

    expect(page.get_by_role("searchbox")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_suggestions_fit_a_phone(demo: str, new_context: NewContext, scheme: str) -> None:
    """At 360 pixels no line is cut or scrolls sideways, and each is large enough for a thumb."""
    page = new_context(viewport=NARROW, color_scheme=scheme, has_touch=True).new_page()
    page.goto(demo)
    search_box(page).press_sequentially("san")
    expect(page.get_by_role("option").first).to_be_visible()
    list_ = page.get_by_role("listbox")
    inner: int = list_.evaluate("list => list.scrollWidth - list.clientWidth")
    lowest: float = list_.evaluate(
        "list => Math.min(...[...list.children].map((line) => line.offsetHeight))"
    )

    assert excess(page) <= 0
    assert inner == 0
    assert lowest >= 44
