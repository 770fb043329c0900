"""What a run has measured so far: JSON on disk after each step, so that a run can go on.

```
{"machine": {…}, "seed": 1, "versions": {engine: "…"},
 "sizes": {"100000": {"corpus": {"questions", "text_bytes"},
                      "indexing": {engine: {"seconds", "peak_bytes", "disk_bytes"}},
                      "opening_seconds": {engine: …}, "memory_bytes": {engine: …},
                      "asked_at": commit,
                      "queries": [{"kind", "about", "params",
                                   "seconds": {engine: […]}, "total": {engine: …}}]}},
 "stock": {the same by size, for the engine that is too slow for the others' corpus},
 "additions": {…}, "page": {…}}
```
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.arithmetic import geometric_mean, percentile, warm_median
from benchmarks.peers import THIS

NOTE: Final = (
    "Absolute times depend on the machine and on what else it does: compare the ratios of one run."
)

Json = dict[str, Any]


class Figures:
    """The figures of a run, kept in files.

    Attributes:
        data: the JSON object; call `save` after changing it.
    """

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self.data: Json = {"note": NOTE, "sizes": {}, "stock": {}}
        if paths and paths[0].exists():
            self.data = json.loads(paths[0].read_text(encoding="utf-8"))

    def save(self) -> None:
        """Write all files anew; whoever stops the run then finds the old ones or the new."""
        text = json.dumps(self.data, ensure_ascii=False, indent=1)
        for path in self._paths:
            fresh = path.with_name(f"{path.name}.new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)

    def size(self, group: str, questions: int) -> Json:
        """The figures of one corpus: `group` is `sizes` or `stock`."""
        empty: Json = {
            "corpus": {}, "indexing": {}, "opening_seconds": {}, "memory_bytes": {}, "queries": [],
        }  # fmt: skip
        figures: Json = self.data[group].setdefault(str(questions), empty)
        return figures


def sizes(data: Mapping[str, Any], group: str = "sizes") -> list[tuple[int, Json]]:
    """The measured corpora whose queries were asked, the smallest first."""
    found = [(int(questions), size) for questions, size in data[group].items() if size["queries"]]
    return sorted(found, key=lambda item: item[0])


def engines(size: Mapping[str, Any]) -> list[str]:
    """The engines whose queries were timed on a corpus, this one first."""
    return list(size["queries"][0]["seconds"])


def query_time(row: Mapping[str, Any], engine: str) -> float:
    """Seconds that a query takes, warm."""
    return warm_median(row["seconds"][engine])


def ratio(row: Mapping[str, Any], peer: str) -> float:
    """The time of this engine by the peer's: below one, this engine takes less."""
    return query_time(row, THIS) / query_time(row, peer)


def mean_ratio(rows: Sequence[Mapping[str, Any]], peer: str) -> float:
    """The geometric mean of the ratios."""
    return geometric_mean(ratio(row, peer) for row in rows)


def by_kind(size: Mapping[str, Any]) -> Iterator[tuple[str, list[Json]]]:
    """The queries of each kind, in order."""
    for kind in dict.fromkeys(row["kind"] for row in size["queries"]):
        yield kind, [row for row in size["queries"] if row["kind"] == kind]


def slow_time(size: Mapping[str, Any], engine: str) -> float:
    """The 95th percentile of the queries' times, in seconds."""
    return percentile((query_time(row, engine) for row in size["queries"]), 0.95)


def throughput(size: Mapping[str, Any], engine: str) -> float:
    """Questions indexed a second."""
    questions: int = size["corpus"]["questions"]
    return questions / float(size["indexing"][engine]["seconds"])


def equal_totals(size: Mapping[str, Any], peer: str) -> int:
    """For how many queries a peer finds as many questions as this engine."""
    return sum(row["total"][THIS] == row["total"][peer] for row in size["queries"])
