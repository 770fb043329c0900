"""Files of an index, damaged where they stand; they are read-only, and only their owner may."""

from __future__ import annotations

from pathlib import Path

from index.stores.manifest import MANIFEST_NAME
from index.stores.vouched_json import read_vouched, write_vouched


def overwrite(path: Path, content: bytes | bytearray | str) -> None:
    """Write other bytes into a file, which stays the same one: whoever has it open sees them."""
    path.chmod(0o644)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def cut(path: Path, size: int) -> None:
    """Make a file shorter, or longer, where it stands."""
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.truncate(size)


def flip(path: Path, place: int, bit: int = 0) -> None:
    """Turn one bit of a file over; places count from the end when they are negative."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    overwrite(path, content)


def change_manifest(directory: Path, **changes: object) -> None:
    """Have another manifest vouch for an index, as another version would have written it."""
    path = directory / MANIFEST_NAME
    write_vouched(path, read_vouched(path, "format_version") | changes)
