"""The searches of the benchmark, chosen by how many questions hold their words.

Nothing is chosen by hand or by engine: each word is the one whose share of the questions is
nearest to a wanted one, and words that stand together do so in some question of the corpus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any, Final
from zlib import crc32

from benchmarks.frequencies import Frequencies, folded_words
from benchmarks.words import GRAMMATICAL

PER_PAGE: Final = 10

COUNTED: Final = (
    "legislature", "type", "statut", "ministere", "rubrique", "groupe", "auteur", "annee",
)  # fmt: skip
"""The facets whose counts are asked of every engine; this one always counts three more."""

RARE, MIDDLE, COMMON, EVERYWHERE = "rare", "middle", "common", "everywhere"

WANTED: Final[Mapping[str, Sequence[float]]] = {
    RARE: (0.0001, 0.0003, 0.001, 0.002, 0.004),
    MIDDLE: (0.01, 0.02, 0.03, 0.05, 0.08),
    COMMON: (0.15, 0.2, 0.3, 0.4, 0.55),
    EVERYWHERE: (0.75, 1.0),
}
"""The shares of the questions in which the words of each kind are."""

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """One search, as each engine is to put it in its own words.

    Attributes:
        kind: what it stands for in the tables.
        words: all required, anywhere in titre, rubrique, question and réponse.
        phrase: words required side by side, in this order.
        prefix: the beginning of a required word.
        either: words of which one is required.
        without: a word that must not be there.
        filters: by facet, the values of which one is required.
        sort: a value of the parameter `tri`; empty for the usual one.
        page: from 1, of `PER_PAGE` questions.
    """

    kind: str
    words: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    prefix: str = ""
    either: tuple[str, ...] = ()
    without: str = ""
    filters: Filters = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    @property
    def q(self) -> str:
        """The text in this program's query language; empty for none."""
        parts = [
            *self.words,
            self.phrase and f'"{" ".join(self.phrase)}"',
            self.prefix and f"{self.prefix}*",
            self.either and f"({' OU '.join(self.either)})",
            self.without and f"-{self.without}",
        ]
        return " ".join(part for part in parts if part)

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters of this program's addresses."""
        chosen = [(name, value) for name, values in self.filters.items() for value in values]
        named = {"q": self.q, "tri": self.sort, "page": str(self.page) if self.page > 1 else ""}
        return [*((name, value) for name, value in named.items() if value), *chosen]

    @property
    def about(self) -> str:
        """The search on one line."""
        told = (value if name == "q" else f"{name}={value}" for name, value in self.params)
        return " ".join(told) or "(everything)"

    @property
    def has_text(self) -> bool:
        """Whether anything is searched, or only filtered."""
        return bool(self.q)


def make_workload(frequencies: Frequencies, records: Sequence[Mapping[str, Any]]) -> list[Query]:
    """More than sixty searches.

    Args:
        frequencies: of the corpus.
        records: some of its questions, whose words are searched together and whose values are
            chosen as filters.
    """
    chosen = _Choice(frequencies, records)
    return [
        *_single_words(chosen),
        *_several_words(chosen),
        *_phrases(chosen),
        *_prefixes(chosen),
        *_exclusions(chosen),
        *_alternatives(chosen),
        *_filtered(chosen),
        *_without_text(chosen),
        *_sorted(chosen),
        *_deep_pages(chosen),
    ]


class _Choice:
    """Words, sequences and values by their share of the questions."""

    def __init__(self, frequencies: Frequencies, records: Sequence[Mapping[str, Any]]) -> None:
        self._frequencies = frequencies
        self._words = {
            word: share
            for word, share in frequencies.words.items()
            if word not in GRAMMATICAL and len(word) > 4
        }
        self._said = [self._insisted(record) for record in records]
        self._records = records
        left = dict(self._words)
        self.single: dict[str, list[str]] = {kind: [] for kind in WANTED}
        for kind, shares in WANTED.items():
            for share in shares:
                self.single[kind].append(_nearest(left, share))
                del left[self.single[kind][-1]]

    def pair(self, share: float) -> tuple[str, ...]:
        """The two words side by side whose share is nearest."""
        kept = {
            pair: own
            for pair, own in self._frequencies.pairs.items()
            if not GRAMMATICAL & set(pair.split())
        }
        return tuple(_nearest(kept, share).split())

    def sequence(self, share: float) -> tuple[str, ...]:
        """The four words in a row whose share is nearest."""
        return tuple(_nearest(self._frequencies.sequences, share).split())

    def together(self, place: int, *kinds: str) -> tuple[str, ...]:
        """Words of these kinds that one question insists on; another `place`, another question."""
        said = self._said[place % len(self._said)]
        words: list[str] = []
        for kind in kinds:
            wanted = WANTED[kind][place % len(WANTED[kind])]
            left = {word: self._words[word] for word in said if word not in words}
            words.append(_nearest(left, wanted))
        return tuple(words)

    def _insisted(self, record: Mapping[str, Any]) -> list[str]:
        """The words that a question says twice or more, its topic's rather than any."""
        said = Counter(folded_words(record))
        return sorted(word for word in said.keys() & self._words.keys() if said[word] > 1)

    def value(self, facet: str, place: int) -> str:
        """A value of a facet that some question has."""
        values = {
            str(_facet_value(record, facet))
            for record in self._records
            if _facet_value(record, facet)
        }
        return sorted(values, key=lambda value: crc32(value.encode()))[place % len(values)]


