"""Processes that are killed, stopped or replaced, builds that are published: requests go on."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.question import make_question
from tests.damaging import cut, overwrite
from tests.faults.served import (
    Answer,
    Served,
    eventually,
    flowing,
    index_of,
    kill,
    long_questions,
    read_all,
    serving,
)

CLIENTS = 4


@pytest.fixture(scope="module")
def directory(long_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, which is to be changed."""
    return Path(shutil.copytree(long_index, tmp_path_factory.mktemp("processes") / "index"))


@pytest.fixture(scope="module")
def served(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("log") / "log"
    with serving(directory, log, workers=2) as served:
        eventually(lambda: len(served.workers()) == 2)
        yield served


def lost(outcomes: list[object]) -> list[object]:
    """Those that are no answer, or another than the one that was asked for."""
    return [o for o in outcomes if not isinstance(o, Answer) or o.status != 200]


def test_a_build_is_taken_up_without_losing_a_request(served: Served, directory: Path) -> None:
    """While pages are asked for, all are answered, and the new question is taken up too."""
    with flowing(lambda: served.get("/?q=eau"), CLIENTS) as outcomes:
        for number in (900, 901):
            asked = len(outcomes) + CLIENTS
            eventually(lambda: len(outcomes) > asked)  # noqa: B023 - called at once
            question = make_question(
                uid=f"QANR5L17QE{number}", titre="Eau", date_question=date(2026, 3, 3)
            )
            index_of(directory, question)
        eventually(lambda: b'"questions":26' in served.get("/sante").body)

    assert lost(outcomes) == []


def test_a_worker_that_is_killed_is_replaced(served: Served) -> None:
    """Of other requests, those alone are lost that it was answering."""
    (victim, _) = served.workers()
    with flowing(lambda: served.get("/?q=eau"), CLIENTS) as outcomes:
        eventually(lambda: len(outcomes) > CLIENTS)
        kill(victim)
        eventually(lambda: victim not in served.workers() and len(served.workers()) == 2)
        after = len(outcomes)
        eventually(lambda: len(outcomes) > after + CLIENTS)

    assert len(lost(outcomes)) <= CLIENTS
    assert lost(outcomes[after + CLIENTS :]) == []


def test_workers_are_replaced_without_losing_a_request(served: Served) -> None:
    """SIGHUP starts new ones; the old ones end what they have begun."""
    before = set(served.workers())
    with flowing(lambda: served.get("/?q=eau"), CLIENTS) as outcomes:
        served.process.send_signal(signal.SIGHUP)
        eventually(lambda: len(served.workers()) == 2 and not before & set(served.workers()))

    assert lost(outcomes) == []


def test_an_index_that_is_gone_is_told_until_it_is_back(served: Served, directory: Path) -> None:
    """A worker that starts meanwhile answers in words; the server goes on, and heals by itself."""
    away = directory.with_name("away")
    directory.rename(away)
    for pid in served.workers():
        kill(pid)
    eventually(lambda: served.get("/sante").status == 503)

    page = served.get("/?q=eau")
    assert page.status == 503
    assert "Recherche indisponible pour le moment." in page.text
    assert served.process.poll() is None

    away.rename(directory)
    eventually(lambda: all(served.get("/sante").status == 200 for _ in range(8)))
    assert served.get("/?q=eau").status == 200


def test_a_damaged_index_is_told_until_it_is_whole(served: Served, directory: Path) -> None:
    """A file of no use at a worker's start is no reason to stop either."""
    (manifest,) = directory.glob("manifest*")
    whole = manifest.read_bytes()
    manifest.write_bytes(b"{")
    for pid in served.workers():
        kill(pid)
    eventually(lambda: served.get("/sante").status == 503)

    assert served.get("/?q=eau").status == 503

    manifest.write_bytes(whole)
    eventually(lambda: all(served.get("/sante").status == 200 for _ in range(8)))


def test_a_file_that_is_cut_under_searches_ends_no_worker(long_index: Path, tmp_path: Path) -> None:
    """Not even when nobody looks at its size: all are answered, in words until it is whole."""
    directory = Path(shutil.copytree(long_index, tmp_path / "index"))
    sizes = {"search.engines.whoosh_engine.SIZES_BELIEVED": 3_600.0}
    with serving(directory, tmp_path / "log", constants=sizes) as served:
        workers = served.workers()
        with flowing(lambda: served.get("/api/v1/questions?q=eau"), CLIENTS) as outcomes:
            for path in (*directory.glob("MAIN_*.documents"), *directory.glob("MAIN_*.records")):
                whole = path.read_bytes()
                cut(path, 0)
                eventually(lambda: served.get("/?q=eau").status == 503)
                overwrite(path, whole)
                eventually(lambda: served.get("/?q=eau").status == 200)

        assert served.workers() == workers
        assert {getattr(outcome, "status", outcome) for outcome in outcomes} <= {200, 503}
        told = [o.text for o in outcomes if isinstance(o, Answer) and o.status == 200]
        assert {json.loads(text)["total"] for text in told} == {24}


def test_what_runs_ends_when_the_server_is_told_to_stop(long_index: Path, tmp_path: Path) -> None:
    """After SIGTERM a download that was begun comes whole, then the server is gone."""
    with serving(long_index, tmp_path / "log") as served:
        sock = served.begin("/recherche.ndjson")
        sock.recv(1)
        served.process.send_signal(signal.SIGTERM)
        eventually(lambda: refused(served))

        assert read_all(sock).endswith(b"0\r\n\r\n")
        assert served.process.wait(60) == 0


def test_what_doesn_t_end_is_ended(long_index: Path, tmp_path: Path) -> None:
    """A download that nobody takes doesn't keep a server from stopping."""
    with serving(long_index, tmp_path / "log", constants={"web.server.GRACE": 4}) as served:
        served.begin("/recherche.ndjson")
        eventually(lambda: served.get("/sante").status == 200)
        served.process.send_signal(signal.SIGTERM)

        assert served.process.wait(60) == 0
        assert "SIGKILL" not in served.log.read_text()


def refused(served: Served) -> bool:
    """Whether nobody listens any more."""
    try:
        served.connect()
    except ConnectionRefusedError:
        return True
    return False


def test_few_files_are_enough_for_many_connections(tmp_path: Path) -> None:
    """Connections that are opened and left make room; nothing dies, and all is well afterwards."""
    directory = index_of(tmp_path / "index", *long_questions(1))
    with serving(directory, tmp_path / "log", files=200) as served:
        (worker,) = served.workers()
        for _ in range(400):
            served.connect()
        assert served.get("/?q=eau").status == 200

        served.leave()
        assert served.get("/?q=eau").status == 200
        assert served.workers() == [worker]
        assert len(os.listdir(f"/proc/{worker}/fd")) < 200  # noqa: PTH208 - names alone
        assert [line for line in served.lines() if line["level"] != "info"] == []
