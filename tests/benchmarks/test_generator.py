"""The generated corpus: the same for the same seed, one question at a time, like real ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from benchmarks import generator
from benchmarks.frequencies import folded_words
from benchmarks.generator import BATCH, World, generate_records, write_questions
from benchmarks.metadata import LEGISLATURE_SHARES
from benchmarks.words import without_accents
from index.question import LEGISLATURES
from index.sources.ndjson import parse_line

SIZE = 1_000


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return list(generate_records(SIZE))


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    """Whoever has more cores has the same corpus."""
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    write_questions(alone, 2 * BATCH + 7, processes=1)
    write_questions(shared, 2 * BATCH + 7, processes=2)

    assert alone.read_bytes() == shared.read_bytes()


def test_a_small_corpus_begins_a_large_one(records: list[dict[str, Any]], tmp_path: Path) -> None:
    """So queries chosen on the first questions hold at every size."""
    path = tmp_path / "some"
    write_questions(path, 300, start=400, processes=1)

    assert [*map(json.loads, path.read_bytes().splitlines())] == records[400:700]


def test_another_seed_is_another_corpus(records: list[dict[str, Any]]) -> None:
    """Two seeds share neither texts nor people."""
    other = World(2).batch(0)[0]

    assert other["texte_question"] != records[0]["texte_question"]
    assert other["auteur"] != records[0]["auteur"]


def test_nothing_is_made_before_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million questions take no more memory than a batch."""
    made: list[int] = []
    whole = World.batch

    def batch(self: World, number: int) -> list[dict[str, Any]]:
        made.append(number)
        return whole(self, number)

    monkeypatch.setattr(generator.World, "batch", batch)
    list(islice(generate_records(1_000_000), BATCH + 1))

    assert made == [0, 1]


def test_every_record_is_one_that_the_program_reads(records: list[dict[str, Any]]) -> None:
    """What is read back says the same, mark-up and state included."""
    for record in records[:300]:
        question = parse_line(json.dumps(record).encode(), "generated.ndjson")
        again = question.as_record(None)
        derived = {"source", "texte_question", "texte_reponse"}

        assert {name: again[name] for name in record if name not in derived} == {
            name: value for name, value in record.items() if name not in derived
        }


def test_every_question_has_its_own_uid(records: list[dict[str, Any]]) -> None:
    """Numbers run from one in each législature."""
    assert len({record["uid"] for record in records}) == SIZE
    for legislature, share in LEGISLATURE_SHARES.items():
        numbers = [r["numero"] for r in records if r["legislature"] == legislature]
        assert sorted(numbers) == list(range(1, share * SIZE // 100 + 1))


def test_questions_are_as_long_and_as_often_answered_as_real_ones(
    records: list[dict[str, Any]],
) -> None:
    """About 680 words; about 85 in a hundred have an answer."""
    words = sum(len(folded_words(record)) for record in records) / SIZE
    answered = sum(record["texte_reponse"] is not None for record in records) / SIZE

    assert 620 < words < 760
    assert 0.8 < answered < 0.9
    assert {record["statut"] for record in records} == {
        "repondue", "retiree", "sans_reponse", "en_attente",
    }  # fmt: skip


def test_questions_are_asked_while_their_assembly_sat(records: list[dict[str, Any]]) -> None:
    """And answered after that."""
    sat = {entry.numero: entry for entry in LEGISLATURES}
    for record in records:
        entry = sat[record["legislature"]]
        assert record["date_question"] >= entry.start.isoformat()
        assert entry.end is None or record["date_question"] <= entry.end.isoformat()
        assert record.get("date_reponse", "9999") > record["date_question"]


def test_the_oldest_texts_have_no_accents(records: list[dict[str, Any]]) -> None:
    """As published; titles have them or not with their texts."""
    old = [r["texte_question"] for r in records if r["legislature"] <= 10]
    new = [r["texte_question"] for r in records if r["legislature"] > 10]

    assert all(text == without_accents(text) for text in old)
    assert all(re.search("[éèà]", text) for text in new)


def test_the_vocabulary_grows_with_the_corpus(records: list[dict[str, Any]]) -> None:
    """Twice the questions have more words, but not twice as many."""
    half, whole = (
        len({word for record in some for word in folded_words(record)})
        for some in (records[: SIZE // 2], records)
    )

    assert 1.2 * half < whole < 1.8 * half


def test_words_of_a_topic_go_together(records: list[dict[str, Any]]) -> None:
    """A word that few questions hold is said several times where it is said."""
    held: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for record in records:
        words = [word for word in folded_words(record) if len(word) > 5]
        said.update(words)
        held.update(set(words))
    rare = [word for word, number in held.items() if 10 <= number <= 50]

    assert sum(said[word] for word in rare) > 1.3 * sum(held[word] for word in rare)
