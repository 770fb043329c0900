"""Readings to the end, and small builders of fictional files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.question import Question
from index.sources import Reading, Reject, read_sources


class Outcomes:
    """What came out of a reading, sorted by kind."""

    def __init__(self, reading: Reading) -> None:
        outcomes = list(reading)
        self.reading = reading
        self.questions = [entry for entry in outcomes if isinstance(entry, Question)]
        self.rejects = [entry for entry in outcomes if isinstance(entry, Reject)]
        self.reasons = [f"{entry.source} {entry.place}: {entry.reason}" for entry in self.rejects]


@pytest.fixture(name="read")
def read_() -> Callable[..., Outcomes]:
    """Read sources to the end."""
    return lambda *paths: Outcomes(read_sources(paths))


@pytest.fixture
def published() -> Callable[..., dict[str, Any]]:
    """A fictional written question in the publisher's shape, with keys replaced."""

    def build(**changes: Any) -> dict[str, Any]:
        question: dict[str, Any] = {
            "uid": "QANR5L17QE900001",
            "identifiant": {"numero": "900001", "regime": "5e", "legislature": "17"},
            "type": "QE",
            "indexationAN": {
                "rubrique": "eau",
                "teteAnalyse": None,
                "analyses": {"analyse": "Puits communaux"},
            },
            "auteur": {
                "identite": {"acteurRef": "PA900001", "mandatRef": "PM1"},
                "groupe": {"organeRef": "PO900001", "abrege": "GEF", "developpe": "Groupe fictif"},
            },
            "minInt": {"abrege": "Eaux", "developpe": "Ministère des eaux"},
            "minAttribs": {
                "minAttrib": {
                    "infoJO": {"dateJO": "2025-01-07"},
                    "denomination": {"abrege": "Eaux", "developpe": "Ministère des eaux"},
                }
            },
            "textesQuestion": {
                "texteQuestion": {
                    "infoJO": {"dateJO": "2025-01-07", "pageJO": "12"},
                    "texte": "Le puits est <i> tari </i>.",
                }
            },
            "textesReponse": None,
            "cloture": None,
            "signalement": None,
            "renouvellements": None,
        }
        return {"question": question | changes}

    return build


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Write a file below the temporary folder: bytes, text, or any value as JSON."""

    def write_file(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
