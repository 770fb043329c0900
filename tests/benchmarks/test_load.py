"""A site under load: who comes, what is counted again, and what the figures say."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.arithmetic import line_through
from benchmarks.commands import main
from benchmarks.frequencies import Frequencies
from benchmarks.generator import generate_records, write_questions
from benchmarks.load import run as load_run
from benchmarks.load.answers import Answer, Client, read_answers
from benchmarks.load.client import Plan
from benchmarks.load.http import BrokenAnswer, Connection, Reply
from benchmarks.load.mix import KINDS, VISITS, Ask, Crowd, visit
from benchmarks.load.reference import Versions, can_be_counted
from benchmarks.load.searches import KINDS as SEARCHES
from benchmarks.load.searches import Searches
from benchmarks.load.summary import Ran, summarise
from benchmarks.load.totals import held_by, longest_behind
from benchmarks.load.updates import CHANGED, NEW, Update, Updating, write_updates
from benchmarks.load.watch import Sample, Watch
from benchmarks.verdicts import judge_load
from benchmarks.workload import Query
from index.builder import build
from index.question import Question
from index.sources import ndjson
from search.request import SearchRequest
from tests.conformance.reference_engine import Lookup, ReferenceEngine

HELD = 600


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a small corpus, where a run looks for it."""
    path = tmp_path_factory.mktemp("load") / f"questions-{HELD}-1.ndjson"
    write_questions(path, HELD, processes=1)
    return path


@pytest.fixture(scope="module")
def update(corpus: Path) -> Path:
    """The file of an update of it."""
    path = corpus.with_name("update.ndjson")
    write_updates(corpus, HELD, 1, [path])
    return path


@pytest.fixture(scope="module")
def searches() -> list[Query]:
    """What is typed."""
    records = list(generate_records(60))
    drawn = Searches(Frequencies.of(records), records, 1)
    return [drawn.draw() for _ in range(300)]


def records_of(path: Path) -> list[dict[str, Any]]:
    return list(map(json.loads, path.read_bytes().splitlines()))


def questions_of(*paths: Path) -> list[Question]:
    """The newest version of each question, each file newer than the one before."""
    newest = {
        record["uid"]: ndjson.parse_line(json.dumps(record).encode(), "a.ndjson")
        for path in paths
        for record in records_of(path)
    }
    return list(newest.values())


def found_by(engine: ReferenceEngine, query: Query) -> int:
    """How many questions the reference finds, without ordering them or counting facets."""
    request = engine.canonical(SearchRequest.from_params(query.params))
    lookup = Lookup(engine, request)
    return sum(lookup.matches(q) and engine.passes(q, request) for q in engine.questions)


def part_of(path: Path, lines: slice) -> Path:
    """Some questions of a file, in a file of their own."""
    copy = path.with_stem(f"{path.stem}-part")
    copy.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[lines]))
    return copy


def test_searches_are_of_all_kinds_and_the_same_again(searches: list[Query]) -> None:
    """A seed draws the same ones; none is empty."""
    records = list(generate_records(60))
    again = Searches(Frequencies.of(records), records, 1)

    assert {query.kind for query in searches} == set(SEARCHES)
    assert [again.draw() for _ in searches] == searches
    assert all(query.params for query in searches)


def test_counts_are_those_of_the_reference_engine(
    corpus: Path, update: Path, searches: list[Query]
) -> None:
    """Before an update and after it, for searches of every kind that can be counted."""
    few, changed = part_of(corpus, slice(20)), part_of(update, slice(NEW - 5, NEW + 10))
    counted = [query for query in searches if can_be_counted(query)][:25]
    versions = Versions(few, [changed], counted)
    engines = (ReferenceEngine(questions_of(few)), ReferenceEngine(questions_of(few, changed)))

    for query in counted:
        found = [versions.count(query, update) for update in (0, 1)]
        assert found == [found_by(engine, query) for engine in engines], query.params
    assert {query.kind for query in counted} >= {"one word", "phrase", "words and filters"}


def test_an_update_is_taken_in_whole(corpus: Path, update: Path, tmp_path: Path) -> None:
    """Every question of it is new, or newer than the one that is held."""
    held = {record["uid"] for record in records_of(corpus)}
    changed = [record["uid"] for record in records_of(update)]
    for source in (corpus, update):
        report = build([source], tmp_path / "ix", today=date(2026, 6, 1), progress=lambda *_: None)

    assert len(changed) == CHANGED
    assert sum(uid not in held for uid in changed) == NEW
    assert report.indexed == CHANGED


PAGE = (
    '<link href="/static/site.css?v=1"><script src="/static/site.js?v=1"></script>'
    '<a href="/questions/QANR5L17QE1?q=a&amp;rang=1">une question</a> <a href="/?page=2">suite</a>'
)


