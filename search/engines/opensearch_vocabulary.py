"""The words of an index in a cluster: the families they form, and how they are spelt.

The index of words tells the lemmas of each term. It may hold terms that only replaced questions
had: what such a term spells counts no more, and as a form of a word it is found nowhere.

What was asked once is remembered, and of a query all words are asked for together: a question
costs the way to the cluster, however much is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from index.cluster.shape import FOLDED, LEMMAS, WORD
from index.fields import TEXT_FIELDS, UNFIELDED
from index.french.families import lemmas_of
from index.french.fold import accented, fold
from index.french.lexicon import STEM_MARK
from search.engines.memo import Memo
from search.engines.opensearch_frequencies import Frequencies
from search.engines.opensearch_query import MOST_BEGINNINGS
from search.engines.opensearch_snapshot import WINDOW, Body, Snapshot

MOST_WORDS: Final = 1 << 14
"""Words whose lemmas, families and spellings are remembered, and beginnings."""

_AT_ONCE: Final = 64
"""Keys of one search of the words: all that it finds fits in its answer."""

_EVERY_FIELD: Final = tuple(field.name for field in TEXT_FIELDS)


class AskedWords:
    """A vocabulary that knows nothing, and remembers what it was asked.

    Attributes:
        words: each once, in the order they were asked for.
    """

    def __init__(self) -> None:
        self.words: dict[str, None] = {}

    def family(self, word: str) -> frozenset[str]:
        """The word, which stands for itself."""
        self.words[word] = None
        return frozenset([fold(word)])


class Vocabulary:
    """See `search.expansion.Vocabulary`; shared by threads.

    Args:
        snapshot: whose words they are.

    Attributes:
        frequencies: of words and phrases in its questions.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.frequencies = Frequencies(snapshot)
        self._lemmas: Memo[str, frozenset[str]] = Memo(MOST_WORDS)
        self._families: Memo[str, frozenset[str]] = Memo(MOST_WORDS)
        self._spellings: Memo[str, frozenset[str]] = Memo(MOST_WORDS)
        self._beginnings: Memo[str, frozenset[str] | None] = Memo(MOST_WORDS)

    def family(self, word: str) -> frozenset[str]:
        """The folded terms that a word, as typed, stands for; itself always among them."""
        return self.families([word])[word]

    def families(self, words: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """The families of several words, asked for together."""
        return self._families.get_all(words, self._find_families)

    def base_forms(self, word: str) -> frozenset[str]:
        """The dictionary forms of a word, whether the texts hold them or not; none of a stem."""
        (lemmas,) = self._lemmas_of([word]).values()
        return frozenset(lemma for lemma in lemmas if not lemma.startswith(STEM_MARK))

    def spelling(self, form: str) -> str:
        """A folded form as a person would write it: with its accents when most texts have them."""
        return self.spellings([form])[form]

    def spellings(self, forms: Iterable[str]) -> Mapping[str, str]:
        """The spellings of several folded forms, asked for together."""
        spelt = self._spellings.get_all(forms, self._find_spellings)
        doubtful = {term for form, held in spelt.items() if held for term in (form, *held)}
        counts = self.frequencies.of_terms(doubtful, UNFIELDED)
        return {form: _most_usual(form, held, counts) for form, held in spelt.items()}

    def held(self, terms: Iterable[str]) -> frozenset[str]:
        """Those of some terms that some question has."""
        counts = self.frequencies.of_terms(terms, _EVERY_FIELD)
        return frozenset(term for term, count in counts.items() if count)

    def beginnings(self, prefixes: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """The folded terms that begin with each of some prefixes; none told of too many."""
        found = self._beginnings.get_all(prefixes, self._find_beginnings)
        return {prefix: terms for prefix, terms in found.items() if terms is not None}

    def _find_families(self, words: Sequence[str]) -> dict[str, frozenset[str]]:
        lemmas = self._lemmas_of(words)
        members: dict[str, set[str]] = {}
        for held in self._look_up(LEMMAS, set().union(*lemmas.values())):
            for lemma in held[LEMMAS]:
                members.setdefault(lemma, set()).add(held[FOLDED])
        return {
            word: frozenset([fold(word)]).union(*(members.get(lemma, ()) for lemma in own))
            for word, own in lemmas.items()
        }

    def _lemmas_of(self, words: Iterable[str]) -> dict[str, frozenset[str]]:
        """The lemmas each word may have."""
        written = {word: accented(word) or fold(word) for word in words}
        lemmas = self._lemmas.get_all(written.values(), self._find_lemmas)
        return {word: lemmas[form] for word, form in written.items()}

    def _find_lemmas(self, words: Sequence[str]) -> dict[str, frozenset[str]]:
        """The same of words as terms: an unaccented one stands for all its spellings."""
        folded = [word for word in words if word.isascii()]
        spelt = self._spellings.get_all(folded, self._find_spellings)
        terms = {word: {word, *spelt.get(word, ())} for word in words}
        held = {one[WORD]: one[LEMMAS] for one in self._look_up(WORD, set().union(*terms.values()))}
        return {
            word: frozenset().union(*(held.get(term, ()) for term in own))
            if own & held.keys()
            else lemmas_of(word)
            for word, own in terms.items()
        }

    def _find_spellings(self, forms: Sequence[str]) -> dict[str, frozenset[str]]:
        """The accented terms of some question that fold to each of some forms."""
        folded = {
            one[WORD]: one[FOLDED]
            for one in self._look_up(FOLDED, forms)
            if one[WORD] != one[FOLDED]
        }
        found: dict[str, set[str]] = {form: set() for form in forms}
        for term in self.held(folded):
            found[folded[term]].add(term)
        return {form: frozenset(terms) for form, terms in found.items()}

    def _find_beginnings(self, prefixes: Sequence[str]) -> dict[str, frozenset[str] | None]:
        bodies = [
            {
                "query": {"prefix": {WORD: {"value": prefix}}},
                "collapse": {"field": FOLDED},
                "size": MOST_BEGINNINGS + 1,
                "track_total_hits": False,
                "_source": [FOLDED],
            }
            for prefix in prefixes
        ]
        found: dict[str, frozenset[str] | None] = {}
        for prefix, answer in zip(prefixes, self._snapshot.search_words(bodies), strict=True):
            terms = frozenset(hit["_source"][FOLDED] for hit in answer["hits"]["hits"])
            found[prefix] = terms if len(terms) <= MOST_BEGINNINGS else None
        return found

    def _look_up(self, name: str, keys: Iterable[str]) -> Iterator[Body]:
        """What the index of words holds of those with any of some values."""
        ordered = sorted(keys)
        bodies = [
            {
                "query": {"terms": {name: ordered[first : first + _AT_ONCE]}},
                "size": WINDOW,
                "track_total_hits": False,
            }
            for first in range(0, len(ordered), _AT_ONCE)
        ]
        for answer in self._snapshot.search_words(bodies) if bodies else ():
            for hit in answer["hits"]["hits"]:
                yield hit["_source"]


def _most_usual(form: str, spellings: Iterable[str], counts: Mapping[str, int]) -> str:
    """The spelling that most questions have; the folded form unless half of its own have that."""
    best = min(spellings, key=lambda word: (-counts[word], word), default=None)
    return form if best is None or 2 * counts[best] < counts[form] else best
