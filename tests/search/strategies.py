"""Hypothesis strategies: texts that are hard to cut into words, units that mark some of them."""

from __future__ import annotations

from hypothesis import strategies as st

from index.markup import without_controls
from search.expansion import Sequence, Slot, TermsBeginning, Unit

WORDS = (
    *("pain", "Pains", "arc", "en", "ciel", "arc-en-ciel", "éco", "Éco", "œuf", "prud", "e", "l"),
    *(
        "E.N.",
        "1 960",
        "12,5",
        "1.2",
        "12",
        "n°",
        "nº",
        "l’",
        "d'",
        "qu’",
        "aujourd’hui",
        "a\u200db",
    ),
)
BETWEEN = (" ", " ", "-", "-", "’", "'", "-l’", "-d'", "\u2011", ". ", "\n", ",", " «", "")

hostile_texts = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(BETWEEN)), max_size=20
).map(lambda pairs: without_controls("".join(word + sign for word, sign in pairs)))
"""Texts whose words are joined, elided, cut and glued in every way."""

TERMS = (
    *("pain", "pains", "arc", "en", "ciel", "eco", "éco", "oeuf", "œuf", "e", "l", "ab", "en"),
    *("arcenciel", "enciel", "prudeco", "ecopain", "paindeco", "earc", "aujourdhui"),
    *("1960", "12,5", "12", "1", "arc12"),
)

slots: st.SearchStrategy[Slot] = st.one_of(
    st.frozensets(st.sampled_from(TERMS), min_size=1, max_size=4),
    st.sampled_from(("a", "arc", "e", "en", "p", "1")).map(TermsBeginning),
)
sequences = st.builds(
    Sequence,
    st.lists(slots, min_size=1, max_size=3).map(tuple),
    st.sampled_from((None, None, 0, 1, 3)),
)


def some_units(*fields: tuple[str, ...]) -> st.SearchStrategy[list[Unit]]:
    """Units of families, prefixes, phrases and nearby words, each searched in some of these."""
    alternatives = st.lists(sequences, min_size=1, max_size=3).map(tuple)
    unit = st.builds(Unit, st.just("typed"), st.sampled_from(fields), alternatives)
    return st.lists(unit, max_size=4)
