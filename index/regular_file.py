"""Files to read that are really files.

Where a file of an index is expected, something else may stand: a pipe, which keeps whoever opens
it waiting for ever, or a device that never ends. Opening one here fails at once.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


def open_regular(path: Path) -> IO[bytes]:
    """A file opened for reading.

    Raises:
        OSError: it is missing, may not be read, or is no regular file.
    """
    # Not to wait for whoever may write to a pipe; for a file, it means nothing.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "Not a regular file", str(path))


def read_regular(path: Path) -> bytes:
    """The content of a file.

    Raises:
        OSError: it is missing, can't be read, or is no regular file.
    """
    with open_regular(path) as file:
        return file.read()
