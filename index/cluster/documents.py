"""Questions and words as lines of bulk requests.

A question is written under the number of its version, and the cluster keeps it only if it holds no
newer one: whoever else writes, and whatever is sent twice, an older version never wins. A word is
written only if it isn't there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple

from index.cluster.shape import RECORD, any_of, document_with, word_of
from index.fields import TEXT_FIELDS
from index.french.token_table import TokenTable
from index.question import Question

_HASH_BITS: Final = 36
"""Bits of a content's hash that are left in a number of 63 after the rest of a version."""

_LONGEST_ID: Final = 512
"""Bytes."""

LONGEST_TERM: Final = 32_766
"""Bytes; Lucene has no longer ones."""


class Item(NamedTuple):
    """One thing to write: what is done with it, and what it is, in JSON without line breaks."""

    action: bytes
    document: bytes

    @property
    def size(self) -> int:
        """Bytes in a request."""
        return len(self.action) + len(self.document) + 2

    @property
    def is_question(self) -> bool:
        """Whether it is a question, and no word."""
        return self.action.startswith(b'{"index"')

    @property
    def question(self) -> Question:
        """The question that it holds."""
        return Question.from_stored(json.loads(self.document)[RECORD].encode())


class Documents(NamedTuple):
    """What is sent of a batch of questions: an item each, and one for each of their words."""

    items: list[Item]
    words: dict[str, Item]


def documents_of(batch: Sequence[tuple[bytes, bytes]], index: str, word_index: str) -> Documents:
    """What is sent of some questions.

    Args:
        batch: each as it is stored, with the key of its version; bytes go from one process to
            another faster than objects.
        index: where they go.
        word_index: where their words go.
    """
    items, words = [], set[str]()
    questions = [Question.from_stored(stored) for stored, _ in batch]
    texts = _analyzed(field.text(q) or "" for q in questions for field in TEXT_FIELDS)
    for question, (_, version) in zip(questions, batch, strict=True):
        found = {field.name: next(texts) for field in TEXT_FIELDS}
        tokens = {name: _stream(text) for name, text in found.items() if text}
        lengths = {name: text[-1][0] + 1 for name, text in found.items() if text}
        words.update(term for text in found.values() for _, term in text)
        document = document_with(question, version, tokens, lengths)
        action = {
            "index": {
                "_index": index,
                "_id": question.uid,
                "version": version_number(version),
                "version_type": "external_gte",
            }
        }
        items.append(Item(_json(action), _json(document)))
    return Documents(items, words_of(words, word_index))


def _analyzed(texts: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """The positions and the terms of each text, in order."""
    batch = _table().analyze(list(texts))
    terms = [_table().terms[number] for number in batch.terms.tolist()]
    positions = batch.positions.tolist()
    for first, last in pairwise(batch.bounds.tolist()):
        yield list(zip(positions[first:last], terms[first:last], strict=True))


def _stream(text: Iterable[tuple[int, str]]) -> str:
    """A text as `shape.token_stream` gives it."""
    return " ".join(any_of(term for _, term in at) for _, at in groupby(text, itemgetter(0)))


@cache
def _table() -> TokenTable:
    """What this process has met: a chunk of text is analysed once."""
    return TokenTable()


def words_of(words: Iterable[str], index: str) -> dict[str, Item]:
    """What is sent of some words; a question with one that is too long is refused with it."""
    return {
        word: Item(_json({"create": {"_index": index, "_id": word_id(word)}}), _word(word))
        for word in sorted(words)
        if len(word.encode()) <= LONGEST_TERM
    }


@lru_cache(maxsize=1 << 18)
def _word(word: str) -> bytes:
    return _json(word_of(word))


def version_number(version: bytes) -> int:
    """The key of a version as a number of 63 bits, in the same order.

    Of the content's hash it has what there is room for: two versions of one question, of one day
    and from one kind of source, are mixed up once in some 70 billion.
    """
    day, rank, named, content = (version[:7], version[7:8], version[8:9], version[9:])
    front = (int(day) * 10 + int(rank)) * 2 + int(named)
    return front << _HASH_BITS | int(content, 16) >> (4 * len(content) - _HASH_BITS)


def word_id(word: str) -> str:
    """What the cluster calls a word: itself, unless it is too long."""
    encoded = word.encode()
    return word if len(encoded) <= _LONGEST_ID else hashlib.sha256(encoded).hexdigest()


def _json(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
