"""The figures of a run: how long answers took, what went wrong, what the server held meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Final

from benchmarks.arithmetic import line_through, percentile
from benchmarks.figures import Json
from benchmarks.load.answers import Answer, Client
from benchmarks.load.mix import KINDS, VISITS
from benchmarks.load.totals import longest_behind
from benchmarks.load.updates import Updating
from benchmarks.load.watch import Sample, Watch

SHOWN: Final = 25
"""Errors, and slow pages, that are told one by one."""

WARM_UP_SHARE: Final = 1 / 3
"""Memory grows while all that is computed once is, and while what is remembered fills: some six
minutes over 100,000 questions. Its slope is taken after this share of a run."""

FRESH: Final = 3.0
"""Seconds after a generation was published in which an answer may be the first to read it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """All that a run left.

    Attributes:
        answers: in the order they came. client: what their client took.
        updating: the updates and the generations. watch: the samples of the server.
        said: what the server wrote; nothing when all is well.
        last_answers: whether the server came to answer from the last generation.
    """

    answers: Sequence[Answer]
    client: Client
    updating: Updating
    watch: Watch
    said: str
    last_answers: bool


def summarise(ran: Ran) -> Json:
    """The figures of a run, to be written as JSON; times are in seconds, memory in bytes."""
    answers, seconds = ran.answers, ran.client.seconds
    by_kind = defaultdict(list)
    for answer in answers:
        by_kind[answer.kind].append(answer)
    pages = [answer for answer in answers if KINDS[answer.kind].is_page]
    return {
        "visits": {visit.name: [visit.weight, visit.why] for visit in VISITS},
        "seconds": seconds,
        "requests": len(answers),
        "per_second": len(answers) / seconds,
        "errors": _errors(answers),
        "server_said": _said(ran.said)[-5_000:],
        "kinds": {
            kind: _times(by_kind[kind]) | {"page": KINDS[kind].is_page}
            for kind in KINDS
            if kind in by_kind
        },
        "pages": _times(pages),
        "pages_when": _when(pages, ran.updating),
        "all_but_exports": _times([a for a in answers if a.kind != "export"]),
        "slowest": _slowest(pages, ran.updating),
        "updates": _updates(ran),
        "cpu": _cpu(ran),
        "memory": _memory(ran.watch),
    }


def _said(log: str) -> str:
    """What the server wrote besides where it is, and that all is well."""
    usual = ("Serving at ", '"level": "info"')
    lines = (line for line in log.splitlines() if not any(word in line for word in usual))
    return "\n".join(filter(None, lines))


def _times(answers: Sequence[Answer]) -> Json:
    """How long answers took; those that never came are no times."""
    seconds = [answer.seconds for answer in answers if answer.status]
    if not seconds:
        return {"requests": len(answers)}
    return {
        "requests": len(answers),
        "median": median(seconds),
        "p95": percentile(seconds, 0.95),
        "p99": percentile(seconds, 0.99),
        "longest": max(seconds),
        "bytes": median(answer.size for answer in answers),
    }


def _errors(answers: Iterable[Answer]) -> Json:
    wrong = [answer for answer in answers if answer.problem]
    return {
        "count": len(wrong),
        "told": [
            {"kind": a.kind, "path": a.path, "at": a.started, "problem": a.problem}
            for a in wrong[:SHOWN]
        ],
    }


def _when(pages: Sequence[Answer], updating: Updating) -> Json:
    """The times of pages by what went on while they were made."""
    groups = defaultdict(list)
    for page in pages:
        groups[_situation(page, updating)].append(page)
    return {name: _times(group) for name, group in sorted(groups.items())}


def _situation(page: Answer, updating: Updating) -> str:
    """Whether a page may be the first of a generation, or was made beside an update, or neither."""
    # The first generation was there before any visitor, and yet is fresh to the processes.
    published = [at for _, at, _ in updating.generations]
    if any(page.started <= at + FRESH and page.ended >= at for at in published):
        return "a generation just published"
    if any(
        page.ended >= update.started and (update.ended is None or page.started <= update.ended)
        for update in updating.updates
    ):
        return "an update being indexed"
    return "nothing else"


def _slowest(pages: Sequence[Answer], updating: Updating) -> list[Json]:
    slow = sorted(pages, key=lambda page: page.seconds, reverse=True)[:SHOWN]
    return [
        {
            "seconds": page.seconds,
            "kind": page.kind,
            "path": page.path,
            "beside": _situation(page, updating),
            "after_generation": min(
                (page.started - at for _, at, _ in updating.generations if page.ended >= at),
                default=None,
            ),
        }
        for page in slow
    ]


