"""A site over an index, served on this machine, and a browser to look at it with."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, sync_playwright
from werkzeug.serving import make_server

from index.builder import build
from search.engine import Engine, open_engine
from web.application import create_app
from web.settings import Settings

DEMO = Path(__file__).resolve().parents[1] / "demo"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

NewContext = Callable[..., BrowserContext]
Hold = Callable[[Page, str | re.Pattern[str]], list[Route]]


@contextmanager
def served(sources: Iterable[Path], directory: Path) -> Iterator[str]:
    """The address of a site over an index of some sources, on this machine only."""
    build(list(sources), directory, today=date.today(), progress=lambda *_args, **_named: None)
    with closing(open_engine(directory)) as engine, listening(engine) as address:
        yield address


@contextmanager
def listening(engine: Engine) -> Iterator[str]:
    """The address of a site over an engine, on this machine only."""
    server = make_server("127.0.0.1", 0, create_app(engine, settings=Settings()), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def find_chromium() -> str | None:
    """The Chromium of this machine; None when there is none."""
    known = (os.environ.get("QE_CHROMIUM"), *map(shutil.which, BROWSERS))
    return next((candidate for candidate in known if candidate), None)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The Chromium of a path, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def tab_to(page: Page, wanted: Locator, *, back: bool = False, at_most: int = 150) -> None:
    """Press Tab (or Shift+Tab) until an element has the focus, as someone without a mouse does."""
    key = "Shift+Tab" if back else "Tab"
    for _ in range(at_most):
        page.keyboard.press(key)
        if has_focus(wanted):
            return
    raise AssertionError(f"{key} pressed {at_most} times does not lead to {wanted}")


def has_focus(wanted: Locator) -> bool:
    """Whether an element, if it is there, has the focus."""
    script = "(found) => found.includes(document.activeElement)"
    return bool(wanted.evaluate_all(script))


def excess(page: Page) -> int:
    """Pixels by which a page is wider than its window: it scrolls sideways when there are any.

    Below 0 where room is kept for a bar that isn't there.
    """
    root = "document.documentElement"
    pixels: int = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return pixels
