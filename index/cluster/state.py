"""Which index an alias stands for, what made it, and which generation of it is published.

All of it stands in the `_meta` of the real index's mapping: it goes with the index, wherever a
snapshot restores it, and the cluster changes it in one step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from index.cluster.address import ClusterAddress
from index.cluster.client import cluster_errors
from index.cluster.names import number_of
from index.cluster.shape import FORMAT_VERSION
from index.errors import IndexFormatError
from index.french.analyzer import fingerprint
from index.stores.manifest import program_version, rebuild_command

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

META: Final = "_meta"
"""Where a mapping has it."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index in a cluster is.

    Attributes:
        questions: the real name of the index of questions behind the alias.
        words: that of the index of their words.
        generation: grows by one with each published build.
        edition: in hexadecimal: of an index made anew, another one.
        fictional: whether it holds the demo corpus.
        created: the day it was made, in ISO form.
        pending: whether a build has begun to write and hasn't published; it may have been killed.
        format_version, analyser, program_version: as in `index.stores.manifest.Manifest`.
    """

    questions: str
    words: str
    generation: int
    edition: str
    fictional: bool
    created: str
    pending: bool
    format_version: int
    analyser: str
    program_version: str

    def as_meta(self) -> dict[str, Any]:
        """What `_meta` holds of it."""
        return {name: value for name, value in asdict(self).items() if name != "questions"}


def read_state(client: OpenSearch, address: ClusterAddress) -> IndexState:
    """What the alias of an address stands for now.

    Raises:
        IndexMissing: there is no such alias.
        IndexFormatError: there is one that this version can't search, or that we didn't make.
        ClusterUnavailable: the cluster can't answer.
    """
    with cluster_errors(address):
        found: Mapping[str, Any] = client.indices.get_mapping(index=address.name)
    if len(found) > 1:
        raise IndexFormatError(f"{address} stands for several indexes: {', '.join(sorted(found))}")
    ((questions, held),) = found.items()
    try:
        state = IndexState(questions, **held["mappings"][META])
    except (KeyError, TypeError) as error:
        raise _foreign(address) from error
    if (state.format_version, state.analyser) != (FORMAT_VERSION, fingerprint()):
        raise IndexFormatError(
            f"{address} was made by questions-ecrites {state.program_version} and this is "
            f"{program_version()}: make it again with {rebuild_command(address)}"
        )
    return state


def write_state(client: OpenSearch, address: ClusterAddress, state: IndexState) -> None:
    """Make a state that of its index."""
    with cluster_errors(address):
        client.indices.put_mapping(index=state.questions, body={META: state.as_meta()})


def alias_targets(client: OpenSearch, address: ClusterAddress) -> tuple[str, ...]:
    """The real indexes behind the alias of an address; none when there is no such alias.

    Raises:
        IndexFormatError: it is no alias, but an index by itself.
        ClusterUnavailable: the cluster can't answer.
    """
    with cluster_errors(address):
        found = client.indices.get_alias(index=address.name, ignore=[404])
    if address.name in found:
        raise _foreign(address)
    return () if "error" in found else tuple(sorted(found))


def real_indexes(client: OpenSearch, address: ClusterAddress) -> list[str]:
    """The indexes of questions and of words that were made for an address, with leftovers."""
    with cluster_errors(address):
        found = client.indices.get_alias(index=f"{address.name}-*")
    return sorted(name for name in found if number_of(address.name, name) is not None)


def latest_generation(client: OpenSearch, address: ClusterAddress) -> int:
    """The generation of the index behind an alias, whatever version made it; 0 without one."""
    with cluster_errors(address):
        found = client.indices.get_mapping(index=address.name, ignore=[404])
    held = [] if "error" in found else [one["mappings"].get(META, {}) for one in found.values()]
    return max((meta.get("generation", 0) for meta in held), default=0)


def move_alias(client: OpenSearch, address: ClusterAddress, state: IndexState) -> None:
    """Let an alias stand for the index of a state alone, in one step."""
    others = [name for name in alias_targets(client, address) if name != state.questions]
    actions = [("remove", name) for name in others] + [("add", state.questions)]
    body = {"actions": [{what: {"index": name, "alias": address.name}} for what, name in actions]}
    with cluster_errors(address):
        client.indices.update_aliases(body=body)


def _foreign(address: ClusterAddress) -> IndexFormatError:
    return IndexFormatError(
        f"{address} is an index that this program didn't make: name another one"
    )
