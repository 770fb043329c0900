"""An index read through: what `qe check` runs.

Every byte is held against its checksum, then the arrays against each other, then stored questions,
analysed again, against what the arrays hold of them. Opening an index reads headers and sizes
only, so that it takes the same moment whatever the size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from index.columnar.bounds import Ints
from index.columnar.consistency import disagreements
from index.columnar.index import ColumnarIndex, OpenSegment, open_generation
from index.columnar.segment_files import array_path, damaged_files
from index.french.analyzer import fingerprint
from index.progress import Progress
from index.stores.manifest import check
from index.stores.whoosh_records import differing_records
from index.stores.whoosh_store import damage_named, open_index, report_path

SAMPLE: Final = 1_000
"""Records that are analysed again unless all are: a second or two."""

STEPS: Final = ("Checking files", "Checking arrays", "Checking records")
"""What progress is told of: segments, segments, records."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        generation: the one that was checked.
        questions: how many it holds.
        records: how many of them were analysed again.
        segments: how many it is made of.
        damages: what is wrong, one sentence each that names a file; empty when all is well.
    """

    generation: int
    questions: int
    records: int
    segments: int
    damages: tuple[str, ...]


class _Checked(NamedTuple):
    """A segment to check: its name, and what is mapped of it."""

    name: str
    opened: OpenSegment

    @property
    def live(self) -> Ints:
        """The documents that aren't deleted."""
        return np.delete(np.arange(self.opened.arrays.size), self.opened.deleted)


def check_index(directory: Path, progress: Progress, *, every: bool = False) -> Verdict:
    """Read an index through. Each step is taken only when the one before found nothing.

    Args:
        directory: where the index is.
        progress: called as the check goes.
        every: whether every record is analysed again, and not a sample of `SAMPLE` of them.

    Raises:
        IndexMissing: there is no index.
        IndexFormatError: it is too damaged to be opened, or of another version.
    """
    check(directory, analyser=fingerprint())
    index = open_index(directory)
    with damage_named(directory):
        opened = open_generation(index)
        names = [segment.segment_id() for segment in index.toc().segments]
        segments = list(map(_Checked, names, opened.segments))
        live = sum(segment.live.size for segment in segments)
        sample = live if every else min(live, SAMPLE)
        damages = [*_damaged_report(index, opened.generation), *damaged_arrays(index, progress)]
        damages = damages or list(_disagreeing_arrays(directory, segments, progress))
        records = 0 if damages else sample
        damages = damages or list(_differing_records(directory, segments, sample, progress))
    return Verdict(opened.generation, live, records, len(segments), tuple(damages))


def damaged_arrays(index: ColumnarIndex, progress: Progress) -> Iterator[str]:
    """What is wrong with the files of the newest generation's segments, one sentence a file.

    Raises:
        DamagedFile: its table of contents isn't what was written.
    """
    names = [segment.segment_id() for segment in index.toc().segments]
    for done, name in enumerate(names):
        progress(STEPS[0], done, len(names))
        yield from damaged_files(index.directory, name)
    progress(STEPS[0], len(names), len(names))


def _disagreeing_arrays(
    directory: Path, segments: Sequence[_Checked], progress: Progress
) -> Iterator[str]:
    """Arrays that don't agree with the others, one sentence each."""
    for done, (name, opened) in enumerate(segments):
        progress(STEPS[1], done, len(segments))
        for array, what in disagreements(opened.arrays):
            yield f"{array_path(directory, name, array)} {what}"
    progress(STEPS[1], len(segments), len(segments))


def _differing_records(
    directory: Path, segments: Sequence[_Checked], sample: int, progress: Progress
) -> Iterator[str]:
    """Where the arrays don't say what the stored questions do, one sentence each."""

    def checked(count: int, before: int) -> None:
        progress(STEPS[2], before + count, sample)

    done, live = 0, [segment.live for segment in segments]
    for (name, opened), documents in zip(segments, _sampled(live, sample), strict=True):
        for found in differing_records(opened.arrays, documents, partial(checked, before=done)):
            path = array_path(directory, name, found.array)
            yield f"{path} disagrees with the record of {found.uid}: {found.what}"
        done += documents.size


def _sampled(live: Sequence[Ints], sample: int) -> Iterator[Ints]:
    """So many documents in all, evenly spread over those of some segments."""
    total = sum(documents.size for documents in live)
    ranks = np.arange(sample) * total // max(sample, 1)
    first = 0
    for documents in live:
        own = ranks[(ranks >= first) & (ranks < first + documents.size)] - first
        yield documents.take(own)
        first += documents.size


def _damaged_report(index: ColumnarIndex, generation: int) -> Iterator[str]:
    if not index.toc().segments:
        return  # no build has published yet, and none has left its account
    path = report_path(index.directory, generation)
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        yield f"{path} is missing or damaged: {error}"
