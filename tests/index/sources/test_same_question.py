"""The same question in every format gives the same record, but for what a format cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from index.markup import text_of_html
from index.question import Question, SourceRank
from index.sources import read_sources
from tests.index.sources.one_question import ACTORS, CASES, FORMATS

PAGE_SAYS = {
    "ministere_developpe": "pages name ministères by their short name only",
    "attributions": "pages date a change of ministère, and name the current one only",
    "groupe_sigle": "most pages name groups in full only",
    "rubrique": "recent pages begin rubriques with a capital",
}
CANNOT_HOLD: Mapping[str, Mapping[str, str]] = {
    "json": {},
    "fiche": {
        **{field: PAGE_SAYS[field] for field in ("ministere_developpe", "attributions")},
        "acteur_ref": "the oldest pages link to nobody",
        "circonscription": "pages in HTML name the département only",
    },
    "detail": {
        **{field: PAGE_SAYS[field] for field in PAGE_SAYS if field != "rubrique"},
        "circonscription": "pages in HTML name the département only",
    },
    "bloc": {
        **PAGE_SAYS,
        "page_jo_reponse": "the exchange of a question au Gouvernement bears no page",
    },
    "text": {
        **PAGE_SAYS,
        "acteur_ref": "links are lost",
        "texte_reponse": "emphasis and tables are lost",
    },
}
"""Where a format differs from the XML, the one that holds everything, and why."""


@pytest.fixture
def read_as(write: Callable[[str, Any], Path]) -> Callable[[str, str], Question]:
    """The question of a case in a format, its author resolved as far as the format tells him."""

    def read(case: str, format_: str) -> Question:
        path = write("question", FORMATS[format_](CASES[case]))
        (question,) = read_sources([path, write("acteurs", ACTORS)])
        assert isinstance(question, Question), question
        return question

    return read


def differing(one: Question, other: Question) -> set[str]:
    """The fields of the record in which two questions differ."""
    mine, theirs = one.as_record(None), other.as_record(None)
    return {name for name in mine if mine[name] != theirs[name]}


@pytest.mark.parametrize("format_", CANNOT_HOLD)
@pytest.mark.parametrize("case", CASES)
def test_a_question_is_the_same_in_every_format(
    case: str, format_: str, read_as: Callable[[str, str], Question]
) -> None:
    """It differs from the XML in what the format cannot hold, and in nothing else."""
    from_xml, question = read_as(case, "xml"), read_as(case, format_)

    assert differing(question, from_xml) <= CANNOT_HOLD[format_].keys()
    assert question.last_event == from_xml.last_event
    assert question.date_erratum == from_xml.date_erratum
    assert same_words(question, from_xml)


@pytest.mark.parametrize("format_", CANNOT_HOLD)
def test_every_declared_difference_is_one(
    format_: str, read_as: Callable[[str, str], Question]
) -> None:
    """What a format is said not to hold differs in at least one case."""
    found = {
        name for case in CASES for name in differing(read_as(case, format_), read_as(case, "xml"))
    }

    assert found == CANNOT_HOLD[format_].keys()


def same_words(one: Question, other: Question) -> bool:
    """Whether texts, and names of any case, have the same words."""
    return [words(text) for text in (one.texte_question, one.texte_reponse, one.rubrique)] == [
        words(text) for text in (other.texte_question, other.texte_reponse, other.rubrique)
    ]


def words(text: str | None) -> list[str]:
    """What is left without mark-up and spacing."""
    return text_of_html(text or "").casefold().split()


def test_the_xml_of_the_answered_case_tells_everything(
    read_as: Callable[[str, str], Question],
) -> None:
    """What the others are compared with holds each dated and numbered fact."""
    question = read_as("answered, after a renewal, a new ministère and an erratum", "xml")
    record = question.as_record(None)

    assert [name for name, value in record.items() if value in (None, [])] == [
        *("date_retrait", "motif_retrait", "url_officielle")
    ]
    assert record["titre"] == "puits communaux ; entretien ; bilan"
    assert record["attributions"][-1] == {
        "date": "2014-04-03",
        "ministere": "Eaux et forêts",
        "ministere_developpe": "Ministère : Eaux et forêts",
    }
    assert record["dates_renouvellement"] == ["2014-04-15", "2014-04-29"]
    assert record["texte_reponse"] == (
        "<p>Les puits sont curés en <em>mai</em> :</p><table><tbody>"
        '<tr><th rowspan="2">PUITS<br>du bourg</th><th>ANNÉE</th></tr>'
        "<tr><td>1\u00a0960</td></tr></tbody></table>"
    )


def test_the_better_source_of_one_question_is_the_newer_version(
    read_as: Callable[[str, str], Question],
) -> None:
    """With the same events, JSON is before XML, pages in HTML, and pages as text."""
    case = "answered, after a renewal, a new ministère and an erratum"
    order = ["text", "fiche", "detail", "bloc", "xml", "json"]

    assert [read_as(case, format_).source_rank for format_ in order] == [
        SourceRank.PAGE_TEXT,
        *[SourceRank.PAGE_HTML] * 3,
        SourceRank.XML,
        SourceRank.JSON,
    ]
    assert len({read_as(case, format_).last_event for format_ in order}) == 1


def test_a_real_question_is_the_same_as_page_and_as_json(shared: Path) -> None:
    """A published page under /dyn/ and the open data give one record, texts included."""
    data = shared / "data"
    files = [data / "pages/html_16_qg.html", data / "opendata/qg-16/QANR5L16QG200.json"]
    people = [data / "opendata/acteurs/PA722150.json"]
    page, published = (next(iter(read_sources([file, *people]))) for file in files)
    assert isinstance(page, Question)
    assert isinstance(published, Question)

    assert differing(page, published) - {"source"} == {
        *("rubrique", "groupe_sigle", "ministere_developpe", "attributions", "page_jo_reponse")
    }
