"""What is exported reads back to the same index, whatever format it was first read from.

A format joins by one line in `SOURCES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from index.builder import build
from index.question import Attribution, make_question
from index.sources import read_sources
from index.stores.whoosh_check import check_index
from search.engine import Engine, open_engine
from search.request import SORTS, SearchRequest
from tests.conftest import SHARED, missing
from web.commands import main

TODAY = date(2026, 12, 31)
"""No source is dated later."""

DEMO = Path(__file__).resolve().parents[2] / "demo"
OPENDATA = SHARED / "data" / "opendata"

SEARCHED_TITLES = 12
"""Titles that are searched for, of those that an index holds."""

FULL = make_question(
    uid="QANR5L17QE41",
    titre="=Phare & « bouée » ; digue | port",
    tete_analyse="sécurité\u00a0en mer",
    rubrique="mer",
    auteur="Mme Ada Doré",
    civilite="Mme",
    prenom="Ada",
    nom="Doré",
    acteur_ref="PA41",
    groupe="Groupe des îles",
    groupe_sigle="GDI",
    departement="Finistère",
    circonscription="1re",
    ministere="Mer",
    ministere_developpe="Ministère de la mer",
    ministere_interroge="Transports",
    attributions=(
        Attribution(date(2025, 1, 7), "Transports", "Ministère des transports"),
        Attribution(None, "Mer"),
    ),
    texte_question="<p>Le phare\u202f: 1 &lt; 2 ?\u2028Oui.<br>L’eau &amp; l'air</p>",
    texte_reponse=(
        '<table><tbody><tr><td colspan="2">12</td></tr></tbody></table><p>H<sub>2</sub>O</p>'
    ),
    date_question=date(2025, 1, 7),
    page_jo_question=12,
    date_reponse=date(2025, 6, 3),
    page_jo_reponse=99,
    date_signalement=date(2025, 4, 1),
    dates_renouvellement=(date(2025, 4, 8), date(2025, 5, 6)),
    source="archives/17/Questions.json.zip/json/QANR5L17QE41.json",
)
"""A question of which everything is known, with characters that formats stumble over."""

CLOSED = [
    make_question(uid="QANR5L16QE1", closed_as="repondue", source="16.zip/q.xml"),
    make_question(uid="QANR5L16QE2", closed_as="retiree", source="q16/16-2QE.htm"),
    make_question(uid="QANR5L16QE3", date_retrait=date(2024, 6, 11), motif_retrait="Fin de mandat"),
    make_question(uid="QANR5L17QE4", date_question=date(2025, 1, 7), source="17-4QE.txt"),
    make_question(uid="QANR5L17QG5", texte_reponse="<p>M. le président.</p>"),
]
"""What only a closure, a withdrawal or nothing at all says of a question."""


def own_ndjson(folder: Path) -> list[Path]:
    path = folder / "export.ndjson"
    lines = (json.dumps(q.as_record(None), ensure_ascii=False) + "\n" for q in (FULL, *CLOSED))
    path.write_text("".join(lines), encoding="utf-8")
    return [path]


def corrected(folder: Path) -> list[Path]:
    """Open-data JSON of a waiting question, and of one whose erratum is the newest date of all."""
    published = json.loads((DEMO / "questions" / "QANR5L17QE900188.json").read_text())
    waiting = json.loads(json.dumps(published))
    waiting["question"] |= {
        "uid": "QANR5L17QE900187",
        "identifiant": {**waiting["question"]["identifiant"], "numero": "900187"},
    }
    text = published["question"]["textesQuestion"]["texteQuestion"]
    erratum = text | {"infoJO": {"dateJO": "2026-12-01", "pageJO": "9"}, "texte": "Le phare."}
    published["question"]["textesQuestion"]["texteQuestion"] = [text, erratum]
    for name, content in (("a.json", published), ("b.json", waiting)):
        (folder / name).write_text(json.dumps(content))
    return [folder / "a.json", folder / "b.json"]


def one_large_file(folder: Path) -> list[Path]:
    """The written questions of one législature in a single file, as those of the XIVe are."""
    published = [
        json.loads(path.read_text(encoding="utf-8"))["question"]
        for path in sorted((DEMO / "questions").glob("QANR5L14QE*.json"))
    ]
    path = folder / "questions.json"
    path.write_text(json.dumps({"questionsEcrites": {"question": published}}), encoding="utf-8")
    return [path]


def real(*paths: Path) -> Callable[[Path], list[Path]]:
    def given(_folder: Path) -> list[Path]:
        if not SHARED.is_dir():
            missing(f"no {SHARED.name}/ with real published files beside the project's folder")
        return list(paths)

    return given


def demo(*names: str) -> Callable[[Path], list[Path]]:
    return lambda _folder: [DEMO / name for name in names]


SOURCES: dict[str, Callable[[Path], list[Path]]] = {
    "question pages as text": real(SHARED / "seeds"),
    "open-data JSON with actors": demo("acteurs", "organes", "questions"),
    "open-data JSON without actors": demo("questions"),
    "open-data JSON, questions au Gouvernement": real(
        OPENDATA / "qg-16", OPENDATA / "acteurs", OPENDATA / "organes"
    ),
    "open-data JSON with an erratum": corrected,
    "open-data JSON, one file for a législature": one_large_file,
    "question pages as HTML": real(SHARED / "data" / "pages"),
    "a question as XML": real(OPENDATA / "q14_14-47351QE.xml"),
    "our own NDJSON": own_ndjson,
}
"""Each source by what it is: given an empty folder of its own, the paths to index."""


@pytest.fixture(scope="module", params=SOURCES.values(), ids=SOURCES.keys())
def engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Engine]]:
    """An index of a source, and one made from its export."""
    folder = tmp_path_factory.mktemp("round-trip")
    (folder / "source").mkdir()
    first, export, second = (folder / name for name in ("first", "export.ndjson", "second"))
    build(request.param(folder / "source"), first, today=TODAY, progress=lambda *_: None)
    assert qe("export", "--index", first, "--output", export).exit_code == 0
    build([export], second, today=TODAY, progress=lambda *_: None)
    with closing(open_engine(first)) as one, closing(open_engine(second)) as other:
        yield one, other
        assert [check_index(d, lambda *_: None).damages for d in (first, second)] == [(), ()]


def qe(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def records(engine: Engine) -> list[dict[str, Any]]:
    listing = engine.listing(SearchRequest())
    return [question.as_record(listing.donnees_au) for question in listing.questions]


def requests(engine: Engine) -> Iterator[SearchRequest]:
    """Every sort of everything, and titles of the index as searches."""
    yield from (SearchRequest(tri=sort, par=100) for sort in SORTS)
    titles = [record["titre"] for record in records(engine) if record["titre"]]
    for title in titles[:: max(1, len(titles) // SEARCHED_TITLES)]:
        yield SearchRequest.from_params([("q", title)])
        yield SearchRequest.from_params([("q", title.split()[-1])])


def test_every_record_is_the_same(engines: tuple[Engine, Engine]) -> None:
    """Name by name, `source` and what depends on the newest date included."""
    first, second = engines

    assert records(first)
    assert records(second) == records(first)


def test_every_search_is_the_same(engines: tuple[Engine, Engine]) -> None:
    """Totals, order, facets, passages and scores."""
    first, second = engines

    for request in requests(first):
        one, other = (engine.search(request).as_json() for engine in engines)
        assert other | {"duree_ms": 0} == one | {"duree_ms": 0}, request.url()
    assert second.health().donnees_au == first.health().donnees_au


def test_the_figures_of_the_corpus_are_the_same(engines: tuple[Engine, Engine]) -> None:
    """Gaps, answers without text, newest dates, and the archives the questions first came from."""
    first, second = engines

    assert second.corpus().holdings == first.corpus().holdings


def test_versions_are_the_same(engines: tuple[Engine, Engine]) -> None:
    """So that what is read next replaces the same questions; an erratum's date is lost alone."""
    held, read = (list(engine.listing(SearchRequest()).questions) for engine in engines)

    assert [question.version for question in read] == [
        question.version._replace(last_event=max(question.record_dates, default=date.min))
        for question in held
    ]


def test_an_erratum_is_among_the_sources(tmp_path: Path) -> None:
    """It is what the record tells nothing of: the tests above would miss it."""
    held = list(read_sources(corrected(tmp_path)))

    assert [getattr(question, "date_erratum", None) for question in held] == [
        date(2026, 12, 1),
        None,
    ]


def test_reading_an_export_again_changes_nothing(tmp_path: Path) -> None:
    """Into the index it came from: every question is unchanged."""
    sources = SOURCES["open-data JSON with actors"](tmp_path)
    build(sources, tmp_path / "index", today=TODAY, progress=lambda *_: None)
    assert qe("export", "--index", tmp_path / "index", "--output", tmp_path / "e").exit_code == 0

    report = build([tmp_path / "e"], tmp_path / "index", today=TODAY, progress=lambda *_: None)

    assert (report.read, report.unchanged) == (180, 180)
