"""Damage inside an array, which opening doesn't notice, is told as damage when it is met."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from index.columnar.array_file import HEADER_SIZE
from index.errors import IndexFormatError
from index.question import make_question
from index.stores.whoosh_store import open_store
from search.engine import Engine, open_engine
from search.request import SearchRequest
from tests.damaging import overwrite
from tests.publishing import publish

TEXTS = ("l’hôpital et les médecins", "les médecins de campagne", "une école, des élèves", "l’eau")
QUERIES = (
    [("q", "médecins")],
    [("q", '"les médecins"')],
    [("q", "méd* OU éco*")],
    [("q", "hôpital campagne")],
    [],
    [("q", "les"), ("tri", "recent"), ("legislature", "17")],
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound index of one segment."""
    directory = tmp_path_factory.mktemp("whole")
    questions = [
        make_question(
            uid=f"QANR5L17QE{n}",
            titre="Médecins",
            rubrique="santé",
            auteur="Mme Exemple",
            texte_question=f"<p>{text}</p>",
            texte_reponse=f"<p>Réponse : {text}</p>",
            date_question=date(2025, 1, n),
            date_reponse=date(2025, 3, n),
            source="a",
        )
        for n, text in enumerate(TEXTS, start=1)
    ]
    with open_store(directory, fictional=False, today=date(2026, 5, 12)) as store:
        publish(store, questions)
    return directory


def _use(engine: Engine) -> None:
    for params in QUERIES:
        request = SearchRequest.from_params(params)
        for hit in engine.search(request).hits:
            engine.get(hit.question.uid)
            engine.highlight([hit.question], request)
            engine.same_answer(hit.question)


GARBAGE: dict[str, Callable[[int], bytes]] = {
    "ones": lambda size: b"\xff" * size,
    "zeros": bytes,
    "noise": lambda size: np.random.default_rng(size).bytes(size),
}


@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_overwritten_array_is_named_when_it_is_met(
    whole: Path, tmp_path: Path, garbage: str
) -> None:
    """Opening or searching works or says which file is damaged: no other error, no hang."""
    told = 0
    for path in sorted(whole.glob("MAIN_*.*")):
        content = path.read_bytes()
        if path.suffix in {".contents", ".toc_crc32"} or len(content) == HEADER_SIZE:
            continue
        directory = tmp_path / path.name
        shutil.copytree(whole, directory)
        overwritten = content[:HEADER_SIZE] + GARBAGE[garbage](len(content) - HEADER_SIZE)
        overwrite(directory / path.name, overwritten)

        try:
            _use(open_engine(directory))
        except IndexFormatError as error:
            told += 1
            assert "damaged" in str(error), path.name
            assert f"qe index --rebuild SOURCE... --index {directory}" in str(error), path.name
    assert told > 5


def test_an_error_of_a_sound_index_is_not_called_damage(whole: Path) -> None:
    """A fault of the program stays what it is, for whoever has to find it."""
    engine = open_engine(whole)
    with (
        patch("search.engines.whoosh_search.expand", side_effect=IndexError("ours")),
        pytest.raises(IndexError, match="ours"),
    ):
        engine.search(SearchRequest())
