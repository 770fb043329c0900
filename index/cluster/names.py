"""What the parts of an index are called in a cluster, from the name of its address.

`questions` is an alias of `questions-000001`, whose words stand in `questions-words-000001`; an
index made anew has the next number. `questions-builds` has the lease and the accounts of builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def numbered(name: str, number: int) -> tuple[str, str]:
    """The real names of the index of questions and of that of words that bear a number."""
    return f"{name}-{number:06}", f"{name}-words-{number:06}"


def builds(name: str) -> str:
    """The index of the lease and of the accounts."""
    return f"{name}-builds"


def number_of(name: str, real: str) -> int | None:
    """The number of one of the real names of an index; None when it isn't one."""
    found = re.fullmatch(rf"{re.escape(name)}-(?:words-)?(\d{{6,}})", real)
    return int(found[1]) if found else None


def next_number(name: str, reals: Iterable[str]) -> int:
    """The number of an index that is made beside others."""
    return 1 + max((number_of(name, real) or 0 for real in reals), default=0)
