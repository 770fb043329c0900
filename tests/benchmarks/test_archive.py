"""The generated archive of the XIVe: what it holds is what was generated."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.archive import write_archive
from benchmarks.generator import generate_records
from index.question import Question
from index.sources import read_sources


@pytest.mark.parametrize("name", ["q.json", "q.json.zip"])
def test_the_archive_reads_back(tmp_path: Path, name: str) -> None:
    """Every question comes out with its answer and its dates, and nothing is rejected."""
    path = tmp_path / name
    write_archive(path, 50)
    reading = read_sources([path])
    questions = [outcome for outcome in reading if isinstance(outcome, Question)]
    generated = [Question.from_record(record) for record in generate_records(50)]

    assert [question.uid for question in questions] == [f"QANR5L14QE{n}" for n in range(1, 51)]
    assert reading.remarks == []
    for field in ("date_reponse", "motif_retrait", "dates_renouvellement", "attributions",
                  "groupe", "rubrique", "empreinte_reponse"):  # fmt: skip
        assert [getattr(question, field) for question in questions] == [
            getattr(question, field) for question in generated
        ]
