"""One generation of an index in a cluster, asked and told in the cluster's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from index.cluster.address import ClusterAddress
from index.cluster.client import cluster_errors
from index.cluster.shape import COLUMN, LENGTHS, RECORD
from index.cluster.state import IndexState
from index.fields import TEXT_FIELDS
from index.question import Question
from search.budget import SECONDS, SearchTooLong
from search.engines.opensearch_query import MOST_LEAVES, leaves
from search.ranking import RANKING, Ranking

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

Body = dict[str, Any]
"""What a search is asked with, or answers, in JSON values."""

WINDOW: Final = 10_000
"""Hits that a search reaches from its first one; further ones are walked to."""

KEYS_ONLY: Final[Body] = {"_source": False, "stored_fields": "_none_"}
"""Hits with nothing but what they are sorted by: no record is read."""

KEPT_ALIVE: Final = "2m"
"""How long the cluster keeps a point in time that is walked through, from step to step: a reader
may be slow."""

_TOO_MANY: Final = "maxClauseCount"
"""What a refusal of too many terms speaks of, by whichever of its names."""

_STEP: Final = 1_000
"""Hits of one step of a walk."""


class Snapshot:
    """What a search asks of the cluster; shared by threads.

    The cluster may publish while a search asks: what it answers last is then newer.

    Attributes:
        state: of the index, with the generation that this is.
        ranking: how questions are scored.
        questions: how many it holds. donnees_au: its newest JO date.
        averages: words of each field, in the questions that have it; 1 when none does.
    """

    def __init__(
        self,
        client: OpenSearch,
        address: ClusterAddress,
        state: IndexState,
        ranking: Ranking = RANKING,
    ) -> None:
        self._client, self._address = client, address
        self.state, self.ranking = state, ranking
        lengths = {f.name: {"avg": {"field": f"{LENGTHS}.{f.name}"}} for f in TEXT_FIELDS}
        newest = {"newest": {"max": {"field": f"{COLUMN}.newest_jo"}}}
        found = self.search({"size": 0, "track_total_hits": True, "aggs": {**lengths, **newest}})
        self.questions: int = found["hits"]["total"]["value"]
        ordinal = found["aggregations"]["newest"]["value"]
        self.donnees_au = None if ordinal is None else date.fromordinal(int(ordinal))
        self.averages: Mapping[str, float] = {
            name: found["aggregations"][name]["value"] or 1.0 for name in lengths
        }

    def search(self, body: Body) -> Body:
        """What one search of the questions answers.

        Raises:
            SearchTooLong: it took longer than a search may.
            ClusterUnavailable: the cluster can't answer, or not for all its shards.
        """
        (found,) = self.search_all([body])
        return found

    def search_all(self, bodies: Sequence[Body]) -> list[Body]:
        """What several searches of the questions answer, asked together."""
        return self._ask(self.state.questions, bodies)

    def search_words(self, bodies: Sequence[Body]) -> list[Body]:
        """What several searches of the words answer, asked together."""
        return self._ask(self.state.words, bodies)

    def walk(self, body: Body, step: int = _STEP) -> Iterator[Body]:
        """All hits of a search, however many, as they were when the first one was asked for.

        Args:
            body: the search, with a `sort` whose last key is the uid.
            step: how many are asked for together.
        """
        with cluster_errors(self._address):
            point = self._client.create_pit(
                index=self.state.questions, params={"keep_alive": KEPT_ALIVE}
            )["pit_id"]
        try:
            after: Body = {}
            while True:
                pit = {"id": point, "keep_alive": KEPT_ALIVE}
                asked = {**body, **after, "pit": pit, "size": step, "track_total_hits": False}
                with cluster_errors(self._address):
                    hits = _whole(self._client.search(body=asked))["hits"]["hits"]
                yield from hits
                if len(hits) < step:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            with cluster_errors(self._address):
                self._client.delete_pit(body={"pit_id": [point]})

    def count(self, queries: Mapping[str, Body]) -> dict[str, int]:
        """How many questions match each of some queries, by its name.

        Only what any of them matches is looked at: each query is tried on every question of those.
        """
        bodies = [
            {
                "size": 0,
                "track_total_hits": False,
                "query": {"bool": {"should": list(some.values())}},
                "aggs": {"n": {"filters": {"filters": some}}},
            }
            for some in _in_parts(queries)
        ]
        counts: dict[str, int] = {}
        for found in self.search_all(bodies) if bodies else ():
            buckets = found["aggregations"]["n"]["buckets"]
            counts.update((name, bucket["doc_count"]) for name, bucket in buckets.items())
        return counts

    def _ask(self, index: str, bodies: Sequence[Body]) -> list[Body]:
        lines: list[Body] = []
        for body in bodies:
            lines += [{"index": index}, {"timeout": f"{SECONDS:g}s", **body}]
        with cluster_errors(self._address):
            answers = self._client.msearch(body=lines)["responses"]
            return [_whole(answer) for answer in answers]


def _in_parts(queries: Mapping[str, Body]) -> Iterator[dict[str, Body]]:
    """Queries in parts that each may be one query of OpenSearch."""
    part: dict[str, Body] = {}
    size = 0
    for name, query in queries.items():
        size += leaves(query)
        if part and size > MOST_LEAVES:
            yield part
            part, size = {}, leaves(query)
        part[name] = query
    if part:
        yield part


def question_of(hit: Body) -> Question:
    """The question of a hit whose record was asked for."""
    return Question.from_stored(hit["_source"][RECORD].encode())


def _as_raised(answer: Body) -> Exception:
    """The error of one of several searches, as the client raises that of a single one."""
    from opensearchpy.exceptions import NotFoundError, TransportError  # noqa: PLC0415 - an extra

    status, error = answer.get("status", 500), answer["error"]
    if _TOO_MANY in str(error):
        return SearchTooLong()
    kind = NotFoundError if status == 404 else TransportError
    return kind(status, error.get("type", ""), answer)


def _whole(answer: Body) -> Body:
    """An answer that every shard has given its part of.

    Raises:
        SearchTooLong: some had to stop, or it has more terms than a cluster is set to take.
        TransportError: some could not.
    """
    from opensearchpy.exceptions import TransportError  # noqa: PLC0415 - an extra

    if "error" in answer:
        raise _as_raised(answer)
    if answer.get("timed_out"):
        raise SearchTooLong
    shards = answer["_shards"]
    if shards["failed"] or shards["successful"] < shards["total"]:
        failures = shards.get("failures") or [{"reason": {"reason": "a shard is not there"}}]
        raise TransportError(503, "partial", {"error": failures[0]["reason"]})
    return answer
