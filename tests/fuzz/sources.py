"""A published file: whatever it holds, questions that can be kept, or rejects with a reason."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from index.markup import clean_html
from index.question import Question
from index.sources import Reject, read_sources
from index.sources.ndjson import parse_line
from tests.fuzz.target import Dice, RunOne, Target
from tests.hostile_texts import hostile_records
from tests.index.sources.one_question import ACTORS, CASES, FORMATS, Facts

DEMO = Path(__file__).parents[2] / "demo"
TODAY = date(2026, 5, 12)

_NAMES = ("a.json", "a.ndjson", "a.xml", "a.htm", "a.txt", "a.zip", "sans-extension")
_AS_IT_IS, _IN_A_ZIP, _STORED_IN_A_ZIP, _WITH_ACTORS = range(4)


def prepare(folder: Path) -> RunOne:
    actors = folder / "actors.json"
    actors.write_text(json.dumps(ACTORS), encoding="utf-8")

    def run_one(data: bytes) -> None:
        dice = Dice(data)
        way, name = dice.number(1) % 4, _NAMES[dice.number(1) % len(_NAMES)]
        path = folder / name
        path.write_bytes(_content(way, name, dice.rest()))
        try:
            _see(path, *([actors] if way == _WITH_ACTORS else []))
        finally:
            path.unlink()

    return run_one


def _content(way: int, name: str, content: bytes) -> bytes:
    """The bytes of the file: the input itself, or a zip that holds it twice."""
    if way not in (_IN_A_ZIP, _STORED_IN_A_ZIP):
        return content
    written = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if way == _IN_A_ZIP else zipfile.ZIP_STORED
    with zipfile.ZipFile(written, "w") as archive:
        for inside in (f"json/é-{name}", f"json/2/{name}"):
            # Without the time, by which the same input would give other bytes.
            archive.writestr(zipfile.ZipInfo(inside), content, method)
    return written.getvalue()


def _see(*paths: Path) -> None:
    reading = read_sources(paths)
    for outcome in reading:
        if isinstance(outcome, Question):
            _see_question(outcome)
        else:
            _see_reject(outcome)
    for remark in reading.remarks:
        assert remark.reason
        assert "\n" not in remark.reason
    assert reading.recognised >= reading.actors_files


def _see_question(question: Question) -> None:
    """It can be kept in an index and in an export, and read back as it was."""
    assert Question.from_stored(question.to_stored()) == question
    line = json.dumps(question.as_record(TODAY), ensure_ascii=False).encode()
    assert parse_line(line, question.source) == question
    for text in (question.texte_question, question.texte_reponse):
        assert clean_html(text) == text
    for line_ in (question.titre, question.auteur, question.rubrique, question.ministere):
        assert line_ is None or (line_ and "\n" not in line_)
    assert question.version.content_hash


def _see_reject(reject: Reject) -> None:
    told = f"{reject.source} {reject.place} {reject.reason} {reject.excerpt}"
    assert reject.reason
    assert told.encode()
    assert "\n" not in told
    assert len(reject.excerpt) <= 200


def seeds() -> Iterator[bytes]:
    published = [write(facts) for write in FORMATS.values() for facts in CASES.values()]
    records = [json.dumps(record) for record in hostile_records()][:6]
    files = [
        *(text.encode() for text in published),
        published[0].encode("utf-16"),
        FORMATS["fiche"](Facts()).encode("cp1252", "xmlcharrefreplace"),
        json.dumps(ACTORS).encode(),
        b'{"questionsEcrites": {"question": [%s]}}' % ",".join(published[:3]).encode(),
        *("\n".join(records[start : start + 2]).encode() for start in range(0, 6, 2)),
        *(sorted((DEMO / "questions").iterdir())[number].read_bytes() for number in (0, 90)),
        *(next((DEMO / name).iterdir()).read_bytes() for name in ("acteurs", "organes")),
    ]
    for content in files:
        yield bytes([_AS_IT_IS, 0]) + content
    for way in (_IN_A_ZIP, _STORED_IN_A_ZIP, _WITH_ACTORS):
        yield bytes([way, 0]) + files[0]
    yield bytes([_AS_IT_IS, 5]) + _content(_STORED_IN_A_ZIP, "a.json", files[0])
    yield bytes([_AS_IT_IS, 5]) + _content(_IN_A_ZIP, "a.xml", files[5])


def _words() -> Iterator[str]:
    """The names of the formats, as their seeds write them."""
    question = json.loads(FORMATS["json"](Facts()))["question"]
    yield from (f'"{name}":' for name in question)
    yield from ('"uid":', '"texte":', '"dateJO":', '"questions":', '"export":', '"acteur":')
    yield from ('"texte_reponse":', '"attributions":', '"dates_renouvellement":', '"statut":')
    yield from ("null", "true", "[]", "{}", "1e999", "-1", '"\\ud800"', '"\\u0000"', "NaN", "[[[[")
    yield from ("<QUESTION>", "<![CDATA[", "]]>", "<!DOCTYPE", "&#8364;", "&#xd800;", "<MINA>")
    yield from (
        "charset=iso-8859-1",
        "charset=undefined",
        "charset=utf-7",
        'encoding="',
        "<QUEST>",
        "<REP>",
        "<NUM>",
    )
    yield from ("Question publiée au JO le : ", "Texte de la réponse", "31/02/2014", "Rubrique : ")
    yield from ("QANR5L17QE", "9999-12-31", "99/99/9999", "PK\x03\x04", "PK\x01\x02", "PK\x05\x06")


TARGET = Target(
    name="sources",
    prepare=prepare,
    seeds=seeds,
    words=tuple(_words()),
    longest=6_000,
    share=0.08,
    packages=("index.sources", "index.question"),
)
