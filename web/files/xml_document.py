"""XML of our own (feeds, descriptions), well-formed whatever the texts in it hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even as a reference (production 2, `Char`)."""


def xml_text(text: str) -> str:
    """The text without the characters that XML has no way to write."""
    return _NOT_XML.sub("", text)


def element(
    name: str,
    text: str = "",
    attributes: Mapping[str, str] | None = None,
    children: Iterable[ET.Element] = (),
) -> ET.Element:
    """An element with its text and its children; the writer escapes what has a meaning in XML.

    Args:
        name: as it is written, prefix included; namespaces are `xmlns` attributes of the root.
        text: what it holds, as it is meant.
        attributes: in the order given.
        children: in the order given, after the text.
    """
    cleaned = {key: xml_text(value) for key, value in (attributes or {}).items()}
    made = ET.Element(name, cleaned)
    made.text = xml_text(text) or None
    made.extend(children)
    return made


def write_document(root: ET.Element) -> bytes:
    """The document of a root element, in UTF-8, with its declaration."""
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
