"""Files are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.atomic import open_atomically, write_atomically


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    """Until the block ends, the old one stands."""
    path = tmp_path / "file"
    path.write_text("old")

    with open_atomically(path) as file:
        file.write(b"new")
        during = path.read_text()

    assert (during, path.read_text()) == ("old", "new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_alone(tmp_path: Path, error: type[BaseException]) -> None:
    """And nothing beside it."""
    path = tmp_path / "file"
    write_atomically(path, "old")

    with pytest.raises(error), open_atomically(path) as file:
        file.write(b"new")
        raise error

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
