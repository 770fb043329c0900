"""Terms of many segments numbered anew, and the relations between them and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columnar.bounds import Ints, bounds_of, ranges, sizes_of
from index.columnar.dictionary import block_starts, count_strings
from index.columnar.merge_source import Source
from index.columnar.merge_strings import KeptStrings, MergedStrings, merge_strings
from index.columnar.postings import term_numbers
from index.columnar.relation import KeysOf, Relation, number_keys, relation_arrays
from index.columnar.segment_files import SegmentWriter


@dataclass(frozen=True)
class Numbering:
    """How terms are numbered anew.

    Attributes:
        count: how many merged terms there are.
        numbers: int64, for each source, the new number of each of its terms (−1: dropped).
    """

    count: int
    numbers: list[Ints]


@dataclass(frozen=True)
class MergedTerms:
    """The merged terms, and their numbering, which outlives them."""

    strings: MergedStrings
    numbering: Numbering


def merge_terms(sources: Sequence[Source], writer: SegmentWriter) -> MergedTerms:
    """Write the dictionary of the terms that a kept document holds."""
    dictionaries = {id(source.dictionary): source for source in sources}
    kept = {
        identity: _kept_terms(source, [s for s in sources if s.dictionary is source.dictionary])
        for identity, source in dictionaries.items()
    }
    merged = merge_strings(list(kept.values()))
    writer.write("terms", merged.data)
    writer.write("terms.blocks", block_starts(merged.data))
    numbers = dict(zip(kept, merged.numbers, strict=True))
    return MergedTerms(
        merged, Numbering(merged.size, [numbers[id(source.dictionary)] for source in sources])
    )


def merge_relation(
    sources: Sequence[Source], terms: MergedTerms, name: str, keys_of: KeysOf, writer: SegmentWriter
) -> None:
    """Write the keys of every term: copied from a source that knows them, else computed.

    A term has the same keys wherever it stands, so that any source will do.

    Args:
        sources: the segments.
        terms: their terms.
        name: of the relation.
        keys_of: how the keys of terms are computed that no source knows.
        writer: of the new segment.
    """
    held = [
        _KeysOfTerms.of_source(source.arrays.relations[name], new[source.first_term :])
        for source, new in zip(sources, terms.numbering.numbers, strict=True)
    ]
    unknown = np.ones(terms.numbering.count, np.bool_)
    for part in held:
        unknown[part.terms] = False
    held.append(_KeysOfTerms.computed(terms.strings, np.flatnonzero(unknown), keys_of))
    keys = merge_strings([part.strings for part in held])
    counts = np.zeros(terms.numbering.count, np.int64)
    for part in held:
        counts[part.terms] = part.counts
    bounds = bounds_of(counts).astype(np.int64)
    numbers = np.empty(bounds[-1], np.uint32)
    for part, new in zip(held, keys.numbers, strict=True):
        numbers[ranges(bounds[part.terms], part.counts)] = new[part.keys]
    for array, content in relation_arrays(name, keys.data, bounds.astype(np.uint32), numbers):
        writer.write(array, content)


def _kept_terms(dictionary: Source, sources: Sequence[Source]) -> KeptStrings:
    """The terms of the sources that share a dictionary, of which one is given, that are kept."""
    data = dictionary.encode_terms()
    kept = np.zeros(count_strings(data), np.bool_)
    for source in sources:
        keys = source.arrays.postings.list_keys[source.count_kept() > 0]
        kept[term_numbers(keys)] = True
    return KeptStrings(data, kept)


@dataclass(frozen=True)
class _KeysOfTerms:
    """The keys of some of the merged terms.

    Attributes:
        strings: the keys.
        terms: int64, the merged numbers of the terms.
        counts: int64, how many keys each has.
        keys: the numbers of those keys in `strings`.
    """

    strings: KeptStrings
    terms: Ints
    counts: Ints
    keys: NDArray[Any]

    @classmethod
    def of_source(cls, relation: Relation, new: Ints) -> _KeysOfTerms:
        """The keys of those terms of a relation that have a merged number.

        Args:
            relation: of the terms.
            new: int64: the merged number of each, −1 for none; more of them than terms.
        """
        new = new[: relation.bounds.size - 1]
        terms = np.flatnonzero(new >= 0)
        counts = sizes_of(relation.bounds)[terms]
        numbers = relation.numbers[ranges(relation.bounds[terms].astype(np.int64), counts)]
        kept = np.zeros(relation.member_bounds.size - 1, np.bool_)
        kept[numbers] = True
        return cls(KeptStrings(relation.keys.data, kept), new[terms], counts, numbers)

    @classmethod
    def computed(cls, strings: MergedStrings, terms: Ints, keys_of: KeysOf) -> _KeysOfTerms:
        """The keys of merged terms that no source knows."""
        keys, bounds, numbers = number_keys(keys_of(strings.decode(terms)))
        every = np.ones(count_strings(keys), np.bool_)
        return cls(KeptStrings(keys, every), terms, sizes_of(bounds), numbers)
