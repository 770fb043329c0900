"""Where an index is in a cluster, as `--index` names it.

    opensearch://host:9200/questions
    opensearchs://one:9200,two:9200,three:9200/questions?ca=/etc/ssl/cluster.pem

The second form is encrypted. Who may come in is told by the environment, never by the address,
which logs and lists of processes show.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from index.errors import QuestionsError

PLAIN, ENCRYPTED = "opensearch", "opensearchs"
USER, PASSWORD = "QE_OPENSEARCH_USER", "QE_OPENSEARCH_PASSWORD"

_PORT: Final = 9200
_EXAMPLE: Final = "opensearch://127.0.0.1:9200/questions"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
"""What OpenSearch takes for the name of an index, less the signs that mean something to us."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_FILES: Final = ("ca", "cert", "key")


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
        files = "&".join(f"{name}={held}" for name in _FILES if (held := getattr(self, name)))
        return f"{scheme}://{','.join(self.hosts)}/{self.name}" + f"?{files}" * bool(files)


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
    return ClusterAddress(
        _hosts(parts.netloc, str(text)),
        _name(parts.path, str(text)),
        scheme == ENCRYPTED,
        **_files(parts.query, str(text), encrypted=scheme == ENCRYPTED),
    )


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
    return name


def _files(query: str, text: str, *, encrypted: bool) -> Mapping[str, Path]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = given.keys() - set(_FILES)
    if unknown or (given and not encrypted):
        what = f"the option {min(unknown)}" if unknown else f"options, which only {ENCRYPTED} takes"
        raise AddressMalformed(f"{text} gives {what}: there are {', '.join(_FILES)}")
    if "key" in given and "cert" not in given:
        raise AddressMalformed(f"{text} gives a key without its certificate (cert=)")
    return {name: Path(held) for name, held in given.items()}
