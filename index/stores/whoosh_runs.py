"""Questions into runs: batches of questions analysed and inverted, on every core.

The processes share nothing. Each keeps its own cache of words, and writes each run to files, which
the build merges at its end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, Self

from index.columnar.records import make_dictionary
from index.columnar.run import Run, RunBatch, Vocabulary, build_run
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.segment_files import open_segment, write_segment
from index.fields import COLUMNS, NO_INTEGER, TEXT_FIELDS
from index.french.token_table import TokenTable
from index.question import Question
from index.stores.processes import killing_named, start_processes
from index.stores.whoosh_schema import RELATION_KEYS, SHAPE, UID, VERSION, index_term
from index.tokens import TokenBatch, concatenate

BATCH: Final = 4096
"""Questions of one run: sorting their tokens takes some 200 MB, and at the end of a build no
process waits long for another."""

ANALYSED: Final = 512
"""Questions analysed at once, which takes some 50 MB."""

WAITING: Final = 1
"""Batches that wait for each process: none is idle while one is read, and memory stays bounded."""

MOST_TERMS: Final = 1 << 20
"""Terms of one vocabulary, which take some 200 bytes each: a process that has met more begins
another one, so that what it remembers doesn't grow with the build."""

FOLDER: Final = ".runs-"
"""Begins the name of the folder where runs stand until they are merged, in the index's directory:
what a killed build left is never taken for content, and the next build begins by removing it.

The folder is each build's own: processes of a killed build may live on for a moment, and write."""


class Versioned(NamedTuple):
    """A question as it is stored, and the key of its version.

    Bytes, because they go to other processes in half the time of an object, and into the index as
    they are.
    """

    stored: bytes
    version: bytes


