"""Dates as the publisher writes them: in French, with slashes, or ISO with or without a time."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from unidecode import unidecode

from index.errors import MalformedRecord

_MONTHS: Final = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ].*|[+-].*|Z)?")
_SLASHES: Final = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")
_FRENCH: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:\s?er)?\s+(?P<name>{'|'.join(_MONTHS)})\s+(?P<year>\d{{4}})\b"
)
_IN_A_SENTENCE: Final = re.compile(
    rf"{_FRENCH.pattern}|\b\d{{1,2}}/\d{{1,2}}/\d{{4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b"
)


class NotADate(MalformedRecord):
    """A text that is no date at all, as opposed to a day that the calendar doesn't have."""


def fold(text: str) -> str:
    """The words in small letters without accents, one space between them."""
    return " ".join(unidecode(text).lower().split())


def read_date(field: str, text: str) -> date:
    """A date written YYYY-MM-DD (a time or an offset may follow), DD/MM/YYYY or in French.

    Raises:
        NotADate: it is none of these; the message names `field` and the text.
        MalformedRecord: it is no day of the calendar; the message is alike.
    """
    folded = fold(text)
    match = (
        _ISO.fullmatch(folded.upper()) or _SLASHES.fullmatch(folded) or _FRENCH.fullmatch(folded)
    )
    if match is None:
        raise NotADate(f"{field} {text!r:.60} is not a date (expected YYYY-MM-DD)")
    parts = match.groupdict()
    month = _MONTHS.index(parts["name"]) + 1 if "name" in parts else int(parts["month"])
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError as error:
        raise MalformedRecord(f"{field} {text!r:.60} is no day of the calendar") from error


def dates_in(field: str, sentence: str) -> list[date]:
    """Every date in a sentence, in its order.

    Raises:
        MalformedRecord: one of them is no day of the calendar.
    """
    return [read_date(field, match[0]) for match in _IN_A_SENTENCE.finditer(fold(sentence))]
