"""In how many questions each word, pair and sequence of words stands: what queries are chosen by.

Counted on the first questions only, which are the same whatever the size of the corpus: so are
the queries, and a corpus ten times as large has ten times as many answers to each.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.words import without_accents

SAMPLE: Final = 20_000
"""How many questions words are counted in."""
PAIRS_SAMPLE: Final = 4_000
SEQUENCES_SAMPLE: Final = 1_000
SEQUENCE: Final = 4
"""How many words a sequence has."""
SHORTEST: Final = 4
"""Shorter words are not counted alone or in pairs."""

_WORD: Final = re.compile(r"[^\W_]+")
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Shares of the questions, between 0 and 1, by folded word or words joined by a space.

    Attributes:
        words: of four letters or more. pairs: two such words side by side, in two questions or
            more. sequences: four words of any length in a row, in ten questions or more.
    """

    words: dict[str, float]
    pairs: dict[str, float]
    sequences: dict[str, float]

    @classmethod
    def of(cls, records: Iterable[dict[str, Any]]) -> Frequencies:
        """Count in the first records; the others are not read."""
        words, pairs, sequences = Counter[str](), Counter[str](), Counter[str]()
        read = 0
        for read, record in enumerate(islice(records, SAMPLE), start=1):
            said = folded_words(record)
            words.update({word for word in said if len(word) >= SHORTEST and word.isalpha()})
            if read <= PAIRS_SAMPLE:
                pairs.update(set(_pairs(said)))
            if read <= SEQUENCES_SAMPLE:
                sequences.update({" ".join(found) for found in _windows(said)})
        return cls(
            _shares(words, read, 1),
            _shares(pairs, min(read, PAIRS_SAMPLE), 2),
            _shares(sequences, min(read, SEQUENCES_SAMPLE), 10),
        )

    @classmethod
    def of_file(cls, path: Path) -> Frequencies:
        """Count in the first lines of an NDJSON file."""
        with path.open("rb") as lines:
            return cls.of(map(json.loads, lines))


def folded_words(record: Mapping[str, Any]) -> list[str]:
    """The words of a record's title and texts, in order, in lower case and without accents."""
    texts = (record["titre"], record["texte_question"], record["texte_reponse"])
    plain = _TAG.sub(" ", " . ".join(text or "" for text in texts))
    return _WORD.findall(without_accents(plain).lower())


def _pairs(said: list[str]) -> Iterator[str]:
    for one, other in pairwise(said):
        if len(one) >= SHORTEST <= len(other) and one.isalpha() and other.isalpha():
            yield f"{one} {other}"


def _windows(said: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(SEQUENCE)), strict=False)


def _shares(counts: Counter[str], of: int, least: int) -> dict[str, float]:
    return {text: number / of for text, number in counts.items() if number >= least}
