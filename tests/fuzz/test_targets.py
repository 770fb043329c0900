"""What campaigns of the fuzzer found and learnt holds, and so do some inputs like it."""

from __future__ import annotations

import pytest

from tests.fuzz.mutation import mutated
from tests.fuzz.target import Dice, RunOne, Target, any_text, read_kept
from tests.fuzz.targets import TARGETS

MUTATED = {"index_opener": 100, "sources": 400}
"""How many inputs of a target are tried besides the kept ones; of the others more."""


@pytest.fixture(scope="module", params=TARGETS.values(), ids=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    """Each target."""
    chosen: Target = request.param
    return chosen


@pytest.fixture(scope="module")
def run_one(target: Target, tmp_path_factory: pytest.TempPathFactory) -> RunOne:
    """What tries one of its inputs."""
    return target.prepare(tmp_path_factory.mktemp(target.name))


def test_kept_inputs_do_no_harm(target: Target, run_one: RunOne) -> None:
    """Each seed, and each input that reached something new in a campaign, goes well."""
    for data in target.inputs():
        run_one(data)


def test_inputs_like_them_do_no_harm(target: Target, run_one: RunOne) -> None:
    """Some hundreds, drawn alike in every run."""
    for data in mutated(target, MUTATED.get(target.name, 800)):
        run_one(data)


def test_campaigns_left_inputs_for_every_target(target: Target) -> None:
    """They are read back as bytes, and none is longer than the fuzzer makes them."""
    kept = list(read_kept(target.name))

    assert kept
    assert max(map(len, kept)) <= max(target.longest, *map(len, target.seeds()))


def test_shares_are_those_of_one_million() -> None:
    """The targets divide the executions among them."""
    assert sum(target.share for target in TARGETS.values()) == pytest.approx(1)


def test_mutation_makes_the_same_inputs_in_every_run(target: Target) -> None:
    """What fails once fails again."""
    assert list(mutated(target, 20)) == list(mutated(target, 20))


def test_any_bytes_are_a_text() -> None:
    """One that says which bytes they were."""
    data = bytes(range(256)) + "é".encode()

    assert any_text(data).encode("utf-8", "surrogateescape") == data


def test_dice_read_zeros_at_the_end() -> None:
    """However few bytes there are, every choice is made."""
    dice = Dice(b"\x01\x02\x03")

    assert (dice.number(1), dice.number(4), bool(dice), dice.rest()) == (1, 0x0302, False, b"")
