"""Commands whose `--index` is in a cluster."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.archives import ARCHIVES_VARIABLE
from index.cluster.address import ClusterAddress, parse_address
from index.cluster.client import connect
from index.question import make_question
from tests.cluster import Cluster
from web.commands import main

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "opensearch://127.0.0.1:1/questions"


def qe(*arguments: object) -> Result:
    """Run `qe` as a shell would."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="qe")


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes what belongs to whoever runs it."""
    for variable in ("QE_INDEX", ARCHIVES_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def test_an_index_in_a_cluster_is_made_checked_and_made_again(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The same words as of a directory; what is kept for it stands in `var/`."""
    name = f"w{secrets.token_hex(6)}"
    address = cluster.address(name)
    question = make_question(uid="QANR5L17QE1", titre="Une question", texte_question="<p>Eau</p>")
    kept = tmp_path / "var" / f"{name}.archives" / "questions.ndjson"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(question.as_record(None)) + "\n{broken\n")

    indexed, again = (qe("index", kept, "--index", address) for _ in range(2))
    rebuilt = qe("index", "--rebuild", "--index", address)
    cluster.wait_for(name)
    checked = qe("check", "--index", address)
    rejects = (tmp_path / "var" / f"{name}.rejects.ndjson").read_text().splitlines()
    remove(address)

    assert [done.exit_code for done in (indexed, again, rebuilt, checked)] == [3, 3, 3, 0]
    assert indexed.stdout.startswith("2 read: 1 indexed, 0 unchanged, 0 superseded, 1 rejected\n")
    assert f'next: qe search "cotisations sociales" --index {address}\n' in indexed.stdout
    assert again.stdout.startswith("2 read: 0 indexed, 1 unchanged, 0 superseded, 1 rejected\n")
    assert checked.stdout == (
        f"{address} is sound: generation 2, 1 question in 4 shards, 1 record analysed again\n"
    )
    assert len(rejects) == 1


def remove(text: str) -> None:
    address = parse_address(text)
    assert isinstance(address, ClusterAddress)
    with closing(connect(address)) as client:
        for name in client.indices.get_alias(index=f"{address.name}*"):
            client.indices.delete(index=name)


@pytest.mark.parametrize("command", [("check",), ("index", "."), ("sync",)])
def test_a_cluster_that_is_not_there_is_told(command: tuple[str, ...]) -> None:
    """In one line, before anything is read or brought."""
    result = qe(*command, "--index", NOWHERE)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"qe: {NOWHERE} can't be reached")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("check",), ("search",), ("serve",), ("index", ".")])
def test_a_malformed_address_is_bad_usage(command: tuple[str, ...]) -> None:
    """As any other malformed value of an option."""
    result = qe(*command, "--index", "opensearch://one/Questions")

    assert result.exit_code == 2
    assert "names no index, or one that OpenSearch refuses" in result.stderr


@pytest.mark.parametrize("command", [("search", "eau"), ("stats",), ("export",)])
def test_who_searches_is_told_once(command: tuple[str, ...]) -> None:
    """Nothing is logged besides: in a process where nobody listens to logs, they would be shown."""
    program = "from web.commands import main; main(prog_name='qe')"
    done = subprocess.run(
        [sys.executable, "-c", program, *command, "--index", NOWHERE],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"qe: {NOWHERE} can't be reached")
    assert done.stderr.count("\n") == 1
