"""Families: the terms that a searched word stands for.

The index holds surface forms; a word is widened when it is searched, to the terms that share a
lemma with it. Families are computed from the whole vocabulary when an index is written, and
stored, so that searching loads the lexicon only for a word the vocabulary lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from index.french.fold import accented, fold
from index.french.lexicon import STEM_MARK, lemmas
from index.french.stopwords import OPTIONAL_WORDS

_SHORTEST_WIDENED: Final = 2
"""Letters: `M` or `c` stand for themselves."""


@dataclass(frozen=True, slots=True)
class Families:
    """The families of one vocabulary.

    Attributes:
        members: for each lemma, the folded terms of the vocabulary that may have it.
        accented_lemmas: the lemmas of each accented term of the vocabulary.
    """

    members: Mapping[str, tuple[str, ...]]
    accented_lemmas: Mapping[str, tuple[str, ...]]
    _folded_lemmas: Mapping[str, frozenset[str]] = field(repr=False, compare=False)

    @classmethod
    def of(
        cls,
        members: Mapping[str, tuple[str, ...]],
        accented_lemmas: Mapping[str, tuple[str, ...]],
    ) -> Families:
        """Families from their two tables."""
        inverted: dict[str, set[str]] = {}
        for lemma, terms in members.items():
            for term in terms:
                inverted.setdefault(term, set()).add(lemma)
        return cls(members, accented_lemmas, {t: frozenset(ls) for t, ls in inverted.items()})

    @classmethod
    def build(cls, vocabulary: Iterable[str]) -> Families:
        """The families of a vocabulary of folded (ASCII) and accented terms."""
        members: dict[str, set[str]] = {}
        accented_lemmas: dict[str, tuple[str, ...]] = {}
        for term in vocabulary:
            found = lemmas_of(term)
            if not term.isascii():
                accented_lemmas[term] = tuple(sorted(found))
            for lemma in found:
                members.setdefault(lemma, set()).add(fold(term))
        return cls.of(
            {lemma: tuple(sorted(members[lemma])) for lemma in sorted(members)},
            dict(sorted(accented_lemmas.items())),
        )

    def family(self, word: str) -> frozenset[str]:
        """The folded terms a word stands for, itself always among them.

        Args:
            word: as typed; case doesn't count, accents do: `élevé` isn't `élève`, while `eleve`
                may be either.
        """
        term = fold(word)
        found = self._lemmas(accented(word) or term, term)
        return frozenset([term]).union(*(self.members.get(lemma, ()) for lemma in found))

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, as the lexicon writes them; none for a word it lacks."""
        found = self._lemmas(accented(word) or fold(word), fold(word))
        return frozenset(lemma for lemma in found if not lemma.startswith(STEM_MARK))

    def _lemmas(self, word: str, term: str) -> Iterable[str]:
        if word in self.accented_lemmas:
            return self.accented_lemmas[word]
        if word.isascii() and term in self._folded_lemmas:
            return self._folded_lemmas[term]
        return lemmas_of(word)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        return {"members": self.members, "accented": self.accented_lemmas}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Families:
        """Read back what `as_json` gave."""
        return cls.of(
            {lemma: tuple(terms) for lemma, terms in stored["members"].items()},
            {word: tuple(found) for word, found in stored["accented"].items()},
        )


def lemmas_of(term: str) -> frozenset[str]:
    """The lemmas a term may have; none for numbers, for very short and for grammatical words."""
    if len(term) < _SHORTEST_WIDENED or term in OPTIONAL_WORDS or not term.isalpha():
        return frozenset()
    return lemmas(term)
