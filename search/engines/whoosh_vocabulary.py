"""The words of a collection: the families they form, and how they are spelt.

A family is the terms that share a lemma. Segments say which lemmas each of their terms has, so
that the lexicon is loaded only for a word that none of them holds (see `index.french.families`).
Terms that only deleted questions hold are no words of the collection any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from index.french.families import lemmas_of
from index.french.fold import accented, fold
from index.french.lexicon import STEM_MARK
from index.stores.whoosh_schema import LEMMA, SPELLING, index_term, written_form
from search.engines.memo import Memo
from search.engines.whoosh_collection import Collection

MOST_WORDS: Final = 1 << 14
"""Words whose lemmas and families are remembered: those of some hundreds of questions."""


class Vocabulary:
    """See `search.expansion.Vocabulary`; shared by threads.

    Args:
        collection: whose words they are.
        fields: in which the spellings of a word are counted.
    """

    def __init__(self, collection: Collection, fields: tuple[str, ...]) -> None:
        self._collection = collection
        self._fields = fields
        self._families: Memo[str, frozenset[str]] = Memo(MOST_WORDS)
        self._lemmas: Memo[str, frozenset[str]] = Memo(MOST_WORDS)

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word, as typed, stands for; itself always among them."""
        return self._families.get(word, lambda: self._find_family(word))

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, whether the texts hold them or not; none of a stem."""
        return frozenset(
            lemma for lemma in self._lemmas_of(word) if not lemma.startswith(STEM_MARK)
        )

    def spelling(self, form: str) -> str:
        """A folded form as a person would write it: with its accents when most texts have them."""
        counts = {word: self._frequency(word) for word in self._spellings(form)}
        if not counts:
            return form
        best = min(counts, key=lambda word: (-counts[word], word))
        return best if 2 * counts[best] >= self._frequency(form) else form

    def _find_family(self, word: str) -> frozenset[str]:
        members = {member for lemma in self._lemmas_of(word) for member in self._members(lemma)}
        folded = (one if one.isascii() else fold(one) for one in members)
        return frozenset([fold(word), *folded])

    def _lemmas_of(self, word: str) -> frozenset[str]:
        return self._lemmas.get(word, lambda: self._find_lemmas(word))

    def _find_lemmas(self, word: str) -> frozenset[str]:
        """The lemmas a word may have: an unaccented one stands for all its spellings."""
        written = accented(word) or fold(word)
        spelt = {written, *self._spellings(written)}
        held = [keys for term in spelt if (keys := self._lemmas_held(term)) is not None]
        return frozenset().union(*held) if held else lemmas_of(written)

    def _lemmas_held(self, term: str) -> list[str] | None:
        """The lemmas that the segments give a term; None when they lack it."""
        for arrays in self._collection.segments:
            number = arrays.terms.number(index_term(term))
            if number is not None:
                return [key.decode() for key in arrays.relations[LEMMA].keys_of(number)]
        return None

    def _members(self, lemma: str) -> Iterable[str]:
        """The terms, folded and accented ones, that have a lemma."""
        return self._related(LEMMA, lemma)

    def _spellings(self, form: str) -> Iterable[str]:
        """The accented terms that fold to a form; none for an accented one."""
        return set(self._related(SPELLING, form))

    def _related(self, relation: str, key: str) -> Iterator[str]:
        for segment, arrays in enumerate(self._collection.segments):
            members = arrays.relations[relation].members(key.encode())
            # A term that only deleted questions have here may be live in another segment, which
            # then gives it.
            for number in self._collection.live_terms(segment, members).tolist():
                yield written_form(arrays.terms[number])

    def _frequency(self, term: str) -> int:
        return self._collection.document_frequency(self._fields, frozenset([term]))
