"""Dates as months, and how many questions each month has; see `search.timeline`."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.columnar.array_file import DamagedFile
from index.fields import NO_INTEGER
from search.engines.sorted_arrays import Ints, places_of
from search.timeline import MonthCount, Timeline

_EPOCH: Final = date(1970, 1, 1).toordinal()
"""The day that numpy counts days and months from."""


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
    found[0] = 0
    held = places_of(found)
    if not held.size:
        return ()
    known = places_of(months.counts[1:]) + 1
    before = months.first - 1
    first, last = before + int(held[0]), before + int(held[-1])
    # Counted from January 1970, years begin at multiples of twelve.
    start = max(first - first % 12, before + int(known[0]))
    end = min(last - last % 12 + 11, before + int(known[-1]))
    shown = slice(start - before, end + 1 - before)
    counts = zip(found[shown].tolist(), months.counts[shown].tolist(), strict=True)
    return tuple(
        MonthCount(_first_day(month), *count) for month, count in enumerate(counts, start=start)
    )


def _first_day(month: int) -> date:
    """The first day of a month counted from January 1970."""
    years, months = divmod(month, 12)
    return date(1970 + years, months + 1, 1)
