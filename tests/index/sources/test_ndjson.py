"""Our own export reads back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import MalformedRecord
from index.question import Attribution, Question, SourceRank, make_question
from index.sources.ndjson import parse_line

QUESTION = make_question(
    legislature=17,
    type="QE",
    numero=900001,
    titre="Puits & sources",
    attributions=[Attribution(date(2025, 1, 7), "Eaux")],
    texte_question="<p>L'eau.</p>",
    date_question=date(2025, 1, 7),
    dates_renouvellement=[date(2025, 4, 1)],
    source="q.json",
)


def line_of(question: Question, **changes: Any) -> str:
    """A line of the export."""
    return json.dumps(question.as_record(None) | changes, ensure_ascii=False) + "\n"


def test_an_export_reads_back(write: Callable[..., Path], read: Callable[..., Any]) -> None:
    """Every record is the same, source and all; empty lines are nothing."""
    other = replace(QUESTION, uid="QANR5L17QE900002", numero=900002)
    path = write("export", "\ufeff" + line_of(QUESTION) + "\n" + line_of(other))
    outcomes = read(path)

    assert outcomes.questions == [QUESTION, other]
    assert outcomes.rejects == []


def test_a_bad_line_is_one_reject_with_its_number(
    write: Callable[..., Path], read: Callable[..., Any]
) -> None:
    """A damaged line, even the first, doesn't hide the others."""
    bad_date = line_of(QUESTION, date_question="2025-02-31")
    path = write("export", '{"uid": \n' + line_of(QUESTION) + "3\n" + bad_date)
    outcomes = read(path)

    assert [entry.uid for entry in outcomes.questions] == [QUESTION.uid]
    assert [entry.place for entry in outcomes.rejects] == ["line 1", "line 3", "line 4"]
    assert outcomes.rejects[1].reason == "not a JSON object"
    assert outcomes.rejects[0].excerpt == '{"uid":'


@pytest.mark.parametrize(
    ("source", "rank"),
    [
        ("lot.zip/q.JSON", SourceRank.JSON),
        ("export.ndjson", SourceRank.JSON),
        ("q.xml", SourceRank.XML),
        ("q.htm", SourceRank.PAGE_HTML),
        ("page.txt", SourceRank.PAGE_TEXT),
        ("page", SourceRank.PAGE_TEXT),
        (None, SourceRank.JSON),
    ],
)
def test_a_record_keeps_the_rank_of_its_first_format(source: str | None, rank: SourceRank) -> None:
    """A page that went through an export is still a page, whatever the export is called."""
    line = line_of(QUESTION, source=source)

    assert parse_line(line.encode(), "export.json").source_rank == rank


@pytest.mark.parametrize("source", [None, ""])
def test_a_record_without_a_source_came_from_the_file(source: str | None) -> None:
    """Someone else's program may not tell where a record came from."""
    line = line_of(QUESTION, source=source)

    assert parse_line(line.encode(), "e.ndjson").source == "e.ndjson"


def test_texts_are_cleaned_again() -> None:
    """Whoever wrote the file, no other mark-up comes in."""
    line = line_of(QUESTION, texte_question="<script>x()</script><p onclick=y>L'eau.</p>")

    assert parse_line(line.encode(), "e").texte_question == "<p>L'eau.</p>"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\xff", "not UTF-8 at byte 1 of the line"),
        (b'{"titre": "\\ud800"}', "half of a surrogate pair: not a text"),
        (b'{"uid": "x"}', "uid 'x' is not of the form QANR5L17QE2621"),
    ],
)
def test_error_when_a_line_is_no_record(line: bytes, message: str) -> None:
    """The message says what is wrong with the line."""
    with pytest.raises(MalformedRecord) as caught:
        parse_line(line, "e")

    assert str(caught.value) == message
