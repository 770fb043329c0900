"""What is asked of the C library that gives arrays their memory.

All of it is of glibc; elsewhere it does nothing.
"""

from __future__ import annotations

import ctypes
from typing import Final

import numpy as np

_KEPT: Final = 31 << 20
"""Bytes; see `keep_freed_memory`."""

_HEAPS: Final = -8
"""What `mallopt` calls M_ARENA_MAX."""


def keep_freed_memory() -> None:
    """Have the memory of arrays that are let go of kept for those of later searches.

    It would give large blocks back to the system, which clears them anew for each search: that
    takes longer than most of what is computed in them. Freeing one block of such a size tells
    glibc that blocks up to it come and go (its "dynamic mmap threshold").
    """
    np.empty(_KEPT, np.uint8)


def give_back_memory() -> None:
    """Have what the generation before leaves in pieces given back.

    The arrays of successive generations lie between longer-lived ones: without this, what a server
    holds grows by some twenty megabytes with each update.
    """
    _call("malloc_trim", 0)


def share_freed_memory() -> None:
    """Have all threads of this process, and of those it forks, take memory from one heap.

    glibc gives threads heaps of their own, each of which keeps what was freed in it: a worker would
    grow with the largest searches and the generations that each heap has seen, to twice what it
    needs. Python has threads ask for memory one at a time, so that nobody waits for it.
    """
    _call("mallopt", _HEAPS, 1)


def _call(name: str, *given: int) -> None:
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):  # another C library has no such choice
        return
    function(*given)
