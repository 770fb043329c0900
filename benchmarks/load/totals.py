"""Totals that were told, held against the reference, in the generation they were counted in."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.figures import Json
from benchmarks.load.answers import Answer
from benchmarks.load.reference import Versions, can_be_counted
from benchmarks.load.updates import Updating
from benchmarks.workload import Query

SLACK: Final = 2.0
"""Seconds by which the moment may be wrong at which a generation was seen to come."""

REFERENCE: Final = (
    "the records of the corpus and of the updates, read again as they were written: "
    "each word by its family, phrases word by word, facets by value, each version of a question "
    "from the update that brought it to the one that replaced it (benchmarks/load/reference.py)"
)


def check_totals(  # noqa: PLR0913, PLR0917 - what was told, what was asked, of what
    answers: Sequence[Answer],
    updating: Updating,
    queries: Sequence[Query],
    corpus: Path,
    updates: Sequence[Path],
    most: int,
) -> Json:
    """Count some of the searches again, as many in each generation as in the others.

    Args:
        answers: of the client.
        updating: which generations there were.
        queries: the searches of the plan.
        corpus: the file of what was held first.
        updates: those that were indexed then.
        most: how many are counted again at most.
    """
    told = [
        answer
        for answer in answers
        if answer.total is not None and can_be_counted(queries[answer.search or 0])
    ]
    behind = longest_behind(answers, updating)
    sample = _spread(told, updating, most, behind)
    versions = Versions(corpus, updates, [queries[answer.search or 0] for answer in sample])
    wrong = []
    for answer in sample:
        query = queries[answer.search or 0]
        counted = {
            update: versions.count(query, update) for update in held_by(answer, updating, behind)
        }
        if answer.total not in counted.values():
            told_of = {"path": answer.path, "generation": answer.generation, "told": answer.total}
            wrong.append(told_of | {"counted": counted})
    return {
        "reference": REFERENCE,
        "told": len(told),
        "checked": len(sample),
        "with_generation": sum(answer.generation is not None for answer in sample),
        "generations": len({a.generation for a in sample if a.generation is not None}),
        "wrong": wrong,
    }


def held_by(answer: Answer, updating: Updating, behind: float) -> list[int]:
    """How many updates the index held when a total was counted.

    One number when the answer names its generation; else those of the generations that could
    answer then, one of which may do so for a while after the next is published.

    Args:
        answer: that tells a total.
        updating: which generations there were.
        behind: for how long one answers after the next, seconds.
    """
    seen = updating.generations
    if answer.generation is not None:
        return [next((held for gen, _, held in seen if gen >= answer.generation), seen[-1][2])]
    # One generation answers until the next one is published.
    ends = [at for _, at, _ in seen[1:]] + [float("inf")]
    return sorted(
        {
            held
            for (_, begin, held), end in zip(seen, ends, strict=True)
            if begin - SLACK <= answer.ended and answer.started <= end + behind + SLACK
        }
    )


def longest_behind(answers: Iterable[Answer], updating: Updating) -> float:
    """The longest time after a generation was seen at which an older one still answered, seconds.

    Counted by the answers that name theirs, from when they were asked for: one under way keeps
    the generation that it began with.
    """
    return max(
        (
            answer.started - at
            for answer in answers
            for generation, at, _ in updating.generations
            if answer.generation is not None
            if answer.generation < generation and answer.started > at
        ),
        default=0.0,
    )


def _spread(told: Sequence[Answer], updating: Updating, most: int, behind: float) -> list[Answer]:
    """Some of the answers: in turns one of each state of the index, those that name it first."""
    by_state: dict[tuple[int, ...], list[Answer]] = defaultdict(list)
    mixed = random.Random(0).sample(told, len(told))
    for answer in sorted(mixed, key=lambda answer: answer.generation is None):
        by_state[tuple(held_by(answer, updating, behind))].append(answer)
    turns = list(_in_turns(list(by_state.values())))
    return turns[:most]


def _in_turns(groups: Sequence[Sequence[Answer]]) -> Iterator[Answer]:
    for place in range(max(map(len, groups), default=0)):
        yield from (group[place] for group in groups if place < len(group))
