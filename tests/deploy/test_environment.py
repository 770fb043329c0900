"""The file of settings: systemd and the shell read the same in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.deploy.shipped import DEPLOY

FILE = DEPLOY / "questions-ecrites.env"


def variables_of(path: Path) -> dict[str, str]:
    """What a shell that reads a file hands down, as `deploy/qe` does."""
    script = f'set -eua; . "{path}"; set +a; env -0'
    printed = subprocess.run(
        ["/bin/sh", "-c", script], env={}, capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split("=", 1) for line in printed.split("\0") if line)
    return {name: value for name, value in pairs if name.startswith("QE_")}


def test_the_file_is_read_by_a_shell(tmp_path: Path) -> None:
    """As it is, and with every setting that it offers made one: no value breaks it."""
    offered = tmp_path / "all.env"
    offered.write_text(
        "".join(
            line.removeprefix("#") if line.startswith("#QE_") else line
            for line in FILE.read_text().splitlines(keepends=True)
        )
    )

    assert variables_of(FILE)["QE_URL"] == "https://questions.example.org"
    assert len(variables_of(offered)) == offered.read_text().count("\nQE_")
    assert variables_of(offered)["QE_TITRE"] == "Questions écrites"
