"""Hypothesis strategies for query trees, in the shape the parser gives them.

No And stands in an And, no Or in an Or, no Not in a Not, no Fielded in a Fielded; and a tree has
fewer than thirty words, or its printed form would be a pasted draft.
"""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from search.query.errors import MOST_SLOP
from search.query.nodes import And, Everything, Fielded, Node, Not, Or, Phrase, Prefix, Word

FRENCH_WORDS = (
    "cotisations",
    "sociales",
    "médecin",
    "infirmière",
    "retraite",
    "pension",
    "élève",
    "maïs",
    "école",
    "œuvre",
    "Haÿ",
    "auto-entrepreneur",
    "Pas-de-Calais",
    "micro‑entreprise",
    "l'assemblée",
    "l’eau",
    "aujourd’hui",
    "prud'hommes",
    "E.H.P.A.D",
    "EHPAD",
    "MES",
    "santé/social",
    "6,6",
    "1",
    "17",
    "960",
    "2621",
    "16792",
    "17-2621QE",
    "et",
    "ou",
    "sauf",
    "l",
)
GROUPED_NUMBERS = ("1 960", "12 345 678", "3\u00a0500", "47\u202f000")
FIELD_NAMES = ("titre", "question", "reponse", "auteur", "numero")

words = st.sampled_from((*FRENCH_WORDS, *GROUPED_NUMBERS)).map(Word)
prefixes = st.sampled_from(("infirm", "auto-entr", "l'infirm", "n", "96", "960", "É")).map(Prefix)
phrases = st.builds(
    Phrase,
    st.lists(st.sampled_from(FRENCH_WORDS), min_size=1, max_size=3).map(" ".join),
    st.none() | st.integers(0, MOST_SLOP),
)


def trees(names: Iterable[str] = FIELD_NAMES) -> st.SearchStrategy[Node]:
    """Any tree but a Draft, over the given field names."""
    leaves: st.SearchStrategy[Node] = words | prefixes | phrases
    return st.just(Everything()) | st.recursive(
        leaves, lambda parts: _larger(parts, tuple(names)), max_leaves=8
    )


def _larger(parts: st.SearchStrategy[Node], names: tuple[str, ...]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Not, _but(parts, Not)),
        st.builds(Fielded, st.sampled_from(names), _but(parts, Fielded)),
        st.builds(And, st.lists(_but(parts, And), min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(_but(parts, Or), min_size=2, max_size=4).map(tuple)),
    )


def _but(parts: st.SearchStrategy[Node], kind: type[Node]) -> st.SearchStrategy[Node]:
    return parts.filter(lambda node: not isinstance(node, kind))
