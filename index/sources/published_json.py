"""The publisher's JSON, made from XML: what is one value here is a list there, or nil.

Null comes as `null`, as `{"@xsi:nil": "true"}` or not at all; a text as a string or as
`{"@xsi:type": …, "#text": …}`; a sequence as a list, or as its only element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from index.errors import MalformedRecord
from index.markup import plain_line
from index.sources.dates import NotADate, read_date

_PAGES: Final = re.compile(r"(?P<first>[0-9]{1,9})(?:\s*[-–—]\s*[0-9]{1,9})?")


def find(value: Any, *keys: str) -> list[Any]:
    """Everything under these keys, through lists at any level; nulls are left out."""
    found = _as_list(value)
    for key in keys:
        found = [
            item
            for parent in found
            if isinstance(parent, Mapping)
            for item in _as_list(parent.get(key))
        ]
    return found


def texts(values: Iterable[Any]) -> list[str]:
    """The values that are texts, each on one line and without mark-up."""
    lines = (plain_line(raw_text(value)) for value in values)
    return [line for line in lines if line]


def first_text(value: Any, *keys: str) -> str | None:
    """The first text under these keys."""
    return next(iter(texts(find(value, *keys))), None)


def raw_text(value: Any) -> str | None:
    """A text as published, mark-up included; a number is its digits."""
    if isinstance(value, Mapping):
        value = value.get("#text")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def first_date(field: str, value: Any, remarks: list[str], *keys: str) -> date | None:
    """The first date under these keys.

    What is no date at all is left out, and told in `remarks`.

    Raises:
        MalformedRecord: it is no day of the calendar.
    """
    return next(iter(_read_dates(field, texts(find(value, *keys))[:1], remarks)), None)


def first_integer(field: str, value: Any, *keys: str) -> int | None:
    """The first whole number under these keys.

    Raises:
        MalformedRecord: what stands there is no whole number, or an absurd one.
    """
    text = first_text(value, *keys)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise MalformedRecord(f"{field} {text!r:.60} is not a whole number")
    return int(text)


def first_page(field: str, value: Any, remarks: list[str], *keys: str) -> int | None:
    """The first page number under these keys; of "2329-2330", the first page.

    What is no page number is left out, and told in `remarks`.
    """
    text = first_text(value, *keys)
    if text is None:
        return None
    match = _PAGES.fullmatch(text)
    if match is None:
        remarks.append(f"{field} {text!r:.60} is not a page number")
        return None
    return int(match["first"])


def event_dates(field: str, value: Any, word: str, remarks: list[str]) -> list[date]:
    """The dates of one event whose inner shape is not documented.

    Of all dated keys, those that name the event (`word`) count first, then the JO's, then any:
    the same event is often dated twice, by its deposit and by its publication.
    What holds no date is left out, and told in `remarks`.

    Raises:
        MalformedRecord: a date is no day of the calendar.
    """
    said = leaves(value, "date")
    dated = [(key, text) for key, text in said if "date" in key]
    if said and not dated:
        remarks.append(f"{field} {said[0][1]!r:.60} has no date")
    for wanted in (word, "datejo", "date"):
        chosen = [text for key, text in dated if wanted in key]
        if chosen:
            return _read_dates(field, chosen, remarks)
    return []


def _read_dates(field: str, written: Iterable[str], remarks: list[str]) -> list[date]:
    found = []
    for text in written:
        try:
            found.append(read_date(field, text))
        except NotADate as error:
            remarks.append(str(error))
    return found


def leaves(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Every plain value in this one, as a line of text, with the key it stands under.

    Keys are in small letters; `key` is the one of `value` itself. Nulls and empty texts are left
    out, and so are XML attributes.
    """
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Any]] = [(key, value)]
    while waiting:
        key, item = waiting.pop()
        if isinstance(item, list):
            waiting.extend((key, inner) for inner in item)
        elif _is_null(item):
            continue
        elif isinstance(item, Mapping):
            waiting.extend(
                (key if name == "#text" else name.lower(), inner)
                for name, inner in item.items()
                if not name.startswith("@")
            )
        elif line := plain_line(str(item)):
            found.append((key, line))
    return found


def _as_list(value: Any) -> list[Any]:
    """The elements of a list and of the lists in it, in order; of another value, itself."""
    found = []
    waiting = [value]
    while waiting:  # a list may be nested deeper than Python calls itself
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif not _is_null(item):
            found.append(item)
    return found


def _is_null(value: Any) -> bool:
    if isinstance(value, Mapping):
        return str(value.get("@xsi:nil", "")).lower() == "true" or not value
    return value is None
