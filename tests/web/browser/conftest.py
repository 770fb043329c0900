"""The sites that browser tests visit, and readers who complain of what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from tests.browsing import DEMO, Hold, NewContext, find_chromium, launched, served
from tests.conftest import missing


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[str]:
    """The five published questions, served."""
    with served([shared / "seeds"], tmp_path_factory.mktemp("seeds") / "index") as address:
        yield address


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo corpus, served."""
    with served([DEMO], tmp_path_factory.mktemp("demo") / "index") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of this machine."""
    path = find_chromium()
    if path is None:
        missing("no Chromium: install one (apt-get install chromium), or set QE_CHROMIUM")
    with launched(path) as chromium:
        yield chromium


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes separate readers; afterwards, nothing went wrong in their consoles or left the site."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

    def note_request(url: str) -> None:
        if urlsplit(url).hostname != "127.0.0.1":
            complaints.append(f"request to another host: {url}")

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.on("page", watch)
        context.on("request", lambda request: note_request(request.url))
        contexts.append(context)
        return context

    yield make
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()

    assert complaints == []
    assert cookies == []


@pytest.fixture
def hold(new_context: NewContext) -> Iterator[Hold]:  # noqa: ARG001 - pages end before readers do
    """Leaves the requests of a page to some addresses unanswered, and gives them."""
    everything: list[tuple[Page, Route]] = []

    def hold_requests(page: Page, address: str | re.Pattern[str]) -> list[Route]:
        held: list[Route] = []

        def keep(route: Route) -> None:
            held.append(route)
            everything.append((page, route))

        page.route(address, keep)
        return held

    yield hold_requests
    # Playwright would wait for each of them for as long as the tests run. A page that is closed
    # has no console to complain in; of one that was left, the requests are gone.
    for page, route in everything:
        page.close()
        with suppress(Error):
            route.abort()
