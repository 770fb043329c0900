"""The sites that browser tests visit, and readers who complain of what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import DEMO, NewContext, find_chromium, launched, served
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
