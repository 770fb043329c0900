"""Whatever is read, in whatever order and how often: an index holds the newest versions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.builder import Report, build
from index.question import Question, make_question
from index.sources import read_sources
from index.stores import whoosh_runs
from tests.answers import answers
from tests.conftest import HYPOTHESIS_PROFILE

TODAY: Final = date(2026, 6, 1)
ASKED: Final = "2026-01-06"
ANSWERED: Final = (None, "2026-05-12")
TITLES: Final = ("Puits des communes", "Écoles")
NUMBERS: Final = (1, 2)
"""Few of each: the same content then often comes from several files, and others compete with it."""

FEW: Final = settings(max_examples={"fixed": 15, "nightly": 1_000}[HYPOTHESIS_PROFILE])


@dataclass(frozen=True)
class Version:
    """What one file says of one question.

    Attributes:
        numero: of the question.
        format: a name of `FORMATS`.
        titre: its title.
        answered: the day of its answer; None while it waits.
    """

    numero: int
    format: str
    titre: str
    answered: str | None


def _open_data(version: Version) -> str:
    """As the publisher's JSON."""
    text = {"infoJO": {"dateJO": ASKED}, "texte": "Les puits."}
    answer = {"infoJO": {"dateJO": version.answered}, "texte": "L’eau potable."}
    return json.dumps(
        {
            "question": {
                "uid": f"QANR5L17QE{version.numero}",
                "indexationAN": {"analyses": {"analyse": version.titre}},
                "textesQuestion": {"texteQuestion": text},
                "textesReponse": {"texteReponse": answer} if version.answered else None,
            }
        }
    )


def _page(version: Version) -> str:
    """As the text of a page, of which the texts alone may be what the JSON says."""
    answer = ("# Texte de la réponse", "L’eau potable.", "") if version.answered else ()
    dates = [f"Question publiée au JO le : {_slashed(ASKED)}"]
    if version.answered:
        dates.append(f"Réponse publiée au JO le : {_slashed(version.answered)}")
    return "\n\n".join(
        (
            f"17e législature\n\nQuestion écrite n° {version.numero}\n\n{version.titre}",
            "# Texte de la question\n\nLes puits.",
            *answer,
            "# Données clés",
            "## Dates clés",
            *dates,
        )
    )


def _slashed(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def _export(suffix: str) -> Callable[[Version], str]:
    """As our own export of what was first read from a file of some format."""

    def write(version: Version) -> str:
        question = make_question(
            legislature=17,
            type="QE",
            numero=version.numero,
            titre=version.titre,
            texte_question="<p>Les puits.</p>",
            texte_reponse="<p>L’eau potable.</p>" if version.answered else None,
            date_question=date.fromisoformat(ASKED),
            date_reponse=date.fromisoformat(version.answered) if version.answered else None,
            source=f"first{suffix}",
        )
        return json.dumps(question.as_record(None))

    return write


FORMATS: Final[Mapping[str, Callable[[Version], str]]] = {
    "json": _open_data,
    "page": _page,
    "export of JSON": _export(".json"),
    "export of XML": _export(".xml"),
    "export of a page": _export(".html"),
}
"""Each way to write a version down."""

versions = st.builds(
    Version,
    numero=st.sampled_from(NUMBERS),
    format=st.sampled_from(sorted(FORMATS)),
    titre=st.sampled_from(TITLES),
    answered=st.sampled_from(ANSWERED),
)
files = st.lists(versions, min_size=1, max_size=8)
"""The files there are, one version each."""


@dataclass(frozen=True)
class Step:
    """One build: the places of the files it reads, in that order, and whether it is a rebuild."""

    read: Sequence[int]
    rebuild: bool = False


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Version], list[Step]]:
    """Files, and builds that read some of them, some again, at last each at least once.

    A rebuild forgets what it doesn't read: what is read before it counts no more.
    """
    held = draw(files)
    places = st.lists(st.integers(0, len(held) - 1), min_size=1, max_size=len(held))
    steps = draw(st.lists(st.builds(Step, places, st.booleans()), max_size=3))
    rest = draw(st.permutations(range(len(held))))
    cut = draw(st.integers(0, len(held)))
    last = [Step(part) for part in (rest[:cut], rest[cut:]) if part]
    return held, [*steps, *last]


