"""Stored questions analysed again, and what a segment holds of them compared with the outcome.

A checksum tells that an array is as it was written. This tells that it was rightly written: what
the analysis of the stored text gives today is what searches find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, ranges, sizes_of
from index.columnar.columns import TextColumn
from index.columnar.consistency import postings_of_each_document
from index.columnar.layout import TERM_BITS
from index.columnar.postings import term_numbers
from index.columnar.segment_arrays import SegmentArrays
from index.question import Question
from index.stores.version_key import version_key
from index.stores.whoosh_runs import Versioned, make_run, run_terms
from index.stores.whoosh_schema import UID, written_form

BATCH: Final = 512
"""Records analysed at once, which takes some 50 MB."""

_AT_ONCE: Final = 1 << 14
"""Postings whose positions are looked up at once."""

_TOLD: Final = 3
"""Differences of one kind that are told of a batch: one fault often touches many records."""


class Difference(NamedTuple):
    """Where a segment disagrees with a stored question.

    Attributes:
        array: the name of the array, and the ending of its file's name.
        uid: the question.
        what: what is wrong, in words.
    """

    array: str
    uid: str
    what: str


def differing_records(
    arrays: SegmentArrays, documents: Ints, checked: Callable[[int], None]
) -> Iterator[Difference]:
    """Where a segment disagrees with some of the questions it stores.

    Args:
        arrays: the segment, whose arrays agree with each other.
        documents: numbers of documents in it.
        checked: told how many of them have been looked at.
    """
    postings = postings_of_each_document(arrays)
    for start in range(0, documents.size, BATCH):
        batch = documents[start : start + BATCH]
        yield from _differences(arrays, batch, postings)
        checked(start + batch.size)


def _differences(
    arrays: SegmentArrays, documents: Ints, postings: NDArray[np.int64]
) -> Iterator[Difference]:
    read = [_read(arrays, number) for number in documents.tolist()]
    for outcome in read:
        if isinstance(outcome, Difference):
            yield outcome
    kept = [place for place, outcome in enumerate(read) if isinstance(outcome, Versioned)]
    versions = [outcome for outcome in read if isinstance(outcome, Versioned)]
    if not versions:
        return
    comparison = _Comparison(arrays, documents.take(kept), make_run(versions, b"", kept=True))
    for kind in (
        comparison.missing_postings(),
        comparison.needless_postings(postings),
        comparison.lengths(),
        comparison.token_starts(),
        comparison.columns(),
    ):
        yield from islice(kind, _TOLD)


def _read(arrays: SegmentArrays, document: int) -> Versioned | Difference:
    """A stored question with the key of its version, or why it is none."""
    try:
        stored = arrays.records.read(document)
        question = Question.from_stored(stored)
    except Exception as error:  # Damaged bytes raise nearly anything.
        uid = bytes(arrays.keys[UID].values[document]).decode("ascii", "replace")
        return Difference("records", uid, f"cannot be read ({error})")
    return Versioned(stored, version_key(question.version))


@dataclass(frozen=True)
class _Comparison:
    """Some documents of a segment beside the run that their questions give.

    Attributes:
        held: the segment.
        documents: numbers in it.
        run: what analysing them again gives: document `i` there is `documents[i]` here.
    """

    held: SegmentArrays
    documents: Ints
    run: SegmentArrays

    def missing_postings(self) -> Iterator[Difference]:
        """Words that the text has and the lists don't, or elsewhere, or more or less often."""
        expected = self.run.postings
        lists = np.repeat(np.arange(expected.list_keys.size), sizes_of(expected.list_starts))
        places = self._find(lists)
        for number in np.flatnonzero(places < 0).tolist():
            yield self._difference("documents", number, lists, "is in the text and not in its list")
        found = np.flatnonzero(places >= 0)
        held = self.held.postings
        frequencies = held.frequencies.take(places.take(found))
        same = frequencies == expected.frequencies.take(found)
        for number in found[~same].tolist():
            yield self._difference("frequencies", number, lists, "occurs more or less often")
        for number in self._misplaced(places, found[same]):
            yield self._difference("positions", number, lists, "is elsewhere in the text")

    def needless_postings(self, counts: NDArray[np.int64]) -> Iterator[Difference]:
        """Documents that stand in more lists than their text has words.

        Args:
            counts: how many postings each document of the segment has.
        """
        expected = np.bincount(self.run.postings.documents, minlength=self.documents.size)
        held = counts.take(self.documents)
        for place in np.flatnonzero(held != expected).tolist():
            what = f"stands in {held[place]} lists and its text has {expected[place]} words"
            yield Difference("documents", self._uid(place), what)

    def lengths(self) -> Iterator[Difference]:
        """Fields with another number of words than their text."""
        held = self.held.arrays["lengths"][self.documents]
        for place, field in np.argwhere(held != self.run.arrays["lengths"]).tolist():
            what = f"has another number of words in {self.held.fields[field]}"
            yield Difference("lengths", self._uid(place), what)

    def token_starts(self) -> Iterator[Difference]:
        """Texts whose words begin elsewhere."""
        for place, document in enumerate(self.documents.tolist()):
            for field in self.held.shape.marked_fields:
                held = self.held.token_starts(document, field)
                if not np.array_equal(held, self.run.token_starts(place, field)):
                    what = f"has words that begin elsewhere in {field}"
                    yield Difference("token_starts", self._uid(place), what)

    def columns(self) -> Iterator[Difference]:
        """Columns that say something else than the record."""
        for array, held, expected in self._pairs_of_columns():
            for place in np.flatnonzero(held != expected).tolist():
                yield Difference(array, self._uid(place), "says something else than the record")

    def _pairs_of_columns(self) -> Iterator[tuple[str, NDArray[Any], NDArray[Any]]]:
        for name, integers in self.held.integers.items():
            yield f"integer.{name}", integers.take(self.documents), self.run.integers[name]
        for name, texts in self.held.texts.items():
            everything = np.arange(self.documents.size)
            held, expected = _texts(texts, self.documents), _texts(self.run.texts[name], everything)
            yield f"text.{name}", held, expected
        for name, keys in self.held.keys.items():
            yield f"key.{name}", keys.values.take(self.documents), self.run.keys[name].values

    def _find(self, lists: Ints) -> Ints:
        """Where the segment has each posting of the run; -1 where it has none.

        By bisection, each posting in its own list and all of them at once.
        """
        held, expected = self.held.postings, self.run.postings
        rows = self._rows().take(lists)
        sought = self.documents.take(expected.documents)
        low = np.where(rows >= 0, held.list_starts.take(rows), 0).astype(np.int64)
        high = np.where(rows >= 0, held.list_starts.take(rows + 1), 0).astype(np.int64)
        end = high
        while (low < high).any():
            middle = (low + high) // 2
            last = max(held.documents.size - 1, 0)
            before = (held.documents.take(np.minimum(middle, last)) < sought) & (low < high)
            low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
        there = low < end
        there[there] = held.documents.take(low[there]) == sought[there]
        return np.where(there, low, -1)

    def _rows(self) -> Ints:
        """The segment's row for each list of the run; -1 where it has none."""
        keys = self.run.postings.list_keys
        fields, numbers = keys >> np.uint64(TERM_BITS), term_numbers(keys)
        terms, places = np.unique(numbers, return_inverse=True)
        vocabulary = run_terms()
        found = [self.held.terms.number(vocabulary[number]) for number in terms.tolist()]
        known = np.array([number is not None for number in found], np.bool_).take(places)
        held = np.array([number or 0 for number in found], np.uint64).take(places)
        rows = self.held.postings.find_rows((fields << np.uint64(TERM_BITS)) | held)
        return np.where(known, rows, -1)

    def _misplaced(self, places: Ints, found: Ints) -> Iterator[int]:
        """Postings of the run that the segment has as often, at other positions.

        Args:
            places: where the segment has each posting of the run.
            found: those to compare.
        """
        held, expected = self.held.postings, self.run.postings
        counts = expected.frequencies.astype(np.int64)
        starts = np.cumsum(counts) - counts
        for first in range(0, found.size, _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            sizes = counts.take(some)
            here = ranges(held.position_starts(places.take(some)), sizes)
            there = ranges(starts.take(some), sizes)
            differs = held.positions.take(here) != expected.positions.take(there)
            yield from np.unique(np.repeat(some, sizes)[differs]).tolist()

    def _difference(self, array: str, posting: int, lists: Ints, what: str) -> Difference:
        """A difference about one posting of the run."""
        key = self.run.postings.list_keys[lists[posting] : lists[posting] + 1]
        field = self.run.fields[int(key[0]) >> TERM_BITS]
        word = written_form(run_terms()[int(term_numbers(key)[0])])
        place = int(self.run.postings.documents[posting])
        return Difference(array, self._uid(place), f"« {word} » of its {field} {what}")

    def _uid(self, place: int) -> str:
        return bytes(self.run.keys[UID].values[place]).decode()


def _texts(column: TextColumn, documents: Ints) -> NDArray[Any]:
    """The texts of some documents."""
    numbers: Sequence[int] = column.ordinals.take(documents).tolist()
    values: Mapping[int, str] = {number: column.values[number] for number in set(numbers)}
    return np.array([values[number] for number in numbers], object)
