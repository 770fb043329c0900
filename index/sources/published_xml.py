"""The publisher's XML, in the shape that its JSON has (see `published_json`).

An attribute is a key with `@`, an element that comes several times is a list, an element with
nothing in it is None, and one with text only is that text.

Python's own expat does the parsing, and two of its events end it: a DTD, which published questions
never have and which every attack by entities needs, and a depth that they never reach.
"""

from __future__ import annotations

from typing import Any, Final
from xml.parsers import expat

from index.errors import MalformedRecord

DEEPEST: Final = 50
"""How many elements may stand in each other; published questions have 5."""


def parse_xml(text: str) -> dict[str, Any]:
    """The root element under its name.

    Raises:
        MalformedRecord: the XML is damaged, has a DTD, or is nested deeper than `DEEPEST`.
    """
    builder = _Builder()
    # What the declaration says of the encoding is no longer true of a text.
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.add_text
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        what = expat.errors.messages[error.code]
        raise MalformedRecord(
            f"damaged XML at line {error.lineno} column {error.offset + 1} ({what}):"
            " download it again"
        ) from error
    return builder.root


class _Builder:
    """Takes the events of a parser, and keeps the elements that are open as a stack."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = [self.root]
        self._texts: list[list[str]] = [[]]

    def start(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise MalformedRecord(f"XML of more than {DEEPEST} elements in each other")
        self._open.append({f"@{key}": value for key, value in attributes.items()})
        self._texts.append([])

    def add_text(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, name: str) -> None:
        element = self._open.pop()
        text = "".join(self._texts.pop()).strip()
        if text and element:
            element["#text"] = text
        _put(self._open[-1], name, element or text or None)


def _put(parent: dict[str, Any], name: str, value: Any) -> None:
    """Under its name, a second value making a list of it; None only holds the place."""
    held = parent.setdefault(name, value)
    if held is value or value is None:
        return
    if isinstance(held, list):
        held.append(value)
    else:
        parent[name] = value if held is None else [held, value]


def _refuse_dtd(*_: object) -> None:
    raise MalformedRecord("XML with a DTD, which no published question has: leave it out")
