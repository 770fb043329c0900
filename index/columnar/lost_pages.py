"""Pages that are gone from a mapped file: read as zeros, and known to have been.

Reading a map behind the end of its file, which somebody has cut, or a page that its disk can't give
is no error that a program can catch: the system raises SIGBUS, which ends the process and all that
it is doing. Here a handler puts zeros in the place of what is gone, notes where, and has the
reading go on; `MappedArray.check_pages` says so to whoever read there. systemd reads its journal in
the same way (`src/basic/sigbus.c`).

On Linux, on the two machines whose C structures are declared here; elsewhere the process ends.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

_MACHINES: Final = ("x86_64", "aarch64")

_SIGBUS: Final = 7
_SA_SIGINFO: Final = 4
_ADDRESS: Final = 16
"""Where `siginfo_t` has the address that could not be read (`si_addr`)."""

_MAP_FIXED: Final = 0x10
_ZEROS: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED if sys.platform == "linux" else 0

_OURS: Final = "r--s"
"""How Linux tells a map that was made with `mmap.ACCESS_READ`: those of programs are private."""

_LOST: Final[list[range]] = []
"""The addresses that were replaced by zeros, in the order in which that happened."""


class _Action(ctypes.Structure):
    """`struct sigaction`, as glibc and musl have it on these machines."""

    _fields_ = (
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_ulong * 16),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


def lost_pages() -> int:
    """How often pages were found gone since this process began: equal numbers, none between."""
    return len(_LOST)


def lost_since(number: int) -> Sequence[range]:
    """The addresses that were found gone, after so many others."""
    return _LOST[number:]


@cache
def outlive_lost_pages() -> bool:
    """Have this process, and those it forks, outlive pages that are gone from maps.

    Whatever handled SIGBUS before still does when the address is of no read-only map of a file.

    Returns:
        Whether that can be had here.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    try:
        return _handle_lost_pages(ctypes.CDLL(None, use_errno=True))
    except (OSError, AttributeError, MemoryError):
        return False  # another C library, or a system that lets none call Python


def _handle_lost_pages(library: ctypes.CDLL) -> bool:
    library.mmap.restype = ctypes.c_void_p
    library.mmap.argtypes = (
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_long,
    )
    before = _Action()

    def on_lost_page(_number: int, info: int, _context: int) -> None:
        try:
            lost = _replace(library, ctypes.c_size_t.from_address(info + _ADDRESS).value)
        except BaseException:  # There is nobody to raise it to; below is what would have happened.
            lost = False
        if not lost:  # The same instruction is tried again, and may end the process now.
            library.sigaction(_SIGBUS, ctypes.byref(before), None)

    handler = _HANDLER(on_lost_page)
    action = _Action(ctypes.cast(handler, ctypes.c_void_p), flags=_SA_SIGINFO)
    _KEPT.append(handler)
    return bool(library.sigaction(_SIGBUS, ctypes.byref(action), ctypes.byref(before)) == 0)


_HANDLER: Final = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)

_KEPT: Final[list[Any]] = []
"""The handler: the system calls it when Python would have let go of it long ago."""


def _replace(library: ctypes.CDLL, address: int) -> bool:
    """Put zeros from the page of an address to the end of its map; whether they are there.

    What lies behind is gone too when the file was cut, and each page would cost a signal.
    """
    found = _map_at(address)
    if found is None:
        # Another thread, which read there too and had Python's lock first, may have done it.
        return any(address in lost for lost in _LOST)
    start = address // mmap.PAGESIZE * mmap.PAGESIZE
    _LOST.append(range(start, found.stop))
    given = library.mmap(start, found.stop - start, mmap.PROT_READ, _ZEROS, -1, 0)
    return bool(given == start)


def _map_at(address: int) -> range | None:
    """The read-only map of a file that an address is of; the lines are described in proc(5)."""
    for line in Path("/proc/self/maps").read_bytes().splitlines():
        where, access, _, _, inode = line.split(maxsplit=5)[:5]
        found = range(*(int(place, 16) for place in where.split(b"-")))
        if address in found:
            return found if access.decode() == _OURS and inode != b"0" else None
    return None
