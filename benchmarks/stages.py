"""Where this engine's time goes: the stages of indexing a question, and the parts of a search.

All in one process and one after the other, so that the shares tell what a better stage would gain.
Bytes touched are set beside what the machine copies in the same time: how near to the memory a
search by arrays is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.workload import Query
from index.columnar import records
from index.columnar.index import open_generation
from index.columnar.run import invert_batch
from index.fields import COLUMNS, TEXT_FIELDS
from index.french import chunks
from index.french.families import lemmas_of
from index.french.lexicon import load_lexicon
from index.french.token_table import TokenTable
from index.question import Question
from index.sources import ndjson
from index.stores.version_key import version_key
from index.stores.whoosh_store import open_index
from index.tokens import concatenate
from search.engines.whoosh_collection import count_postings
from search.engines.whoosh_facets import Facets
from search.engines.whoosh_search import Search
from search.engines.whoosh_snapshot import Snapshot
from search.expansion import Unit, positive_units
from search.request import SearchRequest

SAMPLE: Final = 4096
"""Questions whose indexing is timed: a run of a build."""
AT_ONCE: Final = 512
"""Questions analysed at once, as a build does."""
ROUNDS: Final = 7
"""How often each search is done; the median counts."""

POSTING_BYTES: Final = 4 + 1 + 8 + 8
"""Of a posting that is weighed: document, frequency, the weight of its field there, its T."""
DOCUMENT_BYTES: Final = 8 + 8 + 4 * 2
"""Of a document that matches: its number, its score, and its codes in the columns of the facets."""

Result = TypeVar("Result")


@dataclass
class Stages:
    """Seconds by stage, in the order of the first time each was timed."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def time(self, stage: str, do: Callable[[], Result]) -> Result:
        """Do something, and note how long it took."""
        started = time.perf_counter()
        result = do()
        self.seconds[stage].append(time.perf_counter() - started)
        return result


def time_indexing(source: Path) -> Stages:
    """The stages of indexing the first questions of an NDJSON file, in seconds for all of them."""
    load_lexicon()
    with source.open("rb") as file:
        lines = list(islice(file, SAMPLE))
    stages = Stages()
    time_ = stages.time
    questions = time_("read, check, clean", lambda: [ndjson.parse_line(n, "") for n in lines])
    time_("tell versions apart", lambda: [version_key(one.version) for one in questions])
    stored = time_("write records", lambda: [one.to_stored() for one in questions])
    time_("compress records", lambda: records.compress(stored, records.make_dictionary(stored)))
    questions = time_("read records again", lambda: [Question.from_stored(one) for one in stored])
    time_("columns", lambda: [[column.value(one) for one in questions] for column in COLUMNS])
    texts = time_(
        "plain texts", lambda: [own.text(one) or "" for one in questions for own in TEXT_FIELDS]
    )
    step = AT_ONCE * len(TEXT_FIELDS)
    parts = [texts[first : first + step] for first in range(0, len(texts), step)]
    cut = time_("cut into chunks", lambda: [chunks.cut(part) for part in parts])
    table = TokenTable()
    time_("learn new chunks", lambda: [table.number_chunks(one) for one in cut])
    numbers = time_("look chunks up", lambda: [table.number_chunks(one) for one in cut])
    batches = time_(
        "gather tokens",
        lambda: [table.gather(*one) for one in zip(numbers, cut, strict=True)],
    )
    tokens = concatenate(batches)
    time_("invert", lambda: invert_batch(tokens, len(TEXT_FIELDS)))
    time_("lemmas of new terms", lambda: [lemmas_of(term) for term in table.terms])
    return stages


def time_searching(directory: Path, workload: Sequence[Query]) -> Mapping[str, Stages]:
    """The parts of searches, by kind of query; each is the time of one search."""
    snapshot = Snapshot(open_generation(open_index(directory)), fictional=False)
    facets = Facets(snapshot)
    told: dict[str, Stages] = defaultdict(Stages)
    for query in workload:
        request = SearchRequest.from_params(query.params)
        for number in range(ROUNDS):
            stages = told[query.kind] if number else Stages()  # the first time warms
            _time_search(partial(Search.of, request, snapshot, facets), stages)
    return told


def copied_bytes() -> float:
    """How many bytes the machine copies in a second, from memory to memory, in one thread."""
    data = np.ones(1 << 28, np.uint8)
    target = np.empty_like(data)
    stages = Stages()
    for _ in range(5):
        stages.time("copy", lambda: np.copyto(target, data))
    return data.size / median(stages.seconds["copy"])


def print_stages(source: Path, directory: Path, workload: Sequence[Query], out: Console) -> None:
    """Both tables, and what the memory gives."""
    out.print(_indexing_table(time_indexing(source)))
    out.print(_searching_table(time_searching(directory, workload)))
    out.print(f"copied in one thread: {copied_bytes() / 1e9:.1f} GB a second", highlight=False)


def _time_search(understand: Callable[[], Search], stages: Stages) -> None:
    search = stages.time("understand", understand)
    matches = stages.time("match and score", search.find)
    narrowed = stages.time("filter", lambda: search.narrow(matches))
    stages.time("facets", lambda: search.count_facets(narrowed))
    stages.time("forms", search.formes)
    stages.time("ten hits", lambda: search.page(matches, narrowed))
    postings = sum(_count_postings(search, unit) for unit in positive_units(search.expanded.root))
    touched = postings * POSTING_BYTES + matches.documents.size * DOCUMENT_BYTES
    stages.seconds["bytes"].append(touched)


def _count_postings(search: Search, unit: Unit) -> int:
    collection = search.snapshot.collection
    slots = {slot for sequence in unit.alternatives for slot in sequence.slots}
    return sum(count_postings(collection.ranges(unit.fields, slot)) for slot in slots)


def _indexing_table(stages: Stages) -> Table:
    whole = sum(sum(times) for times in stages.seconds.values())
    table = Table("stage", "µs a question", "share", title="Indexing, in one process")
    for name, times in stages.seconds.items():
        table.add_row(name, f"{sum(times) / SAMPLE * 1e6:.0f}", f"{sum(times) / whole:.0%}")
    table.add_row("all", f"{whole / SAMPLE * 1e6:.0f}", "")
    return table


def _searching_table(told: Mapping[str, Stages]) -> Table:
    parts = [name for name in next(iter(told.values())).seconds if name != "bytes"]
    table = Table("kind", *parts, "all, ms", "MB touched", title="A search, by parts")
    for kind, stages in told.items():
        means = {name: _mean(stages.seconds[name]) for name in (*parts, "bytes")}
        whole = sum(means[name] for name in parts)
        shares = (f"{means[name] / whole:.0%}" for name in parts)
        table.add_row(kind, *shares, f"{whole * 1e3:.2f}", f"{means['bytes'] / 1e6:.1f}")
    return table


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
