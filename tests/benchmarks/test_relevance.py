"""What relevance is measured on, and with."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.commands import main
from benchmarks.relevance import (
    UnknownParameter,
    likelihood,
    ndcg,
    recall,
    reciprocal_rank,
    setting,
)
from benchmarks.relevance_command import DEMO, JUDGED
from benchmarks.topics import (
    OTHERS,
    TITLED,
    MalformedTopics,
    Topic,
    known_items,
    read_topics,
    without_accents,
    write_untitled,
)
from index.question import Question
from index.sources import read_sources
from search.ranking import RANKING

GRADES = {"a": 3, "b": 1, "c": 0, "d": 2}


def test_the_best_order_is_worth_one() -> None:
    """Whatever else comes behind; nothing found is worth nothing."""
    assert ndcg(GRADES, ["a", "d", "b", "x"], 10) == 1
    assert ndcg(GRADES, ["x", "c"], 10) == 0
    assert ndcg({"c": 0}, ["c"], 10) == 0


def test_gain_is_discounted_by_rank() -> None:
    """By hand: 2^g − 1 over log2(rank + 1)."""
    best = 7 + 3 / math.log2(3) + 1 / 2
    assert ndcg(GRADES, ["b", "a"], 10) == pytest.approx((1 + 7 / math.log2(3)) / best)
    assert ndcg(GRADES, ["x", "a"], 1) == 0


def test_only_what_is_about_it_is_relevant() -> None:
    """Grades 2 and 3, as far down as is looked."""
    assert reciprocal_rank(GRADES, ["b", "x", "d"], 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(GRADES, ["b", "x", "d"], 2) == 0
    assert recall(GRADES, ["b", "x", "d"], 10) == 0.5
    assert recall({"b": 1}, [], 10) == 1


def test_how_likely_a_difference_is() -> None:
    """None is certain; one that is always the same way is unlikely by chance."""
    same = [0.5] * 20
    assert likelihood(same, same) == 1
    assert likelihood(same, [0.6] * 20) < 0.01
    assert likelihood(same, [0.6, 0.4] * 10) > 0.5


def test_a_setting_is_the_usual_one_but_for_what_is_said() -> None:
    """Parameters of the ranking, and of a field."""
    changed = setting(["k1=0.9", "titre.boost=4"])

    assert (changed.k1, changed.typed_weight) == (0.9, RANKING.typed_weight)
    assert (changed.fields["titre"].boost, RANKING.fields["titre"].boost) == (4, 2.5)
    assert changed.fields["titre"].b == RANKING.fields["titre"].b


@pytest.mark.parametrize("assignment", ["k2=1", "k1", "k1=much", "titre=3", "titre.color=1"])
def test_an_unknown_parameter_is_named(assignment: str) -> None:
    """With those that there are."""
    with pytest.raises(UnknownParameter, match=assignment.partition("=")[0]):
        setting([assignment])


def test_the_judged_questions_are_there() -> None:
    """Every uid is one of the demo corpus, and each query has a question that is about it."""
    uids = {entry.uid for entry in read_sources(DEMO) if isinstance(entry, Question)}
    topics = read_topics(JUDGED / "demo.tsv")

    assert len(topics) >= 60
    for topic in topics:
        assert topic.grades.keys() <= uids, topic.query
        assert max(topic.grades.values()) >= 2, topic.query


@pytest.mark.parametrize(
    "line", ["query\tuid\t3", "query\tuid\t4\twhy", "query\t\t3\twhy", "q\tu\t3\twhy\nq\tu\t2\twhy"]
)
def test_a_line_that_is_no_judgement_is_named(tmp_path: Path, line: str) -> None:
    """Where it is, and what it should be."""
    path = tmp_path / "topics.tsv"
    path.write_text(f"# comment\n{line}\n")

    with pytest.raises(MalformedTopics, match=r"topics\.tsv, line [23]"):
        read_topics(path)


def make_data(folder: Path) -> None:
    """Two real-looking files: a question with a title, one without, and two others."""
    titled = [
        {"id": "QANR5L17QE1", "title": "Élagage des haies", "question": "<p>Haies</p>"},
        {"id": "QANR5L17QE2", "title": "", "question": "<p>Autre</p>"},
    ]
    lines = [json.dumps({"answer": None, **record}) for record in titled]
    (folder / TITLED).write_text("\n".join(lines))
    others = [json.dumps({"question": text}) for text in ("Des haies", "Des arbres")]
    (folder / OTHERS).write_text("\n".join(others))


def test_titles_are_queries_for_their_questions(tmp_path: Path) -> None:
    """As written, and as typed without accents; the corpus has none of them."""
    make_data(tmp_path)
    source = tmp_path / "untitled.ndjson"
    topics = known_items(tmp_path, answers=True)
    write_untitled(tmp_path, source, answers=True)

    assert topics == [Topic("Élagage des haies", {"QANR5L17QE1": 3})]
    assert without_accents(topics)[0].query == "elagage des haies"
    questions = [entry for entry in read_sources([source]) if isinstance(entry, Question)]
    assert len(questions) == 4
    assert not any(question.titre for question in questions)


def test_the_command_measures_both(tmp_path: Path) -> None:
    """Judged queries, with the differences of a setting, then known items beside others."""
    make_data(tmp_path)
    outcome = CliRunner().invoke(
        main, ["relevance", "--data", str(tmp_path), "--set", "typed_weight=5"]
    )

    assert outcome.exit_code == 0, outcome.output
    assert "nDCG@10" in outcome.output
    assert "by chance alone: p =" in outcome.output
    assert "1 titles, no accents, no answer indexed" in outcome.output
    assert "tantivy" in outcome.output


def test_the_command_says_what_it_does_not_know() -> None:
    """And measures nothing."""
    outcome = CliRunner().invoke(main, ["relevance", "--set", "titre.beauty=3"])

    assert outcome.exit_code == 1
    assert "titre.beauty: the parameters are" in outcome.output