def _nearest(shares: Mapping[str, float], wanted: float) -> str:
    """Ties in an order that is always the same but not that of the alphabet."""
    (found,) = nsmallest(
        1, shares, key=lambda text: (abs(shares[text] - wanted), crc32(text.encode()))
    )
    return found


def _facet_value(record: Mapping[str, Any], facet: str) -> Any:
    return record["date_question"][:4] if facet == "annee" else record[facet]


def _single_words(chosen: _Choice) -> Iterator[Query]:
    for kind, words in chosen.single.items():
        yield from (Query(f"{kind} word", words=(word,)) for word in words)


def _several_words(chosen: _Choice) -> Iterator[Query]:
    mixtures = {
        "two words": (
            (COMMON, COMMON), (COMMON, MIDDLE), (MIDDLE, MIDDLE), (MIDDLE, RARE),
            (EVERYWHERE, COMMON), (EVERYWHERE, MIDDLE),
        ),
        "three words": ((COMMON, COMMON, MIDDLE), (COMMON, MIDDLE, MIDDLE), (MIDDLE,) * 3),
        "four words": ((COMMON,) * 4, (COMMON, COMMON, MIDDLE, MIDDLE)),
        "five words": ((COMMON, COMMON, COMMON, MIDDLE, MIDDLE), (MIDDLE,) * 5),
    }  # fmt: skip
    place = 0
    for kind, several in mixtures.items():
        for kinds in several:
            yield Query(kind, words=chosen.together(place, *kinds))
            place += 1


def _phrases(chosen: _Choice) -> Iterator[Query]:
    for share in (0.001, 0.005, 0.02, 1):
        yield Query("phrase", phrase=chosen.pair(share))
    for share in (0.05, 0.2):
        yield Query("phrase", phrase=chosen.sequence(share))
    yield Query("phrase", words=(chosen.single[COMMON][0],), phrase=chosen.pair(0.01))


def _prefixes(chosen: _Choice) -> Iterator[Query]:
    for kind, place in ((RARE, 2), (MIDDLE, 1), (MIDDLE, 3), (COMMON, 2)):
        word = chosen.single[kind][place]
        # No longer, or the stems that some engines look among would be shorter.
        yield Query("prefix", prefix=word[: min(5, len(word) - 1)])
    yield Query("prefix", words=(chosen.single[COMMON][0],), prefix=chosen.single[MIDDLE][2][:5])


def _exclusions(chosen: _Choice) -> Iterator[Query]:
    common, middle, rare = (chosen.single[kind] for kind in (COMMON, MIDDLE, RARE))
    for word, without in (
        (common[2], middle[3]),
        (common[3], common[2]),
        (middle[4], rare[4]),
        (middle[2], common[0]),
    ):
        yield Query("exclusion", words=(word,), without=without)


def _alternatives(chosen: _Choice) -> Iterator[Query]:
    common, middle, rare = (chosen.single[kind] for kind in (COMMON, MIDDLE, RARE))
    yield Query("either", either=(common[1], common[2]))
    yield Query("either", either=(middle[1], middle[2], middle[3]))
    yield Query("either", either=(rare[3], rare[4]))
    yield Query("either", words=(common[0],), either=(middle[0], rare[2]))


def _filtered(chosen: _Choice) -> Iterator[Query]:
    common, middle = chosen.single[COMMON], chosen.single[MIDDLE]
    one: tuple[Filters, ...] = (
        {"legislature": ("14",)},
        {"statut": ("repondue",)},
        {"ministere": (chosen.value("ministere", 0), chosen.value("ministere", 1))},
        {"rubrique": (chosen.value("rubrique", 0),)},
    )
    two: tuple[Filters, ...] = (
        {"legislature": ("12", "13"), "statut": ("repondue",)},
        {"groupe": (chosen.value("groupe", 0),), "type": ("QE",)},
        {"annee": ("2003", "2004"), "ministere": (chosen.value("ministere", 2),)},
    )
    for place, filters in enumerate(one):
        word = (common, middle)[place % 2][place]
        yield Query("one filter", words=(word,), filters=filters)
    for place, filters in enumerate(two):
        word = (common, middle)[place % 2][place + 1]
        yield Query("two filters", words=(word,), filters=filters)
    yield Query("two filters", words=chosen.together(20, COMMON, MIDDLE), filters=two[0])


def _without_text(chosen: _Choice) -> Iterator[Query]:
    yield Query("no text")
    yield Query("no text", filters={"legislature": ("13",)})
    yield Query("no text", filters={"auteur": (chosen.value("auteur", 0),)})
    yield Query(
        "no text", filters={"ministere": (chosen.value("ministere", 3),), "statut": ("repondue",)}
    )


def _sorted(chosen: _Choice) -> Iterator[Query]:
    common, middle = chosen.single[COMMON], chosen.single[MIDDLE]
    yield Query("sorted", words=(common[2],), sort="recent")
    yield Query("sorted", words=(middle[3],), sort="ancien")
    yield Query("sorted", words=(common[0],), sort="reponse")
    yield Query("sorted", words=(middle[1],), sort="delai")
    yield Query("sorted", sort="ancien")


def _deep_pages(chosen: _Choice) -> Iterator[Query]:
    common = chosen.single[COMMON]
    yield Query("deep page", words=(common[1],), page=10)
    yield Query("deep page", words=(common[3],), page=50)
    yield Query("deep page", words=(chosen.single[EVERYWHERE][0],), page=100)
    yield Query("deep page", words=chosen.together(4, EVERYWHERE, COMMON), page=20)
    yield Query("deep page", page=100)
