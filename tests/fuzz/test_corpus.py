"""The inputs that are kept are few, short, and reach all that was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.query.parser import parse_lenient
from tests.fuzz import corpus, target
from tests.fuzz.campaign import FOLDER
from tests.fuzz.corpus import keep
from tests.fuzz.target import RunOne, Target, read_kept, write_kept


def parsing(_folder: Path) -> RunOne:
    """Queries are parsed, and nothing else."""

    def run_one(data: bytes) -> None:
        parse_lenient(data.decode(), {})

    return run_one


TARGET = Target("parsing", parsing, lambda: [b"eau"], (), 99, 1, ())


@pytest.fixture
def kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Kept inputs and those of campaigns stand in the folder of the test."""
    monkeypatch.setattr(target, "CORPUS", tmp_path)
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    found = tmp_path / TARGET.name / "corpus"
    found.mkdir(parents=True)
    return found


def test_kept_inputs_are_read_back(kept_elsewhere: Path) -> None:
    """Any bytes, line ends and zeros too; the shortest first, each once."""
    write_kept(TARGET.name, [b"\n\x00'\"\xff", b"b", b"b"])

    assert list(read_kept(TARGET.name)) == [b"b", b"\n\x00'\"\xff"]
    assert FOLDER not in kept_elsewhere.parents


def test_what_reaches_nothing_new_is_not_kept(kept_elsewhere: Path) -> None:
    """Of inputs that run the same lines the shortest stays; what the seeds reach needs none."""
    for name, data in (("a", b"puits"), ("b", b'"le puits"'), ("c", b'"a"'), ("d", b"\xff")):
        (kept_elsewhere / name).write_bytes(data)

    assert keep(TARGET) == 1
    assert list(read_kept(TARGET.name)) == [b'"a"']
