"""An index in a cluster read through: what `qe check` runs.

The cluster keeps its files sound by itself, and says when a shard is lost. What it doesn't know is
whether what can be found of a question is what the question's record says: records are analysed
again, and searched for by all that would be sent of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from index.cluster.address import ClusterAddress
from index.cluster.builds import is_leased, read_account
from index.cluster.client import cluster_errors, connect, search_whole
from index.cluster.documents import word_id
from index.cluster.names import number_of
from index.cluster.shape import (
    BAR,
    COLUMN,
    LENGTHS,
    MONTHS,
    RECORD,
    TOKENS,
    UID,
    document_of,
    mappings,
)
from index.cluster.state import IndexState, alias_targets, read_state, real_indexes
from index.cluster.versions import versions_of
from index.progress import Progress
from index.question import Question
from index.stores.version_key import version_key
from index.verdict import SAMPLE, Verdict

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_STEPS: Final = ("Checking shards", "Checking records")
"""What progress is told of: one step, records."""

_STEP: Final = 50
"""Records that are asked for together."""

_PHRASE: Final = 400
"""Words of one text that are looked for together: a query may have a thousand, twice each."""

_TIMEOUT: Final = 60.0

_VALUES: Final = (COLUMN, LENGTHS, MONTHS)


def check_cluster_index(address: ClusterAddress, progress: Progress, *, every: bool) -> Verdict:
    """Read an index in a cluster through; records only when nothing else is wrong.

    Args:
        address: of the index.
        progress: called as the check goes.
        every: whether every record is analysed again, and not a sample of `SAMPLE` of them.

    Raises:
        IndexMissing: there is no index.
        IndexFormatError: it can't be opened, or is of another version.
        ClusterUnavailable, ClusterRefused: the cluster can't answer, or won't.
    """
    with closing(connect(address, timeout=_TIMEOUT)) as client:
        state = read_state(client, address)
        check = _Check(client, address, state)
        progress(_STEPS[0], 0, 1)
        health = check.health()
        damages = list(check.damaged_whole(health))
        versions = {} if damages else check.versions()
        progress(_STEPS[0], 1, 1)
        sample = _spread(sorted(versions), len(versions) if every else SAMPLE)
        for first in range(0, len(sample), _STEP):
            progress(_STEPS[1], first, len(sample))
            damages += check.damaged_records(sample[first : first + _STEP], versions)
        progress(_STEPS[1], len(sample), len(sample))
        return Verdict(
            state.generation,
            len(versions),
            len(sample),
            health["active_primary_shards"],
            "shard",
            tuple(damages),
            tuple(check.remarks(health)),
        )


class _Check:
    """What is asked of a cluster about one index of it."""

    def __init__(self, client: OpenSearch, address: ClusterAddress, state: IndexState) -> None:
        self._client, self._address, self._state = client, address, state

    def health(self) -> dict[str, Any]:
        """Of the shards of both indexes."""
        where = f"{self._state.questions},{self._state.words}"
        with cluster_errors(self._address):
            told: dict[str, Any] = self._client.cluster.health(index=where)
        return told

    def damaged_whole(self, health: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with the whole, one sentence each."""
        if health["status"] == "red":
            yield (
                f"{self._address} lacks shards, of which no node has a copy: see `_cat/shards`; if "
                "they don't come back, restore a snapshot"
            )
            return
        if not read_account(self._client, self._address, self._state):
            yield f"the account of generation {self._state.generation} is missing"

    def remarks(self, health: Mapping[str, Any]) -> Iterator[str]:
        """What is worth knowing and isn't wrong, one sentence each."""
        if health["unassigned_shards"]:
            yield (
                f"{health['unassigned_shards']} copies of shards are on no node: another node that "
                "is lost may take questions with it"
            )
        if health["status"] == "red" or is_leased(self._client, self._address):
            return  # whatever looks unfinished may be being written
        if self._state.pending:
            yield "a build that was killed had begun to write: the next one finishes"
        behind = {number_of(self._address.name, t) for t in self._targets()}
        for name in real_indexes(self._client, self._address):
            if number_of(self._address.name, name) not in behind:
                yield f"{name} is left by a build that was killed: the next one removes it"

    def versions(self) -> dict[str, bytes]:
        """The key of the version of each question."""
        return dict(versions_of(self._search))

    def damaged_records(self, uids: Sequence[str], versions: Mapping[str, bytes]) -> Iterator[str]:
        """Where what can be found isn't what the records say, one sentence each."""
        searches: list[tuple[str, str, dict[str, Any]]] = []
        words: set[str] = set()
        for question in self._questions(uids):
            version = version_key(question.version)
            if versions[question.uid] != version:
                yield f"the record of {question.uid} is of another version than is told of it"
                continue
            document, own = document_of(question, version)
            words |= own
            searches += [(question.uid, *one) for one in _searches(document)]
        for (uid, what, _), found in zip(searches, self._found(searches), strict=True):
            if not found:
                yield f"{uid} isn't found by {what} of its record"
        yield from self._missing_words(words)

    def _questions(self, uids: Sequence[str]) -> Iterator[Question]:
        with cluster_errors(self._address):
            told = self._client.mget(
                index=self._state.questions, body={"ids": list(uids)}, params={"_source": RECORD}
            )
        for one in told["docs"]:
            yield Question.from_stored(one["_source"][RECORD].encode())

    def _found(self, searches: Sequence[tuple[str, str, dict[str, Any]]]) -> Iterator[bool]:
        """Whether each of some searches finds its question."""
        for first in range(0, len(searches), _STEP):
            lines: list[dict[str, Any]] = []
            for uid, _, query in searches[first : first + _STEP]:
                wanted = {"bool": {"filter": [{"term": {UID: uid}}, query]}}
                lines += [{"index": self._state.questions}, {"size": 0, "query": wanted}]
            with cluster_errors(self._address):
                answers = self._client.msearch(body=lines)["responses"]
            for answer in answers:
                yield "error" not in answer and answer["hits"]["total"]["value"] == 1

    def _missing_words(self, words: set[str]) -> Iterator[str]:
        ids = {word_id(word): word for word in words}
        if not ids:
            return
        with cluster_errors(self._address):
            told = self._client.mget(
                index=self._state.words, body={"ids": list(ids)}, params={"_source": "false"}
            )
        missing = sorted(ids[one["_id"]] for one in told["docs"] if not one.get("found"))
        if missing:
            others = f" and {len(missing) - 1} more" if missing[1:] else ""
            yield f"the words {missing[0]}{others} of records are missing in {self._state.words}"

    def _search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return search_whole(self._client, self._address, self._state.questions, body)

    def _targets(self) -> tuple[str, ...]:
        return alias_targets(self._client, self._address)


