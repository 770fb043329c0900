"""The engines that are compared, each doing the same work by its own best means.

The work of a search is what a results page shows: the exact total, the ten best questions with
their passages, and the counts of eight facets, each regardless of its own filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NamedTuple, Protocol, cast

from benchmarks.workload import Query

FacetCounts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search found.

    Attributes:
        total: how many questions, exactly.
        uids: of the page, best first.
        passages: of each question of the page: HTML with the words marked.
        facets: for each facet, its most frequent values and how many questions have them.
    """

    total: int
    uids: list[str]
    passages: list[list[str]]
    facets: FacetCounts


class Peer(Protocol):
    """An engine to measure: open on an index made by `make_index`."""

    @classmethod
    def make_index(cls, source: Path, directory: Path) -> None:
        """Index the NDJSON file `source` into `directory`, which is not there yet."""

    @classmethod
    def disk_use(cls, directory: Path) -> int:
        """Bytes that its index takes on disk: those of the files in its directory."""
        return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())

    def __init__(self, directory: Path) -> None: ...

    def search(self, query: Query) -> Outcome:
        """Do one search whole."""

    def close(self) -> None:
        """Let go of the index."""


class PeerAbsent(Exception):
    """What an engine needs is not installed; the message says how to install it."""


class Where(NamedTuple):
    """Where an engine's class stands, and the package that it needs."""

    module: str
    name: str
    package: str | None


PEERS: Final = {
    "questions-ecrites": Where("this_engine", "ThisEngine", None),
    "tantivy": Where("tantivy_peer", "Tantivy", "tantivy"),
    "sqlite-fts5": Where("sqlite_peer", "Sqlite", None),
    "xapian": Where("xapian_peer", "Xapian", None),
    "opensearch": Where("cluster_peer", "OnCluster", None),
    "stock-whoosh": Where("whoosh_peer", "StockWhoosh", "whoosh3"),
}
"""The engines by name; the first is this one, which the others are compared with."""

THIS, *OTHERS = PEERS
STOCK: Final = "stock-whoosh"

SLOW: Final = ("xapian", STOCK)
"""Those that would take hours to index the others' corpus: they have a smaller one."""


def load_peer(name: str) -> type[Peer]:
    """The class of an engine; only then is its library imported.

    Raises:
        PeerAbsent: its library is not installed.
    """
    where = PEERS[name]
    try:
        module = import_module(f"benchmarks.peers.{where.module}")
    except ModuleNotFoundError as error:
        raise PeerAbsent(
            f"{name} needs the module {error.name}: pip install -r requirements/bench.txt, "
            f"or leave it out with --peers"
        ) from error
    return cast("type[Peer]", getattr(module, where.name))


def peer_version(name: str) -> str:
    """The version of an engine's library, as a page shows it."""
    where = PEERS[name]
    if where.package is None:
        return str(getattr(import_module(f"benchmarks.peers.{where.module}"), "VERSION"))  # noqa: B009
    try:
        return version(where.package)
    except PackageNotFoundError:
        return "absent"
