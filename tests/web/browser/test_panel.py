"""The panel of filters in a real browser: lists narrowed in place, and ticked whole."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Hold, NewContext, excess

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}
SEARCH = "/?q=sant%C3%A9"


def list_of(page: Page, label: str) -> Locator:
    """The fieldset of a facet, opened if it was folded."""
    summary = page.locator(".facette > summary", has_text=label)
    details = summary.locator("..")
    if details.get_attribute("open") is None:
        summary.click()
    return details.get_by_role("group", name=label, exact=True)


def values_of(facet: Locator) -> list[str]:
    """The values that are in sight."""
    return facet.locator(".valeur:visible .libelle").all_inner_texts()


def ticked(facet: Locator) -> list[str]:
    """The values whose box is ticked."""
    return facet.locator(".valeur:has(:checked) .libelle").all_inner_texts()


def test_a_list_is_narrowed_while_one_types(demo: str, new_context: NewContext) -> None:
    """Values come and go, their number is announced, and the page stays where it is."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    facet = list_of(page, "Département")
    before = values_of(facet)
    field = facet.get_by_label("Filtrer cette liste")
    field.press_sequentially("sa")

    expect(facet.locator(".compte")).to_have_text("2\u00a0valeurs")
    assert values_of(facet) == ["Haute-Savoie", "Seine-Saint-Denis"]
    expect(field).to_be_focused()
    expect(page).to_have_url(demo + SEARCH)

    field.fill("zzz")

    expect(facet.locator(".compte")).to_have_text("Aucune valeur")
    assert values_of(facet) == []

    field.fill("")

    expect(facet.locator(".compte")).to_have_text("")
    assert values_of(facet) == before


def test_a_value_that_was_not_listed_can_be_chosen(demo: str, new_context: NewContext) -> None:
    """What letters bring is a box like the others, with its count and its link to exclude it."""
    page = new_context().new_page()
    page.goto(f"{demo}/?q=ministre")
    facet = list_of(page, "Rubrique")
    known = facet.locator(".valeur .libelle").all_text_contents()
    facet.get_by_label("Filtrer cette liste").fill("s")
    expect(facet.locator(".compte")).to_have_text(re.compile("valeur"))
    new = next(value for value in values_of(facet) if value not in known)
    line = facet.locator(".trouvees .valeur", has_text=new)

    expect(line.get_by_role("checkbox")).to_have_accessible_name(
        re.compile(rf"^{re.escape(new)} \d+ questions?$")
    )
    exclusion = line.get_by_role("link", name=f"Exclure «\u00a0{new}\u00a0»")
    href = exclusion.get_attribute("href") or ""
    assert parse_qsl(urlsplit(href).query) == [("q", "ministre"), ("rubrique", f"-{new}")]

    # Once it is ticked, the box stands in the list that takes this one's place.
    line.get_by_role("checkbox").click()
    expect(page).to_have_url(re.compile("rubrique="))
    facet.get_by_label("Filtrer cette liste").fill("")
    expect(facet.locator(".compte")).to_have_text("")

    assert ticked(facet) == [new]


