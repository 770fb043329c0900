"""One question in a real browser: from mark to mark, copying, paper, hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import NewContext, excess, served
from tests.web.question.test_question_page import hostile_question

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}
SEARCH = "?q=cotisations+sociales&legislature=17"
FOUND = f"/questions/QANR5L17QE900074{SEARCH}&rang=1"
MARKS = 11


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site over a file whose every text tries to be something else."""
    directory = tmp_path_factory.mktemp("hostile")
    records = (hostile_question(uid).as_record(None) for uid in ("QANR5L17QE7", "QANR5L17QE8"))
    source = directory / "questions.ndjson"
    source.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    with served([source], directory / "index") as address:
        yield address


def current(page: Page) -> str | None:
    """The identifier of the mark that stands out."""
    marks = page.locator("mark.courant")
    return marks.get_attribute("id") if marks.count() else None


def test_buttons_lead_from_mark_to_mark(demo: str, new_context: NewContext) -> None:
    """Forwards, backwards and around, with the place said; the button keeps the focus."""
    page = new_context().new_page()
    page.goto(demo + FOUND)
    following = page.get_by_role("button", name="Suivant")
    place = page.locator(".surlignage [role=status]")
    following.press("Enter")
    following.press("Enter")

    expect(place).to_have_text(f"2 sur {MARKS}")
    expect(following).to_be_focused()
    assert current(page) == "m2"

    for _ in range(2):
        page.get_by_role("button", name="Précédent").click()

    expect(place).to_have_text(f"{MARKS} sur {MARKS}")
    expect(page.locator(f"#m{MARKS}")).to_be_in_viewport()
    assert current(page) == f"m{MARKS}"


def test_letters_lead_on_from_a_mark_and_nowhere_else(demo: str, new_context: NewContext) -> None:
    """`n` and `p` follow the marks from one of them; in the search box they are letters."""
    page = new_context().new_page()
    page.goto(demo + FOUND)
    page.keyboard.press("n")
    box = page.get_by_label("Rechercher dans les questions et les réponses")
    box.fill("")
    box.press_sequentially("np")

    expect(box).to_have_value("np")
    assert current(page) is None

    page.get_by_role("link", name="réponse (4)").click()

    expect(page.locator("#m8")).to_be_focused()

    page.keyboard.press("n")

    expect(page.locator("#m9")).to_be_focused()

    page.keyboard.press("p")

    expect(page.locator("#m8")).to_be_focused()


@pytest.mark.parametrize("viewport", [NARROW, {"width": 768, "height": 500}], ids=str)
def test_nothing_that_is_reached_is_under_the_bar(
    demo: str, new_context: NewContext, viewport: dict[str, int]
) -> None:
    """The bar stays at the top, small; what the keyboard reaches, both ways, can be seen."""
    page = new_context(viewport=viewport, reduced_motion="reduce").new_page()
    page.goto(demo + FOUND)
    page.get_by_role("button", name="Suivant").click()
    hidden = """() => {
      const bar = document.querySelector(".surlignage");
      const own = document.activeElement.getBoundingClientRect();
      if (bar.contains(document.activeElement) || !own.height) return null;
      const { top, bottom } = bar.getBoundingClientRect();
      const under = own.top >= top - 1 && own.bottom <= bottom + 1;
      return under ? document.activeElement.outerHTML : null;
    }"""
    reached = []
    for key in ["Tab"] * 40 + ["Shift+Tab"] * 40:
        page.keyboard.press(key)
        reached.append(page.evaluate(hidden))

    height = page.locator(".surlignage").bounding_box()
    assert [element for element in reached if element] == []
    assert height
    assert height["height"] < 50
    assert excess(page) <= 0


def test_without_javascript_links_lead_to_the_marks(demo: str, new_context: NewContext) -> None:
    """The first of each part is a link away, stands out, and no button is offered in vain."""
    page = new_context(java_script_enabled=False).new_page()
    page.goto(demo + FOUND)
    page.get_by_role("link", name="réponse (4)").click()

    expect(page.locator("#m8")).to_be_in_viewport()
    expect(page.locator(".pas")).to_be_hidden()
    assert page.locator("mark:target").get_attribute("id") == "m8"


def test_marks_are_taken_away_and_brought_back(demo: str, new_context: NewContext) -> None:
    """Both ways by a link, and the neighbours are read alike."""
    page = new_context().new_page()
    page.goto(demo + FOUND)
    page.get_by_role("link", name="Retirer le surlignage").click()

    expect(page.locator("mark")).to_have_count(0)

    page.get_by_role("link", name="Question suivante").click()

    expect(page).to_have_url(re.compile(r"rang=2&surlignage=0$"))

    page.get_by_role("link", name="Rétablir le surlignage").click()

    expect(page.locator("mark").first).to_be_visible()


def test_references_are_copied(demo: str, new_context: NewContext) -> None:
    """Each button copies the text above it, and says so."""
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo)
    page = context.new_page()
    page.goto(demo + FOUND)
    page.get_by_text("Citer cette question").click()
    page.get_by_role("button", name="Copier : BibTeX").click()

    expect(page.locator("#citation-bib + .sorties .copie")).to_have_text("Copié")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#citation-bib").text_content()
    assert copied.startswith("@misc{QANR5L17QE900074,\n")


def test_paper_has_the_texts_and_their_source(site: str, new_context: NewContext) -> None:
    """Printed: question, answer, dates, the official address and the source; no navigation."""
    page = new_context().new_page()
    page.goto(f"{site}/questions/QANR5L17QE13353?q=cotisations&rang=1")
    page.emulate_media(media="print")

    for shown in (".piece.question", ".piece.reponse", ".chronologie", ".officielle", ".pied"):
        expect(page.locator(shown)).to_be_visible()
    for absent in (
        ".surlignage",
        ".parcours",
        ".recherche",
        ".bandeau nav",
        ".citer",
        ".evitement",
    ):
        expect(page.locator(absent)).to_be_hidden()
    address = page.evaluate(
        "getComputedStyle(document.querySelector('.officielle a'), '::after').content"
    )
    assert "https://questions.assemblee-nationale.fr/q17/17-13353QE.htm" in address
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("follows", ["", "?q=marque+alert&rang=1"])
def test_hostile_texts_run_nothing(hostile: str, new_context: NewContext, follows: str) -> None:
    """No script, no request, no complaint of the policy; nothing wider than the page."""
    page = new_context(viewport=NARROW).new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(f"{hostile}/questions/QANR5L17QE7{follows}")

    expect(page.locator(".piece.reponse")).to_contain_text("dedans")
    assert dialogs == []
    assert page.locator(".prose :is(script, img, a, style, svg)").count() == 0
    assert excess(page) <= 0
