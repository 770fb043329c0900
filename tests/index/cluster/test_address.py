"""`--index` names a directory or a cluster, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.cluster.address import (
    PASSWORD,
    USER,
    AddressMalformed,
    ClusterAddress,
    credentials,
    parse_address,
)


@pytest.mark.parametrize("text", ["var/index", "/srv/questions", "opensearch", "http://host/x"])
def test_whatever_names_no_cluster_is_a_directory(text: str) -> None:
    """Only the two schemes are anything else."""
    assert parse_address(text) == Path(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "opensearch://one/questions",
            ClusterAddress(("one:9200",), "questions"),
        ),
        (
            "opensearch://one:1,[::1]:2/q?shards=1&replicas=0",
            ClusterAddress(("one:1", "[::1]:2"), "q", shards=1, replicas=0),
        ),
        (
            "opensearchs://one:9200/q?ca=/a.pem&cert=/b.pem&key=/c.pem",
            ClusterAddress(
                ("one:9200",), "q", True, Path("/a.pem"), Path("/b.pem"), Path("/c.pem")
            ),
        ),
    ],
)
def test_a_cluster_is_named_by_hosts_and_a_name(text: str, address: ClusterAddress) -> None:
    """Ports and options may be left out."""
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("opensearch:///questions", "names no host"),
        ("opensearch://one:port/questions", "names no host"),
        ("opensearch://one", "names no index"),
        ("opensearch://one/Questions", "names no index"),
        ("opensearch://one/a/b", "names no index"),
        ("opensearch://one/questions-words", "ends as the parts"),
        ("opensearch://one/questions-000001", "ends as the parts"),
        ("opensearch://me:secret@one/questions", f"set {USER} and {PASSWORD}"),
        ("opensearch://one/questions?shards=0", "shards is a number from 1 to 1024"),
        ("opensearch://one/questions?replicas=two", "replicas is a number from 0 to 10"),
        ("opensearch://one/questions?ca=/a.pem", "the option ca, which only opensearchs:// takes"),
        ("opensearch://one/questions?shard=1", "the option shard: there are shards, replicas"),
        ("opensearchs://one/questions?key=/a.pem", "without its certificate"),
    ],
)
def test_an_address_that_cannot_be_read_says_why(text: str, what: str) -> None:
    """In one line, which tells what would do; no password stands in it."""
    with pytest.raises(AddressMalformed) as told:
        parse_address(text)

    assert what in str(told.value)
    assert "secret" not in str(told.value)


def test_who_comes_in_is_told_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of the two variables, or neither."""
    monkeypatch.delenv(USER, raising=False)
    monkeypatch.delenv(PASSWORD, raising=False)
    nobody = credentials()
    monkeypatch.setenv(USER, "qe")
    with pytest.raises(AddressMalformed, match="or neither"):
        credentials()
    monkeypatch.setenv(PASSWORD, "secret")

    assert (nobody, credentials()) == (None, ("qe", "secret"))
