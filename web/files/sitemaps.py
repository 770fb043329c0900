"""Every page worth finding, for crawlers: `/sitemap.xml`, an index, and the parts it names.

The first part has the pages of the site, the others the questions in the order of their uids. A
part is written as it is sent, from uids and dates alone: a million questions take twenty parts,
and no more memory than one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final
from xml.sax.saxutils import escape

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from search.engine import DatedUid
from search.results import question_url
from web.site import current_site, public_url

sitemaps = Blueprint("sitemaps", __name__)

SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
INDEX_PATH: Final = "/sitemap.xml"

PART_SIZE: Final = 50_000
"""Addresses in a part: the most that the protocol allows; of ours, some 5 MB of the 50 MB."""

PAGES: Final = {
    "/": True,
    "/corpus": True,
    "/statistiques": True,
    "/aide": False,
    "/a-propos": False,
}
"""The pages of the site, and whether they change with each JO."""

_WRITTEN_AT_ONCE: Final = 1_000
"""Lines; a server sends what it is given, and one by one would be many small packets."""


@sitemaps.get(INDEX_PATH)
def show_index() -> Response:
    """The addresses of the parts."""
    questions = current_site().engine.health().questions
    last = 1 + -(-questions // PART_SIZE)
    entries = ((f"/sitemap-{number}.xml", None) for number in range(1, last + 1))
    return _document("sitemapindex", "sitemap", entries)


@sitemaps.get("/sitemap-<number>.xml")
def show_part(number: str) -> Response:
    """One part; there is none after the last question."""
    if not re.fullmatch("[1-9][0-9]{0,6}", number):
        raise NotFound
    return _part(int(number))


def _part(number: int) -> Response:
    engine = current_site().engine
    if number == 1:
        changed = engine.health().donnees_au
        return _document(
            "urlset", "url", ((p, changed if dated else None) for p, dated in PAGES.items())
        )
    first = (number - 2) * PART_SIZE
    questions = engine.dated_uids(range(first, first + PART_SIZE))
    if not questions:
        raise NotFound
    return _document("urlset", "url", _question_entries(questions))


def _question_entries(questions: Iterable[DatedUid]) -> Iterator[tuple[str, date | None]]:
    return ((question_url(uid), newest_jo) for uid, newest_jo in questions)


def _document(root: str, entry: str, entries: Iterable[tuple[str, date | None]]) -> Response:
    """A document of addresses with the dates of their last change.

    Args:
        root: its element.
        entry: the element of one address.
        entries: a path and a date, each.
    """
    # The address of the site is asked of the request, which is over when the last line is sent.
    lines = _lines(root, entry, entries, escape(public_url("")))
    return Response(_in_blocks(lines), mimetype="application/xml")


def _lines(
    root: str, entry: str, entries: Iterable[tuple[str, date | None]], site: str
) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{SITEMAP}">\n'
    for path, changed in entries:
        lastmod = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
        yield f"<{entry}><loc>{site}{escape(path)}</loc>{lastmod}</{entry}>\n"
    yield f"</{root}>\n"


def _in_blocks(lines: Iterator[str]) -> Iterator[bytes]:
    while block := "".join(islice(lines, _WRITTEN_AT_ONCE)):
        yield block.encode()
