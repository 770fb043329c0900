"""The write side, on a real cluster."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.cluster.address import ClusterAddress
from index.cluster.builds import read_account
from index.cluster.client import connect
from index.cluster.state import IndexState, read_state, real_indexes, write_state
from index.cluster.store import ClusterStore, open_cluster_store
from index.errors import IndexFormatError, IndexLocked, IndexMissing, MixedCorpora
from index.question import Question, make_question
from index.stores.version_key import version_key
from tests.faults.served import eventually
from tests.publishing import publish

TODAY = date(2026, 5, 12)


def asked(number: int = 1, titre: str = "Une question", **more: Any) -> Question:
    given = {"date_question": date(2026, 3, 3), **more}
    return make_question(uid=f"QANR5L17QE{number}", titre=titre, **given)


def opened(address: ClusterAddress, **options: Any) -> ClusterStore:
    given = {"fictional": False, "today": TODAY, "patience": 20.0, **options}
    return open_cluster_store(address, **given)


def published(address: ClusterAddress, *questions: Question, **options: Any) -> int:
    with opened(address, **options) as store:
        store.known()
        return publish(store, questions, {"archives": {q.titre: q.uid for q in questions}})


def titles(address: ClusterAddress) -> dict[str, str]:
    """The title of each question that can be found, by uid."""
    with closing(connect(address)) as client:
        hits = client.search(index=address.name, body={"size": 100})["hits"]["hits"]
    found = [Question.from_stored(hit["_source"]["record"].encode()) for hit in hits]
    return {question.uid: question.titre or "" for question in found}


def state_of(address: ClusterAddress) -> IndexState:
    with closing(connect(address)) as client:
        return read_state(client, address)


def reals(address: ClusterAddress) -> list[str]:
    with closing(connect(address)) as client:
        return [name.removeprefix(f"{address.name}-") for name in real_indexes(client, address)]


def test_a_build_publishes_all_at_once(address: ClusterAddress) -> None:
    """Before that nothing is there to be found; then the account stands beside it."""
    with opened(address) as store:
        for number in (1, 2):
            store.add(asked(number), version_key(asked(number).version))
        store.settle(lambda *_: None)
        with pytest.raises(IndexMissing):
            state_of(address)
        generation = store.publish({"read": 2}, lambda *_: None)

    assert generation == state_of(address).generation == 1
    assert titles(address).keys() == {"QANR5L17QE1", "QANR5L17QE2"}
    with closing(connect(address)) as client:
        account = read_account(client, address, state_of(address))
    assert account == {"generation": 1, "read": 2, "archives": {}}


def test_an_update_replaces_and_adds(address: ClusterAddress) -> None:
    """What it doesn't mention stays; accounts hold the archives of all builds."""
    published(address, asked(1, "Un"), asked(2, "Deux"))

    newer = asked(2, "Deux encore", date_reponse=date(2026, 4, 4))
    generation = published(address, newer, asked(3, "Trois"))

    assert generation == 2
    assert sorted(titles(address).values()) == ["Deux encore", "Trois", "Un"]
    with closing(connect(address)) as client:
        archives = read_account(client, address, state_of(address))["archives"]
    assert archives.keys() == {"Un", "Deux", "Deux encore", "Trois"}


def test_an_older_version_never_wins(address: ClusterAddress) -> None:
    """The cluster itself keeps the newer one, whoever writes the other after it."""
    answered = asked(1, "Répondue", date_reponse=date(2026, 4, 4))
    published(address, answered)

    published(address, asked(1, "Posée"))

    assert titles(address) == {"QANR5L17QE1": "Répondue"}


def test_a_build_that_fails_changes_nothing(address: ClusterAddress) -> None:
    """What it read before is given up, in an index that is there and in one that is made."""
    with pytest.raises(ZeroDivisionError), opened(address) as store:
        publish_half(store)
    first = reals(address)
    published(address, asked(1, "Un"))
    with pytest.raises(ZeroDivisionError), opened(address) as store:
        publish_half(store)

    assert first == []
    assert titles(address) == {"QANR5L17QE1": "Un"}
    assert not state_of(address).pending


