"""A damaged index: whatever its bytes are, results, or an error that says what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from index.errors import QuestionsError
from index.question import Question, make_question
from index.stores.whoosh_check import check_index
from index.stores.whoosh_store import open_index, open_store
from search.engine import Engine, open_engine
from search.request import SearchRequest
from tests.fuzz.target import Dice, RunOne, Target
from tests.publishing import publish

TODAY: Final = date(2026, 6, 1)
SEARCHES: Final = tuple(
    SearchRequest.from_params(params)
    for params in (
        [("q", "puits communes")],
        [("q", '"eau potable" OU éco*'), ("tri", "reponse"), ("ministere", "Eaux")],
        [("statut", "-repondue"), ("tri", "delai")],
    )
)
MOST_DAMAGES: Final = 4
CHECKED_ONE_IN: Final = 4
"""Checking an index takes as long as opening and searching it."""

_SUBJECTS: Final = ("puits", "eau potable", "écoles", "communes")
_NUMBERS: Final = tuple(
    value.to_bytes(4, "little") for value in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 9)
)


def prepare(folder: Path) -> RunOne:
    directory = folder / "index"
    for numbers in (range(1, 30), range(29, 32)):
        with open_store(directory, fictional=True, today=TODAY) as store:
            publish(store, map(_question, numbers))
    files = _files(directory)
    names = [segment.segment_id() for segment in open_index(directory).toc().segments]
    arrays = {path for path in files for name in names if path.name.startswith(f"MAIN_{name}.")}

    def run_one(data: bytes) -> None:
        dice = Dice(data)
        checked = dice.number(1) % CHECKED_ONE_IN == 0
        damaged = _damaged(files, dice)
        try:
            for path in damaged:
                _write(path, damaged[path])
            _use(directory)
            if checked:
                _check(directory, any(damaged[path] != files[path] for path in arrays & {*damaged}))
        finally:
            for path in damaged:
                _write(path, files[path])

    return run_one


def _question(number: int) -> Question:
    subject, other = _SUBJECTS[number % 4], _SUBJECTS[number % 3]
    answered = number % 2
    return make_question(
        legislature=17,
        type="QE",
        numero=900_000 + number,
        titre=f"Situation des {subject} de la commune",
        rubrique=other,
        auteur=("Mme Odile Ferrandeau", "M. Gaspard d’Urtu")[number % 2],
        ministere=("Eaux", "Écoles")[number % 2],
        texte_question=f"<p>Les {subject} manquent aux {other}.</p>",
        texte_reponse=f"<p>Les {other} auront leurs {subject}.</p>" if answered else None,
        date_question=date(2026, 1, 6) + timedelta(weeks=number % 9),
        date_reponse=date(2026, 5, 12) if answered else None,
    )


def _files(directory: Path) -> dict[Path, bytes]:
    """The files with what they hold, in an order that doesn't come from the names of segments."""
    names = [segment.segment_id() for segment in open_index(directory).toc().segments]

    def rank(path: Path) -> tuple[str, int]:
        for place, name in enumerate(names):
            if f"_{name}." in path.name:
                return path.name.replace(name, ""), place
        return path.name, 0

    return {path: path.read_bytes() for path in sorted(directory.iterdir(), key=rank)}


def _damaged(files: dict[Path, bytes], dice: Dice) -> dict[Path, bytes | None]:
    """Some files with other bytes, or None for one that is gone."""
    paths = list(files)
    damaged: dict[Path, bytes | None] = {}
    for _ in range(MOST_DAMAGES):
        if dice:
            path = paths[dice.number(1) % len(paths)]
            before = damaged.get(path, files[path])
            other = files[paths[dice.number(1) % len(paths)]]
            damaged[path] = _damage(before or b"", other, dice)
    return damaged


def _damage(before: bytes, other: bytes, dice: Dice) -> bytes | None:
    kind, place, value = dice.number(1) % 9, dice.number(2) % (len(before) or 1), dice.number(1)
    after = before[place + 1 :]
    changed: tuple[bytes | None, ...] = (
        before[:place] + bytes([value]) + after,
        before[:place] + bytes([before[place] ^ 1 << value % 8 if before else 0]) + after,
        before[:place] + _NUMBERS[value % len(_NUMBERS)] + before[place + 4 :],
        before[:place],
        before[:place] + bytes(len(before) - place),
        before + bytes([value]) * (value + 1),
        before[:place] + other[place:],
        before[:place] + after,
        None,
    )
    return changed[kind]


def _write(path: Path, content: bytes | None) -> None:
    """Put another file in the place of one that may still be mapped."""
    with suppress(FileNotFoundError):
        path.unlink()
    if content is not None:
        path.write_bytes(content)


def _use(directory: Path) -> None:
    try:
        with closing(open_engine(directory)) as engine:
            for request in SEARCHES:
                _search(engine, request)
            engine.corpus()
            engine.suggest(SearchRequest(q="comm"))
    except QuestionsError as error:
        _see_told(str(error))


def _check(directory: Path, to_be_told: bool) -> None:
    """Checking tells every array that isn't what was written."""
    try:
        damages = check_index(directory, lambda *_: None).damages
    except QuestionsError as error:
        damages = (str(error),)
    for damage in damages:
        _see_told(damage)
    assert damages or not to_be_told


def _search(engine: Engine, request: SearchRequest) -> None:
    results = engine.search(request, with_timeline=True)
    assert results.as_json()
    for hit in results.hits[:2]:
        engine.highlight([hit.question], request)
        engine.similar(hit.question)
        engine.same_answer(hit.question)


def _see_told(message: str) -> None:
    assert message
    assert "\n" not in message


def seeds() -> Iterator[bytes]:
    """Each file damaged somewhere in each way, some of them past the headers of arrays."""
    for number in range(160):
        kind, place = number % 9, (number * 37 + 250 * (number % 2)) % 600
        yield bytes([number % 7, number, number // 2, kind, place % 256, place // 256, number])


TARGET = Target(
    name="index_opener",
    prepare=prepare,
    seeds=seeds,
    words=("\x00\x01", "\x01\x00", "\x02", "\x03", "\x08"),
    longest=1 + 7 * MOST_DAMAGES,
    share=0.02,
    packages=("index.columnar", "index.stores", "search.engines"),
    compares=False,
)
