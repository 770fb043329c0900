"""What a results page weighs, and that nothing in it moves by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Hold, NewContext, tab_to

pytestmark = pytest.mark.browser

HEAVIEST = 60_000
"""Bytes of the HTML, the style sheet and the scripts of a results page, as they travel."""

LONG = (
    "Situation des cotisations sociales et de la retraite des travailleurs indépendants, accès "
    "aux soins dans les territoires ruraux et réponse attendue du ministre chargé de la santé "
) * 4
"""A draft that is pasted, which finds the closest questions."""

SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
            const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 60));
            window.shifts.push([value, ...moved]);
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
"""Notes every shift, those that follow a key or a click too."""

WIDTHS = [360, 768, 1280]


def weigh(page: Page, address: str) -> dict[str, float]:
    """The bytes that came for each resource of a page, by its type, headers included."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def note_kind(event: dict[str, str]) -> None:
        kinds[event["requestId"]] = event["type"]

    def note_size(event: dict[str, float | str]) -> None:
        kind = kinds[str(event["requestId"])]
        sizes[kind] = sizes.get(kind, 0) + float(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", note_kind)
    session.on("Network.loadingFinished", note_size)
    page.goto(address, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize(
    ("params", "most"),
    [
        ("q=ministre", HEAVIEST),
        ("q=ministre&legislature=17&statut=-retiree&du=2020-01-01&tri=recent", HEAVIEST),
        (f"q={LONG}", HEAVIEST),
        ("q=ministre&par=25", HEAVIEST),
    ],
    ids=["ten results", "filters", "a long query", "25 results"],
)
def test_a_results_page_is_light(
    demo: str,
    new_context: NewContext,
    params: str,
    most: int,
    record_property: pytest.RecordProperty,
) -> None:
    """HTML, style sheet and scripts together, and nothing that is no part of the site."""
    page = new_context().new_page()
    sizes = weigh(page, f"{demo}/?{params}")
    parts = {kind: sizes[kind] for kind in ("Document", "Stylesheet", "Script")}
    record_property("bytes", parts)
    print(parts, sum(parts.values()))

    assert all(parts.values())
    assert sum(parts.values()) <= most


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path", ["/?q=ministre&statut=repondue", "/", "/questions/QANR5L17QE900074"]
)
def test_nothing_moves_while_a_page_loads(
    demo: str, new_context: NewContext, path: str, width: int
) -> None:
    """What scripts add or show finds its place kept."""
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.add_init_script(SHIFTS)
    page.goto(demo + path, wait_until="networkidle")
    page.wait_for_timeout(200)

    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 900), (1280, 900), (1280, 2600)])
def test_nothing_moves_when_results_update(
    demo: str, new_context: NewContext, width: int, height: int
) -> None:
    """Values ticked all along the panel stay where they are, even with nothing to scroll."""
    page = new_context(viewport={"width": width, "height": height}).new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{demo}/?q=ministre")
    page.locator("summary", has_text="Députée ou député").press("Enter")
    moved, shifts = [], []
    for name in ("legislature", "statut", "auteur"):
        value = page.locator(f'.panneau [name="{name}"]').first.get_attribute("value")
        box = page.locator(f'.panneau [name="{name}"][value="{value}"]')
        tab_to(page, box)
        before = box.bounding_box()
        # Going there by keyboard showed the skip links.
        page.wait_for_timeout(100)
        page.evaluate("window.shifts.length = 0")
        filters = page.locator(".filtre").count()
        page.keyboard.press("Space")
        expect(page.locator(".filtre")).to_have_count(filters + 1)
        page.wait_for_timeout(100)
        after = box.bounding_box()
        assert before is not None and after is not None
        shifts += page.evaluate("window.shifts")
        moved.append((after["x"] - before["x"], after["y"] - before["y"]))

    assert [(abs(x) <= 1, abs(y) <= 1) for x, y in moved] == [(True, True)] * 3
    assert shifts == []


@pytest.fixture
def scriptless(demo: str, new_context: NewContext, hold: Hold) -> Iterator[Page]:
    """The results of a search whose scripts are long in coming."""
    page = new_context().new_page()
    held = hold(page, "**/*.js*")
    page.goto(f"{demo}/?q=ministre", wait_until="commit")
    expect(page.locator(".resultats > li")).to_have_count(10)
    yield page
    assert len(held) >= 3


def test_the_page_works_before_its_scripts_come(scriptless: Page) -> None:
    """The box, the filters and the links do what they do without JavaScript."""
    page = scriptless
    page.get_by_role("checkbox", name="Avec réponse").check()
    page.get_by_role("button", name="Appliquer les filtres").click()

    expect(page).to_have_url(re.compile("statut=repondue"))
    expect(page.locator(".filtre")).to_have_count(1)

    page.get_by_role("link", name="Page 2").click()

    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_role("link", name="Page 2")).to_have_attribute("aria-current", "page")

    page.get_by_role("searchbox").fill("cotisations")
    page.get_by_role("button", name="Rechercher").click()

    expect(page).to_have_url(re.compile(r"q=cotisations&.*statut=repondue"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("cotisations")