def _updates(ran: Ran) -> Json:
    """The updates, and how soon answers followed them."""
    updating = ran.updating
    told = [answer for answer in ran.answers if answer.generation is not None]
    return {
        "begun": len(updating.updates),
        "failed": [update.told for update in updating.updates if update.code],
        "seconds": [u.ended - u.started for u in updating.updates if u.ended is not None],
        "cpu_seconds": sum(update.cpu_seconds for update in updating.updates),
        "generations": [generation for generation, _, _ in updating.generations],
        "taken_up": len({answer.generation for answer in told}),
        "last_answers": ran.last_answers,
        "longest_behind": longest_behind(told, updating),
    }


def _cpu(ran: Ran) -> Json:
    """Processors that each part kept busy, of as many as the machine has."""
    took = {
        pid: own[-1].cpu_seconds - own[0].cpu_seconds for pid, own in _by_pid(ran.watch).items()
    }
    seconds = ran.client.seconds
    return {
        "server": sum(took.values()) / seconds,
        "client": ran.client.cpu_seconds / seconds,
        "updates": sum(update.cpu_seconds for update in ran.updating.updates) / seconds,
    }


def _memory(watch: Watch) -> Json:
    """What the server's processes held, and by how much that grew in an hour."""
    if not watch.samples:
        return {}
    processes = _by_pid(watch)
    return {
        "processes": {
            "master" if pid == watch.pid else f"worker {place}": _process(own)
            for place, (pid, own) in enumerate(processes.items())
        },
        "replaced": max(0, len(watch.workers) - _most_workers(watch)),
        "written": _growth(watch, lambda sample: sample.written),
        "pss": _growth(watch, lambda sample: sample.pss),
        "rss": _growth(watch, lambda sample: sample.rss),
        "files": _growth(watch, lambda sample: sample.files),
        "maps": _growth(watch, lambda sample: sample.maps),
        "threads": _growth(watch, lambda sample: sample.threads),
    }


def _process(own: Sequence[Sample]) -> Json:
    first, last = own[0], own[-1]
    return {
        name: [getattr(first, name), max(getattr(s, name) for s in own), getattr(last, name)]
        for name in ("rss", "pss", "written", "files", "maps", "threads")
    }


def _growth(watch: Watch, measure: Callable[[Sample], int]) -> Json:
    """The sum over all processes: first, greatest, last, and how it grew after the warm-up.

    The slope is that of the line of least squares through all samples. Neighbours are alike, so
    that its error is taken from the means of a dozen stretches, as if each were one sample.
    """
    sums: dict[float, int] = defaultdict(int)
    for sample in watch.samples:
        sums[sample.at] += measure(sample)
    begin, end = min(sums), max(sums)
    warm = begin + WARM_UP_SHARE * (end - begin)
    points = [(at, float(value)) for at, value in sums.items() if at >= warm]
    values = list(sums.values())
    found: Json = {"first": values[0], "greatest": max(values), "last": values[-1]}
    if len(points) < 2 * _STRETCHES:
        return found
    slope, _ = line_through(points)
    means = _means(points)
    _, error = line_through(means)
    return found | {
        "level": fmean(value for _, value in points),
        "stretches": [[at - begin, value] for at, value in means],
        "an_hour": slope * 3600,
        "noise_an_hour": error * 3600,
    }


_STRETCHES: Final = 12


def _means(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The mean moment and value of each of a dozen stretches."""
    bounds = [place * len(points) // _STRETCHES for place in range(_STRETCHES + 1)]
    parts = [points[one:other] for one, other in pairwise(bounds)]
    return [(fmean(at for at, _ in part), fmean(value for _, value in part)) for part in parts]


def _by_pid(watch: Watch) -> Mapping[int, list[Sample]]:
    processes: dict[int, list[Sample]] = {watch.pid: []}
    for sample in watch.samples:
        processes.setdefault(sample.pid, []).append(sample)
    return {pid: own for pid, own in processes.items() if own}


def _most_workers(watch: Watch) -> int:
    """How many workers there were at once at most."""
    rounds: dict[float, int] = defaultdict(int)
    for sample in watch.samples:
        rounds[sample.at] += sample.pid != watch.pid
    return max(rounds.values())
