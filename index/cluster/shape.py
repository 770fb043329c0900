"""What an OpenSearch index holds of a question, derived from the fields and columns.

OpenSearch analyses no French: it is sent the tokens that our analysis produced, those of one
position joined by a bar, and splits them again. Lengths stand beside them as numbers, since the
norms of Lucene keep a length to one part in sixteen; its `scripted` similarity is told to give the
occurrences of a term alone, more by what its boost exceeds one, and the query makes BM25F of them
(see `search.ranking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from index.fields import COLUMNS, NO_INTEGER, TEXT_FIELDS
from index.french.analyzer import Token, analyze
from index.french.families import lemmas_of
from index.french.fold import fold
from index.question import Question

FORMAT_VERSION: Final = 1
"""Grows by one when an index written before can no longer be searched."""

UID: Final = "uid"
VERSION: Final = "version"
RECORD: Final = "record"

TOKENS, LENGTHS, COLUMN, MONTHS = "tokens", "lengths", "columns", "months"
"""Objects with an entry for each text field, for each of these, each column, each dated column."""

DATED: Final = ("date_question", "date_reponse")
"""The columns whose months are counted."""

WORD, FOLDED, LEMMAS = "word", "folded", "lemmas"
"""What the index of words has of each: a term of some text, folded or accented."""

BAR: Final = "|"
"""Between the forms of one position; in no term, which has letters and digits only."""

APART: Final = 1 << 16
"""The similarity of a phrase is the sum of what is given for each of its terms, as many of them as
a shard has: asked for with a boost of `1 + APART`, both numbers can be told from the sum."""

_LONGEST_TOKEN: Final = 1 << 20
"""Characters of all forms of one position: a query's have every form of a family."""

_KEYWORD: Final = {"type": "keyword"}
_INTEGER: Final = {"type": "integer"}


def settings(*, shards: int, replicas: int) -> dict[str, Any]:
    """The settings of an index of questions.

    Nothing that is written is visible before it is asked for: a build publishes all at once.
    """
    return {
        "index": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
            "similarity": {
                "occurrences": {
                    "type": "scripted",
                    "script": {"source": "return doc.freq + query.boost - 1;"},
                }
            },
        },
        "analysis": {
            "tokenizer": {"positions": {"type": "whitespace", "max_token_length": _LONGEST_TOKEN}},
            "filter": {
                "forms": {
                    "type": "pattern_capture",
                    "preserve_original": False,
                    "patterns": [f"([^{BAR}]+)"],
                }
            },
            "analyzer": {
                "tokens": {"type": "custom", "tokenizer": "positions", "filter": ["forms"]}
            },
        },
    }


def word_settings(*, replicas: int) -> dict[str, Any]:
    """The settings of an index of words, which is small: one shard."""
    return {
        "index": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
        }
    }


def mappings() -> dict[str, Any]:
    """The mapping of an index of questions; whatever it doesn't name is refused."""
    text = {
        "type": "text",
        "analyzer": "tokens",
        "similarity": "occurrences",
        "norms": False,
        "index_options": "positions",
    }
    columns = {c.name: _INTEGER if c.integer else _KEYWORD for c in COLUMNS}
    return {
        "dynamic": "strict",
        "_source": {"excludes": [f"{TOKENS}.*"]},
        "properties": {
            UID: _KEYWORD,
            VERSION: {"type": "keyword", "index": False},
            RECORD: {"type": "object", "enabled": False},
            TOKENS: {"properties": {field.name: text for field in TEXT_FIELDS}},
            LENGTHS: {"properties": {field.name: _INTEGER for field in TEXT_FIELDS}},
            COLUMN: {"properties": columns},
            MONTHS: {"properties": dict.fromkeys(DATED, _INTEGER)},
        },
    }


def word_mappings() -> dict[str, Any]:
    """The mapping of an index of words."""
    return {
        "dynamic": "strict",
        "properties": {WORD: _KEYWORD, FOLDED: _KEYWORD, LEMMAS: _KEYWORD},
    }


def document_of(question: Question, version: bytes) -> tuple[dict[str, Any], set[str]]:
    """What is sent of a question, and the terms of its texts.

    Args:
        question: the question.
        version: the key of its version (see `index.stores.version_key`).
    """
    tokens: dict[str, str] = {}
    lengths: dict[str, int] = {}
    words: set[str] = set()
    for field in TEXT_FIELDS:
        found = analyze(field.text(question) or "")
        if found:
            tokens[field.name] = token_stream(found)
            lengths[field.name] = found[-1].position + 1
            words.update(term for token in found for term in _terms(token))
    return document_with(question, version, tokens, lengths), words


def document_with(
    question: Question, version: bytes, tokens: Mapping[str, str], lengths: Mapping[str, int]
) -> dict[str, Any]:
    """What is sent of a question whose texts are analysed.

    Args:
        question: the question.
        version: the key of its version.
        tokens: of each text field that has any, as `token_stream` gives them.
        lengths: of these, the positions.
    """
    columns = {column.name: column.value(question) for column in COLUMNS}
    return {
        UID: question.uid,
        VERSION: version.decode(),
        RECORD: question.to_stored().decode(),
        TOKENS: tokens,
        LENGTHS: lengths,
        COLUMN: {name: held for name, held in columns.items() if held not in (None, NO_INTEGER)},
        MONTHS: {name: month_number(day) for name in DATED if (day := getattr(question, name))},
    }


def word_of(term: str) -> dict[str, Any]:
    """What is sent of a term."""
    return {WORD: term, FOLDED: fold(term), LEMMAS: sorted(lemmas_of(term))}


def month_number(day: Any) -> int:
    """The months from the year 0 to that of a day."""
    number: int = day.year * 12 + day.month - 1
    return number


def token_stream(tokens: Iterable[Token]) -> str:
    """Tokens as OpenSearch is sent them: a white space between positions, a bar between forms."""
    positions = groupby(tokens, key=lambda token: token.position)
    return " ".join(any_of(term for token in at for term in _terms(token)) for _, at in positions)


def any_of(terms: Iterable[str]) -> str:
    """The forms of one position, each once."""
    return BAR.join(dict.fromkeys(terms))


def _terms(token: Token) -> Iterator[str]:
    yield token.term
    if token.accented is not None:
        yield token.accented
