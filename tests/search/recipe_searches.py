"""Clauses over the recipes of `tests.index.columnar.recipes`, and what plain loops find of them.

A corpus that has nothing to do with questions: the evaluator knows no field by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.writing import NO_MERGE

from index.columnar.index import ColumnarIndex, open_generation
from search.engines.whoosh_collection import Collection
from search.expansion import (
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    NoneOf,
    Slot,
    TermsBeginning,
    Unit,
)
from search.expansion import Sequence as WordSequence
from search.ranking import Ranking
from tests.index.columnar.recipes import RELATIONS, SHAPE, Recipe, make_run

WORDS = "egg eggs eggnog salt".split()
FIELDS = SHAPE.fields


@dataclass(frozen=True)
class Weighting:
    """How a field counts."""

    boost: float
    b: float


WEIGHTINGS = {"name": Weighting(2.5, 0.5), "steps": Weighting(1.0, 0.75)}
RANKING = Ranking(k1=0.9, typed_weight=0.4, fields=WEIGHTINGS)

texts = st.lists(st.sampled_from(WORDS), max_size=7).map(tuple)
batches = st.lists(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=5), min_size=2, max_size=4
)
"""The names and steps of recipes that are added one batch after the other."""

slots: st.SearchStrategy[Slot] = st.one_of(
    st.frozensets(st.sampled_from([*WORDS, "absent"]), min_size=1, max_size=3),
    st.sampled_from(("e", "egg", "s", "z")).map(TermsBeginning),
)
fields = st.sampled_from((FIELDS, FIELDS[:1], FIELDS[1:]))


@st.composite
def units(draw: st.DrawFn, *, near: bool = True) -> Unit:
    """A family, a prefix, a phrase, nearby words, or a choice of them; typed in some of its forms.

    Args:
        draw: given by hypothesis.
        near: whether words may also stand near each other in any order.
    """
    slops = st.sampled_from((None, None, 0, 1, 3)) if near else st.none()
    several = st.builds(WordSequence, st.lists(slots, min_size=2, max_size=3).map(tuple), slops)
    sequence = st.one_of(st.builds(WordSequence, st.tuples(slots)), several)
    alternatives = tuple(draw(st.lists(sequence, min_size=1, max_size=draw(st.integers(1, 2)))))
    typed = _typed(draw, alternatives[0]) if draw(st.booleans()) else None
    return Unit("label", draw(fields), alternatives, typed)


def _typed(draw: st.DrawFn, sequence: WordSequence) -> WordSequence | None:
    """The sequence with one form for each slot; none of a prefix, which has no typed form."""
    if any(isinstance(slot, TermsBeginning) for slot in sequence.slots):
        return None
    chosen = [draw(st.sampled_from(sorted(slot))) for slot in sequence.slots]
    return replace(sequence, slots=tuple(frozenset([form]) for form in chosen))


def clauses(*, near: bool = True) -> st.SearchStrategy[Clause]:
    """Every kind of clause, one inside the other."""
    leaves = units(near=near)
    several = st.lists(leaves, min_size=2, max_size=3).map(tuple)
    enough = st.builds(AtLeast, st.integers(1, 2), several)
    return st.one_of(several.map(AllOf), enough, st.recursive(leaves, _larger, max_leaves=5))


def _larger(parts: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        st.builds(NoneOf, parts),
        st.builds(AtLeast, st.integers(1, 3), several, st.lists(parts, max_size=2).map(tuple)),
    )


def stages(
    directory: Path, given: list[list[tuple[tuple[str, ...], tuple[str, ...]]]]
) -> Iterator[tuple[ColumnarIndex, dict[str, Recipe]]]:
    """An index of several segments, with deletions, then merged; and what it holds each time."""
    schema = _schema()
    TOC(schema, [], 0).write(FileStorage(str(directory)), "MAIN")
    index = ColumnarIndex(directory, schema, SHAPE, RELATIONS)
    held: dict[str, Recipe] = {}
    for number, batch in enumerate(given):
        recipes = [Recipe(f"r{number}-{n}", *words) for n, words in enumerate(batch)]
        held |= {recipe.slug: recipe for recipe in recipes}
        writer = index.writer()
        writer.add_run(make_run(recipes))
        writer.commit(mergetype=NO_MERGE)
    yield index, held
    deleted = sorted(held)[::3]
    writer = index.writer()
    for segment in writer.segments:
        slugs = segment.arrays(index.directory).keys["slug"].values
        writer.delete_documents(segment, np.flatnonzero(np.isin(slugs.astype(str), deleted)))
    writer.commit(mergetype=NO_MERGE)
    held = {slug: recipe for slug, recipe in held.items() if slug not in deleted}
    yield index, held
    index.optimize()
    yield index, held


def _schema() -> Schema:
    return Schema(name=TEXT(), steps=TEXT(), slug=ID(stored=True), record=STORED())


def open_collection(index: ColumnarIndex) -> Collection:
    """The newest generation of an index."""
    return Collection(open_generation(index).segments, RANKING)


def slugs_of(collection: Collection, documents: Sequence[int]) -> list[str]:
    """What documents are called."""
    located = (collection.locate(document) for document in documents)
    return [arrays.keys["slug"].values[number].decode() for arrays, number in located]


@dataclass(frozen=True)
class PlainLoops:
    """Which recipes match a clause, and how well, one recipe after the other."""

    recipes: Sequence[Recipe]

    def scores(self, clause: Clause) -> dict[str, float]:
        """The scores of the recipes that match, by their slugs."""
        return {
            recipe.slug: self._score(clause, recipe)
            for recipe in self.recipes
            if self.holds(clause, recipe)
        }

    def holds(self, clause: Clause, recipe: Recipe) -> bool:
        """Whether a recipe matches a clause."""
        match clause:
            case Unit():
                return any(self._frequency(clause.alternatives, recipe, f) for f in clause.fields)
            case AllOf(children):
                return all(self.holds(child, recipe) for child in children)
            case AnyOf(children):
                return any(self.holds(child, recipe) for child in children)
            case NoneOf(child):
                return not self.holds(child, recipe)
            case AtLeast(minimum, children, required):
                enough = sum(self.holds(child, recipe) for child in children) >= minimum
                return enough and all(self.holds(child, recipe) for child in required)

    def _score(self, clause: Clause, recipe: Recipe) -> float:
        if not self.holds(clause, recipe):
            return 0.0
        match clause:
            case Unit():
                bonus = (clause.typed,) if clause.typed else ()
                own = self._bm25f(clause.alternatives, clause.fields, recipe)
                return own + RANKING.typed_weight * self._bm25f(bonus, clause.fields, recipe)
            case AllOf(children) | AnyOf(children):
                return sum(self._score(child, recipe) for child in children)
            case AtLeast(_, children, required):
                return sum(self._score(child, recipe) for child in (*children, *required))
            case NoneOf():
                return 0.0

    def _bm25f(
        self, alternatives: Sequence[WordSequence], names: Sequence[str], recipe: Recipe
    ) -> float:
        total = 0.0
        for name in names:
            frequency = self._frequency(alternatives, recipe, name)
            if frequency:
                weighting = WEIGHTINGS[name]
                lengths = [len(getattr(r, name)) for r in self.recipes if getattr(r, name)]
                length = len(getattr(recipe, name)) / (sum(lengths) / len(lengths))
                total += weighting.boost * frequency / (1 - weighting.b + weighting.b * length)
        found = sum(any(self._frequency(alternatives, r, n) for n in names) for r in self.recipes)
        idf = math.log(1 + (len(self.recipes) - found + 0.5) / (found + 0.5))
        return idf * total / (RANKING.k1 + total)

    def _frequency(self, alternatives: Sequence[WordSequence], recipe: Recipe, name: str) -> int:
        words: tuple[str, ...] = getattr(recipe, name)
        return len({n for n in range(len(words)) for one in alternatives if begins(one, words, n)})


def begins(sequence: WordSequence, words: Sequence[str], start: int) -> bool:
    """Whether a sequence begins at a place of a text."""
    if sequence.slop is None or len(sequence.slots) == 1:
        following = words[start : start + len(sequence.slots)]
        return len(following) == len(sequence.slots) and all(
            word in slot for word, slot in zip(following, sequence.slots, strict=True)
        )
    window = words[start : start + len(sequence.slots) + sequence.slop]
    return any(words[start] in slot for slot in sequence.slots) and all(
        sum(word in slot for word in window) >= sequence.slots.count(slot)
        for slot in sequence.slots
    )
