"""The one large file of the XIVe législature: written as its publisher does, and what it costs.

The shape is that of `Questions_ecrites_XIV.json.zip`; the questions are generated ones.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.generator import BATCH, generate_lines
from benchmarks.machine import describe_machine
from benchmarks.peers import THIS
from benchmarks.processes import make_index, take_in
from benchmarks.progress import Steps

LEGISLATURE: Final = 14

READING_BOUND: Final = 300_000_000
"""Bytes of memory that reading an archive may take."""
BUILD_BOUND: Final = 2_000_000_000
"""And those of a whole build from it."""


def write_archive(
    path: Path, questions: int, seed: int = 1, *, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Write questions of one législature in one file of JSON, in a zip when the name says so.

    Args:
        path: the file.
        questions: how many.
        seed: another seed is another corpus.
        progress: called with how many are written.
    """
    with _opened(path) as file:
        file.write(b'{"questionsEcrites": {"question": [\n')
        for number, line in enumerate(generate_lines(questions, seed), 1):
            published = publish(json.loads(line), number)
            file.write(b"" if number == 1 else b",\n")
            file.write(json.dumps(published, ensure_ascii=False).encode())
            if number % BATCH == 0 or number == questions:
                progress(number)
        file.write(b"\n]}}\n")


def publish(record: dict[str, Any], number: int) -> dict[str, Any]:
    """A record of this program in the publisher's shape, as a written question of the XIVe."""
    return {
        "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "@xsi:type": "QuestionEcrite_Type",
        "uid": f"QANR5L{LEGISLATURE}QE{number}",
        "identifiant": {
            "numero": str(number),
            "regime": "5eme Republique",
            "legislature": str(LEGISLATURE),
        },
        "type": "QE",
        "indexationAN": {
            "rubrique": record["rubrique"],
            "teteAnalyse": record["tete_analyse"],
            "analyses": {"analyse": record["titre"]},
        },
        "auteur": {
            "identite": {"acteurRef": record["acteur_ref"], "mandatRef": "PM1"},
            "groupe": {
                "organeRef": "PO1",
                "abrege": record["groupe_sigle"],
                "developpe": record["groupe"],
            },
        },
        "minInt": _ministry(record["ministere_interroge"], None),
        "minAttribs": {
            "minAttrib": [
                {
                    "infoJO": _jo(one["date"]),
                    "denomination": _ministry(one["ministere"], one["ministere_developpe"]),
                }
                for one in record["attributions"]
            ]
        },
        "textesQuestion": {
            "texteQuestion": {
                "infoJO": _jo(record["date_question"], record["page_jo_question"]),
                "texte": record["texte_question"],
            }
        },
        "textesReponse": _answers(record),
        "cloture": _closure(record),
        "signalement": _jo(record["date_signalement"]) if "date_signalement" in record else None,
        "renouvellements": _renewals(record.get("dates_renouvellement", ())),
    }


def measure_archive(folder: Path, questions: int, seed: int, steps: Steps) -> dict[str, Any]:
    """Write such an archive, read it, and index it; each in processes of its own.

    Args:
        folder: where the archive and the index stand meanwhile.
        questions: how many.
        seed: another seed is another corpus.
        steps: shows what goes on.

    Returns:
        `machine`, `questions`, `bytes` (`zip` and `json`), `reading` and `indexing`.
    """
    archive = folder / "Questions_ecrites_XIV.json.zip"
    with steps.step(f"generating {questions:,} questions", questions) as advance:
        write_archive(archive, questions, seed, progress=advance)
    with steps.step("reading them"):
        reading = take_in(archive)
    with steps.step("indexing them"):
        indexing = make_index(THIS, archive, folder / "index")
    return {
        "machine": describe_machine(),
        "questions": questions,
        "bytes": {"zip": archive.stat().st_size, "json": _content_size(archive)},
        "reading": asdict(reading),
        "indexing": asdict(indexing),
    }


def within_bounds(figures: dict[str, Any]) -> bool:
    """Whether every question was read, in the memory that was promised."""
    reading, indexing = figures["reading"], figures["indexing"]
    return (
        (reading["questions"], reading["rejects"]) == (figures["questions"], 0)
        and reading["peak_bytes"] < READING_BOUND
        and indexing["peak_bytes"] < BUILD_BOUND
    )


def describe_archive(figures: dict[str, Any]) -> Iterator[str]:
    """The figures in lines of words."""
    reading, indexing, size = figures["reading"], figures["indexing"], figures["bytes"]
    yield (
        f"{figures['questions']:,} questions: {size['json'] / 1e6:,.0f} MB of JSON in a zip of "
        f"{size['zip'] / 1e6:,.0f} MB"
    )
    yield (
        f"read: {reading['questions']:,} questions, {reading['rejects']} rejects, "
        f"peak of memory {reading['peak_bytes'] / 1e6:,.0f} MB (bound {READING_BOUND / 1e6:,.0f}), "
        f"{reading['seconds']:,.0f} s"
    )
    yield (
        f"indexed: peak of memory {indexing['peak_bytes'] / 1e6:,.0f} MB "
        f"(bound {BUILD_BOUND / 1e6:,.0f}), {indexing['seconds']:,.0f} s"
    )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix != ".zip":
        with path.open("wb") as file:
            yield file
        return
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(path.stem, "w", force_zip64=True) as file,
    ):
        yield file


def _content_size(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def _ministry(name: str, long_name: str | None) -> dict[str, str]:
    return {"abrege": name, "developpe": long_name or f"Ministère : {name}"}


def _jo(day: str, page: int | None = None) -> dict[str, str | None]:
    return {
        "typeJO": "JO_QUESTION",
        "dateJO": day,
        "pageJO": None if page is None else str(page),
        "numJO": None,
        "urlLegifrance": None,
        "referenceNOR": None,
    }


def _answers(record: dict[str, Any]) -> dict[str, Any] | None:
    if record["texte_reponse"] is None:
        return None
    published = _jo(record["date_reponse"], record["page_jo_reponse"])
    return {"texteReponse": {"infoJO": published, "texte": record["texte_reponse"]}}


def _closure(record: dict[str, Any]) -> dict[str, Any] | None:
    if "date_reponse" in record:
        return {
            "codeCloture": "REP_PUB",
            "libelleCloture": "Réponse publiée",
            "dateCloture": record["date_reponse"],
            "infoJO": _jo(record["date_reponse"], record["page_jo_reponse"]),
        }
    if "date_retrait" in record:
        return {
            "codeCloture": "RETRAIT",
            "libelleCloture": record["motif_retrait"],
            "dateCloture": record["date_retrait"],
            "infoJO": _jo(record["date_retrait"]),
        }
    return None


def _renewals(days: list[str] | tuple[()]) -> dict[str, Any] | None:
    if not days:
        return None
    return {"renouvellement": [{"dateRenouvellement": day, "infoJO": _jo(day)} for day in days]}
