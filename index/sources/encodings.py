"""Pages and XML as text, in the encoding that they are in or say they are in.

Pages of thirty years come in UTF-8, ISO-8859-1 and windows-1252, and keep what they declare when
a program saves them again in UTF-8. So bytes that are valid UTF-8 are read as such, and others as
declared; `ISO-8859-1` means windows-1252, as it does for browsers.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from index.sources.document import Document, UnreadableDocument

LARGEST_PAGE: Final = 2 * 1024 * 1024
"""The largest page or XML of one question, in bytes; published ones have less than one million."""

_LOOKED_AT: Final = 4096
_DECLARED: Final = re.compile(rb"""(?i)(?:encoding|charset)\s*=\s*["']?\s*([a-z0-9_.:-]{1,40})""")
_WITHOUT_DECLARATION: Final = "windows-1252"
_SAME_AS_WINDOWS: Final = frozenset({"ascii", "iso8859-1", "cp1252"})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def markup_text(document: Document) -> str:
    """All of a page or of an XML file.

    Raises:
        UnreadableDocument: it cannot be read, is larger than `LARGEST_PAGE`, or is not in the
            encoding that it declares.
    """
    if document.size > LARGEST_PAGE:
        raise UnreadableDocument(f"one question of more than {LARGEST_PAGE >> 20} MB: leave it out")
    return decode_markup(document.data)


def decode_markup(data: bytes) -> str:
    """The text of some bytes; a byte order mark comes first, then UTF-8, then the declaration.

    Raises:
        UnreadableDocument: they are not in the encoding that they declare, or nobody knows it.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data.removeprefix(mark), encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, _declared_encoding(data))


def _declared_encoding(data: bytes) -> str:
    match = _DECLARED.search(data[:_LOOKED_AT])
    declared = match[1].decode("ascii") if match else _WITHOUT_DECLARATION
    try:
        codec = codecs.lookup(declared)
        "".encode(codec.name)  # a codec of bytes, such as `hex`, is none of text
    except (LookupError, UnicodeError) as error:  # the latter of `undefined`, which is a codec
        raise UnreadableDocument(f"unknown encoding {declared!r}: convert it to UTF-8") from error
    return _WITHOUT_DECLARATION if codec.name in _SAME_AS_WINDOWS else codec.name


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        place = f" at byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else ""
        raise UnreadableDocument(f"not {encoding}{place}: convert it to UTF-8") from error
