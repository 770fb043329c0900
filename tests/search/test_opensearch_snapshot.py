"""What the cluster answers is a whole answer, or an error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from index.cluster.address import ClusterAddress
from index.cluster.client import ClusterRefused, ClusterUnavailable
from index.cluster.state import IndexState
from index.errors import IndexMissing, QuestionsError
from index.fields import TEXT_FIELDS
from search.budget import SearchTooLong
from search.engines.opensearch_snapshot import Snapshot

ADDRESS = ClusterAddress(("127.0.0.1:9",), "questions")
STATE = IndexState("q", "w", 1, "e", False, "2026-05-12", False, 1, "french", "0.1")

WHOLE: dict[str, Any] = {
    "timed_out": False,
    "_shards": {"total": 3, "successful": 3, "failed": 0},
    "hits": {"total": {"value": 2}, "hits": []},
    "aggregations": {"newest": {"value": None}}
    | {field.name: {"value": None} for field in TEXT_FIELDS},
}


class Client:
    """A client that answers as it was told."""

    def __init__(self) -> None:
        self.answer = WHOLE

    def msearch(self, body: list[Any]) -> dict[str, Any]:
        return {"responses": [self.answer] * (len(body) // 2)}


def failed(kind: str, reason: str, status: int) -> dict[str, Any]:
    error = {"type": kind, "reason": reason, "root_cause": [{"type": kind, "reason": reason}]}
    return {"error": error, "status": status}


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (WHOLE | {"timed_out": True}, SearchTooLong),
        (WHOLE | {"_shards": {"total": 3, "successful": 2, "failed": 0}}, ClusterUnavailable),
        (
            WHOLE
            | {
                "_shards": {
                    "total": 3,
                    "successful": 2,
                    "failed": 1,
                    "failures": [{"reason": {"type": "node_closed", "reason": "it is closed"}}],
                }
            },
            ClusterUnavailable,
        ),
        (failed("search_phase_execution_exception", "all shards failed", 503), ClusterUnavailable),
        (failed("circuit_breaking_exception", "data too large", 429), ClusterUnavailable),
        (failed("too_many", "maxClauseCount is set to 1024", 500), SearchTooLong),
        (failed("index_not_found_exception", "no such index", 404), IndexMissing),
        (failed("parsing_exception", "unknown query", 400), ClusterRefused),
    ],
)
def test_what_is_no_whole_answer_is_an_error_in_words(
    answer: dict[str, Any], raised: type[QuestionsError]
) -> None:
    """Nothing is ever shown of the shards that are there alone."""
    client = Client()
    snapshot = Snapshot(client, ADDRESS, STATE)  # type: ignore[arg-type]

    client.answer = answer

    with pytest.raises(raised):
        snapshot.search({"query": {"match_all": {}}})
