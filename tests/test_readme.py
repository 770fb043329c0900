"""The README shows what the program prints today."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")

REST = "…"
"""A line of its own that stands for the rest of an output."""


class Example(NamedTuple):
    """A command of the README, its rank among them, and the output shown under it."""

    rank: int
    command: str
    output: list[str]


def examples() -> Iterator[Example]:
    """Every `qe` command in a console block, in order: each may rely on those before it."""
    blocks = re.findall(r"```console\n\$ (qe .*?)```", README, re.DOTALL)
    for rank, block in enumerate(blocks):
        command, *output = block.splitlines()
        yield Example(rank, command, output)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What each command prints, run in order in a folder with the demo corpus."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "demo").symlink_to(PROJECT / "demo")
    environment = {**os.environ, "COLUMNS": "100", "PYTHONUTF8": "1"}
    environment.pop("QE_INDEX", None)
    printed = []
    for example in examples():
        arguments = shlex.split(example.command)[1:]
        run = subprocess.run(
            [Path(sys.executable).with_name("qe"), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=True,
            text=True,
        )
        printed.append(run.stdout.rstrip("\n").splitlines())
    return printed


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.command)
def test_a_command_prints_what_the_readme_shows(example: Example, outputs: list[list[str]]) -> None:
    """Each shown output is the real one, to the line where the README stops."""
    printed = [_without_duration(line) for line in outputs[example.rank]]
    if REST in example.output:
        shown = example.output[: example.output.index(REST)]
        printed = printed[: len(shown)]
    else:
        shown = example.output

    assert printed == shown


def test_the_readme_runs_five_commands() -> None:
    """The block of two make commands aside, five commands show their output."""
    assert len(list(examples())) == 5


def _without_duration(line: str) -> str:
    return re.sub(r'("duree_ms": )[\d.]+', r"\g<1>4.2", line)
