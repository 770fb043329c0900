"""`qe check` on a cluster: what is found of a question is what its record says."""

from __future__ import annotations

from contextlib import closing

from index.cluster.address import ClusterAddress
from index.cluster.builds import builds
from index.cluster.check import check_cluster_index
from index.cluster.client import connect
from index.verdict import Verdict
from tests.cluster import Cluster
from tests.index.cluster.test_store import asked, published, state_of

TEXT = "<p>L’été, la commune demande des écoles. " + "Des écoles rénovées. " * 500 + "</p>"


def checked(cluster: Cluster, address: ClusterAddress) -> Verdict:
    cluster.wait_for(address.name)
    return check_cluster_index(address, lambda *_: None, every=True)


def test_a_sound_index_is_said_to_be(cluster: Cluster, address: ClusterAddress) -> None:
    """However long its texts are; shards of questions and of words are counted."""
    published(address, asked(1, "Une", texte_question=TEXT), asked(2, "Deux", rubrique="Eau"))

    verdict = checked(cluster, address)

    assert verdict.damages == verdict.remarks == ()
    assert (verdict.generation, verdict.questions, verdict.records) == (1, 2, 2)
    assert (verdict.parts, verdict.part) == (3, "shard")


def test_what_was_changed_by_others_is_named(cluster: Cluster, address: ClusterAddress) -> None:
    """A value that the record doesn't say, words that are gone, and an account."""
    published(address, asked(1, "Une"), asked(2, "Deux"))
    state = state_of(address)
    other = {"doc": {"columns": {"statut": "autre"}}}  # what is written anew has no tokens left
    with closing(connect(address)) as client:
        client.update(index=state.questions, id="QANR5L17QE1", body=other, refresh=True)
        client.delete(index=state.words, id="deux", refresh=True)
        changed = checked(cluster, address).damages
        client.delete(index=builds(address.name), id=f"{state.edition}-1")
        without_account = checked(cluster, address).damages

    assert changed == (
        "QANR5L17QE1 isn't found by the columns of its record",
        *(f"QANR5L17QE1 isn't found by the words of {field} of its record" for field in FIELDS),
        f"the words deux of records are missing in {state.words}",
    )
    assert without_account == ("the account of generation 1 is missing",)


FIELDS = ("titre", "numero")
"""Those that have words, of a question with a title alone."""


def test_what_a_killed_build_left_is_named(cluster: Cluster, address: ClusterAddress) -> None:
    """It is no damage: the next build removes it."""
    published(address, asked(1, "Une"))
    left = f"{address.name}-000009"
    with closing(connect(address)) as client:
        client.indices.create(index=left)

    verdict = checked(cluster, address)

    assert verdict.damages == ()
    assert verdict.remarks == (
        f"{left} is left by a build that was killed: the next one removes it",
    )
