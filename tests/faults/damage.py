"""Every file of an index, damaged in every way, before it is opened and while it is served.

Whatever the damage: opening refuses, or the site answers or says in words that it can't; `qe check`
finds it; messages name the file and the command that makes the index again; nothing crashes, hangs
or answers 500.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from click.testing import CliRunner
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from index.columnar.array_file import HEADER_SIZE
from index.errors import QuestionsError
from index.question import Question, make_question
from index.stores.directory import REJECTS_NAME
from index.stores.whoosh_store import open_store
from search.engine import open_engine
from tests.damaging import cut, flip, overwrite
from tests.faults.child import Ending, run_in_child
from tests.publishing import publish
from web.application import create_app
from web.commands import main

TODAY: Final = date(2026, 6, 1)
QUESTIONS: Final = 40
FLIPS: Final = 12
"""Bits of each file that are flipped, one at a time, when all cases are tried."""

UNREAD: Final = frozenset((REJECTS_NAME, "MAIN_WRITELOCK"))
"""What stands in an index for people, or for whoever builds: no search reads it."""

PAGES: Final = (
    "/",
    "/?q=puits",
    "/?q=%22eau+potable%22+OU+communes&statut=repondue",
    "/?q=ecol*&tri=delai&page=2",
    "/?q=comunes",
    "/questions/QANR5L17QE4?q=puits",
    "/recherche.ndjson?q=puits",
    "/statistiques?q=eau",
    "/corpus",
    "/api/v1/suggestions?q=ea",
    "/api/v1/facettes/auteur?prefixe=o",
    "/sante",
)
"""What is asked of the site: all that reads an index in another way."""

EXPECTED: Final = frozenset((200, 404, 503))
"""Statuses: 404 when the column that uids are looked up in is not what it was."""

Damage = Callable[[Path, Path], object]
"""Damages a file; the second is the file of the same name of another index."""


def replaced_by(make: Callable[[Path], object]) -> Damage:
    """Something else in the place of the file, which is unlinked."""

    def damage(path: Path, _: Path) -> None:
        path.unlink()
        make(path)

    return damage


def garbled(path: Path, _: Path) -> None:
    """Noise behind the header, of the same size."""
    content = path.read_bytes()
    head = content[:HEADER_SIZE]
    overwrite(path, head + np.random.default_rng(7).bytes(len(content) - len(head)))


DAMAGES: Final[dict[str, Damage]] = {
    "emptied": lambda path, _: cut(path, 0),
    "one byte short": lambda path, _: cut(path, path.stat().st_size - 1),
    "cut in half": lambda path, _: cut(path, path.stat().st_size // 2),
    "one byte long": lambda path, _: cut(path, path.stat().st_size + 1),
    "missing": lambda path, _: path.unlink(),
    "another index's": lambda path, other: overwrite(path, other.read_bytes()),
    "a text": lambda path, _: overwrite(path, "Madame, Monsieur,\n" * 40),
    "noise": garbled,
    "ones": lambda path, _: overwrite(path, path.read_bytes()[:HEADER_SIZE].ljust(
        path.stat().st_size, b"\xff")),
    "zeros": lambda path, _: overwrite(path, path.read_bytes()[:HEADER_SIZE].ljust(
        path.stat().st_size, b"\0")),
    "a directory": replaced_by(Path.mkdir),
    "a link to itself": replaced_by(lambda path: path.symlink_to(path)),
    "a pipe": replaced_by(os.mkfifo),
    "a device": replaced_by(lambda path: path.symlink_to("/dev/zero")),
}  # fmt: skip
"""What becomes of a file."""


@dataclass(frozen=True)
class Case:
    """One file damaged in one way.

    Attributes:
        file: its name without the random part.
        damage: a name of `DAMAGES`, or `bit N`, the number of a bit that is flipped, counted
            backwards from the end of the file.
        served: whether it happens while the index is open, or before.
    """

    file: str
    damage: str
    served: bool

    def __str__(self) -> str:
        return f"{self.file}, {self.damage}{', while served' if self.served else ''}"


class Stage:
    """An index, another one, and a copy to be damaged in each case.

    Args:
        folder: for their directories.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole = make_index(folder / "whole", range(1, QUESTIONS + 1))
        self._other = make_index(folder / "other", range(1, QUESTIONS))
        _warm(self._whole)
        ending = run_in_child(lambda: look(self._whole))
        assert not list(problems(ending, self._whole, None)), ending

    @property
    def files(self) -> list[str]:
        """The names of the files, without the random part of those of a segment."""
        return sorted(_names(self._whole).keys() - UNREAD)

    def try_case(self, case: Case) -> list[str]:
        """Damage a copy, and say what is wrong with what comes of it; nothing when all is well."""
        directory = self._folder / "damaged"
        shutil.copytree(self._whole, directory)
        path, other = (_names(place)[case.file] for place in (directory, self._other))
        before = path.read_bytes()
        damage = partial(_damage(case.damage), path, other)
        try:
            if not case.served:
                damage()
            ending = run_in_child(lambda: look(directory, damage if case.served else None))
            same = path.is_file() and not path.is_symlink() and path.read_bytes() == before
            found = problems(ending, directory, None if same else path)
            return [f"{case}: {problem}" for problem in found]
        finally:
            shutil.rmtree(directory)


def make_index(directory: Path, numbers: range) -> Path:
    """An index of one segment."""
    with open_store(directory, fictional=False, today=TODAY) as store:
        publish(store, map(_question, numbers), {"read": len(numbers)})
    return directory