def visits(times: int, page: str = PAGE) -> Iterator[list[Ask]]:
    """What visitors ask for who are all answered with the same page."""
    crowd = Crowd([("one word", [("q", "situation")])] * 50, ["QANR5L17QE1"], [("type", "QE")],
                  random.Random(1))  # fmt: skip
    for _ in range(times):
        asked, steps = [], visit(crowd, VISITS)
        try:
            asked.append(next(steps))
            while True:
                told = json.dumps({"total": 3}) if asked[-1].kind.startswith("descr") else page
                headers = {"etag": 'W/"1"'} if asked[-1].kind == "feed" else {}
                asked.append(steps.send(Reply(200, headers, told.encode())))
        except StopIteration:
            yield asked


def test_visitors_ask_for_everything() -> None:
    """Every kind of request but searches of other kinds than the one given, and the measure."""
    asked = Counter(ask.kind for one in visits(2_000) for ask in one)
    others = {f"results: {kind}" for kind in SEARCHES if kind != "one word"}

    assert set(asked) == set(KINDS) - others - {"bare page"}


def test_results_follow_each_other_as_a_visitor_has_them() -> None:
    """A question is one that the results linked to, with its place in them."""
    for asked in visits(300):
        kinds = [ask.kind for ask in asked]
        if "results: second page" in kinds:
            assert kinds.index("results: one word") < kinds.index("results: second page")
        read = [ask.path for ask in asked if ask.kind == "question" and "?" in ask.path]
        assert set(read) <= {"/questions/QANR5L17QE1?q=a&rang=1"}


def test_a_browser_keeps_static_files() -> None:
    """A visitor asks for each once at most, and most visitors for none."""
    static = [[ask.path for ask in asked if ask.kind == "static file"] for asked in visits(300)]

    assert all(len(paths) == len(set(paths)) for paths in static)
    assert 0 < sum(map(bool, static)) < 150


def test_feeds_are_asked_for_with_what_is_known() -> None:
    """The first time without a tag, then with the one that came."""
    feeds = [ask for asked in visits(500) for ask in asked if ask.kind == "feed"]

    assert feeds[0].headers == {}
    assert feeds[-1].headers == {"If-None-Match": 'W/"1"'}


def serve_bytes(*answers: bytes) -> list[Reply | str]:
    """The replies to as many requests on one connection, or what was wrong with one."""

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    async def ask() -> list[Reply | str]:
        told: list[Reply | str] = []
        async with await asyncio.start_server(tell, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Connection("127.0.0.1", port) as connection:
                for _ in answers:
                    try:
                        told.append(await connection.get("/", {}))
                    except BrokenAnswer as error:
                        told.append(str(error))
        return told

    return asyncio.run(ask())


def test_answers_are_read_to_their_end() -> None:
    """By length, in chunks or without a body, one after the other on one connection."""
    told = serve_bytes(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: a\r\n\r\nabc",
        b"HTTP/1.1 304 NOT MODIFIED\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    )

    assert [(one.status, one.body) for one in told if isinstance(one, Reply)] == [
        (200, b"abc"),
        (304, b""),
        (200, b"abc"),
    ]


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"nonsense\r\n\r\n"],
    ids=["nothing", "cut short", "no HTTP"],
)
def test_error_when_an_answer_is_broken(answer: bytes) -> None:
    """Nothing that came is taken for an answer."""
    (told,) = serve_bytes(answer)

    assert isinstance(told, str)


def test_a_plan_reads_back(tmp_path: Path) -> None:
    """Pairs are pairs again."""
    plan = Plan(
        80, 1.0, 2, 1, searches=[("slip", [("q", "a")])], uids=["u"], values=[("type", "QE")]
    )
    plan.write(tmp_path / "plan.json")

    assert Plan.read(tmp_path / "plan.json") == plan


def test_error_when_the_client_was_stopped(tmp_path: Path) -> None:
    """Figures of half a run would pass for those of a whole one."""
    path = tmp_path / "answers.ndjson"
    path.write_text(Answer("home", "/", 1.0, 0.1, 200, 9).line())

    with pytest.raises(ValueError, match="the client did not end"):
        read_answers(path)


def updating(*generations: tuple[int, float, int]) -> Updating:
    """Generations that were seen: number, moment, updates held."""
    seen = Updating(Path("nowhere"), iter(()))
    seen.generations = list(generations)
    return seen


def test_a_total_is_of_the_generation_it_names() -> None:
    """One that merged segments holds what the one before did; unseen ones are those that follow."""
    seen = updating((1, 0.0, 0), (2, 60.0, 1), (4, 120.0, 2))
    told = Answer("description of a search", "/", 61.0, 0.1, 200, 9, total=1)

    assert [held_by(replace(told, generation=number), seen, 0.0) for number in (1, 2, 3, 4, 5)] == [
        [0], [1], [2], [2], [2],
    ]  # fmt: skip


def test_a_total_without_generation_is_of_one_that_answered_then() -> None:
    """The one before too, for as long as it was seen to answer."""
    seen = updating((1, 0.0, 0), (2, 60.0, 1), (4, 120.0, 2))
    told = Answer("API: search", "/", 30.0, 0.1, 200, 9, total=1)

    assert held_by(told, seen, 5.0) == [0]
    assert held_by(replace(told, started=66.0), seen, 5.0) == [0, 1]
    assert held_by(replace(told, started=66.0), seen, 0.0) == [1]


