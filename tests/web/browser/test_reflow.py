"""Every page fits the smallest window, zoomed text and the spacing that some readers need."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import excess
from tests.page_types import PAGE_TYPES, PageType

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 640)
"""WCAG 1.4.10's smallest, a phone's, and that of a desktop's window at twice its size."""

SPACING = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; \
word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
"""WCAG 1.4.12's."""

CLIPPED = """[...document.querySelectorAll('main *, header *, footer *')]
  .filter((one) => getComputedStyle(one).overflowY === 'hidden' && !one.closest('.cache, svg'))
  .filter((one) => one.scrollHeight > one.clientHeight + 1)
  .map((one) => one.className)"""


@pytest.mark.parametrize("type_", PAGE_TYPES, ids=lambda type_: type_.name)
def test_no_page_scrolls_sideways(demo: str, browser: Browser, type_: PageType) -> None:
    """Narrow, zoomed or widely spaced, everything fits; and the demo says that it is fiction."""
    context = browser.new_context(has_touch=True, bypass_csp=True)
    page = context.new_page()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(demo + type_.path)
        type_.prepare(page)

        assert excess(page) <= 0, width

    page.set_viewport_size({"width": 360, "height": 740})
    page.add_style_tag(content=SPACING)

    assert excess(page) <= 0
    assert page.evaluate(CLIPPED) == []
    expect(page.get_by_role("note")).to_contain_text("Questions fictives, pour démonstration.")
    context.close()
