"""Where the publisher's archives are kept, so that an index can be made again from them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from index.cluster.address import ClusterAddress, IndexAddress
from index.errors import ArchivesMissing

ARCHIVES_VARIABLE: Final = "QE_ARCHIVES"
"""Names another folder for them, as on another disk, or for several indexes at once."""


_OF_CLUSTERS: Final = Path("var")
"""Nothing on this machine stands beside an index in a cluster."""


def archives_of(address: IndexAddress) -> Path:
    """The folder of the archives that an index is made from.

    It stands beside the index, `var/index.archives` for `var/index`: a rebuild replaces all that
    is inside. For `questions` in a cluster it is `var/questions.archives`.
    `$QE_ARCHIVES` names another. It need not exist.
    """
    given = os.environ.get(ARCHIVES_VARIABLE)
    if given:
        return Path(given)
    directory = _OF_CLUSTERS / address.name if isinstance(address, ClusterAddress) else address
    # `.` and `..` have no name that another could be made from.
    named = directory if directory.name not in {"", ".."} else directory.resolve()
    return named.with_name(f"{named.name}.archives")


def kept_archives(address: IndexAddress) -> tuple[Path, ...]:
    """What is kept for an index, in the order of names; hidden files aside.

    Each is a source of its own, so that questions tell the archive they came from as they do when
    it is given by name.

    Raises:
        ArchivesMissing: nothing is kept.
        OSError: the folder cannot be read.
    """
    folder = archives_of(address)
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    kept = tuple(entry for entry in entries if not entry.name.startswith("."))
    if not kept:
        raise ArchivesMissing(
            f"no archive is kept in {folder}: name what to read, or download archives first with "
            f"`qe sync --index {address}`"
        )
    return kept