def look(directory: Path, damage: Callable[[], object] | None = None) -> dict[str, Any]:
    """Open an index, ask for pages, and check it; what came of each.

    Args:
        directory: the index.
        damage: what happens once it is open and half of the pages have been asked for.

    Returns:
        `refused`, the message of opening; `pages`, the status of each; `logged`, what the site
        wrote to its log; `check`, the exit code of `qe check`, and `said`, what it printed.
    """
    lines: list[str] = []
    _log_into(lines)
    told: dict[str, Any] = {"refused": None, "pages": {}, "logged": lines}
    try:
        engine = open_engine(directory)
    except QuestionsError as error:
        told["refused"] = str(error)
    else:
        app = create_app(engine)
        # Compiling templates anew in each process would take most of the time.
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(directory.parent))
        client = app.test_client()
        if damage:
            for page in PAGES[::2]:
                client.get(page)
            damage()
        told["pages"] = {page: _status(client, page) for page in PAGES}
    checked = CliRunner().invoke(main, ["check", "--index", str(directory)], prog_name="qe")
    return told | {"check": checked.exit_code, "said": checked.output}


def _warm(directory: Path) -> None:
    """Load what each child would load anew, which takes longer than what it looks at."""
    with closing(open_engine(directory)) as engine:
        client = create_app(engine).test_client()
        for page in PAGES:
            client.get(page, buffered=True)
    CliRunner().invoke(main, ["check", "--index", str(directory)], prog_name="qe")


def problems(ending: Ending, directory: Path, damaged: Path | None) -> Iterator[str]:
    """What isn't as it should be.

    Args:
        ending: of a process that had a look at an index.
        directory: the index.
        damaged: the file that isn't what it was; None when all are.
    """
    if ending.code:
        yield f"ended with {ending.code}: {ending.printed[-2_000:]}"
        return
    told, command = ending.told, f"`qe index --rebuild SOURCE... --index {directory}`"
    bad = {page: status for page, status in told["pages"].items() if status not in EXPECTED}
    if bad:
        yield f"{bad}: {told['logged']}"
    if 503 in told["pages"].values() and not any(command in line for line in told["logged"]):
        yield f"503 without the command in the log: {told['logged']}"
    if told["check"] != (1 if damaged else 0):
        yield f"qe check ended with {told['check']}: {told['said']}"
    said = [told["refused"], told["said"]] if damaged else []
    for message in filter(None, said):
        if damaged and damaged.name not in message:
            yield f"the file is not named: {message}"
        if command not in message:
            yield f"the command is not named: {message}"


def cases(files: Iterable[str]) -> Iterator[Case]:
    """Every file, damaged in every way, before and while it is served."""
    for file in files:
        for damage in (*DAMAGES, *(f"bit {number * 1_009}" for number in range(FLIPS))):
            yield Case(file, damage, served=False)
            yield Case(file, damage, served=True)


def play() -> None:
    """Try every case; a quarter of an hour.

    Raises:
        AssertionError: in one of them, something isn't as it should be.
    """
    with tempfile.TemporaryDirectory(prefix="damage-") as folder:
        stage = Stage(Path(folder))
        tried, wrong = 0, 0
        for file in stage.files:
            found = [stage.try_case(case) for case in cases([file])]
            for problem in chain.from_iterable(found):
                click.echo(problem, err=True)
            tried += len(found)
            wrong += sum(map(len, found))
            click.echo(f"{file}: damaged in {len(found)} ways")
        click.echo(f"{tried} damages of {len(stage.files)} files: {wrong} problems")
        assert not wrong


def _damage(name: str) -> Damage:
    if not name.startswith("bit "):
        return DAMAGES[name]
    number = int(name.removeprefix("bit "))

    def flipped(path: Path, _: Path) -> None:
        size = path.stat().st_size
        flip(path, -1 - number // 8 % size, number % 8)

    return flipped


def _names(directory: Path) -> dict[str, Path]:
    """The files of an index of one segment, by their names without its random part."""
    return {
        path.name.partition(".")[2] if path.name.startswith("MAIN_") else path.name: path
        for path in directory.iterdir()
        if path.is_file() and path.name not in UNREAD
    }


def _status(client: FlaskClient, page: str) -> int:
    """Its status, when its body is read to the end; a download that breaks off counts as 503."""
    try:
        return client.get(page, buffered=True).status_code
    except QuestionsError as error:
        logging.getLogger().error("broken off: %s", error)
        return 503


def _log_into(lines: list[str]) -> None:
    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    logging.getLogger().addHandler(Kept())


def _question(number: int) -> Question:
    subject = ("puits", "eau potable", "écoles", "gares", "communes")[number % 5]
    answered = number % 3 != 0
    return make_question(
        uid=f"QANR5L17QE{number}",
        titre=f"Situation des {subject} de la commune n° {number}",
        rubrique=subject,
        auteur=("Mme Odile Ferrandeau", "M. Gaspard d’Urtu")[number % 2],
        groupe=("Groupe des îles", "Groupe des ponts")[number % 2],
        ministere=("Eaux", "Écoles", "Transports")[number % 3],
        texte_question=f"<p>Les communes n’ont ni puits ni {subject}, dit le n° {number}.</p>",
        texte_reponse=f"<p>Les {subject} auront leurs puits.</p>" if answered else None,
        date_question=date(2026, 1, 6) + timedelta(weeks=number % 9),
        date_reponse=date(2026, 5, 12) if answered else None,
        source="a.json",
    )
