"""Every byte of an index read again and held against its checksum: what `qe check` runs.

Opening an index reads headers and sizes only, so that it takes the same moment whatever the size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.columnar.index import ColumnarIndex, open_generation
from index.columnar.segment_files import damaged_files
from index.french.analyzer import fingerprint
from index.progress import Progress
from index.stores.manifest import check
from index.stores.whoosh_store import damage_named, open_index, report_path


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        generation: the one that was checked.
        questions: how many it holds.
        segments: how many it is made of.
        damages: what is wrong, one sentence a file that names it; empty when all is well.
    """

    generation: int
    questions: int
    segments: int
    damages: tuple[str, ...]


def check_index(directory: Path, progress: Progress) -> Verdict:
    """Read every file of an index.

    Args:
        directory: where the index is.
        progress: called after each segment.

    Raises:
        IndexMissing: there is no index.
        IndexFormatError: it is too damaged to be opened, or of another version.
    """
    check(directory, analyser=fingerprint())
    index = open_index(directory)
    with damage_named(directory):
        opened = open_generation(index)
        names = [segment.segment_id() for segment in index.toc().segments]
    live = sum(segment.arrays.size - segment.deleted.size for segment in opened.segments)
    damages = [*_damaged_report(index, opened.generation), *damaged_arrays(index, progress)]
    return Verdict(opened.generation, live, len(names), tuple(damages))


def damaged_arrays(index: ColumnarIndex, progress: Progress) -> Iterator[str]:
    """What is wrong with the files of the newest generation's segments, one sentence a file.

    Raises:
        DamagedFile: its table of contents isn't what was written.
    """
    names = [segment.segment_id() for segment in index.toc().segments]
    for done, name in enumerate(names):
        progress("Checking", done, len(names))
        yield from damaged_files(index.directory, name)
    progress("Checking", len(names), len(names))


def _damaged_report(index: ColumnarIndex, generation: int) -> Iterator[str]:
    if not index.toc().segments:
        return  # no build has published yet, and none has left its account
    path = report_path(index.directory, generation)
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        yield f"{path} is missing or damaged: {error}"