def newest_of(sources: Iterable[Path]) -> list[Question]:
    """The newest version of each question, by the contract's order, in plain loops."""
    newest: dict[str, Question] = {}
    for question in read_sources(sources):
        assert isinstance(question, Question), question
        held = newest.get(question.uid)
        if held is None or question.version > held.version:
            newest[question.uid] = question
    return list(newest.values())


def run(directory: Path, *sources: Path, rebuild: bool = False) -> Report:
    """A build whose progress nobody looks at."""
    return build(sources, directory, today=TODAY, rebuild=rebuild, progress=lambda *_: None)


def write_all(folder: Path, held: Sequence[Version]) -> list[Path]:
    """One file for each version."""
    paths = [folder / f"{place}.txt" for place in range(len(held))]
    for path, version in zip(paths, held, strict=True):
        path.write_text(FORMATS[version.format](version), encoding="utf-8")
    return paths


def said_by(directory: Path) -> dict[str, Any]:
    """What an index says, apart from the file that each question was read from.

    Of the same content in two files of one format, the first one's name is kept.
    """
    return {
        key: {name: value for name, value in said.items() if name != "source"}
        for key, said in answers(directory).items()
    }


@FEW
@given(histories())
def test_an_index_holds_the_newest_versions(history: tuple[list[Version], list[Step]]) -> None:
    """It equals one made at once from the newest version of each question."""
    held, steps = history
    with tempfile.TemporaryDirectory() as folder:
        sources = write_all(Path(folder), held)
        newest = Path(folder, "newest.ndjson")
        newest.write_text("\n".join(json.dumps(q.as_record(None)) for q in newest_of(sources)))
        for step in steps:
            run(Path(folder, "grown"), *(sources[n] for n in step.read), rebuild=step.rebuild)
        run(Path(folder, "made"), newest)

        assert said_by(Path(folder, "grown")) == said_by(Path(folder, "made"))


@settings(FEW, max_examples=10)
@given(files)
def test_reading_again_publishes_nothing(held: list[Version]) -> None:
    """Neither the generation nor a file of the index changes, and nothing is indexed."""
    with tempfile.TemporaryDirectory() as folder:
        sources = write_all(Path(folder), held)
        directory = Path(folder, "index")
        run(directory, *sources)
        before = {path.name: path.stat().st_mtime_ns for path in directory.glob("*MAIN*")}

        again = run(directory, *reversed(sources))

        assert again.indexed == 0
        assert {path.name: path.stat().st_mtime_ns for path in directory.glob("*MAIN*")} == before


@pytest.mark.parametrize("first", ["json", "export of a page"])
def test_what_is_unchanged_is_not_analysed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Neither it nor an older version of it reaches the store: it costs a hash."""
    held = write_all(
        tmp_path, [Version(1, first, "Écoles", ANSWERED[1]), Version(1, "page", "Écoles", None)]
    )
    run(tmp_path / "index", *held)
    monkeypatch.setattr(whoosh_runs.RunMaker, "add", _never)
    monkeypatch.setattr(whoosh_runs, "make_run", _never)

    report = run(tmp_path / "index", *held)

    assert (report.unchanged, report.superseded) == (1, 1)


def test_the_same_content_takes_the_better_source(tmp_path: Path) -> None:
    """What a later version has to beat doesn't hang on which of two equal ones came first."""
    page, in_json, in_xml = write_all(
        tmp_path,
        [
            Version(1, "export of a page", "Écoles", None),
            Version(1, "export of JSON", "Écoles", None),
            Version(1, "export of XML", "Puits", None),
        ],
    )
    ranked = sorted(newest_of([path])[0].version for path in (page, in_json, in_xml))
    assert [version.source_rank for version in ranked] == [1, 2, 3]

    for order in ((page, in_json, in_xml), (in_json, page, in_xml), (in_xml, page, in_json)):
        directory = tmp_path / "-".join(path.stem for path in order)
        for source in order:
            run(directory, source)

        (question,) = (said for uid, said in answers(directory).items() if uid.startswith("QANR"))
        assert question["titre"] == "Écoles"


def _never(*_: object) -> None:
    raise AssertionError("an unchanged question was taken in")
