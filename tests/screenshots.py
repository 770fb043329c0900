"""Pictures of every type of page, for a person to look at: `make screenshots`.

Each at three widths, light and dark, and a few as they are printed or in forced colours; a page
that shows them side by side is written beside them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
from playwright.sync_api import Browser

from tests.browsing import DEMO, find_chromium, launched, served
from tests.page_types import PAGE_TYPES, PageType

WIDTHS: Final = (360, 768, 1280)
HEIGHTS: Final = {360: 740, 768: 1024, 1280: 800}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "clair": {"color_scheme": "light"},
    "sombre": {"color_scheme": "dark"},
}
SPECIAL_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "contraste-force": {"forced_colors": "active"},
    "imprime": {},
}
SPECIAL_PAGES: Final = ("resultats-filtres", "textes", "question-avec-reponse", "statistiques")


class Picture(NamedTuple):
    """One picture to take: of what, how wide, in which look."""

    type_: PageType
    width: int
    look: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.type_.name}-{self.width}-{self.look}.png"


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("var/screenshots"), show_default=True
)
@click.option("--only", multiple=True, metavar="NAME", help="Pages whose name begins so.")
def take_screenshots(out: Path, only: tuple[str, ...]) -> None:
    """Serve the demo corpus, visit every page, and write pictures and their contents to OUT."""
    path = find_chromium()
    if path is None:
        raise click.ClickException("no Chromium: install one, or set QE_CHROMIUM")
    out.mkdir(parents=True, exist_ok=True)
    chosen = [type_ for type_ in PAGE_TYPES if not only or type_.name.startswith(only)]
    pictures = list(_pictures(chosen))
    with (
        tempfile.TemporaryDirectory() as folder,
        served([DEMO], Path(folder) / "index") as site,
        launched(path) as browser,
        click.progressbar(pictures, label="Pages") as progress,
    ):
        for picture in progress:
            _take(browser, site, picture, out)
    (out / "index.html").write_text(_contents(chosen, pictures), encoding="utf-8")
    click.echo(f"{len(pictures)} pictures: {out / 'index.html'}")


def _pictures(types: list[PageType]) -> Iterator[Picture]:
    for type_ in types:
        yield from (Picture(type_, width, look) for look in LOOKS for width in WIDTHS)
        if type_.name in SPECIAL_PAGES:
            yield from (Picture(type_, WIDTHS[-1], look) for look in SPECIAL_LOOKS)


def _take(browser: Browser, site: str, picture: Picture, out: Path) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]},
        has_touch=picture.width < WIDTHS[-1],
        reduced_motion="reduce",
        **(LOOKS | SPECIAL_LOOKS)[picture.look],
    )
    page = context.new_page()
    page.goto(site + picture.type_.path)
    picture.type_.prepare(page)
    if picture.look == "imprime":
        page.emulate_media(media="print")
    page.screenshot(path=out / picture.name, full_page=True)
    context.close()


def _contents(types: list[PageType], pictures: list[Picture]) -> str:
    """A page with all pictures, a row for each type of page."""
    rows = "".join(
        f"<h2>{escape(type_.name)}</h2><p><code>{escape(type_.path)}</code></p><div>"
        + "".join(
            f'<a href="{p.name}"><img src="{p.name}" alt="{p.name}" loading="lazy"></a>'
            for p in pictures
            if p.type_ is type_
        )
        + "</div>"
        for type_ in types
    )
    style = "body{font:16px sans-serif}div{display:flex;gap:8px;overflow:auto}img{height:480px}"
    return (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Pages</title>'
        f"<style>{style}</style><h1>Pages</h1>{rows}</html>"
    )


if __name__ == "__main__":
    take_screenshots()
