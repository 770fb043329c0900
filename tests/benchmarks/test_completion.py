"""The benchmark of completion: what it types, and what it says of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from click.testing import CliRunner

from benchmarks.commands import main
from index.question import make_question
from index.stores.whoosh_store import open_store
from tests.publishing import publish


def test_every_letter_is_timed(tmp_path: Path) -> None:
    """A word from its first letter on, two words from the first letter of the second."""
    question = make_question(uid="QANR5L17QE1", titre="Permis bateau", source="a.json")
    with open_store(tmp_path, fictional=False, today=date(2026, 5, 12)) as store:
        publish(store, [question])

    outcome = CliRunner().invoke(main, ["completion", "--index", str(tmp_path)])

    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.splitlines()[0].split() == ["letters", "typed", "18"]
    assert "95th percentile" in outcome.output
