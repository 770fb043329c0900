"""What `deploy/` ships, read for what the tests look at."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
DEPLOY: Final = PROJECT / "deploy"
INSTALLED: Final = "/opt/questions-ecrites/current"
"""Where docs/operations.md puts the project."""

QE: Final = f"{INSTALLED}/.venv/bin/qe"

UNITS: Final = tuple(
    sorted(path for kind in ("service", "timer") for path in DEPLOY.glob(f"*.{kind}"))
)
SERVE: Final = DEPLOY / "questions-ecrites.service"
SYNC: Final = DEPLOY / "questions-ecrites-sync.service"
NGINX: Final = DEPLOY / "nginx" / "questions-ecrites.conf"
PAGES: Final = DEPLOY / "nginx" / "panne"

Unit = dict[str, dict[str, list[str]]]


def read_unit(path: Path) -> Unit:
    """The settings of a unit by section and key, each with all its values.

    Raises:
        ValueError: a line is neither a section, a setting nor a comment.
    """
    unit: Unit = {}
    section: dict[str, list[str]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = unit.setdefault(heading[1], {})
        elif (setting := re.fullmatch(r"([A-Z]\w+)=(.*)", line)) and section is not None:
            section.setdefault(setting[1], []).append(setting[2])
        else:
            raise ValueError(f"{path.name}: {line!r} is no line of a unit")
    return unit


def command_line(path: Path) -> list[str]:
    """The words of the command that a service runs."""
    (line,) = read_unit(path)["Service"]["ExecStart"]
    return shlex.split(line)


def directives(name: str) -> list[list[str]]:
    """The arguments of each directive of that name in the site of nginx, in their order."""
    text = NGINX.read_text(encoding="utf-8")
    return [
        shlex.split(rest) for rest in re.findall(rf"^\s*{name}\s+([^;{{]+);", text, re.MULTILINE)
    ]
