"""Where an index is in a cluster, as `--index` names it.

    opensearch://host:9200/questions
    opensearch://host:9200/questions?shards=1&replicas=2
    opensearchs://one:9200,two:9200,three:9200/questions?ca=/etc/ssl/cluster.pem

The last form is encrypted. Who may come in is told by the environment, never by the address,
which logs and lists of processes show.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from index.errors import QuestionsError

PLAIN, ENCRYPTED = "opensearch", "opensearchs"
USER, PASSWORD = "QE_OPENSEARCH_USER", "QE_OPENSEARCH_PASSWORD"
CREDENTIALS: Final = {
    USER: "Who opens an index in a cluster that lets only known users in.",
    PASSWORD: "Their password, which no address holds.",
}
"""What each is for."""

_PORT: Final = 9200
_EXAMPLE: Final = "opensearch://127.0.0.1:9200/questions"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
"""What OpenSearch takes for the name of an index, less the signs that mean something to us."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_RESERVED: Final = re.compile(r".*-(?:words|builds|\d{6,})")
"""Names that an index of another name may have for its parts (see `index.cluster.names`)."""

_FILES: Final = ("ca", "cert", "key")
_MOST: Final = {"shards": (1, 1024), "replicas": (0, 10)}
"""The fewest and the most of each."""


class AddressMalformed(QuestionsError):
    """An address of a cluster cannot be read as one."""


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """An index in a cluster.

    Attributes:
        hosts: each `host:port`; any of them is asked.
        name: of the index; an alias, and what the names of the real ones begin with.
        encrypted: whether TLS is spoken; the certificate of each host is then verified.
        ca: who vouches for them, when the system's list doesn't have it.
        cert, key: this program's own certificate and its key, for clusters that ask for one.
        shards, replicas: of an index that is made: its parts, and how many copies each has beside
            the first.
    """

    hosts: tuple[str, ...]
    name: str
    encrypted: bool = False
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    shards: int = 3
    replicas: int = 1

    def __str__(self) -> str:
        scheme = ENCRYPTED if self.encrypted else PLAIN
        told = "&".join(
            f"{name}={getattr(self, name)}"
            for name, default in _DEFAULTS.items()
            if getattr(self, name) != default
        )
        return f"{scheme}://{','.join(self.hosts)}/{self.name}" + f"?{told}" * bool(told)


_DEFAULTS: Final[Mapping[str, object]] = {
    field.name: field.default for field in fields(ClusterAddress) if field.name in (*_FILES, *_MOST)
}

IndexAddress = Path | ClusterAddress
"""Where an index is: a directory, or a cluster."""


def parse_address(text: str | Path) -> IndexAddress:
    """An address as `--index` gives it: a directory unless it begins as a cluster's does.

    Raises:
        AddressMalformed: it begins so, and can't be read.
    """
    scheme, found, _ = str(text).partition("://")
    if not found or scheme not in (PLAIN, ENCRYPTED):
        return Path(text)
    parts = urlsplit(str(text))
    if "@" in parts.netloc:
        raise AddressMalformed(
            f"an address of a cluster holds no password, which others could read: set {USER} and "
            f"{PASSWORD} instead"
        )
    address = ClusterAddress(
        _hosts(parts.netloc, str(text)), _name(parts.path, str(text)), scheme == ENCRYPTED
    )
    return _with_options(address, dict(parse_qsl(parts.query, keep_blank_values=True)), str(text))


def credentials() -> tuple[str, str] | None:
    """The user and the password that the environment tells; None when it tells none.

    Raises:
        AddressMalformed: it tells one of them only.
    """
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    if bool(user) != bool(password):
        raise AddressMalformed(f"set both {USER} and {PASSWORD}, or neither")
    return (user, password) if user and password else None


def _hosts(netloc: str, text: str) -> tuple[str, ...]:
    hosts = netloc.split(",")
    if not all(map(_HOST.fullmatch, hosts)):
        raise AddressMalformed(f"{text} names no host that can be read, as {_EXAMPLE} does")
    return tuple(host if re.search(r":\d+$", host) else f"{host}:{_PORT}" for host in hosts)


def _name(path: str, text: str) -> str:
    name = path.removeprefix("/")
    if not _NAME.fullmatch(name):
        raise AddressMalformed(
            f"{text} names no index, or one that OpenSearch refuses (a-z, 0-9, . _ -): "
            f"write it as in {_EXAMPLE}"
        )
    if _RESERVED.fullmatch(name):
        raise AddressMalformed(
            f"{text} ends as the parts of an index do (-words, -builds, -000001): name another"
        )
    return name


def _with_options(address: ClusterAddress, given: Mapping[str, str], text: str) -> ClusterAddress:
    allowed = (*_MOST, *_FILES) if address.encrypted else tuple(_MOST)
    unknown = sorted(given.keys() - set(allowed))
    if unknown:
        where = "" if unknown[0] not in _FILES else f", which only {ENCRYPTED}:// takes"
        raise AddressMalformed(
            f"{text} gives the option {unknown[0]}{where}: there are {', '.join(allowed)}"
        )
    if "key" in given and "cert" not in given:
        raise AddressMalformed(f"{text} gives a key without its certificate (cert=)")
    options: dict[str, Any] = {name: Path(given[name]) for name in _FILES if name in given}
    options |= {name: _number(name, given[name], text) for name in _MOST if name in given}
    return replace(address, **options)


def _number(name: str, told: str, text: str) -> int:
    fewest, most = _MOST[name]
    if not re.fullmatch(r"\d{1,6}", told) or not fewest <= int(told) <= most:
        raise AddressMalformed(f"{text}: {name} is a number from {fewest} to {most}")
    return int(told)
