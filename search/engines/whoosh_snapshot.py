"""One generation of a Whoosh index, opened for reading: postings, columns, vocabulary, records.

Columns and lengths are read once into arrays; postings and records are read as they are asked
for. Documents are numbered as Whoosh numbers them; deleted ones keep their number and are masked
by `live`.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh.index import FileIndex
from whoosh.matching.mcore import Matcher
from whoosh.reading import IndexReader, TermNotFound

from index.errors import IndexFormatError
from index.fields import COLUMNS, NO_INTEGER, TEXT_FIELDS, UNFIELDED
from index.french.families import Families
from index.french.fold import fold
from index.question import Question
from index.stores.manifest import rebuild_command
from index.stores.whoosh_schema import RECORD, UID, column_name, length_column
from index.stores.whoosh_store import families_path

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

POSITION_BITS = 32
"""An occurrence is one int64: the document's number above, the position below."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Where one term occurs in one field, live documents only.

    Attributes:
        documents: int64, ascending.
        frequencies: int64, how often in each.
    """

    documents: Ints
    frequencies: Ints


class Snapshot:
    """What the evaluator, the facets and the snippets read; shared by threads.

    Nothing in it changes but a memo of document frequencies, which no word that the texts lack
    makes grow.

    Attributes:
        size: how many document numbers there are, deleted ones included.
        live: bool, shape (size,).
        live_count: how many are live: the N of every formula.
        integers: int64 arrays of shape (size,) by column name; `NO_INTEGER` where absent.
        texts: lists of length size by column name; empty where absent.
        lengths: float64 arrays of shape (size,) by text field: words in the field.
        average_lengths: mean of `lengths` over live documents, by text field.
        uids: the uid of each document; `uid_ranks` their alphabetical ranks.
    """

    def __init__(self, directory: Path, index: FileIndex, *, fictional: bool) -> None:
        self.fictional = fictional
        # Whoosh's readers break when threads share them: whoever reads takes the lock.
        self._lock = Lock()
        self._document_frequencies: dict[tuple[tuple[str, ...], str], int] = {}
        # The reader of an index without a document knows no generation. Asked for before it is
        # opened: what a build publishes in between is then newer than this, and taken up.
        newest = index.latest_generation()
        self._reader: IndexReader = index.reader()
        self.generation: int = self._reader.generation() or newest
        self.size: int = self._reader.doc_count_all()
        self.live = self._read_live()
        self.live_count = int(self.live.sum())
        self.integers, self.texts = self._read_columns()
        self.lengths = {
            field.name: self._read_integers(length_column(field.name)).astype(np.float64)
            for field in TEXT_FIELDS
        }
        self.average_lengths = {
            name: float(lengths[self.live].mean()) if self.live_count else 0.0
            for name, lengths in self.lengths.items()
        }
        self.uids = self._read_uids()
        self.uid_ranks = np.argsort(np.argsort(np.array(self.uids, dtype=np.str_)))
        self._families = _read_families(directory, self.generation, empty=not self.size)
        lexicons = {field.name: list(self._lexicon(field.name)) for field in TEXT_FIELDS}
        self._terms = {
            name: sorted(term for term in terms if term.isascii())
            for name, terms in lexicons.items()
        }
        self._accented = _by_folded_form(chain.from_iterable(lexicons.values()))

    @cached_property
    def donnees_au(self) -> date | None:
        """The newest JO date of the live questions."""
        newest = self.integers["newest_jo"][self.live]
        ordinal = int(newest.max(initial=NO_INTEGER))
        return None if ordinal == NO_INTEGER else date.fromordinal(ordinal)

    @cached_property
    def overdue(self) -> Mask:
        """Which questions wait for an answer past its deadline, at `donnees_au`."""
        deadline = self.integers["deadline"]
        if self.donnees_au is None:
            return np.zeros(self.size, dtype=np.bool_)
        overdue: Mask = (deadline != NO_INTEGER) & (deadline < self.donnees_au.toordinal())
        return overdue & self.live

    @cached_property
    def document_by_uid(self) -> Mapping[str, int]:
        """The live document of each uid."""
        return {self.uids[number]: int(number) for number in np.flatnonzero(self.live)}

    @cached_property
    def documents_by_answer(self) -> Mapping[str, list[int]]:
        """The live documents that share each answer's `empreinte_reponse`."""
        groups: dict[str, list[int]] = {}
        prints = self.texts["empreinte_reponse"]
        for number in np.flatnonzero(self.live):
            if prints[number]:
                groups.setdefault(prints[number], []).append(int(number))
        return groups

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word, as typed, stands for; itself always among them."""
        return self._families.family(word)

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, whether the texts hold them or not."""
        return self._families.base_forms(word)

    def with_prefix(self, prefix: str, fields: Iterable[str]) -> frozenset[str]:
        """The folded terms of these fields that begin with a folded prefix."""
        found: set[str] = set()
        for field in fields:
            terms = self._terms[field]
            start = bisect_left(terms, prefix)
            end = bisect_left(terms, prefix + "\x7f", lo=start)
            found.update(terms[start:end])
        return frozenset(found)

    def postings(self, field: str, term: str) -> Postings:
        """Where a term occurs in a field; empty arrays when it doesn't."""
        documents: list[int] = []
        frequencies: list[int] = []
        with self._lock:
            for matcher in self._matchers(field, term):
                documents.append(matcher.id())
                frequencies.append(int(matcher.weight()))
        return Postings(np.array(documents, np.int64), np.array(frequencies, np.int64))

    def occurrences(self, field: str, term: str) -> Ints:
        """The places of a term in a field: `document << POSITION_BITS | position`, ascending."""
        found: list[int] = []
        with self._lock:
            for matcher in self._matchers(field, term):
                base = matcher.id() << POSITION_BITS
                found.extend(base | position for position in matcher.value_as("positions"))
        return np.array(found, np.int64)

    def document_frequency(self, fields: Iterable[str], term: str) -> int:
        """In how many live questions a term occurs in any of these fields."""
        key = (tuple(fields), term)
        known = self._document_frequencies.get(key)
        if known is None:
            found = [self.postings(field, term).documents for field in key[0]]
            known = int(np.unique(np.concatenate(found)).size)
            if known:
                self._document_frequencies[key] = known
        return known

    def spelling(self, form: str) -> str:
        """A folded form as a person would write it: with its accents when most texts have them."""
        spellings = self._accented.get(form, ())
        counts = {word: self.document_frequency(UNFIELDED, word) for word in spellings}
        best = min(counts, key=lambda word: (-counts[word], word), default=form)
        usual = 2 * counts.get(best, 0) >= self.document_frequency(UNFIELDED, form)
        return best if usual else form

    def question(self, number: int) -> Question:
        """The record of a document."""
        with self._lock:
            stored = self._reader.stored_fields(number)
        return Question.from_record(json.loads(stored[RECORD]))

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._reader.close()

    def _matchers(self, field: str, term: str) -> Iterator[Matcher]:
        """The matcher of a term at each of its live documents in turn."""
        try:
            matcher = self._reader.postings(field, term.encode())
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher
            matcher.next()

    def _lexicon(self, field: str) -> Iterable[str]:
        return (term.decode() for term in self._reader.lexicon(field))

    def _read_live(self) -> Mask:
        deleted = (self._reader.is_deleted(number) for number in range(self.size))
        return ~np.fromiter(deleted, dtype=np.bool_, count=self.size)

    def _read_columns(self) -> tuple[dict[str, Ints], dict[str, list[str]]]:
        integers, texts = {}, {}
        for column in COLUMNS:
            name = column_name(column.name)
            if column.integer:
                integers[column.name] = self._read_integers(name)
            else:
                texts[column.name] = [value.decode() for value in self._read_column(name)]
        return integers, texts

    def _read_integers(self, name: str) -> Ints:
        return np.fromiter(self._read_column(name), dtype=np.int64, count=self.size)

    def _read_column(self, name: str) -> Iterable[Any]:
        if not self.size:
            return ()
        column = self._reader.column_reader(name)
        return (column[number] for number in range(self.size))

    def _read_uids(self) -> list[str]:
        uids = [""] * self.size
        for number, stored in self._reader.iter_docs():
            uids[number] = stored[UID]
        return uids


def _by_folded_form(terms: Iterable[str]) -> dict[str, set[str]]:
    accented: dict[str, set[str]] = {}
    for term in terms:
        if not term.isascii():
            accented.setdefault(fold(term), set()).add(term)
    return accented


def _read_families(directory: Path, generation: int, *, empty: bool) -> Families:
    path = families_path(directory, generation)
    if empty:
        return Families.build(())
    try:
        return Families.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise IndexFormatError(
            f"{path} is missing or damaged: make the index again with {rebuild_command(directory)}"
        ) from error