def _searches(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What must find a document: what it is found by in words, and the query."""
    properties = mappings()["properties"]
    for group in _VALUES:
        clauses = [
            _has(f"{group}.{name}", document[group].get(name))
            for name in properties[group]["properties"]
        ]
        yield f"the {group}", {"bool": {"filter": clauses}}
    for field, stream in document[TOKENS].items():
        positions = stream.split()
        starts = [*range(0, len(positions) - 1, _PHRASE), len(positions) - 1]
        for first, last in pairwise(starts) if starts[1:] else [(0, 0)]:
            # The last word of a part is the first of the next one, so that their order is seen.
            part = positions[first : last + 1]
            forms = {" ".join(p.split(BAR)[which] for p in part) for which in (0, -1)}
            clauses = [{"match_phrase": {f"{TOKENS}.{field}": text}} for text in sorted(forms)]
            yield f"the words of {field}", {"bool": {"filter": clauses}}


def _has(field: str, value: object) -> dict[str, Any]:
    if value is None:
        return {"bool": {"must_not": {"exists": {"field": field}}}}
    return {"term": {field: value}}


def _spread(uids: Sequence[str], most: int) -> list[str]:
    """So many of some uids, evenly spread."""
    count = min(most, len(uids))
    return [uids[rank * len(uids) // count] for rank in range(count)]
