"""The words of an index in a cluster that look like another one: what may have been meant.

The index of words finds those within an edit or two. How often they occur is counted in the
questions, of the most likely ones: words there may be that only replaced questions had.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from index.cluster.shape import FOLDED
from index.fields import UNFIELDED
from search.engines.memo import Memo
from search.engines.opensearch_frequencies import Sought
from search.engines.opensearch_snapshot import Body, Snapshot
from search.engines.opensearch_vocabulary import Vocabulary
from search.expansion import Sequence
from search.spelling import (
    Candidate,
    edit_cost,
    halves,
    is_corrected,
    most_edits,
    rank,
)

_FOUND: Final = 10_000
"""Words within two edits that are looked at; a short word has some thousands."""

_COUNTED: Final = 200
"""Of these, how many are counted: the nearest, and of equally near ones the likeliest."""

_RANKED: Final = 64
"""Words at the least distance whose likelihood is computed."""

_ALL: Final = {"transpositions": True, "rewrite": "constant_score"}
"""All words within reach, and not a number of them."""

_REMEMBERED: Final = 1 << 10
"""Words whose corrections are remembered."""


class Spelling:
    """See `search.corrections.Lexicon`; shared by threads.

    Args:
        snapshot: whose words may be suggested.
        vocabulary: of it.
    """

    def __init__(self, snapshot: Snapshot, vocabulary: Vocabulary) -> None:
        self._snapshot, self._vocabulary = snapshot, vocabulary
        self._corrections: Memo[str, list[Candidate]] = Memo(_REMEMBERED)

    def corrections(self, word: str) -> list[Candidate]:
        """What may have been meant by a folded word, the likeliest first; never itself."""
        if not is_corrected(word):
            return []
        return self._corrections.get(word, lambda: self._find(word))

    def frequency(self, word: str, fields: tuple[str, ...]) -> int:
        """In how many questions a word is in any form, in these fields."""
        sought = Sought(fields, (Sequence((self._vocabulary.family(word),)),))
        return self._vocabulary.frequencies.of([sought])[sought]

    def written(self, word: str) -> str:
        """A folded word as a person would write it."""
        return self._vocabulary.spelling(word)

    def _find(self, word: str) -> list[Candidate]:
        distances, pairs = self._near(word), list(halves(word))
        sought = {*distances, *(half for pair in pairs for half in pair)}
        counts = self._vocabulary.frequencies.of_terms(sought, UNFIELDED)
        near = [Candidate(other, counts[other]) for other in distances if counts[other]]
        near.sort(key=lambda one: (distances[one.text], -one.frequency, one.text))
        parted = (
            Candidate(f"{first} {second}", min(counts[first], counts[second]))
            for first, second in pairs
        )
        return rank(word, [*near[:_RANKED], *(one for one in parted if one.frequency)])

    def _near(self, word: str) -> Mapping[str, int]:
        """The words within one or two edits that are counted, with how many edits away each is."""
        (found,) = self._snapshot.search_words([_within(word, most_edits(word))])
        distances: dict[str, int] = {}
        for edits, counted in found["aggregations"]["near"]["buckets"].items():
            for bucket in counted["words"]["buckets"]:
                if is_corrected(bucket["key"]) and bucket["key"] != word:
                    distances.setdefault(bucket["key"], int(edits))
        ranked = sorted(distances, key=lambda one: (distances[one], edit_cost(word, one), one))
        return {one: distances[one] for one in ranked[:_COUNTED]}


def _within(word: str, most: int) -> Body:
    """The search of the words within some edits of another one, those a single edit away first."""
    near = {
        str(edits): {"fuzzy": {FOLDED: {"value": word, "fuzziness": edits, **_ALL}}}
        for edits in range(1, most + 1)
    }
    words = {"words": {"terms": {"field": FOLDED, "size": _FOUND}}}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": near[str(most)],
        "aggs": {"near": {"filters": {"filters": near}, "aggs": words}},
    }