def publish_half(store: ClusterStore) -> None:
    store.known()
    store.add(asked(9, "Neuf"), b"0739000101" + b"0" * 24)
    raise ZeroDivisionError


def test_an_index_made_anew_takes_the_place_of_the_old_one(address: ClusterAddress) -> None:
    """Its generations go on, and nothing is left of the other."""
    published(address, asked(1, "Un"), asked(2, "Deux"))
    old = state_of(address)

    generation = published(address, asked(3, "Trois"), rebuild=True)
    new = state_of(address)

    assert (generation, new.generation) == (2, 2)
    assert new.edition != old.edition
    assert titles(address) == {"QANR5L17QE3": "Trois"}
    assert reals(address) == ["000002", "words-000002"]


def test_one_build_at_a_time(address: ClusterAddress) -> None:
    """Another one is told who writes."""
    with opened(address), pytest.raises(IndexLocked, match=r"written by process \d+ on"):
        opened(address)


KILLED = """
import sys, time
from datetime import date
from index.cluster import builds
from index.cluster.address import parse_address
from index.cluster.store import open_cluster_store
from index.question import make_question
from index.stores.version_key import version_key

address, lease, rebuild = parse_address(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "rebuild"
builds.hold_lease.__wrapped__.__defaults__ = (lease,)
question = make_question(uid="QANR5L17QE2", titre="Deux", date_question=date(2026, 3, 3))
store = open_cluster_store(address, fictional=False, today=date(2026, 5, 12), rebuild=rebuild)
store.known()
store.add(question, version_key(question.version))
store.settle(lambda *_: None)
print("written", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("what", ["update", "rebuild"])
def test_the_next_build_ends_what_a_killed_one_began(address: ClusterAddress, what: str) -> None:
    """Once its lease has run out: what it wrote is published, what it made is removed."""
    published(address, asked(1, "Un"))
    command = [sys.executable, "-c", KILLED, str(address), "1.5", what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == "written\n"
        before = titles(address)
        killed.kill()

    eventually(lambda: not is_locked(address))
    generation = published(address)

    held = {"QANR5L17QE1": "Un"} | ({"QANR5L17QE2": "Deux"} if what == "update" else {})
    assert before == {"QANR5L17QE1": "Un"}
    assert titles(address) == held
    assert (generation, state_of(address).pending) == (len(held), False)
    assert reals(address) == ["000001", "words-000001"]


def is_locked(address: ClusterAddress) -> bool:
    try:
        opened(address).close()
    except IndexLocked:
        return True
    return False


def test_corpora_never_mix(address: ClusterAddress) -> None:
    """Real questions don't come to fictional ones; what is there stays."""
    published(address, asked(1, "Un"), fictional=True)

    with pytest.raises(MixedCorpora, match="holds fictional questions"):
        opened(address)

    assert titles(address) == {"QANR5L17QE1": "Un"}


def test_an_index_of_another_version_is_made_again(address: ClusterAddress) -> None:
    """It is refused with the command that does, and that command works."""
    published(address, asked(1, "Un"))
    with closing(connect(address)) as client:
        write_state(client, address, replace(state_of(address), format_version=0))

    with pytest.raises(IndexFormatError, match="qe index --rebuild SOURCE"):
        opened(address)
    published(address, asked(1, "Un"), rebuild=True)

    assert state_of(address).generation == 2


def test_somebody_elses_index_is_left_alone(address: ClusterAddress) -> None:
    """Neither an update nor a rebuild takes its name."""
    with closing(connect(address)) as client:
        client.indices.create(index=address.name)

    for rebuild in (False, True):
        with pytest.raises(IndexFormatError, match="didn't make"):
            opened(address, rebuild=rebuild)
