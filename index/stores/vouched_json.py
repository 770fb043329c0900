"""Small JSON files that vouch for themselves: their first entry is the checksum of the rest.

    {
     "crc32": "0a1b2c3d",
     "generation": 7,

Any reader of JSON reads them, and any byte of them that was changed is noticed. Files that were
written before there was a checksum begin with their first entry instead.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from index.atomic import write_atomically
from index.regular_file import read_regular

_HEAD: Final = re.compile(rb'\{\n "crc32": "([0-9a-f]{8})",')


def write_vouched(path: Path, record: Mapping[str, Any]) -> None:
    """Replace a file by one that holds a record of at least one entry, and its checksum.

    Raises:
        OSError: the disk is full, or the directory is missing or read-only. The old file stays.
    """
    rest = json.dumps(record, ensure_ascii=False, indent=1).removeprefix("{") + "\n"
    write_atomically(path, f'{{\n "crc32": "{zlib.crc32(rest.encode()):08x}",{rest}')


def read_vouched(path: Path, first: str) -> dict[str, Any]:
    """Read back a record, without its checksum.

    Args:
        path: the file.
        first: the name of the record's first entry.

    Raises:
        OSError: the file is missing, can't be read, or is no regular file.
        ValueError: it isn't what was written.
    """
    content = read_regular(path)
    head = _HEAD.match(content)
    if head and int(head[1], 16) != zlib.crc32(content[head.end() :]):
        raise ValueError("its checksum is another")
    record = json.loads(content)
    # A checksum whose very name is damaged must not pass for a file of before there was one.
    if not isinstance(record, dict) or next(iter(record), None) != ("crc32" if head else first):
        raise ValueError(f"it does not begin with `{first}` or its checksum")
    record.pop("crc32", None)
    return record
