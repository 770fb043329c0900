"""Runs of questions, in vocabularies of bounded size."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.columnar.index import open_generation
from index.columnar.segment_arrays import SegmentArrays
from index.question import make_question
from index.stores import whoosh_runs
from index.stores.whoosh_store import open_index, open_store
from tests.publishing import publish

TEXTS = ("le cheval et la brebis", "des chevaux", "une brebis égarée", "l’élevage égaré", "cheval")


def segment(directory: Path) -> SegmentArrays:
    """The one segment of an index of some questions."""
    questions = [
        make_question(uid=f"QANR5L17QE{number}", texte_question=f"<p>{text}</p>")
        for number, text in enumerate(TEXTS, 1)
    ]
    with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
        publish(store, questions)
    (only,) = open_generation(open_index(directory)).segments
    return only.arrays


@pytest.mark.parametrize("most_terms", [0, 4, 1 << 20])
def test_many_vocabularies_make_the_same_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_terms: int
) -> None:
    """However soon a process forgets the words it met."""
    expected = segment(tmp_path / "at once")
    numbered: list[Future[whoosh_runs._Written]] = []
    monkeypatch.setattr(whoosh_runs, "BATCH", 2)
    monkeypatch.setattr(whoosh_runs, "MOST_TERMS", most_terms)
    # In this process, where what is set here counts.
    monkeypatch.setattr(whoosh_runs, "start_processes", lambda: ThreadPoolExecutor(1))
    monkeypatch.setattr(
        whoosh_runs.RunMaker, "_stop_processes", lambda self: numbered.extend(self._runs)
    )
    whoosh_runs._words.cache_clear()

    found = segment(tmp_path / "in runs")

    vocabularies = {run.result().vocabulary for run in numbered}
    assert len(vocabularies) == (1 if most_terms > 100 else 3)
    for name, array in expected.arrays.items():
        if not name.startswith("records"):
            np.testing.assert_array_equal(found.arrays[name], array, err_msg=name)
