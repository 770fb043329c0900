"""One generation of a Whoosh index, opened for reading: lists, vocabulary, columns, records.

Opening maps files and reads none of them: what costs a pass over all questions is computed when
it is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.columns import TextColumn
from index.columnar.index import OpenGeneration
from index.columnar.layout import SEPARATOR
from index.columnar.segment_arrays import SegmentArrays
from index.fields import COLUMNS, NO_INTEGER, UNFIELDED
from index.question import Question
from index.stores.whoosh_schema import UID
from search.engine import DatedUid
from search.engines.memo import Memo
from search.engines.sorted_arrays import Ints, Mask, places_of
from search.engines.whoosh_collection import Collection
from search.engines.whoosh_months import Months, months_of
from search.engines.whoosh_spelling import Spelling
from search.engines.whoosh_vocabulary import Vocabulary
from search.ranking import RANKING, Ranking

_REMEMBERED: Final = 1 << 8
"""Answers whose questions are remembered."""


class Texts(NamedTuple):
    """A text for each document, most of them shared.

    Attributes:
        ordinals: an unsigned type, shape (size,): numbers into `values`.
        values: the distinct texts, "" for none among them.
    """

    ordinals: NDArray[Any]
    values: list[str]


class Snapshot:
    """What a search reads; shared by threads. Nothing in it changes but memos.

    Attributes:
        generation: of the index. fictional: whether it holds the demo corpus.
        collection: its documents and posting lists. vocabulary: its words. spelling: of them.
        integers: int32 arrays of shape (size,) by column name; `NO_INTEGER` where absent.
    """

    def __init__(
        self, opened: OpenGeneration, *, fictional: bool, ranking: Ranking = RANKING
    ) -> None:
        self.generation = opened.generation
        self.fictional = fictional
        self.collection = Collection(opened.segments, ranking)
        self.vocabulary = Vocabulary(self.collection, UNFIELDED)
        self.spelling = Spelling(self.collection, self.vocabulary, UNFIELDED)
        self._answered: Memo[str, Ints] = Memo(_REMEMBERED)
        self._months: Memo[str, Months] = Memo(len(COLUMNS))
        self.integers: Mapping[str, NDArray[np.int32]] = {
            column.name: self._integers(column.name) for column in COLUMNS if column.integer
        }

    @cached_property
    def donnees_au(self) -> date | None:
        """The newest JO date of the live questions."""
        newest, live = self.integers["newest_jo"], self.collection.live
        ordinal = int((newest if live is None else newest[live]).max(initial=NO_INTEGER))
        return None if ordinal == NO_INTEGER else date.fromordinal(ordinal)

    @cached_property
    def overdue(self) -> Mask:
        """Which questions wait for an answer past its deadline, at `donnees_au`; shape (size,)."""
        deadline = self.integers["deadline"]
        if self.donnees_au is None:
            return np.zeros(self.collection.size, np.bool_)
        passed: Mask = (deadline != NO_INTEGER) & (deadline < self.donnees_au.toordinal())
        return passed

    @cached_property
    def waits(self) -> NDArray[np.int32]:
        """Days from question to answer, or to `donnees_au` for a waiting one; -1 for neither."""
        waits, asked = self.integers["delai_jours"], self.integers["date_question"]
        statut = self.texts("statut")
        if self.donnees_au is None or "en_attente" not in statut.values:
            return waits
        waiting = (statut.ordinals == statut.values.index("en_attente")) & (asked != NO_INTEGER)
        return np.where(waiting, np.int32(self.donnees_au.toordinal()) - asked, waits)

    @cached_property
    def by_uid(self) -> NDArray[Any]:
        """The live documents in the order of their uids, as unsigned numbers of 32 bits.

        Those of a single segment are in that order on the disk already.
        """
        ordered = [
            arrays.keys[UID].order + np.uint32(base)
            for arrays, base in zip(self.collection.segments, self.collection.bases, strict=True)
        ]
        documents = np.concatenate([np.empty(0, np.uint32), *ordered])
        if len(ordered) > 1:
            # Runs in order already, which this kind of sort finds and merges.
            documents = documents.take(self.uids(documents).argsort(kind="stable"))
        return self.collection.only_live(documents)

    def dated_uids(self, ranks: range) -> tuple[DatedUid, ...]:
        """Live documents by their ranks from 0 in the order of their uids."""
        documents = self.by_uid[ranks.start : ranks.stop].astype(np.intp)
        newest = self.integers["newest_jo"].take(documents).tolist()
        days = {n: None if n == NO_INTEGER else date.fromordinal(n) for n in set(newest)}
        uids = self.uids(documents).tolist()
        return tuple(DatedUid(uid.decode(), days[n]) for uid, n in zip(uids, newest, strict=True))

    def months(self, name: str) -> Months:
        """The months of an integer column that holds dates."""
        everything = self.collection.everything
        return self._months.get(name, lambda: months_of(self.integers[name], everything))

    def texts(self, name: str) -> Texts:
        """A text column over all segments."""
        columns = [arrays.texts[name] for arrays in self.collection.segments]
        if len(columns) == 1:
            return Texts(columns[0].ordinals, columns[0].values)
        values = sorted({value for column in columns for value in column.values})
        numbers = {value: number for number, value in enumerate(values)}
        parts = [
            np.array([numbers[value] for value in column.values], np.uint32)[column.ordinals]
            for column in columns
        ]
        return Texts(np.concatenate([np.empty(0, np.uint32), *parts]), values)

    def uids(self, documents: Ints) -> NDArray[np.bytes_]:
        """The uids of some documents, as bytes of one width."""
        columns = [arrays.keys[UID].values for arrays in self.collection.segments]
        if len(columns) == 1:
            return columns[0].take(documents)
        width = max((column.itemsize for column in columns), default=1)
        found = np.empty(documents.size, f"S{width}")
        for column, base in zip(columns, self.collection.bases, strict=True):
            own = places_of((documents >= base) & (documents < base + column.size))
            found[own] = column.take(documents.take(own) - base)
        return found

    def document_of(self, uid: str) -> int | None:
        """The live document of a uid; None when there is none."""
        try:
            key = uid.encode()
        except UnicodeEncodeError:  # a lone surrogate
            return None
        found = self._live([arrays.keys[UID].find(key) for arrays in self.collection.segments])
        return int(found[0]) if found.size else None

    def documents_answered(self, empreinte: str) -> Ints:
        """The live documents whose answer has this `empreinte_reponse`, ascending.

        Remembered: a question's page asks twice, and looking goes through all values.
        """
        return self._answered.get(empreinte, lambda: self._find_answered(empreinte))

    def _find_answered(self, empreinte: str) -> Ints:
        columns = [arrays.texts["empreinte_reponse"] for arrays in self.collection.segments]
        return self._live([_with_text(column, empreinte.encode()) for column in columns])

    def documents_without_answer(self) -> Ints:
        """The live documents that hold no answer's text, ascending."""
        return self._find_answered("")

    def question(self, document: int) -> Question:
        """The record of a document."""
        arrays, number = self.collection.locate(document)
        return Question.from_stored(arrays.records.read(number))

    def _live(self, found: list[NDArray[Any]]) -> Ints:
        """The live documents among some that each segment found."""
        parts = [
            numbers.astype(np.intp) + base
            for numbers, base in zip(found, self.collection.bases, strict=True)
        ]
        return self.collection.only_live(np.concatenate([np.empty(0, np.intp), *parts]))

    def _integers(self, name: str) -> NDArray[np.int32]:
        def of_segment(arrays: SegmentArrays) -> NDArray[np.int32]:
            return arrays.integers[name]

        return self.collection.join(of_segment)


def _with_text(column: TextColumn, text: bytes) -> Ints:
    """The documents of a segment with this text in a column, found without listing its texts."""
    held = SEPARATOR + column.data.tobytes()
    place = held.find(SEPARATOR + text + SEPARATOR)
    if place < 0:
        return np.empty(0, np.intp)
    return places_of(column.ordinals == held.count(SEPARATOR, 0, place))
