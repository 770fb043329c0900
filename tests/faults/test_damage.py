"""A damaged index is refused or found, and what is served of it stays in words."""

from __future__ import annotations

import pytest

from tests.faults.damage import DAMAGES, Case, Stage

FLIPPED = "bit 8"
"""The last but one byte: where an array's file holds an entry, and a checksum its digits."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """An index to be damaged."""
    return Stage(tmp_path_factory.mktemp("stage"))


def test_whatever_file_is_damaged_it_is_told(stage: Stage) -> None:
    """Each file in one way, in turn before and while it is served; `make faults` tries them all."""
    ways = (*DAMAGES, FLIPPED)
    cases = [
        Case(file, ways[number % len(ways)], served=bool(number % 2))
        for number, file in enumerate(stage.files)
    ]

    problems = [problem for case in cases for problem in stage.try_case(case)]

    assert len(cases) > len(ways)
    assert not problems


@pytest.mark.parametrize("damage", ["emptied", "cut in half", "noise"])
@pytest.mark.parametrize("file", ["records", "documents", "text.auteur", "_MAIN_1.toc"])
def test_what_is_mapped_may_be_cut_or_overwritten(stage: Stage, file: str, damage: str) -> None:
    """The process that serves it lives on, and answers or says that it can't."""
    assert not stage.try_case(Case(file, damage, served=True))
