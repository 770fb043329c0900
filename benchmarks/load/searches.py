"""Searches as visitors type them, drawn from a corpus's own words by a seed.

Nothing is chosen by hand, nor by how fast it is: words are drawn among those that questions hold,
by how many of them do, so that the lists to read are of very different lengths. No search is
meant to come twice, whatever is remembered of one.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final

from benchmarks.frequencies import Frequencies, folded_words
from benchmarks.words import GRAMMATICAL
from benchmarks.workload import Filters, Query

BANDS: Final[Mapping[str, tuple[float, float, int]]] = {
    "rare": (0.0, 0.005, 35),
    "middle": (0.005, 0.1, 35),
    "common": (0.1, 0.6, 25),
    "everywhere": (0.6, 1.0, 5),
}
"""Between which shares of the questions words are, and how often one of them is typed: people
look for what is particular, and add what is not."""

FILTERS: Final = ("legislature", "statut", "ministere", "rubrique", "groupe", "type", "annee")
"""The facets that are chosen."""

SORTS: Final = ("recent", "ancien", "reponse", "delai")

_SHORTEST: Final = 5


class Searches:
    """Draws searches.

    Args:
        frequencies: of the corpus.
        records: questions whose words and values are searched.
        seed: the same one draws the same searches.
    """

    def __init__(
        self, frequencies: Frequencies, records: Sequence[Mapping[str, Any]], seed: int
    ) -> None:
        self._shares, self._records = frequencies.words, records
        self._chance = random.Random(seed)
        self._bands = cache(self._read_bands)

    def draw(self) -> Query:
        """One search, of a kind as frequent as `KINDS` says."""
        (kind,) = self._chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])
        return KINDS[kind][1](self, kind)

    def value(self) -> tuple[str, str]:
        """A facet, and a value that some question has."""
        while True:
            facet, record = self._chance.choice(FILTERS), self._chance.choice(self._records)
            if value := facet_value(record, facet):
                return facet, value

    def one_word(self, kind: str) -> Query:
        """A word."""
        return Query(kind, words=self._words(1))

    def several_words(self, kind: str) -> Query:
        """Words of one question, in any order."""
        return Query(kind, words=self._words(self._chance.choice((2, 2, 2, 3, 3, 4, 5))))

    def phrase(self, kind: str) -> Query:
        """Two words that stand side by side in a question, to be found side by side."""
        while True:
            said = folded_words(self._chance.choice(self._records))
            pairs = [pair for pair in pairwise(said) if all(map(self._is_typed, pair))]
            if pairs:
                return Query(kind, phrase=self._chance.choice(pairs))

    def filtered(self, kind: str) -> Query:
        """A word or two, within one or two facets."""
        return Query(kind, words=self._words(self._chance.choice((1, 2))), filters=self._filters())

    def filters_alone(self, kind: str) -> Query:
        """Facets, and no word."""
        return Query(kind, filters=self._filters())

    def prefix(self, kind: str) -> Query:
        """The beginning of a word."""
        (word,) = self._words(1)
        return Query(kind, prefix=word[: max(4, len(word) - 3)])

    def either(self, kind: str) -> Query:
        """One of two words."""
        return Query(kind, either=self._words(2))

    def exclusion(self, kind: str) -> Query:
        """A word, but not another."""
        word, other = self._words(2)
        return Query(kind, words=(word,), without=other)

    def slip(self, kind: str) -> Query:
        """A word with two letters in each other's place."""
        (word,) = self._words(1)
        place = self._chance.randrange(1, len(word) - 1)
        return Query(
            kind, words=(f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}",)
        )

    def title(self, kind: str) -> Query:
        """The whole title of a question, pasted."""
        return Query(kind, words=tuple(self._chance.choice(self._records)["titre"].split()))

    def in_order(self, kind: str) -> Query:
        """A word, in another order than by relevance."""
        return Query(kind, words=self._words(1), sort=self._chance.choice(SORTS))

    def _words(self, number: int) -> tuple[str, ...]:
        """Different words of one question, each of a band that is drawn."""
        while True:
            bands = self._bands(self._chance.randrange(len(self._records)))
            wanted = self._chance.choices(
                list(BANDS), [weight for *_, weight in BANDS.values()], k=number
            )
            if all(bands[band] for band in wanted):
                words = tuple(self._chance.choice(bands[band]) for band in wanted)
                if len(set(words)) == number:
                    return words

    def _read_bands(self, place: int) -> Mapping[str, list[str]]:
        """The words of a question by how many questions have them."""
        bands: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(folded_words(self._records[place]))):
            if self._is_typed(word):
                share = self._shares.get(word, 0.0)
                bands[next(band for band, (_, most, _) in BANDS.items() if share <= most)].append(
                    word
                )
        return bands

    def _is_typed(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.isalpha() and word not in GRAMMATICAL

    def _filters(self) -> Filters:
        chosen: dict[str, tuple[str, ...]] = {}
        for _ in range(self._chance.choice((1, 1, 2))):
            facet, value = self.value()
            chosen[facet] = (value,)
        return chosen


KINDS: Final[Mapping[str, tuple[int, Callable[[Searches, str], Query]]]] = {
    "one word": (28, Searches.one_word),
    "several words": (27, Searches.several_words),
    "phrase": (8, Searches.phrase),
    "words and filters": (16, Searches.filtered),
    "filters": (5, Searches.filters_alone),
    "prefix": (3, Searches.prefix),
    "either": (2, Searches.either),
    "exclusion": (2, Searches.exclusion),
    "slip": (3, Searches.slip),
    "title": (3, Searches.title),
    "sorted": (3, Searches.in_order),
}
"""How many of a hundred searches are of each kind. Most people type a word or a few and stop
there; the language beyond words is used by those who come often."""


def facet_value(record: Mapping[str, Any], facet: str) -> str:
    """A question's value of a facet; empty for none."""
    if facet == "annee":
        return str(record["date_question"][:4])
    return str(record.get(facet) or "")
