"""What a question is about, in a few words: those by which others like it are found.

The distinctive words of a text are those it repeats and few other texts have (tf · idf, Spärck
Jones, 1972); an index then tells which questions share several of them.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from index.fields import TEXT_FIELD
from index.french.analyzer import analyze
from index.french.stopwords import is_optional
from index.question import Question

MOST_WORDS: Final = 12
"""Words that others are looked for by: more would find what shares its style."""

SHARED: Final = 3
"""Words that a similar question shares at least."""

MOST_SIMILAR: Final = 5

_READ: Final = ("titre", "rubrique", "question")
"""Fields that say what a question is about; an answer repeats them, and much that it doesn't."""

_SHORTEST: Final = 3
_COMMON: Final = 0.05
"""The share of all questions beyond which a word tells nothing apart."""
_FEW: Final = 40
"""Questions below which that share would leave nothing."""


@dataclass(frozen=True, slots=True)
class Similar:
    """Questions like another one.

    Attributes:
        words: what they share with it, the most telling first.
        questions: the most similar first.
    """

    words: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


class Lexicon(Protocol):
    """What is asked of an index about words."""

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word stands for; itself always among them."""
        ...

    def postings(self, family: frozenset[str]) -> int:
        """How many postings some terms have: no fewer than the questions that have any of them."""
        ...


@dataclass(frozen=True, slots=True)
class Distinctive:
    """A word that tells a question from others.

    Attributes:
        word: as the question has it most often. family: the folded terms that it stands for.
    """

    word: str
    family: frozenset[str]


def distinctive_words(question: Question, lexicon: Lexicon, questions: int) -> list[Distinctive]:
    """The words that tell a question from others, the most telling first, one of each family.

    Args:
        question: any.
        lexicon: of the index that others are looked for in.
        questions: how many it holds.
    """
    most = max(_FEW, _COMMON * questions)
    told: list[tuple[float, str, frozenset[str]]] = []
    for family, weights in _by_family(question, lexicon).items():
        postings = lexicon.postings(family)
        if postings <= most:
            value = sum(weights.values()) * math.log1p(questions / max(postings, 1))
            told.append((-value, max(weights, key=lambda word: weights[word]), family))
    best = heapq.nsmallest(MOST_WORDS, told, key=lambda one: one[:2])
    return [Distinctive(word, family) for _, word, family in best]


def _by_family(question: Question, lexicon: Lexicon) -> Mapping[frozenset[str], dict[str, float]]:
    """The words of a question, by family, with what each weighs before its rarity counts."""
    families: dict[frozenset[str], dict[str, float]] = {}
    for name in _READ:
        field = TEXT_FIELD[name]
        for word, count in Counter(_words(field.text(question) or "")).items():
            weights = families.setdefault(lexicon.family(word), {})
            weights[word] = weights.get(word, 0) + field.boost * (1 + math.log(count))
    return families


def _words(text: str) -> Iterator[str]:
    for token in analyze(text):
        word = token.accented or token.term
        plain = word.isalpha() and not token.glued and not is_optional(word)
        if plain and len(word) >= _SHORTEST:
            yield word
