"""docs/operations.md names what is there."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from tests.deploy.shipped import DEPLOY, PROJECT
from web.commands import main as qe

PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = sorted(set(re.findall(r"^(?:RELEASE=\S+ )?qe (.*)$", "".join(BLOCKS), re.MULTILINE)))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_is_one_of_qe(line: str) -> None:
    """Its options are known and its arguments are as many as it takes."""
    name, *arguments = shlex.split(line)
    command = qe.get_command(click.Context(qe), name)

    assert command is not None
    command.make_context(name, arguments)


def test_every_file_that_is_shipped_is_installed() -> None:
    """Each has its place in a command of the page; pages of nginx stay where they are."""
    shipped = {path.name for path in DEPLOY.rglob("*") if path.is_file()}
    elsewhere = {path.name for path in (DEPLOY / "nginx" / "panne").iterdir()}

    assert [name for name in shipped - elsewhere if name not in "".join(BLOCKS)] == []


def test_the_page_reads_the_requirements_with_their_hashes() -> None:
    """Each package that is installed has one, so that pip takes them all or none."""
    requirements = (PROJECT / "requirements" / "run.txt").read_text()
    names = re.findall(r"^[a-z0-9-]+==\S+ \\\n +--hash=sha256:", requirements, re.MULTILINE)

    assert "--require-hashes --requirement requirements/run.txt" in PAGE
    assert len(names) == len(re.findall(r"^[a-z0-9-]+==", requirements, re.MULTILINE)) > 0
