"""Charts in a real browser: reached by one tab, walked by arrows, whole without JavaScript."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browsing import NewContext, excess

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}
SEARCH = "/?q=cotisations"
STATISTICS = "/statistiques?q=cotisations"


def bars(page: Page) -> Locator:
    """The bars of the first chart."""
    return page.locator("[data-barres]").first.locator("a")


def tab_to_the_chart(page: Page) -> None:
    """By keyboard, from the menu before it."""
    page.locator(".frise summary").focus()
    page.keyboard.press("Tab")


def test_a_chart_is_one_tab_stop(demo: str, new_context: NewContext) -> None:
    """Tab enters it at its first bar and leaves it for the first result."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    tab_to_the_chart(page)

    expect(bars(page).first).to_be_focused()
    expect(bars(page).first).to_have_accessible_name("2013 : 5 questions sur 8")

    page.keyboard.press("Tab")

    expect(page.locator(".resultats a").first).to_be_focused()


def test_arrows_go_from_bar_to_bar(demo: str, new_context: NewContext) -> None:
    """To the neighbours and to both ends, no further; Tab comes back to the bar last used."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    tab_to_the_chart(page)
    page.keyboard.press("ArrowRight")
    expect(bars(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(bars(page).first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")

    expect(bars(page).last).to_be_focused()
    expect(bars(page).last).to_have_accessible_name(re.compile("^2026 : .*, année incomplète$"))

    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")

    expect(bars(page).last).to_be_focused()

    page.keyboard.press("Home")

    expect(bars(page).first).to_be_focused()


def test_enter_narrows_the_search(demo: str, new_context: NewContext) -> None:
    """A year opens its months, and a link leads back to the whole period."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    tab_to_the_chart(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo}{SEARCH}&du=2025-01-01&au=2025-12-31")
    expect(page.locator(".frise figcaption")).to_contain_text("par mois")

    page.get_by_role("link", name="Toute la période").click()

    expect(page).to_have_url(f"{demo}{SEARCH}")


def test_arrows_work_in_what_comes_later(demo: str, new_context: NewContext) -> None:
    """A chart that replaced the one of the page answers to the same keys."""
    page = new_context().new_page()
    page.goto(demo + SEARCH)
    page.evaluate("document.querySelector('main').innerHTML += ''")
    bars(page).first.focus()
    page.keyboard.press("ArrowRight")

    expect(bars(page).nth(1)).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_bars_and_tables_lead_to_the_same_searches(
    demo: str, new_context: NewContext, javascript: bool
) -> None:
    """The link to the table of the strip opens it; its figures are the bars'."""
    page = new_context(java_script_enabled=javascript).new_page()
    page.goto(demo + SEARCH)
    drawn = [bar.get_attribute("href") for bar in bars(page).all()]
    page.locator(".frise summary").click()
    page.get_by_role("link", name="Voir le tableau").click()
    table = page.locator("#tableau-mois table")

    expect(table).to_be_visible()
    assert [link.get_attribute("href") for link in table.get_by_role("link").all()] == drawn

    page.goto(demo + SEARCH)
    bars(page).last.click()

    expect(page).to_have_url(f"{demo}{SEARCH}&du=2026-01-01&au=2026-12-31")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [f"{SEARCH}&mesure=part", STATISTICS, "/statistiques?frise=mois"])
def test_charts_fit_a_phone(demo: str, new_context: NewContext, path: str, scheme: str) -> None:
    """At 360 pixels nothing scrolls sideways, labels don't touch, and a bar has its two pixels."""
    page = new_context(viewport=NARROW, color_scheme=scheme, has_touch=True).new_page()
    page.goto(demo + path)
    thinnest: float = page.evaluate(
        "Math.min(...[...document.querySelectorAll('a > .barre')].map((bar) =>"
        " bar.getBoundingClientRect().width))"
    )
    closest: float = page.evaluate(
        """Math.min(...[...document.querySelectorAll("[data-barres]")].flatMap((chart) => {
          const boxes = [...chart.querySelectorAll("text[x$='%']")]
            .map((label) => label.getBoundingClientRect()).filter((box) => box.width);
          return boxes.slice(1).map((box, n) => box.left - boxes[n].right);
        }))"""
    )

    assert excess(page) <= 0
    assert thinnest > 1.9
    assert closest > 2


def test_the_strip_does_not_push_the_results_far(demo: str, new_context: NewContext) -> None:
    """It is a strip: some lines of text high, on a wide screen."""
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(demo + SEARCH)
    box = page.locator(".frise").bounding_box()

    assert box is not None
    assert box["height"] <= 120


@pytest.mark.parametrize("path", [f"{SEARCH}&du=2024-01-01", STATISTICS, "/statistiques?q=zzz"])
def test_axe_finds_nothing_in_charts(demo: str, new_context: NewContext, path: str) -> None:
    """With every table open."""
    page = new_context(bypass_csp=True).new_page()
    page.goto(demo + path)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => fold.open = true)")
    part = ".frise" if path.startswith(SEARCH) else "main"

    found = Axe().run(page, context=part).response["violations"]

    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_incomplete_periods_are_told_without_colours(demo: str, new_context: NewContext) -> None:
    """With forced colours too they are outlined and hatched where the others are filled."""
    page = new_context(forced_colors="active").new_page()
    page.goto(demo + SEARCH)
    look = "bar => [getComputedStyle(bar).fill, getComputedStyle(bar).stroke]"
    whole, cut = (bar.locator(".barre") for bar in (bars(page).first, bars(page).last))

    assert whole.evaluate(look)[0].startswith("rgb")
    assert cut.evaluate(look)[0].startswith("url(")
    assert cut.evaluate(look)[1] == whole.evaluate(look)[0]
    expect(page.locator(".frise svg text", has_text="année incomplète")).to_be_visible()
