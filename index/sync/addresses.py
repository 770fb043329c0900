"""Where the archives are published: `archives.toml`, or an operator's file in its place."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

from index.errors import AddressesMalformed, AddressRefused, QuestionsError
from index.question import TYPES
from index.sync.publisher import Publisher, host_of, join

ACTORS: Final = "acteurs"
"""The kind of archive that names députés and bodies; the other kinds are types of question."""

KINDS: Final = (*TYPES, ACTORS)
NEXT: Final = "next"
_SETTINGS: Final = {"base": str, "publisher": str, "allow_http": bool}


class UnknownLegislature(QuestionsError):
    """No address is known of a législature's archives."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One published archive.

    Attributes:
        legislature: the one it is published under.
        kind: one of `KINDS`.
        url: where it is.
        tentative: it may not be published yet, and then nothing is wrong.
    """

    legislature: int
    kind: str
    url: str
    tentative: bool = False

    @property
    def name(self) -> str:
        """What messages call it: 17-QE, 17-acteurs."""
        return f"{self.legislature}-{self.kind}"

    @property
    def file_name(self) -> str:
        """What it is kept as; the publisher gives the same name to several législatures."""
        return f"{self.name}.json.zip"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every archive that is known, and whom it is taken from."""

    publisher: Publisher
    archives: tuple[Archive, ...]

    @property
    def legislatures(self) -> tuple[int, ...]:
        """Those with archives of questions, ascending, without the tentative one."""
        return tuple(sorted({a.legislature for a in self._questions() if not a.tentative}))

    @property
    def current(self) -> int:
        """The last législature known: the one whose archives are still growing."""
        return self.legislatures[-1]

    def select(self, legislatures: Collection[int], types: Collection[str]) -> tuple[Archive, ...]:
        """The archives of some législatures and types, those of the actors first.

        Args:
            legislatures: those wanted; none stands for all, and for trying the next one.
            types: types of question wanted; none stands for all.

        Raises:
            UnknownLegislature: no address is known for one of them.
        """
        questions = [
            replace(archive, tentative=archive.tentative and not legislatures)
            for archive in self._questions()
            if archive.legislature in (legislatures or {archive.legislature})
            and archive.kind in (types or TYPES)
        ]
        self._check_known(legislatures)
        wanted = {archive.legislature for archive in questions}
        actors = (
            archive
            for archive in self.archives
            if archive.kind == ACTORS and (not archive.tentative or archive.legislature in wanted)
        )
        return (*actors, *questions)

    def _questions(self) -> Iterator[Archive]:
        return (archive for archive in self.archives if archive.kind != ACTORS)

    def _check_known(self, legislatures: Collection[int]) -> None:
        known = sorted({archive.legislature for archive in self._questions()})
        for legislature in legislatures:
            if legislature not in known:
                raise UnknownLegislature(
                    f"no archive is known of législature {legislature}: choose one of "
                    f"{', '.join(map(str, known))}, or give its addresses with --addresses"
                )


def packaged_addresses() -> str:
    """The text of the file that comes with the program."""
    return resources.files("index.sync").joinpath("archives.toml").read_text(encoding="utf-8")


def read_addresses(path: Path | None = None) -> Addresses:
    """The addresses in an operator's file, or else those that come with the program.

    Raises:
        AddressesMalformed: the file can't be read as one of addresses; the message says where.
        AddressRefused: one of its addresses may not be asked.
        OSError: there is no such file, or it may not be read.
    """
    text = packaged_addresses() if path is None else _read_text(path)
    where = str(path or "archives.toml")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AddressesMalformed(f"{where} is no TOML file of addresses: {error}") from error
    try:
        return _addresses_from(table)
    except (AddressesMalformed, AddressRefused) as error:
        raise type(error)(f"{where}: {error}") from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise AddressesMalformed(f"{path} is not UTF-8: save it as such") from error


def _addresses_from(table: Mapping[str, Any]) -> Addresses:
    _check_names(table)
    base = table.get("base")
    if base is None:
        raise AddressesMalformed("`base` is missing: the address that the others are relative to")
    publisher = Publisher(table.get("publisher") or host_of(base), table.get("allow_http", False))
    archives = tuple(_archives(table, base))
    if all(archive.tentative or archive.kind == ACTORS for archive in archives):
        raise AddressesMalformed(f"no archive of questions: add a table, {' or '.join(TYPES)}")
    for archive in archives:
        publisher.check(archive.url)
    return Addresses(publisher, archives)


def _check_names(table: Mapping[str, Any]) -> None:
    """Refuse what would be passed over in silence, a misspelt name above all."""
    expected: dict[str, type] = _SETTINGS | dict.fromkeys(KINDS, dict)
    for name, value in table.items():
        if name not in expected:
            raise AddressesMalformed(f"`{name}` means nothing: one of {', '.join(expected)}")
        if type(value) is not expected[name]:
            raise AddressesMalformed(f"`{name}` is not a {_WORDS[expected[name]]}")


_WORDS: Final = {str: "text", bool: "true or false", dict: "table"}


def _archives(table: Mapping[str, Any], base: str) -> Iterator[Archive]:
    lines = [(kind, *line) for kind in KINDS for line in table.get(kind, {}).items()]
    known = [_legislature(key, kind) for kind, key, _ in lines if key != NEXT]
    following = max(known, default=0) + 1
    for kind, key, address in lines:
        if not isinstance(address, str) or not address:
            raise AddressesMalformed(f"[{kind}] {key} is no address")
        legislature = following if key == NEXT else int(key)
        url = join(base, address.replace("{legislature}", str(legislature)))
        yield Archive(legislature, kind, url, tentative=key == NEXT)


def _legislature(key: str, kind: str) -> int:
    if not (key.isascii() and key.isdecimal() and 1 <= len(key) <= 2 and key[0] != "0"):
        raise AddressesMalformed(f"[{kind}] {key!r} is neither a législature nor `{NEXT}`")
    return int(key)
