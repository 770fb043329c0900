"""What is gone from a mapped file ends no process, and is not believed."""

from __future__ import annotations

import mmap
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.columnar.array_file import ArrayWriter, DamagedFile, MappedArray, map_array
from index.columnar.lost_pages import lost_pages, outlive_lost_pages
from tests.damaging import cut, overwrite
from tests.faults.child import run_in_child

ITEMS = 100_000
"""Of eight bytes: two hundred pages."""

ROOT = Path(__file__).resolve().parents[3]
WRITES = """
import mmap, os, sys
from index.columnar.lost_pages import outlive_lost_pages
assert outlive_lost_pages()
with open(sys.argv[1], "r+b") as file:
    other = mmap.mmap(file.fileno(), 0)
os.truncate(sys.argv[1], 0)
other[0]
"""
"""A program that reads what is gone from a map that may be written to."""

pytestmark = pytest.mark.skipif(not outlive_lost_pages(), reason="not on this kind of machine")


def map_ones(path: Path) -> MappedArray:
    """An array of ones, mapped and not read."""
    with ArrayWriter(path, "s", "ones", np.uint64) as writer:
        writer.append(np.ones(ITEMS, np.uint64))
        entry = writer.close()
    return map_array(path, "s", "ones", entry)


@pytest.fixture
def mapped(tmp_path: Path) -> MappedArray:
    return map_ones(tmp_path / "ones")


def test_a_cut_file_reads_as_zeros_and_is_told(mapped: MappedArray) -> None:
    """What is left reads as it is; nothing more is lost by reading again."""
    mapped.check_pages()
    before = lost_pages()

    cut(mapped.path, 10 * mmap.PAGESIZE)

    kept = 10 * mmap.PAGESIZE // 8
    assert kept - 64 <= int(mapped.array.sum()) <= kept
    assert int(mapped.array[-1]) == 0
    assert lost_pages() == before + 1
    with pytest.raises(DamagedFile, match=r"/ones is cut short: it has 40960 bytes"):
        mapped.check_pages()


def test_a_file_that_is_whole_again_is_not_believed(mapped: MappedArray) -> None:
    """The zeros stay in the map."""
    content = mapped.path.read_bytes()
    cut(mapped.path, 0)
    assert not mapped.array.any()

    overwrite(mapped.path, content)

    mapped.check_size()
    with pytest.raises(DamagedFile, match="/ones is damaged: parts of it can't be read"):
        mapped.check_pages()
    map_array(mapped.path, "s", "ones", mapped.entry).check_pages()


def test_another_file_is_not_blamed(mapped: MappedArray, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(mapped.path.read_bytes())
    other = map_array(tmp_path / "other", "s", "ones", mapped.entry)
    cut(mapped.path, 0)

    assert not mapped.array.any()

    other.check_pages()
    other.check_content()


def test_threads_that_read_at_once_all_go_on(tmp_path: Path) -> None:
    """NumPy lets go of Python's lock while it reads, so that the signals come together."""
    arrays = [map_ones(tmp_path / f"ones-{number}") for number in range(20)]

    def read() -> list[int]:
        sums = []
        with ThreadPoolExecutor(8) as pool:
            for mapped in arrays:
                cut(mapped.path, 0)
                sums += pool.map(lambda one: int(one.array.sum()), [mapped] * 8)
        return sums

    ending = run_in_child(read)

    assert (ending.code, ending.told) == (0, [0] * 8 * len(arrays))


def test_what_is_no_map_of_an_index_ends_the_process(tmp_path: Path) -> None:
    """As it always did: others' errors are not hidden, and don't come back for ever."""
    path = tmp_path / "other"
    path.write_bytes(bytes(mmap.PAGESIZE))

    done = subprocess.run([sys.executable, "-c", WRITES, path], check=False, cwd=ROOT)

    assert done.returncode == -signal.SIGBUS
