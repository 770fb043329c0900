"""An index read through: what `qe check` runs.

Every byte is held against its checksum, then the arrays against each other, then stored questions,
analysed again, against what the arrays hold of them. Opening an index reads headers and sizes
only, so that it takes the same moment whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from index.columnar.bounds import Ints
from index.columnar.consistency import disagreements
from index.columnar.index import OpenGeneration, OpenSegment, open_generation
from index.columnar.segment_files import array_path, damaged_files, describe_damage
from index.french.analyzer import fingerprint
from index.progress import Progress
from index.stores.manifest import check
from index.stores.whoosh_records import differing_records
from index.stores.whoosh_store import damage_named, open_index, read_report, report_path
from index.verdict import SAMPLE, Verdict

STEPS: Final = ("Checking files", "Checking arrays", "Checking records")
"""What progress is told of: segments, segments, records."""


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
    with damage_named(directory):
        while True:
            check(directory, analyser=fingerprint())
            index = open_index(directory)
            opened = open_generation(index)
            verdict = _check_generation(directory, opened, progress, every=every)
            # Files that a build has removed since are no damage: the check begins again.
            if not verdict.damages or index.published() == opened.published:
                return verdict


def _check_generation(
    directory: Path, opened: OpenGeneration, progress: Progress, *, every: bool
) -> Verdict:
    segments = opened.segments
    live = sum(map(_live_count, segments))
    sample = live if every else min(live, SAMPLE)
    damages = [
        *_damaged_report(directory, opened),
        *_damaged_files(directory, segments, progress),
    ]
    damages = damages or list(_disagreeing_arrays(directory, segments, progress))
    records = 0 if damages else sample
    damages = damages or list(_differing_records(directory, segments, sample, progress))
    if not damages:
        opened.check_sizes()
        opened.check_pages()  # or what was compared is not what stands there
    return Verdict(opened.generation, live, records, len(segments), "segment", tuple(damages))


def _damaged_files(
    directory: Path, segments: Sequence[OpenSegment], progress: Progress
) -> Iterator[str]:
    """What is wrong with the files of some segments, one sentence a file."""
    for done, segment in enumerate(segments):
        progress(STEPS[0], done, len(segments))
        yield from damaged_files(directory, segment.name)
    progress(STEPS[0], len(segments), len(segments))


def _disagreeing_arrays(
    directory: Path, segments: Sequence[OpenSegment], progress: Progress
) -> Iterator[str]:
    """Arrays that don't agree with the others, one sentence each."""
    for done, segment in enumerate(segments):
        progress(STEPS[1], done, len(segments))
        for array, what in disagreements(segment.arrays):
            yield f"{array_path(directory, segment.name, array)} {what}"
    progress(STEPS[1], len(segments), len(segments))


def _differing_records(
    directory: Path, segments: Sequence[OpenSegment], sample: int, progress: Progress
) -> Iterator[str]:
    """Where the arrays don't say what the stored questions do, one sentence each."""

    def checked(count: int, before: int) -> None:
        progress(STEPS[2], before + count, sample)

    done, live = 0, list(map(_live_documents, segments))
    for segment, documents in zip(segments, _sampled(live, sample), strict=True):
        for found in differing_records(segment.arrays, documents, partial(checked, before=done)):
            path = array_path(directory, segment.name, found.array)
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


def _live_documents(segment: OpenSegment) -> Ints:
    return np.delete(np.arange(segment.arrays.size), segment.deleted)


def _live_count(segment: OpenSegment) -> int:
    return segment.arrays.size - segment.deleted.size


def _damaged_report(directory: Path, opened: OpenGeneration) -> Iterator[str]:
    if not opened.segments:
        return  # no build has published yet, and none has left its account
    path = report_path(directory, opened.generation)
    try:
        read_report(directory, opened.generation)
    except FileNotFoundError:
        yield f"{path} is missing"
    except OSError as error:
        yield describe_damage(error, path)
    except ValueError as error:
        yield f"{path} is damaged: {error}"