def test_how_long_a_generation_answers_after_the_next() -> None:
    """By the answers that name theirs."""
    seen = updating((1, 0.0, 0), (2, 60.0, 1))
    told = Answer("description of a search", "/", 64.0, 9.0, 200, 9, generation=1)

    assert longest_behind([told, replace(told, started=65.0, generation=2)], seen) == 4.0
    assert longest_behind([replace(told, generation=None)], seen) == 0.0


def test_the_line_of_least_squares() -> None:
    """Exact points have no error; others have one."""
    assert line_through([(0, 1), (1, 3), (2, 5)]) == (2.0, 0.0)
    assert line_through([(0, 1), (1, 3), (2, 2)]) == pytest.approx((0.5, 0.75**0.5))


def ran(answers: list[Answer], *, grown: int = 0, last: bool = True) -> Ran:
    """Twelve minutes of a server whose workers hold a megabyte, and so much more each second."""
    watch = Watch(1)
    for second in range(720):
        for pid in (1, 2, 3):
            held = 10**6 + grown * second
            watch.samples.append(Sample(second, pid, held, held, held, 9, 9, 4, second / 10))
    seen = updating((1, 0.0, 0), (2, 60.0, 1))
    seen.updates = [Update(50.0, 70.0, 0, "", 3.0)]
    return Ran(answers, Client(720.0, 36.0), seen, watch, "Serving at http://x\n", last)


def figures(of: Ran, wrong: int = 0) -> dict[str, Any]:
    totals = {"checked": 300, "wrong": [{}] * wrong}
    return {"questions": 100, **summarise(of), "totals": totals}


def fine() -> list[Answer]:
    """Pages of a tenth of a second, before and after an update."""
    pages = [Answer("question", "/questions/A", at, 0.1, 200, 9) for at in range(100)]
    told = Answer("description of a search", "/", 10.0, 9.0, 200, 9, total=1, generation=1)
    return [*pages, told, replace(told, started=80.0, generation=2)]


def holding(data: dict[str, Any]) -> list[bool]:
    return [verdict.holds for verdict in judge_load(data)]


def test_a_fine_run_holds_all_promises() -> None:
    """Whatever is no page may be slow."""
    data = figures(ran(fine()))

    assert all(holding(data)), judge_load(data)
    assert data["pages"]["p99"] == data["pages"]["median"] == 0.1
    assert data["memory"]["written"]["an_hour"] == 0
    assert data["server_said"] == ""
    assert data["cpu"] == {"server": pytest.approx(3 * 71.9 / 720), "client": 0.05,
                           "updates": pytest.approx(3 / 720)}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "promise"),
    [
        (figures(ran([*fine(), Answer("home", "/", 1, 1, 500, 9, "500: oh")])), "no error"),
        (figures(ran(fine()), wrong=1), "no wrong total"),
        (figures(ran([*fine(), *[Answer("home", "/", 1, 0.7, 200, 9)] * 5])), "99th percentile"),
        (figures(ran(fine(), grown=100)), "written memory grows"),
        (figures(ran(fine(), last=False)), "every update"),
    ],
    ids=["error", "total", "slow", "leak", "not taken up"],
)
def test_what_goes_wrong_breaks_one_promise(data: dict[str, Any], promise: str) -> None:
    """And no other."""
    broken = [verdict.promise for verdict in judge_load(data) if not verdict.holds]

    assert len(broken) == 1
    assert promise in broken[0]


def test_a_worker_that_dies_is_told() -> None:
    """Another one takes its place, and would hide it."""
    dying = ran(fine())
    dying.watch.samples[-1] = dying.watch.samples[-1]._replace(pid=4)

    assert figures(dying)["memory"]["replaced"] == 1


def test_pages_are_told_apart_by_what_went_on() -> None:
    """Beside an update, right after a generation, or in peace."""
    times = figures(ran(fine()))["pages_when"]

    assert {name: one["requests"] for name, one in times.items()} == {
        "a generation just published": 4 + 4,
        "an update being indexed": 21 - 4,
        "nothing else": 100 - 21 - 4,
    }


def test_the_command_loads_a_site(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server, visitors and an update: no error, no wrong total; the figures are written."""
    monkeypatch.setattr(load_run, "BARE_SECONDS", 0.5)
    arguments = ["--questions", str(HELD), "--minutes", "0.05", "--every", "3", "--checked", "30"]
    path = corpus.with_name("load.json")

    told = CliRunner().invoke(
        main, ["load", *arguments, "--keep", str(corpus.parent), "--json", str(path)]
    )
    data = json.loads(path.read_text(encoding="utf-8"))

    assert "every worker lives on" in told.output
    assert data["errors"] == {"count": 0, "told": []}
    assert data["totals"]["wrong"] == []
    assert data["updates"]["failed"] == []
    assert data["server_said"] == ""
    assert data["requests"] > 0
