"""With JavaScript, results update in place: what a reload would show, without its jolt."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browsing import Hold, NewContext, tab_to

pytestmark = pytest.mark.browser

SEARCHED = "/?q=ministre"
ANSWERED = "/?q=ministre&statut=repondue"

PARTS = """() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    return [
        document.title,
        document.body.className,
        all("link[rel=canonical], meta[name=description]").map((one) => one.outerHTML).sort(),
        [...new FormData(document.querySelector("[role=search]"))].join().split(",").sort(),
        all("main, .evitement, .adresse-imprimee").map((one) => one.textContent.split(/\\s+/)),
        all("main a").map((one) => one.getAttribute("href")),
        all("main input").map(({ name, value, checked }) => [name, value, checked]),
    ];
}"""
"""What a page says and does, in an order of its own."""

STAYED = "window.stayed = true"


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def titles(page: Page) -> list[str]:
    return page.locator(".resultats h3").all_inner_texts()


def place(element: Locator) -> float:
    """How far from the top of the window an element stands, in pixels."""
    top: float = element.evaluate("(element) => element.getBoundingClientRect().top")
    return top


def wait_until(page: Page, condition: str) -> None:
    """Wait for what JavaScript says to be so; the page's policy forbids it to wait by itself."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never {condition}: {page.evaluate('[scrollY, history.state]')}")


def stayed(page: Page) -> bool:
    """Whether the document is still the one that was marked."""
    return bool(page.evaluate("window.stayed === true"))


