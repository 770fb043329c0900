"""A question page of the publisher in HTML, in any of its three layouts.

The texts are cut out at landmarks and cleaned as they are: their mark-up is often badly formed,
and a tree of the whole page would have them end where a stray `</div>` does. The facts become the
labelled lines that pages in text have, read by `page_facts`.

The same question stands under several addresses: what identifies it is on the page, and the
file's name tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from index.errors import MalformedRecord
from index.question import Question, SourceRank
from index.sources import layout_bloc, layout_detail, layout_fiche
from index.sources.document import Document
from index.sources.encodings import markup_text
from index.sources.page_facts import PageParts, make_page_question
from index.sources.rejects import Reject, Remark, read_one

_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_UNSEEN: Final = re.compile(r"(?is)<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters other than white space; no record keeps them."""


class _Layout(NamedTuple):
    """How the pages of one era are recognised, and cut in their parts."""

    mark: re.Pattern[bytes]
    cut: Callable[[str], PageParts]


_LAYOUTS: Final = (
    _Layout(layout_fiche.MARK, layout_fiche.cut),
    _Layout(layout_detail.MARK, layout_detail.cut),
    _Layout(layout_bloc.MARK, layout_bloc.cut),
)


def recognises(document: Document) -> bool:
    """Whether the beginning has the mark of one of the layouts."""
    return _BEGINNING.match(document.head) is not None and _layout_of(document) is not None


def read(document: Document) -> Iterator[Question | Remark | Reject]:
    """The question of the page and what in it isn't understood, or why it is none."""
    return read_one(markup_text(document), document.source, parse_page)


def parse_page(page: str, source: str, remarks: list[str]) -> Question:
    """The question of one page; arguments and errors are those of `make_page_question`.

    Raises:
        MalformedRecord: also when the page has none of the layouts.
    """
    layout = _layout_of_head(page.encode("utf-8", "replace"))
    if layout is None:
        raise MalformedRecord("page in none of the layouts of question pages")
    if _CONTROLS.search(page):
        remarks.append("control characters, such as NUL, were taken out")
    parts = layout.cut(_UNSEEN.sub("", page))
    return make_page_question(
        parts, source=source, source_rank=SourceRank.PAGE_HTML, remarks=remarks
    )


def _layout_of(document: Document) -> _Layout | None:
    return _layout_of_head(document.head)


def _layout_of_head(head: bytes) -> _Layout | None:
    return next((layout for layout in _LAYOUTS if layout.mark.search(head)), None)