def test_everything_that_is_shown_is_ticked(demo: str, new_context: NewContext) -> None:
    """One press ticks the values looked for and no other; whoever watches boxes sees it."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    page.evaluate(
        """addEventListener("change", ({ target }) => {
             document.body.dataset.vu = new FormData(target.form).getAll("departement").length;
           })"""
    )
    facet = list_of(page, "Département")
    button = facet.get_by_role("button", name="Tout cocher : Département")

    expect(button).to_be_hidden()

    facet.get_by_label("Filtrer cette liste").fill("s")
    button.click()
    shown = values_of(facet)

    assert ticked(facet) == shown
    assert page.locator("body").get_attribute("data-vu") == str(len(shown))
    expect(page).to_have_url(re.compile(f"(departement=[^&]+&?){{{len(shown)}}}"))
    assert ticked(facet) == shown


def test_the_keyboard_narrows_and_ticks(demo: str, new_context: NewContext) -> None:
    """Enter in the field looks the letters up and submits nothing; Tab leads to the button."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    facet = list_of(page, "Rubrique")
    facet.get_by_label("Filtrer cette liste").focus()
    page.keyboard.type("pro")
    page.keyboard.press("Enter")
    expect(facet.locator(".compte")).to_have_text(re.compile("valeur"))

    expect(page).to_have_url(demo + SEARCH)

    page.keyboard.press("Tab")

    expect(facet.get_by_role("button", name="Tout cocher")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("rubrique="))

    assert ticked(facet) == values_of(facet)
    # There is nothing left to tick, and no such button: what follows it has the focus.
    expect(facet.get_by_role("checkbox").first).to_be_focused()


def test_a_late_answer_changes_nothing(demo: str, new_context: NewContext, hold: Hold) -> None:
    """What letters that are there no more would list is not shown."""
    page = new_context().new_page()
    held = hold(page, "**/facettes/rubrique?*prefixe=p")
    page.goto(demo + SEARCH)
    facet = list_of(page, "Rubrique")
    with page.expect_request("**/facettes/rubrique?*prefixe=p"):
        facet.get_by_label("Filtrer cette liste").fill("p")
    facet.get_by_label("Filtrer cette liste").fill("sant")

    expect(facet.locator(".compte")).to_have_text(re.compile("valeur"))
    assert all("sant" in value for value in values_of(facet))
    assert len(held) == 1


def test_a_replaced_panel_is_as_good_as_the_first(demo: str, new_context: NewContext) -> None:
    """Nothing is tied to the boxes that were there when the page opened."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    page.evaluate(
        "main => main.replaceChildren(...[...main.children].map(e => e.cloneNode(true)))",
        page.locator("main").element_handle(),
    )
    facet = list_of(page, "Rubrique")
    facet.get_by_label("Filtrer cette liste").fill("pro")

    expect(facet.locator(".compte")).to_have_text(re.compile("valeur"))

    facet.get_by_role("button", name="Tout cocher").click()

    assert ticked(facet) == values_of(facet)


def test_without_javascript_a_list_is_narrowed_by_its_button(
    demo: str, new_context: NewContext
) -> None:
    """The button, and Enter too, give the page again with the list narrowed; then all is ticked."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto(demo + SEARCH)
    facet = list_of(page, "Rubrique")
    facet.get_by_label("Filtrer cette liste").fill("sant")
    with page.expect_navigation():
        facet.get_by_role("button", name="Filtrer").click()
    shown = values_of(facet)

    assert len(shown) > 1
    assert all("sant" in value for value in shown)

    with page.expect_navigation():
        facet.get_by_label("Filtrer cette liste").press("Enter")

    assert values_of(facet) == shown
    assert ticked(facet) == []

    with page.expect_navigation():
        facet.get_by_role("button", name="Tout cocher").click()

    assert set(ticked(facet)) == set(shown)
    chosen = {value for name, value in parse_qsl(urlsplit(page.url).query) if name == "rubrique"}
    assert chosen == set(shown)
    expect(page.get_by_role("link", name=re.compile("Retirer le filtre Rubrique"))).to_have_count(
        len(shown)
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/?q=cotisations&vue=texte&par=25",
        f"{SEARCH}&filtre_departement=s&filtre_rubrique=sant&rubrique=-logement",
    ],
)
def test_views_fit_a_phone(demo: str, new_context: NewContext, path: str, scheme: str) -> None:
    """At 360 pixels nothing scrolls sideways but tables, with and without JavaScript."""
    for javascript in (True, False):
        page = new_context(
            viewport=NARROW, color_scheme=scheme, has_touch=True, java_script_enabled=javascript
        ).new_page()
        page.goto(demo + path)

        assert excess(page) <= 0
