"""No query gives an error: ten thousand hostile ones have results, or say what is malformed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from index.question import make_question
from search.engine import Engine
from search.request import BadRequest, SearchRequest
from tests.conftest import MakeEngine

SEED = 20260512
QUERIES = 10_000
BATCHES = 20

WORDS = (
    "eau", "l’eau", "école", "e\u0301cole", "ÉCOLE", "œuvre", "Pas-de-Calais", "aujourd'hui", "le",
    "la", "et", "ou", "1", "960", "1 960", "6,6", "%", "E.H.P.A.D.", "n° 12", "17-2621QE",
    "QANR5L17QE2621", "titre:", "auteur:", "objet:", "numero:2621", "infirm*", "MES", "a",
)  # fmt: skip
SYNTAX = (
    '"', "“", "”", "«", "»", "(", ")", "((((", "))))", "-", "--", "*", "**", "?", ":", "::", "|",
    "||", "~", "~5", "~999999999999", '"~', "ET", "OU", "SAUF", "AND", "OR", "NOT", "+", "^2",
    "[1 TO 9]", "{", "}", "\\", "/", "&&", "!", "'", "’", "ʼ", "#", "%s", "{0}", "$(x)", "';--",
    "<script>", "</mark>", "&amp;", "%00", "..", "../../etc",
)  # fmt: skip
CHARACTERS = (
    "\x00", "\x01", "\x1f", "\x7f", "\n", "\r\n", "\t", "\u00a0", "\u202f", "\u00ad", "\u200b",
    "\u200d", "\u200f", "\u202e", "\u2028", "\u0301", "\u0301" * 40, "\ufeff", "\ufffd", "\uffff",
    "\ud800", "\udfff", "\ud83d\ude00", "😀", "👩‍👩‍👧", "🇫🇷", "שלום", "مرحبا",
    "٣٫٥", "日本語", "Ⅷ", "½", "ﬁ", "ß", "İ", "ŉ", "ǅ", "\U000e0041", "\U0010ffff", "ᄀ", "नमस्ते",
    "∞", "№", "°", "²",
)  # fmt: skip
SEPARATORS = ("", "", " ", " ", " ", "  ", "\u00a0")
LONG = (
    "(" * 2_000, ")" * 2_000, "-" * 1_999 + "a", "a OU " * 400, "(a" * 600, '"' * 2_000,
    "titre:" * 300 + "a", "a*" * 900, "a " * 900, "a-" * 900, "l'" * 900, "1 000 " * 300,
    '"' + "eau " * 400 + '"~100', "* " * 900, "e* " * 28, "\u0301" * 2_000, "~5" * 900,
)  # fmt: skip
PARAMETERS = (
    "q legislature type statut ministere rubrique groupe auteur annee signalee renouvelee champ "
    "du au reponse_du tri page par utm_x x"
).split()


def hostile_text(chance: random.Random) -> str:
    """A text of words, syntax and odd characters; one in a hundred is ten thousand long."""
    pieces = [chr(chance.randrange(0x110000))] if chance.random() < 0.1 else []
    for _ in range(chance.choice((1, 2, 3, 5, 8, 13, 40))):
        kind = chance.choices((WORDS, SYNTAX, CHARACTERS), weights=(4, 4, 2))[0]
        pieces += (chance.choice(SEPARATORS), chance.choice(kind))
    text = "".join(pieces)
    return (text * 10_000)[:10_000] if chance.random() < 0.01 else text


def hostile_params(chance: random.Random) -> Iterator[tuple[str, str]]:
    """A hostile query, often alone, sometimes with other parameters as hostile."""
    yield "q", hostile_text(chance)
    if chance.random() < 0.2:
        for name in chance.sample(PARAMETERS, k=chance.randrange(1, 4)):
            yield name, chance.choice((hostile_text(chance), "1", "17", "QE", "-eau", "2025-01-14"))


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """A few questions that hold what the queries are made of."""
    return make_engine(
        make_question(
            uid=f"QANR5L17QE{number}",
            titre=f"L’école {number} & l’eau",
            rubrique="Eau",
            texte_question="<p>Une œuvre, 1 960 infirmiers : 6,6 % de l’EHPAD.</p>" * number,
            source="a.json",
        )
        for number in range(1, 5)
    )


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_hostile_query_has_an_answer(engine: Engine, batch: int) -> None:
    """Results that JSON can carry, or a 400 whose every error has a sentence."""
    chance = random.Random(SEED + batch)
    for _ in range(QUERIES // BATCHES):
        params = list(hostile_params(chance))
        try:
            request = SearchRequest.from_params(params)
        except BadRequest as refused:
            assert all(error.message.endswith(".") for error in refused.errors)
            continue
        results = engine.search(request)

        assert json.dumps(results.as_json(), ensure_ascii=False).encode()
        assert SearchRequest.from_params(request.to_params()) == request
        assert results.request.url().isascii()


@pytest.mark.parametrize("query", LONG, ids=lambda query: query[:12].strip() or "accents")
def test_a_long_query_has_an_answer(engine: Engine, query: str) -> None:
    """Depth and length are bounded, not the patience of a recursion."""
    results = engine.search(SearchRequest.from_params([("q", query[:2_000])]))

    assert json.dumps(results.as_json(), ensure_ascii=False).encode()
