"""The age of a question's version as bytes: what an index keeps and a build compares.

A million of them are held while a build runs; as objects they would take four times the room.
"""

from __future__ import annotations

from typing import Final

from index.question import Version

_HASH: Final = 24
"""Hexadecimal digits kept of the content's hash: 96 bits tell a billion questions apart."""


def version_key(version: Version) -> bytes:
    """A version as bytes of one width; keys compare as their versions do."""
    day, rank = version.last_event.toordinal(), version.source_rank
    return f"{day:07}{rank}{version.named:d}{version.content_hash[:_HASH]}".encode()


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two keys are of versions with the same content."""
    return one[-_HASH:] == other[-_HASH:]
