"""Dates as months, and how many questions each month has; see `search.timeline`."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import DamagedFile
from index.fields import NO_INTEGER
from search.engines.sorted_arrays import Ints
from search.timeline import Timeline, timeline_of

_EPOCH: Final = date(1970, 1, 1).toordinal()
"""The day that numpy counts days and months from."""
_EPOCH_MONTH: Final = 1970 * 12
"""Its month, as timelines count them."""

_LAST: Final = date.max.toordinal()


class Months(NamedTuple):
    """The month of each document's date in one column.

    Attributes:
        first: the first month of any, counted from January 1970.
        codes: shape (size,): months from `first` on, 1 for the first; 0 for no date.
        counts: how many live documents have each code.
    """

    first: int
    codes: NDArray[Any]
    counts: Ints


def months_of(ordinals: NDArray[np.int32], everything: Ints) -> Months:
    """The months of a column of dates.

    Args:
        ordinals: one for each document; `NO_INTEGER` for no date.
        everything: the live documents.

    Raises:
        DamagedFile: one is no date; counting all the months up to it would take gigabytes.
    """
    known = ordinals != NO_INTEGER
    if known.any() and not 1 <= int(ordinals[known].min()) <= int(ordinals.max()) <= _LAST:
        raise DamagedFile("a column of dates holds what is no date")
    days = (ordinals[known].astype(np.int64) - _EPOCH).astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    first = int(months.min()) if months.size else 0
    codes = np.zeros(ordinals.size, np.int32)
    codes[known] = months - first + 1
    return Months(first, codes, np.bincount(codes.take(everything), minlength=1))


def count_months(months: Months, documents: Ints) -> Timeline:
    """How many of some live documents each month of their years has, beside all of them."""
    found = np.bincount(months.codes.take(documents), minlength=months.counts.size)
    return timeline_of(_EPOCH_MONTH + months.first, found[1:].tolist(), months.counts[1:].tolist())
