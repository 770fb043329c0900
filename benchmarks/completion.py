"""Completion, letter by letter: how long each letter of what a person types is waited for."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.arithmetic import percentile
from search.engine import Engine, open_engine
from search.request import SearchRequest

QUERIES: Final = 200
"""Words, or two successive ones, that are typed."""

_SOURCES: Final = 400
"""Questions, the newest ones, whose titles and authors are typed."""


def measure_completion(index: Path, seed: int) -> list[float]:
    """The milliseconds of each letter, in an index that was just opened; nothing is warmed."""
    with closing(open_engine(index)) as engine:
        typed = list(_typed(engine, random.Random(seed)))
    with closing(open_engine(index)) as engine:
        return [_time(engine, text) for text in typed]


def describe_completion(milliseconds: list[float]) -> Iterator[str]:
    """What was measured, in lines."""
    yield f"letters typed     {len(milliseconds):8,}"
    yield f"first letter      {milliseconds[0]:8.1f} ms"
    yield f"median            {median(milliseconds):8.1f} ms"
    yield f"95th percentile   {percentile(milliseconds, 0.95):8.1f} ms"
    yield f"longest after it  {max(milliseconds[1:]):8.1f} ms"


def _typed(engine: Engine, chance: random.Random) -> Iterator[str]:
    """What stands in the box after each letter of each query."""
    questions = islice(engine.listing(SearchRequest()).questions, _SOURCES)
    texts = [text for question in questions for text in (question.titre, question.auteur) if text]
    words = [re.findall(r"\w+", text) for text in texts]
    single = {word for ones in words for word in ones if len(word) > 3}
    double = {" ".join(pair) for ones in words for pair in pairwise(ones) if len(pair[1]) > 3}
    for queries in (single, double):
        for query in chance.sample(sorted(queries), min(QUERIES // 2, len(queries))):
            start = query.rfind(" ") + 2
            yield from (query[:size] for size in range(start, len(query) + 1))


def _time(engine: Engine, text: str) -> float:
    started = time.perf_counter()
    engine.suggest(SearchRequest(q=text))
    return (time.perf_counter() - started) * 1000
