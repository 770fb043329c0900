"""An index in a cluster that is filled with one corpus after the other.

To make one takes a cluster seconds, and the suite has hundreds of corpora. It is made as ever; what
it is filled with is written without the store, which has tests of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from opensearchpy import OpenSearch

from index.cluster.address import ClusterAddress, parse_address
from index.cluster.client import connect
from index.cluster.documents import word_id
from index.cluster.shape import document_of, word_of
from index.cluster.state import IndexState, read_state
from index.cluster.store import open_cluster_store
from index.question import Question, make_question
from index.stores.version_key import version_key
from tests.cluster import shared_cluster
from tests.publishing import publish


class _Index(NamedTuple):
    """The index of this process."""

    address: ClusterAddress
    client: OpenSearch
    state: IndexState


def fill(batches: Sequence[Sequence[Question]]) -> ClusterAddress:
    """The index with these questions and no other; whatever was opened over it before is void.

    Raises:
        ClusterMissing: there is no cluster here.
    """
    index, corpus = _make(), tuple(map(tuple, batches))
    if _held == [corpus]:
        return index.address
    _held.clear()
    both = f"{index.state.questions},{index.state.words}"
    index.client.delete_by_query(index=both, body={"query": {"match_all": {}}})
    for batch in batches:
        lines = list(_lines(batch, index.state))
        assert not lines or not index.client.bulk(body=lines)["errors"]
    index.client.indices.refresh(index=both)
    _held.append(corpus)
    return index.address


_held: Final[list[tuple[tuple[Question, ...], ...]]] = []
"""What the index is filled with."""


@cache
def _make() -> _Index:
    """Three shards of two copies each, as is the default."""
    address = parse_address(shared_cluster().address(f"conformance-{os.getpid()}"))
    assert isinstance(address, ClusterAddress)
    with open_cluster_store(address, fictional=False, today=date(2026, 5, 12)) as store:
        publish(store, [make_question(uid="QANR5L17QE1", source="conformance.toml")])
    client = connect(address, timeout=60.0)
    return _Index(address, client, read_state(client, address))


def _lines(batch: Sequence[Question], state: IndexState) -> Iterator[dict[str, Any]]:
    """The questions and their words, each behind what is done with it."""
    words: set[str] = set()
    for question in batch:
        document, own = document_of(question, version_key(question.version))
        yield {"index": {"_index": state.questions, "_id": question.uid}}
        yield document
        words |= own
    for word in sorted(words):
        yield {"index": {"_index": state.words, "_id": word_id(word)}}
        yield word_of(word)
