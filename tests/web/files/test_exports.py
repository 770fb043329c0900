"""A whole search as a file."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from index.errors import IndexFormatError
from index.question import RECORD_FIELDS, Attribution, Question, make_question
from index.stores.manifest import program_version
from search.engine import Engine, Listing
from search.request import SearchRequest
from tests.web.conftest import DONNEES_AU, MakeClient
from web.files.exports import CSV, CSV_WITH_COMMAS, NDJSON, ExportFormat, defuse
from web.site import current_site

BOM = "\ufeff"


def listing_of(*questions: Question) -> Listing:
    return Listing(SearchRequest(), 3, DONNEES_AU, len(questions), iter(questions))


def written(format_: ExportFormat, *questions: Question) -> str:
    return b"".join(format_.encode(listing_of(*questions))).decode()


def table(text: str, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def cells(**given: Any) -> dict[str, str]:
    """The line of a question in a table, by name."""
    question = make_question(**({"uid": "QANR5L17QE1"} | given))
    names, line = table(written(CSV_WITH_COMMAS, question), ",")
    return dict(zip(names, line, strict=True))


# What is written


def test_ndjson_is_one_record_a_line(questions: list[Question]) -> None:
    """Every name in its order, nulls too, as the API writes them."""
    lines = written(NDJSON, *questions).splitlines()

    assert [json.loads(line) for line in lines] == [q.as_record(DONNEES_AU) for q in questions]
    assert [list(json.loads(line)) for line in lines] == [list(RECORD_FIELDS)] * len(questions)


def test_a_table_has_the_fields_of_the_record(questions: list[Question]) -> None:
    """Semicolons and a byte order mark: what spreadsheets in French expect."""
    text = written(CSV, *questions)
    names, *lines = table(text.removeprefix(BOM), ";")

    assert text.startswith(f"{BOM}uid;legislature;type;")
    assert tuple(names) == RECORD_FIELDS
    assert [line[0] for line in lines] == [question.uid for question in questions]


def test_a_table_with_commas_has_no_mark(questions: list[Question]) -> None:
    """The same cells, for programs."""
    plain = written(CSV_WITH_COMMAS, *questions)

    assert plain.startswith("uid,legislature,type,")
    assert table(plain, ",") == table(written(CSV, *questions).removeprefix(BOM), ";")


def test_an_empty_search_is_an_empty_file() -> None:
    """A table keeps its heading."""
    assert written(NDJSON) == ""
    assert written(CSV_WITH_COMMAS) == ",".join(RECORD_FIELDS) + "\r\n"


def test_texts_are_plain_in_a_table() -> None:
    """Cells hold words, paragraphs on lines of their own."""
    text = "<p>L’eau &amp; <em>l’air</em></p><p>1 &lt; 2</p>"

    assert cells(texte_question=text)["texte_question"] == "L’eau & l’air\n1 < 2"


def test_lists_are_joined_in_a_cell() -> None:
    """An attribution is its date and its ministère."""
    line = cells(
        attributions=[Attribution(date(2025, 1, 7), "Eaux"), Attribution(None, "Mer")],
        dates_renouvellement=[date(2025, 4, 1), date(2025, 5, 6)],
    )

    assert line["attributions"] == "2025-01-07 Eaux | Mer"
    assert line["dates_renouvellement"] == "2025-04-01 | 2025-05-06"


def test_nothing_numbers_and_flags_in_a_cell() -> None:
    """Null is empty, a number its digits, a flag a word."""
    line = cells(date_question=date(2025, 1, 7))

    assert [line[name] for name in ("titre", "numero", "en_retard")] == ["", "1", "oui"]
    assert cells()["en_retard"] == "non"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " ="])
def test_formulas_are_defused(start: str) -> None:
    """What a spreadsheet would compute is shown as it is written."""
    assert defuse(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Eau = vie", "1+1", "'=1", "« - »"])
def test_other_texts_are_left_alone(text: str) -> None:
    """A sign inside a text computes nothing."""
    assert defuse(text) == text


def test_every_cell_of_text_is_defused() -> None:
    """Titles, names, texts, lists."""
    line = cells(
        titre="=1+1",
        auteur="@SUM(A1)",
        texte_question="<p>- Premièrement</p>",
        attributions=[Attribution(None, "+33")],
    )

    defused = [line[name] for name in ("titre", "auteur", "texte_question", "attributions")]
    assert defused == ["'=1+1", "'@SUM(A1)", "'- Premièrement", "'+33"]


def test_records_are_let_go_of_as_they_are_written() -> None:
    """An export ten times as long takes no more memory."""

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in NDJSON.encode(Listing(SearchRequest(), 1, None, count, generated(count))):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)

    assert peak(10_000) < 1.5 * peak(1_000)


def generated(count: int) -> Iterator[Question]:
    return (
        make_question(uid=f"QANR5L17QE{n}", texte_question=f"<p>{n} {'mer ' * 250}</p>")
        for n in range(1, count + 1)
    )


# What the site sends


@pytest.mark.parametrize(
    ("path", "mimetype", "name"),
    [
        ("/recherche.ndjson", "application/x-ndjson", "questions-2026-05-12.ndjson"),
        ("/recherche.csv", "text/csv; charset=utf-8", "questions-2026-05-12.csv"),
    ],
)
def test_a_download_says_what_it_is(
    client: FlaskClient, path: str, mimetype: str, name: str
) -> None:
    """A browser saves it under a name that tells how old the data are."""
    answer = client.get(path)

    assert answer.headers["Content-Type"] == mimetype
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert client.head(path).headers["Content-Type"] == mimetype
    assert client.head(path).data == b""


def test_a_download_is_the_whole_search(client: FlaskClient) -> None:
    """Whatever page of it is shown, in the order of the search, filters in force."""
    lines = client.get("/recherche.ndjson?legislature=17&par=1&page=3").text.splitlines()

    assert [json.loads(line)["uid"] for line in lines] == [
        "QANR5L17QE13353",
        "QANR5L17QE13354",
        "QANR5L17QE2621",
    ]


def test_a_table_may_have_commas(client: FlaskClient) -> None:
    """`sep=virgule`; an empty value is the default."""
    assert client.get("/recherche.csv?sep=virgule").text.startswith("uid,legislature,")
    assert client.get("/recherche.csv?sep=").text.startswith(f"{BOM}uid;legislature;")


@pytest.mark.parametrize(
    ("query", "parameter", "message"),
    [
        ("sep=point", "sep", "Valeur « point » inconnue. Valeurs possibles : virgule."),
        ("sep=virgule&sep=virgule", "sep", "Paramètre « sep » donné deux fois."),
        ("du=hier", "du", "Date « hier » non valable. Exemple : 2025-04-22."),
    ],
)
def test_a_malformed_download_is_refused(
    client: FlaskClient, query: str, parameter: str, message: str
) -> None:
    """Programs ask for these files: they are told as by the API."""
    answer = client.get(f"/recherche.csv?{query}")

    assert answer.status_code == 400
    assert answer.json == {"erreurs": [{"parametre": parameter, "message": message}]}


def test_closest_questions_are_not_exported(client: FlaskClient) -> None:
    """What does not have all the words is no result."""
    assert client.get("/recherche.ndjson?q=cotisations+licornes").data == b""


def test_a_download_is_described(client: FlaskClient) -> None:
    """Which search, of which data, from which archives, and how to quote it."""
    described = client.get("/recherche.meta.json?legislature=16&type=QG&par=5").json

    assert described == {
        "requete": {"legislature": ["16"], "type": ["QG"], "tri": "recent", "page": 1, "par": 10},
        "description": "16e législature · Question au Gouvernement",
        "url": "https://questions.example.org/?legislature=16&type=QG",
        "total": 1,
        "generation": 3,
        "donnees_au": "2026-05-12",
        "archives": [
            {"nom": "demo.json", "questions": 1, "sha256": None},
            {"nom": "qg.json", "questions": 1, "sha256": None},
            {"nom": "seed.txt", "questions": 4, "sha256": "ab" * 32},
        ],
        "version": program_version(),
        "citation": "16e législature · Question au Gouvernement, 1 question, "
        "https://questions.example.org/?legislature=16&type=QG. Source : Assemblée nationale, "
        "Licence Ouverte, données au JO du 12 mai 2026.",
        "mention": "Source : Assemblée nationale, Licence Ouverte, données au JO du 12 mai 2026",
    }


def test_an_index_that_cannot_be_read_is_said_to_be(client_of: MakeClient) -> None:
    """Before anything is sent."""
    answer = client_of(IndexFormatError("gone")).get("/recherche.csv")

    assert (answer.status_code, answer.json and list(answer.json)) == (503, ["erreurs"])


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
def test_a_record_that_cannot_be_read_is_said_to_be(suffix: str, client: FlaskClient) -> None:
    """When it is among the first: nothing has been sent yet."""

    def unreadable() -> Iterator[Question]:
        yield make_question(uid="QANR5L17QE1")
        raise IndexFormatError("gone")

    engine = current_engine(client)
    listing = Listing(SearchRequest(), 3, DONNEES_AU, 2, unreadable())
    with patch.object(type(engine), "listing", return_value=listing):
        answer = client.get(f"/recherche.{suffix}")

    assert (answer.status_code, answer.json and list(answer.json)) == (503, ["erreurs"])


def current_engine(client: FlaskClient) -> Engine:
    with client.application.app_context():
        return current_site().engine
