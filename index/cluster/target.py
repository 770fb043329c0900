"""The index in a cluster that a build writes to: made, shown, published, or removed.

Whatever is asked of the cluster here is asked again while it can't answer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from index.cluster.address import ClusterAddress
from index.cluster.builds import forget_other_editions, read_account, write_account
from index.cluster.bulk import waits
from index.cluster.client import ClusterUnavailable, cluster_errors, search_whole
from index.cluster.names import next_number, number_of, numbered
from index.cluster.shape import (
    FORMAT_VERSION,
    mappings,
    settings,
    word_mappings,
    word_settings,
)
from index.cluster.state import (
    META,
    IndexState,
    alias_targets,
    latest_generation,
    move_alias,
    read_state,
    real_indexes,
    write_state,
)
from index.cluster.versions import versions_of
from index.errors import MixedCorpora, QuestionsError
from index.french.analyzer import fingerprint
from index.stores.manifest import program_version

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_ID_BYTES: Final = 8

_Told = TypeVar("_Told")


@dataclass(slots=True)
class Target:
    """An index that is written to, under the lease of a build.

    Attributes:
        client: of the cluster. address: of the index.
        state: of the index.
        fresh: whether it is new, and not yet behind the alias.
        patience: seconds that the cluster may be unable to answer for.
    """

    client: OpenSearch
    address: ClusterAddress
    state: IndexState
    fresh: bool
    patience: float

    def versions(self) -> dict[str, bytes]:
        """The key of the version held of each question, by uid, an earlier build's that was
        killed among them.
        """
        if self.fresh:
            return {}
        if self.state.pending:
            self._patiently(self._show)
        return dict(versions_of(lambda body: self._patiently(lambda: self._search(body))))

    def held_of(self, uids: Collection[str]) -> set[str]:
        """Which of some questions it holds, in whatever version, shown or not yet."""
        if not uids:
            return set()
        with cluster_errors(self.address):
            told = self.client.mget(
                index=self.state.questions, body={"ids": sorted(uids)}, params={"_source": "false"}
            )
        return {one["_id"] for one in told["docs"] if one.get("found")}

    def mark_pending(self) -> None:
        """Say that what is written from now on isn't published."""
        self.state = replace(self.state, pending=True)
        self._patiently(lambda: write_state(self.client, self.address, self.state))

    def publish(self, expected: int, report: Mapping[str, Any]) -> int:
        """Make what was written visible, as the next generation; that generation.

        Args:
            expected: how many questions there must then be.
            report: the account of the build.

        Raises:
            ClusterUnavailable: the cluster can't answer, or there are fewer.
        """
        self._patiently(lambda: self._show_whole(expected))
        new = replace(self.state, generation=self.state.generation + 1, pending=False)
        self._patiently(lambda: self._publish(new, report))
        if self.fresh and new.generation > 1:
            self._remove_replaced(new)
        return new.generation

    def _show(self) -> None:
        """Let what was written be found."""
        where = f"{self.state.questions},{self.state.words}"
        with cluster_errors(self.address):
            told = self.client.indices.refresh(index=where)
        if told["_shards"]["failed"]:
            raise ClusterUnavailable(f"{self.address} doesn't show all of its shards")

    def _show_whole(self, expected: int) -> None:
        """Let what was written be found, and see that nothing lacks."""
        self._show()
        held = self._search({"size": 0, "track_total_hits": True})["hits"]["total"]["value"]
        if held != expected:
            raise ClusterUnavailable(
                f"{self.address} shows {held} questions where there must be {expected}: nothing "
                "was published; see `_cluster/health`, then give the same command again"
            )

    def _search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a search of all shards answers; what they show changes only when a build says."""
        return search_whole(self.client, self.address, self.state.questions, body)

    def _publish(self, new: IndexState, report: Mapping[str, Any]) -> None:
        # Each account has the archives of all builds: their questions are still there.
        earlier = read_account(self.client, self.address, self.state).get("archives", {})
        account = {**report, "archives": {**earlier, **report.get("archives", {})}}
        write_account(self.client, self.address, new, account)
        write_state(self.client, self.address, new)
        if self.fresh:
            move_alias(self.client, self.address, new)

    def _remove_replaced(self, new: IndexState) -> None:
        with suppress(ClusterUnavailable):  # the next build removes what is left
            remove_leftovers(self.client, self.address, (new.questions,))
            forget_other_editions(self.client, self.address, new)

    def _patiently(self, ask: Callable[[], _Told]) -> _Told:
        """What the cluster answers, once it can."""
        failure: ClusterUnavailable | None = None
        for wait in waits(self.patience):
            try:
                return ask()
            except ClusterUnavailable as error:
                failure = error
                time.sleep(wait)
        assert failure is not None
        raise failure


def new_target(
    client: OpenSearch, address: ClusterAddress, *, fictional: bool, today: date, patience: float
) -> Target:
    """An index made beside the one that is there, whose generations it goes on from."""
    number = next_number(address.name, real_indexes(client, address))
    questions, words = numbered(address.name, number)
    state = IndexState(
        questions=questions,
        words=words,
        generation=latest_generation(client, address),
        edition=secrets.token_hex(_ID_BYTES),
        fictional=fictional,
        created=today.isoformat(),
        pending=True,
        format_version=FORMAT_VERSION,
        analyser=fingerprint(),
        program_version=program_version(),
    )
    _create(client, address, state)
    return Target(client, address, state, fresh=True, patience=patience)


def held_target(
    client: OpenSearch, address: ClusterAddress, *, fictional: bool, patience: float
) -> Target:
    """The index that is there.

    Raises:
        IndexFormatError: this version can't read it.
        MixedCorpora: it holds real questions and fictional ones would come, or the reverse.
    """
    state = read_state(client, address)
    if state.fictional != fictional:
        kinds = ("fictional", "real") if state.fictional else ("real", "fictional")
        raise MixedCorpora(
            f"{address} holds {kinds[0]} questions and the sources hold {kinds[1]} ones: "
            "give another index with --index"
        )
    return Target(client, address, state, fresh=False, patience=patience)


def remove_leftovers(client: OpenSearch, address: ClusterAddress, targets: Sequence[str]) -> None:
    """Remove every index that was made for an address, but some and their words."""
    kept = {number_of(address.name, target) for target in targets}
    for name in real_indexes(client, address):
        if number_of(address.name, name) not in kept:
            with cluster_errors(address):
                client.indices.delete(index=name, ignore=[404])


def remove_unpublished(client: OpenSearch, address: ClusterAddress) -> None:
    """Remove what isn't behind the alias; if it can't be, the next build does."""
    with suppress(QuestionsError):
        remove_leftovers(client, address, alias_targets(client, address))


def _create(client: OpenSearch, address: ClusterAddress, state: IndexState) -> None:
    words = {"settings": word_settings(replicas=address.replicas), "mappings": word_mappings()}
    questions = {
        "settings": settings(shards=address.shards, replicas=address.replicas),
        "mappings": {**mappings(), META: state.as_meta()},
    }
    with cluster_errors(address):
        client.indices.create(index=state.words, body=words)
        client.indices.create(index=state.questions, body=questions)
