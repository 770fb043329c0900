"""How many questions a search finds, counted again from the texts: what totals are held against.

The reference engine of the tests takes a minute for each search of 100,000 questions. This one
shares with it what a word is (`analyze`) and which forms it stands for (`Families`), and nothing
of how engines search: it reads the records of the corpus and of the updates as they were
written, and asks of each which words it has.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial, reduce
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.load.searches import facet_value
from benchmarks.words import without_accents
from benchmarks.workload import Query
from index.fields import VALUE_SEPARATOR
from index.french.analyzer import analyze
from index.french.families import Families, lemmas_of
from index.french.fold import fold
from index.french.stopwords import OPTIONAL_WORDS
from index.markup import text_of_html
from search.sigles import sigles

Mask = NDArray[np.bool_]

_NEVER: Final = 1 << 30

_NOT_COUNTED: Final = ("title",)
"""Kinds of search that are asked and not counted again: long texts that are pasted are read by
rules of their own."""


class Versions:
    """Every version of every question: its words, its facets, and which updates hold it.

    A version is in the index from the update that brings it (0: the corpus) to the one that
    replaces it.

    Args:
        corpus: the file of what was held first. updates: the files indexed then, in order.
        queries: what will be counted.
    """

    def __init__(self, corpus: Path, updates: Sequence[Path], queries: Iterable[Query]) -> None:
        queries = list(queries)
        self._phrases = sorted({_terms(query.phrase) for query in queries if query.phrase})
        self._facets = sorted({name for query in queries for name in query.filters})
        self._chunk_numbers: dict[str, int] = {}
        self._chunk_terms: list[str] = []
        self._forms: list[tuple[str, ...]] = []
        self._chunks_of: list[array[int]] = []
        self._values: dict[str, list[str]] = {name: [] for name in self._facets}
        self._with_phrase: dict[str, list[int]] = {phrase: [] for phrase in self._phrases}
        since, until = self._read(corpus, updates)
        self._since, self._until = np.array(since), np.array(until)
        self._words = _Words(self._forms, self._chunks_of, queries)
        self._families: dict[int, Families] = {}

    def count(self, query: Query, update: int) -> int:
        """How many questions a query finds once an update is indexed; 0 is before the first."""
        live, having = self._live(update), partial(self._having_word, update=update)
        parts = [
            *map(having, query.words),
            *([self._having_phrase(_terms(query.phrase))] if query.phrase else []),
            *([self._words.beginning(query.prefix)] if query.prefix else []),
            *(self._having_value(name, values) for name, values in query.filters.items()),
        ]
        if query.either:
            parts.append(reduce(np.logical_or, (having(word) for word in query.either)))
        if query.without:
            parts.append(~having(query.without))
        return int(reduce(np.logical_and, parts, live).sum())

    def _live(self, update: int) -> Mask:
        """The versions that are held once an update is indexed."""
        live: Mask = (self._since <= update) & (update < self._until)
        return live

    def _having_word(self, word: str, update: int) -> Mask:
        """The versions with a form of a word, by the vocabulary of those that are held then."""
        if update not in self._families:
            vocabulary = self._words.vocabulary(self._live(update))
            self._families[update] = Families.build(vocabulary)
        return self._words.any(self._families[update].family(word))

    def _read(self, corpus: Path, updates: Sequence[Path]) -> tuple[list[int], list[int]]:
        """Read every version; since and until which update each is held."""
        since: list[int] = []
        until: list[int] = []
        newest: dict[str, int] = {}
        for update, path in enumerate([corpus, *updates]):
            for record in _records(path):
                replaced = newest.get(record["uid"])
                if replaced is not None:
                    until[replaced] = update
                newest[record["uid"]] = len(since)
                since.append(update)
                until.append(_NEVER)
                self._add(record)
        return since, until

    def _add(self, record: Mapping[str, Any]) -> None:
        number = len(self._chunks_of)
        chunks: set[int] = set()
        for text in _texts(record):
            own = [self._chunk(chunk) for chunk in text.split()]
            chunks.update(own)
            said = f" {' '.join(filter(None, (self._chunk_terms[chunk] for chunk in own)))} "
            for phrase in self._phrases:
                if f" {phrase} " in said and number not in self._with_phrase[phrase][-1:]:
                    self._with_phrase[phrase].append(number)
        self._chunks_of.append(array("I", chunks))
        for name, values in self._values.items():
            values.append(_compared(facet_value(record, name)))

    def _chunk(self, text: str) -> int:
        """The number of what stands between two spaces, analysed when it is first met."""
        number = self._chunk_numbers.get(text)
        if number is None:
            number = self._chunk_numbers[text] = len(self._chunk_terms)
            tokens = analyze(text)
            self._chunk_terms.append(" ".join(t.term for t in tokens if not t.glued))
            self._forms.append(tuple(form for t in tokens for form in (t.term, t.accented) if form))
        return number

    def _having_phrase(self, phrase: str) -> Mask:
        having = np.zeros(len(self._chunks_of), np.bool_)
        having[self._with_phrase[phrase]] = True
        return having

    def _having_value(self, name: str, values: Iterable[str]) -> Mask:
        wanted = {_compared(value) for value in values}
        return np.array([value in wanted for value in self._values[name]])


class _Words:
    """Which versions have which terms, of those that some query may look for."""

    def __init__(
        self,
        forms: Sequence[tuple[str, ...]],
        chunks_of: Sequence[array[int]],
        queries: Sequence[Query],
    ) -> None:
        words = {w for query in queries for w in (*query.words, *query.either, query.without) if w}
        prefixes = tuple({query.prefix for query in queries if query.prefix})
        near = _near(words, {form for own in forms for form in own})
        wanted = {form for own in forms for form in own if form.startswith(prefixes)} | near
        wanted |= {fold(word) for word in words}
        self._having = {form: np.zeros(len(chunks_of), np.bool_) for form in sorted(wanted)}
        told = {
            chunk: [self._having[form] for form in own if form in wanted]
            for chunk, own in enumerate(forms)
            if not wanted.isdisjoint(own)
        }
        for version, chunks in enumerate(chunks_of):
            for chunk in chunks:
                for having in told.get(chunk, ()):
                    having[version] = True
        self._near = sorted(near)
        self._nothing = np.zeros(len(chunks_of), np.bool_)

    def vocabulary(self, live: Mask) -> list[str]:
        """The terms near to a searched word that some live version has."""
        return [form for form in self._near if (self._having[form] & live).any()]

    def any(self, forms: Iterable[str]) -> Mask:
        """The versions with any of some terms."""
        known = (self._having[form] for form in forms if form in self._having)
        return reduce(np.logical_or, known, self._nothing)

    def beginning(self, prefix: str) -> Mask:
        """The versions with a term that begins so."""
        return self.any(form for form in self._having if form.startswith(prefix))


def can_be_counted(query: Query) -> bool:
    """Whether the reference knows all that a query means: no sigle, no word to be left out."""
    words = {fold(word) for word in (*query.words, *query.either, query.without)}
    letters, developed = _words_of_sigles()
    return (
        query.kind not in _NOT_COUNTED
        and words.isdisjoint(OPTIONAL_WORDS)
        and words.isdisjoint(letters)
        # Words in a row may be what a sigle stands for.
        and len(words & developed) < 2
    )


@cache
def _words_of_sigles() -> tuple[frozenset[str], frozenset[str]]:
    """Sigles, and the words of what they stand for: either may find the other."""
    letters = frozenset(fold(sigle.letters) for sigle in sigles())
    forms = (form for sigle in sigles() for form in sigle.forms)
    return letters, frozenset(token.term for form in forms for token in analyze(form))


def _near(words: set[str], vocabulary: set[str]) -> set[str]:
    """The terms of a vocabulary that families of some words are made of."""
    folded = {fold(word) for word in words}
    same = {form for form in vocabulary if fold(form) in folded}
    lemmas = set().union(*map(lemmas_of, same | words))
    return same | {form for form in vocabulary if not lemmas.isdisjoint(lemmas_of(form))}


def _texts(record: Mapping[str, Any]) -> Iterator[str]:
    """The texts in which words without a prefix are looked for; numbers aside: none is typed."""
    headings = (record.get("rubrique"), record.get("tete_analyse"))
    yield record["titre"] or ""
    yield VALUE_SEPARATOR.join(filter(None, headings))
    yield text_of_html(record["texte_question"] or "")
    yield text_of_html(record["texte_reponse"] or "")


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open("rb") as lines:
        yield from map(json.loads, lines)


def _terms(phrase: Iterable[str]) -> str:
    return " ".join(fold(word) for word in phrase)


def _compared(value: str) -> str:
    """A value of a facet, without what tells no two apart."""
    return " ".join(without_accents(value).lower().replace("’", "'").split())