class RunMaker:
    """Makes runs of the questions it is given, in their order.

    Fewer than a batch are turned into a run at once, by this process; more go to as many
    processes as there are cores.

    Args:
        directory: of the index, where runs stand meanwhile.
        dictionary: what records are compressed against; None to choose one from the first.
    """

    def __init__(self, directory: Path, dictionary: bytes | None) -> None:
        self._directory = directory
        self._folder: Path | None = None
        self._dictionary = dictionary
        self._batch: list[Versioned] = []
        self._runs: list[Future[_Written]] = []
        self._processes: ProcessPoolExecutor | None = None
        self._remove_runs()

    def add(self, question: Question, version: bytes) -> None:
        """Take in a question; waits while every process is busy and enough work waits for them.

        Raises:
            OSError: a run couldn't be written.
            ProcessKilled: a process was, as when memory runs out.
        """
        self._batch.append(Versioned(question.to_stored(), version))
        if len(self._batch) == BATCH:
            self._send(self._batch)
            self._batch = []

    def finish(self) -> Iterator[Run]:
        """The runs, in the order their questions were added.

        They can be read until this object is closed; their vocabularies grow until the last one.

        Raises:
            OSError, ProcessKilled: see `add`.
        """
        if self._folder is None:
            if self._batch:
                arrays = make_run(self._batch, self._chosen_dictionary(self._batch), kept=True)
                terms = _words().indexed_terms()
                yield Run(arrays, Vocabulary(terms), len(terms))
            return
        if self._batch:
            self._send(self._batch)
        vocabularies: dict[tuple[int, int], Vocabulary] = {}
        for run in self._runs:
            with killing_named():
                numbered, name = run.result()
            arrays = open_segment(self._folder, name)
            vocabulary = vocabularies.setdefault(numbered, Vocabulary())
            first_term = len(vocabulary)
            vocabulary.extend(arrays)
            yield Run(arrays, vocabulary, first_term)
        self._stop_processes()  # what they remember of words takes room that merging needs

    def close(self) -> None:
        """Stop the processes and remove the runs."""
        self._stop_processes()
        self._remove_runs()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, batch: Sequence[Versioned]) -> None:
        dictionary = self._chosen_dictionary(batch)
        if self._folder is None or self._processes is None:
            self._folder = Path(tempfile.mkdtemp(prefix=FOLDER, dir=self._directory))
            self._processes = start_processes()
        bound = WAITING * (os.cpu_count() or 1)
        name = f"run_{len(self._runs)}"
        with killing_named():
            if len(self._runs) >= bound:
                self._runs[-bound].result()
            run = self._processes.submit(_write_run, batch, dictionary, self._folder, name)
        self._runs.append(run)

    def _stop_processes(self) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def _remove_runs(self) -> None:
        for folder in self._directory.glob(f"{FOLDER}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _chosen_dictionary(self, batch: Sequence[Versioned]) -> bytes:
        if self._dictionary is None:
            self._dictionary = make_dictionary(entry.stored for entry in batch)
        return self._dictionary


def make_run(batch: Sequence[Versioned], dictionary: bytes, *, kept: bool = False) -> SegmentArrays:
    """The run of a batch of questions, in the vocabulary of this process.

    Args:
        batch: the questions.
        dictionary: what records are compressed against.
        kept: whether the run stays in this process, so that it needs no term with it.
    """
    questions = [Question.from_stored(entry.stored) for entry in batch]
    words = _current_words()
    tokens = _analyzed(questions, words.table)
    return build_run(
        SHAPE,
        RunBatch(
            size=len(batch),
            tokens=tokens,
            terms=[] if kept else words.new_terms(),
            records=[entry.stored for entry in batch],
            dictionary=dictionary,
            integers={
                column.name: [_integer(column.value(question)) for question in questions]
                for column in COLUMNS
                if column.integer
            },
            texts={
                column.name: [str(column.value(question) or "") for question in questions]
                for column in COLUMNS
                if not column.integer
            },
            keys={
                UID: [question.uid.encode() for question in questions],
                VERSION: [entry.version for entry in batch],
            },
            relations=RELATION_KEYS,
        ),
    )


def run_terms() -> Sequence[bytes]:
    """The indexed bytes of the terms that the runs made in this process number."""
    return _words().indexed_terms()


def _analyzed(questions: Sequence[Question], table: TokenTable) -> TokenBatch:
    # A part at a time: an analysis takes many times the room of its texts.
    parts = (questions[first : first + ANALYSED] for first in range(0, len(questions), ANALYSED))
    return concatenate(
        [
            table.analyze([field.text(q) or "" for q in part for field in TEXT_FIELDS])
            for part in parts
        ]
    )


class _Words:
    """The words that this process has met, under the numbers that its tokens bear.

    Attributes:
        table: of them.
        vocabulary: tells these numbers from those of other words and of other processes.
    """

    _made = count()

    def __init__(self) -> None:
        self.table = TokenTable()
        self.vocabulary = os.getpid(), next(self._made)
        self._indexed: list[bytes] = []
        self._written = 0

    def indexed_terms(self) -> list[bytes]:
        """The indexed bytes of every term of the table."""
        self._indexed.extend(map(index_term, self.table.terms[len(self._indexed) :]))
        return self._indexed

    def new_terms(self) -> list[bytes]:
        """The indexed bytes of the terms that were met since this was asked before."""
        first, self._written = self._written, len(self.table.terms)
        return list(map(index_term, self.table.terms[first:]))


@cache
def _words() -> _Words:
    return _Words()


def _current_words() -> _Words:
    """The words that the next run numbers: new ones when those met have become many."""
    if len(_words().table.terms) > MOST_TERMS:
        _words.cache_clear()
    return _words()


def _integer(value: int | str | None) -> int:
    return NO_INTEGER if value is None else int(value)


class _Written(NamedTuple):
    """A run in files: the vocabulary that it numbers, and its name."""

    vocabulary: tuple[int, int]
    name: str


def _write_run(batch: Sequence[Versioned], dictionary: bytes, folder: Path, name: str) -> _Written:
    write_segment(folder, name, make_run(batch, dictionary))
    return _Written(_words().vocabulary, name)
