"""The searches of the benchmark, each in the languages of both engines.

Words are chosen by how many questions hold them, so that the same kinds of searches are made on a
corpus of any size.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import pairwise
from typing import Final
from zlib import crc32

from generator import COMMUNES

from index.french.stopwords import OPTIONAL_WORDS
from index.markup import text_of_html
from index.question import Question

RARE, MIDDLE, COMMON = "rare", "middle", "common"

PLACES: Final = {RARE: 0.002, MIDDLE: 0.05, COMMON: 0.5}
"""In which share of the questions a word of each kind is, or as near as the corpus has."""

_NAMES: Final = frozenset(name.lower() for name in COMMUNES)

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """One search.

    Attributes:
        kind: what it stands for in the table.
        q: the text in this program's language; empty for none.
        match: the same for FTS5, without its column filter.
        filters: the values chosen, by the name of their facet.
    """

    kind: str
    q: str = ""
    match: str = ""
    filters: Filters = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The search as a line of the table."""
        chosen = (f"{name}={value}" for name, values in self.filters.items() for value in values)
        return " ".join([self.q, *chosen]) or "(everything)"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the corpus holds: in how many questions each word is, and each pair of words."""

    questions: int
    words: Counter[str]
    pairs: Counter[str]

    @classmethod
    def of(cls, questions: Iterable[Question]) -> Vocabulary:
        """Count the words of some questions."""
        words: Counter[str] = Counter()
        pairs: Counter[str] = Counter()
        number = 0
        for question in questions:
            number += 1
            found = _words(question)
            words.update({word for word in found if len(word) > 4})
            pairs.update({f"{a} {b}" for a, b in pairwise(found) if len(a) > 4 < len(b)})
        frequent = Counter({pair: n for pair, n in pairs.items() if n > 1})
        return cls(number, words, frequent)

    def nearest(self, counts: Counter[str], share: float, number: int) -> list[str]:
        """The words (or pairs) whose share of the questions is nearest to this one.

        Ties in an order that is always the same but not that of the alphabet, where relatives are
        neighbours.
        """
        wanted = max(1, share * self.questions)
        kept = (word for word in counts if word not in OPTIONAL_WORDS)
        return nsmallest(
            number, kept, key=lambda word: (abs(counts[word] - wanted), crc32(word.encode()))
        )


def make_queries(vocabulary: Vocabulary) -> list[Query]:
    """More than thirty searches over the words of a corpus."""
    return [*_texts(vocabulary), *_filtered(vocabulary)]


def _texts(vocabulary: Vocabulary) -> Iterator[Query]:
    # Only words without relatives must be as many in both engines.
    names = Counter({name: vocabulary.words[name] for name in _NAMES & vocabulary.words.keys()})
    rare = vocabulary.nearest(names, PLACES[RARE], 6)
    middle, common = (
        vocabulary.nearest(vocabulary.words, PLACES[kind], 6) for kind in (MIDDLE, COMMON)
    )
    for kind, words in zip(PLACES, (rare, middle, common), strict=True):
        yield from (_all_of(f"{kind} word", word) for word in words[:4])
    yield _all_of("two words", common[0], common[1])
    yield _all_of("two words", common[2], middle[0])
    yield _all_of("two words", middle[1], middle[2])
    yield _all_of("two words", common[3], rare[0])
    yield _all_of("three words", common[0], common[1], middle[3])
    yield _all_of("three words", common[2], middle[4], middle[5])
    yield _all_of("four words", *common[:4])
    yield _all_of("four words", *common[2:5], middle[0])
    pairs = vocabulary.nearest(vocabulary.pairs, PLACES[MIDDLE], 2)
    pairs += vocabulary.nearest(vocabulary.pairs, 1, 1)
    yield from (Query("phrase", f'"{pair}"', f'"{pair}"') for pair in pairs)
    yield from (_prefix(word) for word in (rare[1], middle[0], common[1]))
    yield _without(common[0], middle[0])
    yield _without(common[1], common[2])
    yield _without(middle[1], rare[2])


def _filtered(vocabulary: Vocabulary) -> Iterator[Query]:
    (middle,) = vocabulary.nearest(vocabulary.words, PLACES[MIDDLE], 1)
    common, other = vocabulary.nearest(vocabulary.words, PLACES[COMMON], 2)
    by_term: Filters = {"legislature": ("17",)}
    by_ministry: Filters = {"ministere": ("Intérieur", "Justice"), "statut": ("repondue",)}
    for filters in (by_term, by_ministry):
        yield _all_of("filtered", common, filters=filters)
        yield _all_of("filtered", middle, filters=filters)
    yield _all_of("filtered", common, other, filters={"annee": ("2024", "2025"), "type": ("QE",)})
    yield Query("no text")
    yield Query("no text", filters=by_term)
    yield Query("no text", filters=by_ministry)


def _all_of(kind: str, *words: str, filters: Filters | None = None) -> Query:
    match = " AND ".join(f'"{word}"' for word in words)
    return Query(kind, " ".join(words), match, filters or {})


def _prefix(word: str) -> Query:
    beginning = word[: max(4, len(word) - 4)]
    return Query("prefix", f"{beginning}*", f'"{beginning}"*')


def _without(word: str, excluded: str) -> Query:
    return Query("exclusion", f"{word} -{excluded}", f'"{word}" NOT "{excluded}"')


def _words(question: Question) -> list[str]:
    texts = (question.texte_question or "", question.texte_reponse or "")
    return re.findall(r"[a-zà-ÿœ]+", " ".join(map(text_of_html, texts)).lower())