def answered(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Avec réponse")


@pytest.fixture
def results(demo: str, new_context: NewContext) -> Page:
    """The results of a search, in a document that remembers having been loaded once."""
    page = new_context().new_page()
    page.goto(demo + SEARCHED)
    page.evaluate(STAYED)
    return page


def search(page: Page, words: str) -> None:
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")


WAYS: dict[str, tuple[Callable[[Page], None], str]] = {
    "a value is ticked": (lambda page: answered(page).check(), r"&statut=repondue$"),
    "a value is excluded": (
        lambda page: page.get_by_role("link", name="Exclure « Avec réponse »").press("Enter"),
        r"&statut=-repondue$",
    ),
    "a date is picked": (
        lambda page: page.locator('[name="du"]').fill("2025-01-01"),
        r"&du=2025-01-01$",
    ),
    "the button is pressed": (
        lambda page: page.get_by_role("button", name="Appliquer les filtres").click(),
        r"\?q=ministre$",
    ),
    "a sort is chosen": (
        lambda page: page.get_by_role("link", name="questions anciennes").press("Enter"),
        r"&tri=ancien$",
    ),
    "a page size is chosen": (
        lambda page: page.get_by_role("link", name="25 par page").press("Enter"),
        r"&par=25$",
    ),
    "a page is turned": (lambda page: page.get_by_role("link", name="Page 2").click(), r"&page=2$"),
    "something else is searched": (
        lambda page: search(page, "ministre santé"),
        r"\?q=ministre\+sant%C3%A9$",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_comes_is_what_a_reload_gives(results: Page, way: str) -> None:
    """The content, the title, the canonical address and the search form are those of the page."""
    act, address = WAYS[way]
    results.evaluate("for (const list of document.querySelectorAll('details')) list.open = true")
    act(results)
    expect(results).to_have_url(re.compile(address))
    expect(results.get_by_role("status")).to_have_text(re.compile(r"^\d+\squestions?$"))

    assert stayed(results)

    shown = results.evaluate(PARTS)
    results.reload()

    assert not stayed(results)
    assert results.evaluate(PARTS) == shown


def test_a_tick_keeps_the_focus_where_it_is(results: Page) -> None:
    """Ticked by keyboard, the box keeps the focus and its place; the next key goes on from it."""
    box = answered(results)
    tab_to(results, box)
    before = place(box)
    results.keyboard.press("Space")
    expect(results).to_have_url(re.compile(r"&statut=repondue$"))

    expect(box).to_be_focused()
    expect(box).to_be_checked()
    assert abs(place(box) - before) <= 1

    results.keyboard.press("Space")
    expect(results).to_have_url(re.compile(r"\?q=ministre$"))

    expect(box).to_be_focused()
    expect(box).not_to_be_checked()
    assert abs(place(box) - before) <= 1


def test_the_link_that_excludes_becomes_the_one_that_restores(results: Page) -> None:
    """Exclure and Rétablir are one place for the focus."""
    tab_to(results, results.get_by_role("link", name="Exclure « Avec réponse »"))
    results.keyboard.press("Enter")

    expect(results.get_by_role("link", name="Rétablir « Avec réponse »")).to_be_focused()

    results.keyboard.press("Enter")

    expect(results.get_by_role("link", name="Exclure « Avec réponse »")).to_be_focused()


def test_a_removed_chip_leaves_the_focus_to_its_neighbour(
    demo: str, new_context: NewContext
) -> None:
    """To the next filter, then to the one before, then to the heading of what is found."""
    page = new_context().new_page()
    page.goto(f"{demo}/?q=ministre&legislature=16&legislature=17&statut=repondue")
    chips = page.locator(".filtre")
    tab_to(page, chips.nth(1))
    page.keyboard.press("Enter")

    expect(chips).to_have_count(2)
    expect(chips.nth(1)).to_be_focused()
    expect(chips.nth(1)).to_contain_text("Avec réponse")

    page.keyboard.press("Enter")

    expect(chips).to_have_count(1)
    expect(chips.first).to_be_focused()

    page.keyboard.press("Enter")

    expect(chips).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_turned_page_is_read_from_its_top(results: Page) -> None:
    """The focus goes to the results, whose first line comes to the top of the window."""
    tab_to(results, results.get_by_role("link", name="Page 2"))
    results.keyboard.press("Enter")
    expect(results).to_have_url(re.compile(r"&page=2$"))

    expect(results.locator("#resultats")).to_be_focused()
    assert abs(place(results.locator("#resultats"))) <= 1

    results.keyboard.press("Tab")

    expect(results.locator(".resultats h3 a").first).to_be_focused()


def test_only_the_count_is_announced(results: Page) -> None:
    """One live region, outside what is replaced, says how many questions there are."""
    said = results.get_by_role("status")

    expect(said).to_have_text("")
    expect(results.locator("main [aria-live], main [role=status]")).to_have_count(0)

    answered(results).check()

    expect(said).to_have_text(re.compile(r"^\d+\squestions$"))
    assert heading(results).startswith(said.inner_text())

    results.go_back()

    expect(said).to_have_text(re.compile(r"^\d+\squestions$"))
    assert heading(results).startswith(said.inner_text())


def test_going_back_brings_the_page_back_where_it_was(results: Page) -> None:
    """Back and forward: the list, the boxes, the search and how far the page was scrolled."""
    first = titles(results)
    results.evaluate("scrollTo(0, 700)")
    answered(results).evaluate("(box) => box.click()")
    expect(results).to_have_url(re.compile(r"&statut=repondue$"))
    second = titles(results)
    results.evaluate("scrollTo(0, 300)")
    wait_until(results, "history.state?.y === 300")
    results.go_back()

    expect(results).to_have_url(re.compile(r"\?q=ministre$"))
    expect(answered(results)).not_to_be_checked()
    wait_until(results, "scrollY === 700")
    assert titles(results) == first

    results.go_forward()

    expect(answered(results)).to_be_checked()
    wait_until(results, "scrollY === 300")
    assert titles(results) == second
    assert stayed(results)


def test_going_back_from_a_question_finds_the_place(results: Page) -> None:
    """What was updated in place is loaded anew, where it was scrolled; so is what was before it."""
    results.evaluate("scrollTo(0, 500)")
    answered(results).evaluate("(box) => box.click()")
    expect(results).to_have_url(re.compile(r"&statut=repondue$"))
    results.evaluate("scrollTo(0, 600)")
    wait_until(results, "history.state?.y === 600")
    results.locator(".resultats h3 a").nth(3).evaluate("(link) => link.click()")
    expect(results).to_have_url(re.compile("/questions/"))
    results.go_back()

    expect(answered(results)).to_be_checked()
    wait_until(results, "scrollY === 600")

    results.go_back()

    expect(answered(results)).not_to_be_checked()
    wait_until(results, "scrollY === 500")


def test_lists_stay_open_and_closed(results: Page) -> None:
    """What the reader unfolded or folded is so in the newer page."""
    rubrique = results.locator(".facette", has=results.locator('[name="rubrique"]'))
    annee = results.locator(".facette", has=results.locator('[name="annee"]'))
    for list_ in (rubrique, annee):
        list_.locator("> summary").click()
    answered(results).check()
    expect(results).to_have_url(re.compile(r"&statut=repondue$"))

    expect(rubrique).not_to_have_attribute("open", "")
    expect(annee).to_have_attribute("open", "")


def test_a_late_answer_is_not_shown(demo: str, new_context: NewContext, hold: Hold) -> None:
    """The answer to what was asked before comes to nothing, and both choices are in force."""
    page = new_context().new_page()
    page.goto(demo + SEARCHED)
    held = hold(page, re.compile(r"q=ministre&legislature=17$"))
    with page.expect_request(re.compile(r"legislature=17$")):
        page.get_by_role("checkbox", name="17e législature").check()

    expect(page.locator("main")).to_have_attribute("aria-busy", "true")

    answered(page).check()

    expect(page).to_have_url(re.compile(r"\?q=ministre&legislature=17&statut=repondue$"))
    expect(page.locator(".filtre")).to_have_count(2)
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 1


def test_the_browser_goes_where_no_results_come_from(results: Page) -> None:
    """An answer that is no results page is not put in the place of one."""
    whole: list[str] = []

    def stand_in(route: Route) -> None:
        if route.request.is_navigation_request():
            whole.append(route.request.url)
            route.continue_()
        else:
            route.fulfill(body="<title>Passerelle</title>")

    results.route(re.compile("statut=repondue"), stand_in)
    answered(results).evaluate("(box) => box.click()")

    expect(results).to_have_url(re.compile(r"&statut=repondue$"))
    expect(results.locator(".filtre")).to_have_count(1)
    assert len(whole) == 1


@pytest.mark.parametrize("failure", ["503", "network"])
def test_the_browser_goes_where_the_server_fails(browser: Browser, demo: str, failure: str) -> None:
    """It shows what it finds: the page, if the failure was of a moment."""
    # Not a watched reader: the browser itself complains of such answers.
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo + SEARCHED)
    page.evaluate(STAYED)

    def fail_once(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        elif failure == "503":
            route.fulfill(status=503, body="indisponible")
        else:
            route.abort()

    page.route(re.compile("statut=repondue"), fail_once)
    answered(page).evaluate("(box) => box.click()")

    expect(page).to_have_url(re.compile(r"&statut=repondue$"))
    expect(page.locator(".filtre")).to_have_count(1)
    assert not stayed(page)
    context.close()


def test_a_number_opens_its_question(demo: str, new_context: NewContext) -> None:
    """Typed in the box of a results page too, where the answer is a redirection."""
    page = new_context().new_page()
    page.goto(demo + SEARCHED)
    page.locator("#q").fill("QANR5L17QE900074")
    page.locator("#q").press("Enter")

    expect(page).to_have_url(f"{demo}/questions/QANR5L17QE900074")


def test_a_suggestion_is_searched_in_place(results: Page) -> None:
    """A line of what completes the search; the list of lines closes."""
    box = results.locator("#q")
    box.fill("")
    box.press_sequentially("coti")
    expect(results.get_by_role("option").first).to_be_visible()
    results.keyboard.press("ArrowDown")
    results.keyboard.press("Enter")

    expect(results).to_have_url(re.compile(r"\?q=cotisations$"))
    expect(box).to_have_value("cotisations")
    expect(box).to_be_focused()
    expect(results.get_by_role("option")).to_have_count(0)
    assert stayed(results)


def test_modified_clicks_are_the_browser_s(results: Page) -> None:
    """With Control, a filter opens in a tab of its own, and the page stays as it is."""
    link = results.get_by_role("link", name="Page 2")
    with results.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    opened.value.wait_for_load_state()

    expect(opened.value).to_have_url(re.compile(r"&page=2$"))
    expect(results).to_have_url(re.compile(r"\?q=ministre$"))


def test_a_skip_link_is_no_search(results: Page) -> None:
    """A place of the page is gone to without asking for the page again."""
    asked: list[str] = []
    results.on("request", lambda request: asked.append(request.resource_type))
    tab_to(results, results.get_by_role("link", name="Aller aux filtres"))
    results.keyboard.press("Enter")

    expect(results.locator("#affiner")).to_be_focused()

    results.go_back()

    expect(results).to_have_url(re.compile(r"\?q=ministre$"))
    assert not {"document", "fetch"} & set(asked)


def test_the_address_can_still_be_copied(results: Page, demo: str) -> None:
    """The button of the newer page copies the newer address, and the one live region says so."""
    results.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo)
    answered(results).check()
    expect(results).to_have_url(demo + ANSWERED)
    results.get_by_role("button", name="Copier le lien").click()

    expect(results.get_by_role("status")).to_have_text("Lien copié")
    assert results.evaluate("navigator.clipboard.readText()") == demo + ANSWERED


def test_on_a_phone_the_button_leads_to_the_results(demo: str, new_context: NewContext) -> None:
    """There the panel follows the results: a tick leaves the reader in it, the button leads up."""
    page = new_context(viewport={"width": 360, "height": 740}, has_touch=True).new_page()
    page.goto(demo + SEARCHED)
    box = answered(page)
    box.scroll_into_view_if_needed()
    before = place(box)
    box.tap()
    expect(page).to_have_url(re.compile(r"&statut=repondue$"))

    assert abs(place(box) - before) <= 1

    page.get_by_role("button", name="Appliquer les filtres").tap()

    expect(page.locator("#resultats")).to_be_focused()
    assert abs(place(page.locator("#resultats"))) <= 1


def test_words_that_are_not_sent_stay_in_the_box(results: Page) -> None:
    """A tick in between sends nothing of them, and takes nothing away."""
    box = results.get_by_label("Rechercher dans les questions et les réponses")
    box.fill("ministre des armées")
    results.get_by_role("checkbox", name="17e législature").check()
    expect(results).to_have_url(re.compile("legislature=17"))

    expect(box).to_have_value("ministre des armées")


def test_the_address_is_the_usual_one(results: Page) -> None:
    """Whatever the order of what was ticked, and whatever is typed to find it in its list."""
    rubriques = results.locator("[name=filtre_rubrique]")
    rubriques.fill("s")
    expect(results.locator(".compte").filter(has_text="valeur")).to_have_count(1)
    results.get_by_role("checkbox", name="Avec réponse").check()
    expect(results).to_have_url(re.compile("statut=repondue"))
    results.get_by_role("checkbox", name="17e législature").check()

    expect(results).to_have_url(re.compile(r"/\?q=ministre&legislature=17&statut=repondue$"))


def test_back_brings_the_focus_back(results: Page) -> None:
    """It is on what was used, not only at the right height."""
    link = results.get_by_role("link", name="Suivante")
    link.focus()
    results.keyboard.press("Enter")
    expect(results).to_have_url(re.compile("page=2"))
    results.go_back()
    expect(results).not_to_have_url(re.compile("page=2"))

    expect(results.get_by_role("link", name="Suivante")).to_be_focused()
