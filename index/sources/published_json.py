"""The publisher's JSON, made from XML: what is one value here is a list there, or nil.

Null comes as `null`, as `{"@xsi:nil": "true"}` or not at all; a text as a string or as
`{"@xsi:type": …, "#text": …}`; a sequence as a list, or as its only element.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from index.errors import MalformedRecord
from index.markup import plain_line
from index.sources.dates import read_date


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


def first_date(field: str, value: Any, *keys: str) -> date | None:
    """The first date under these keys.

    Raises:
        MalformedRecord: what stands there is no date.
    """
    text = first_text(value, *keys)
    return None if text is None else read_date(field, text)


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


def event_dates(field: str, value: Any, word: str) -> list[date]:
    """The dates of one event whose inner shape is not documented.

    Of all dated keys, those that name the event (`word`) count first, then the JO's, then any:
    the same event is often dated twice, by its deposit and by its publication.

    Raises:
        MalformedRecord: a key that says date holds none.
    """
    text = raw_text(value)
    if text is not None:
        line = plain_line(text)
        return [read_date(field, line)] if line else []
    dated = _dated_keys(value)
    for wanted in (word, "datejo", "date"):
        chosen = [line for key, line in dated if wanted in key]
        if chosen:
            return [read_date(field, line) for line in chosen]
    return []


def _dated_keys(value: Any) -> list[tuple[str, str]]:
    """Every text under a key that speaks of a date, with that key in small letters."""
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        key, item = waiting.pop()
        text = plain_line(raw_text(item))
        if text and "date" in key:
            found.append((key, text))
        elif isinstance(item, list):
            waiting.extend((key, inner) for inner in item)
        elif isinstance(item, Mapping):
            waiting.extend((name.lower(), inner) for name, inner in item.items())
    return found


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [item for inner in value for item in _as_list(inner)]
    return [] if _is_null(value) else [value]


def _is_null(value: Any) -> bool:
    if isinstance(value, Mapping):
        return str(value.get("@xsi:nil", "")).lower() == "true" or not value
    return value is None
