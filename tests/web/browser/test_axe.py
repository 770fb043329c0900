"""axe-core finds nothing to say about any page, wide or narrow, nor about its dark colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.page_types import PAGE_TYPES, PageType

pytestmark = pytest.mark.browser

WIDTHS = {"light": (1280, 360), "dark": (360,)}
"""By colour scheme: what depends on the width is the same in both."""
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""By colour scheme: what doesn't depend on colours is the same in both."""
BARE_PAGE = (
    "<!doctype html><html><body><img src='data:,'><p style='color:#bbb'>Pâle.</p></body></html>"
)

AXE = Axe()
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""The size of targets is of WCAG 2.2, and not looked at unless asked."""


@contextmanager
def reader(browser: Browser, scheme: Literal["light", "dark"]) -> Iterator[Page]:
    """A page that the script of axe-core may be put in, against the site's own policy.

    Nothing moves on it, and it may complain: error pages are looked at too.
    """
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


def complaints(page: Page, scheme: Literal["light", "dark"] = "light") -> list[str]:
    """What axe-core says of a page: the rule, and the elements that break it."""
    options = OPTIONS | RULES[scheme]
    found: list[dict[str, Any]] = AXE.run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes']]}"
        for violation in found
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("type_", PAGE_TYPES, ids=lambda type_: type_.name)
def test_axe_finds_nothing(
    demo: str, browser: Browser, type_: PageType, scheme: Literal["light", "dark"]
) -> None:
    """All of axe-core's rules hold, those of good practice too."""
    with reader(browser, scheme) as page:
        for width in WIDTHS[scheme]:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(demo + type_.path)
            type_.prepare(page)

            assert complaints(page, scheme) == []


@pytest.mark.parametrize(
    ("scheme", "rules"),
    [
        ("light", {"image-alt", "color-contrast", "html-has-lang", "document-title"}),
        ("dark", {"color-contrast"}),
    ],
)
def test_axe_would_complain(
    browser: Browser, scheme: Literal["light", "dark"], rules: set[str]
) -> None:
    """A page that breaks rules is told so: finding nothing means something."""
    with reader(browser, scheme) as page:
        page.set_content(BARE_PAGE)
        broken = {complaint.partition(":")[0] for complaint in complaints(page, scheme)}

    assert rules <= broken
