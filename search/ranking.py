"""The parameters of the ranking that belong to no field; boosts and b stand with the fields.

    score(unit) = idf · T / (k1 + T)
    T           = Σ_fields boost · tf / (1 − b + b · length / average length)
    idf         = ln(1 + (N − n + ½) / (n + ½))

`tf` is summed over the unit's forms, `n` counts the live questions where any form occurs in any
field, and the same formula for the form as typed is added with the weight `TYPED_WEIGHT`.
Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from typing import Final

K1: Final = 1.2
"""How soon more occurrences of a word stop counting; T reaches half its effect at this value."""

TYPED_WEIGHT: Final = 0.3
"""What the form as typed adds to the score of its family."""
