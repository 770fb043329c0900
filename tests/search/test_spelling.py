"""Which word was meant: costs of edits, the words near another, two hundred slips of the hand."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.builder import build
from index.columnar.index import open_generation
from index.stores.whoosh_store import open_index
from search.engines.whoosh_snapshot import Snapshot
from search.engines.whoosh_spelling import Spelling, _distances
from search.spelling import LONGEST, Candidate, edit_cost, rank

DEMO = Path(__file__).resolve().parents[2] / "demo"
SLIPS = 200

words = st.text("abce", min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("likelier", "other", "meant"),
    [
        ("cotization", "cotibation", "cotisation"),  # two letters for one sound
        ("comune", "commue", "commune"),  # a double letter halved, a letter forgotten
        ("retraitte", "retraitpe", "retraite"),
        ("hopital", "opital", "hopital"),
        ("infrimiere", "inframiere", "infirmiere"),  # exchanged, replaced
        ("sanpe", "pante", "sante"),  # a first letter is seldom wrong
    ],
)
def test_some_slips_are_likelier_than_others(likelier: str, other: str, meant: str) -> None:
    """Those that sound alike or are of one movement of the hand."""
    assert edit_cost(likelier, meant) < edit_cost(other, meant)


@given(words, words)
def test_the_cost_is_one_way_as_the_other(one: str, other: str) -> None:
    """And nothing between a word and itself alone."""
    assert edit_cost(one, other) == edit_cost(other, one)
    assert (edit_cost(one, other) == 0) == (one == other)


def test_the_likeliest_word_is_near_and_frequent() -> None:
    """A much more frequent word goes before one that is a little nearer."""
    ranked = rank("cote", [Candidate("coti", 3), Candidate("cette", 90_000), Candidate("core", 3)])

    assert [one.text for one in ranked] == ["cette", "coti", "core"]
    assert rank("cote", []) == []


@given(words, st.lists(words, min_size=1, max_size=9), st.sampled_from([1, 2]))
@example("a" * LONGEST, ["a" * LONGEST, "a" * (LONGEST - 1) + "b", "a" * (LONGEST - 2)], 2)
def test_distances_are_those_of_the_definition(typed: str, others: list[str], most: int) -> None:
    """Optimal string alignment, as far as it is looked for."""
    letters = np.array([other.encode() for other in others], f"S{LONGEST}")
    table = letters.view(np.uint8).reshape(len(others), LONGEST)
    lengths = np.array([len(other) for other in others], np.uint8)

    found = _distances(np.frombuffer(typed.encode(), np.uint8), table, lengths, most)
    for other, distance in zip(others, found.tolist(), strict=True):
        expected = alignment_distance(typed, other)
        if abs(len(typed) - len(other)) <= most:
            assert (distance == expected) if expected <= most else (distance > most)


@cache
def alignment_distance(one: str, other: str) -> int:
    """By its definition, on what is left of two words."""
    if not one or not other:
        return len(one) + len(other)
    tried = [
        alignment_distance(one[1:], other) + 1,
        alignment_distance(one, other[1:]) + 1,
        alignment_distance(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and one[:2] == other[1::-1] and len(other) > 1:
        tried.append(alignment_distance(one[2:], other[2:]) + 1)
    return min(tried)


@pytest.fixture(scope="module")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Spelling:
    """That of the demo corpus."""
    directory = tmp_path_factory.mktemp("demo")
    build([DEMO], directory, today=date.today(), progress=lambda *_: None)
    return Snapshot(open_generation(open_index(directory)), fictional=True).spelling


def test_most_slips_are_understood(spelling: Spelling) -> None:
    """Of words of the corpus with one or two edits, the right one comes first or nearly so."""
    slips = list(make_slips(spelling, random.Random(20)))
    ranks = [[one.text for one in spelling.corrections(typed)[:3]] for typed, _ in slips]
    first = sum(meant in found[:1] for (_, meant), found in zip(slips, ranks, strict=True))
    among = sum(meant in found for (_, meant), found in zip(slips, ranks, strict=True))

    assert first >= 0.75 * SLIPS
    assert among >= 0.90 * SLIPS


def make_slips(spelling: Spelling, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What is typed, which is no word of the corpus, and what was meant, which is."""
    held = [row.tobytes().rstrip(b"\0").decode() for row in spelling.words.letters]
    long = [word for word in held if len(word) > 4]
    made = 0
    while made < SLIPS:
        meant = typed = chance.choice(long)
        for _ in range(2 if len(meant) > 7 and chance.random() < 0.3 else 1):
            typed = edited(typed, chance)
        if typed not in held:
            yield typed, meant
            made += 1


def edited(word: str, chance: random.Random) -> str:
    """One letter left out, put in, replaced or doubled, or two exchanged."""
    place, letter = chance.randrange(len(word)), chance.choice(string.ascii_lowercase)
    before, own, after = word[:place], word[place], word[place + 1 :]
    return chance.choice(
        (
            before + after,
            before + letter + own + after,
            before + letter + after,
            before + own + own + after,
            before + after[:1] + own + after[1:],
        )
    )


@pytest.mark.parametrize("typed", ["", "ab", "été", "2024", "a" * 25, "=abc"])
def test_what_is_no_plain_word_is_not_corrected(spelling: Spelling, typed: str) -> None:
    """Too short, too long, not folded, a number."""
    assert spelling.corrections(typed) == []
