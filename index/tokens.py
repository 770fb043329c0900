"""Tokens of many texts as arrays: what an analysis gives and an index is built from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """The postings of some texts, text after text, and where their words begin.

    Terms are numbers into a vocabulary that the batch doesn't hold. A word may have several rows,
    one for each form under which it is indexed, all at its position.

    Attributes:
        bounds: int64, shape (texts + 1,): the postings of text `i` are the rows
            `bounds[i]:bounds[i + 1]` of `terms` and `positions`.
        terms: uint32, one a row: the term's number.
        positions: uint32, one a row: the word's position in its text, from 0; the rows of one
            text are in order of position.
        lengths: uint32, shape (texts,): how many positions each text has.
        start_bounds: int64, shape (texts + 1,): where each text begins in `starts`.
        starts: uint32, one a position: where its word begins in the text, in characters.
    """

    bounds: NDArray[np.int64]
    terms: NDArray[np.uint32]
    positions: NDArray[np.uint32]
    lengths: NDArray[np.uint32]
    start_bounds: NDArray[np.int64]
    starts: NDArray[np.uint32]


def concatenate(batches: Sequence[TokenBatch]) -> TokenBatch:
    """The batch of the texts of all these batches, whose terms are numbered alike."""
    return TokenBatch(
        bounds=_joined_bounds([batch.bounds for batch in batches]),
        terms=np.concatenate([batch.terms for batch in batches]),
        positions=np.concatenate([batch.positions for batch in batches]),
        lengths=np.concatenate([batch.lengths for batch in batches]),
        start_bounds=_joined_bounds([batch.start_bounds for batch in batches]),
        starts=np.concatenate([batch.starts for batch in batches]),
    )


def _joined_bounds(parts: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    bounds, end = [np.zeros(1, np.int64)], 0
    for part in parts:
        bounds.append(part[1:] + end)
        end += int(part[-1])
    return np.concatenate(bounds)
