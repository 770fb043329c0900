"""Batches of tokens."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from index.french.token_table import TokenTable
from index.tokens import TokenBatch, concatenate


def test_batches_of_one_table_join() -> None:
    """Analysed apart or at once, texts have the same tokens."""
    texts = ["l’eau de l’élève", "", "une eau", "porte-monnaie", ""]
    table = TokenTable()
    whole = table.analyze(texts)

    joined = concatenate([table.analyze(texts[:2]), table.analyze([]), table.analyze(texts[2:])])

    for field in fields(TokenBatch):
        np.testing.assert_array_equal(getattr(joined, field.name), getattr(whole, field.name))
