"""Generated questions: as long, as varied and as repetitive as real ones, and about nothing.

Every question has a topic, from which it takes a third of its words, and it repeats itself, so
that words go together as they do in texts. Words are drawn by number, a few hundred questions at
a time, and only then written.

The same seed gives the same questions, however many processes make them, and the first thousand
of a million are a corpus of a thousand: each batch is drawn from the seed and its own number
alone. Nothing grows with the number of questions.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.metadata import Metadata, Topic
from benchmarks.words import (
    TAIL,
    Flags,
    Ids,
    Lexicon,
    Strings,
    Weights,
    capitalised,
    quantiles,
    tail_word,
    without_accents,
)

BATCH: Final = 250
"""How many questions are drawn at once."""

TOPICS: Final = 320
TOPIC_FAMILIES: Final = 150
TOPIC_PHRASES: Final = 40
COMMON_FAMILIES: Final = 9_000
"""Topics take their words among the families that are said most."""

SHARES: Final = {"grammatical": 0.47, "general": 0.22, "topic": 0.255, "tail": 0.055}
"""Where the words of a text come from."""

TAIL_EXPONENT: Final = 1.4
TAIL_SHIFT: Final = 600
"""The r-th word of the tail is said (r + shift) ^ -exponent times as often as its first."""

PHRASE_SHARE: Final = 0.06
REPEATED_SHARE: Final = 0.15
"""How many words repeat one that the same text has said."""

SHARED_ANSWERS: Final = 0.06
"""How many answers are those of an earlier question, word for word."""

LAST_LEGISLATURE_WITHOUT_ACCENTS: Final = 10

_SEPARATORS: Final = (" ", ", ", ". ", ".</p><p>", ".<br>", "", " « ", " » ", " (", ") ", "-", ".")
_SPACE, _COMMA, _STOP, _PARAGRAPH, _BREAK, _NOTHING = range(6)
_OPENING, _CLOSING, _LEFT, _RIGHT, _HYPHEN, _END = range(6, 12)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Some texts as numbers, one after another.

    Attributes:
        ids: of the words. separators: what follows each word, a place in `_SEPARATORS`.
        capital: whether each word begins a sentence. ends: where each text ends in the others.
    """

    ids: Ids
    separators: Ids
    capital: Flags
    ends: Ids


class World:
    """Everything that questions are made from, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed])
        self.seed = seed
        self.lexicon = Lexicon.make(rng)
        self.metadata = Metadata.make(rng, [_name_topic(rng, self.lexicon) for _ in range(TOPICS)])
        self._grammatical = quantiles(self.lexicon.grammatical, 1 << 16)
        self._general = quantiles(self.lexicon.general, 1 << 22) + self.lexicon.first_number
        self._topics = np.stack([_topic_words(topic) for topic in self.metadata.topics])
        self._phrases = np.array([topic.phrases for topic in self.metadata.topics], dtype=np.int32)
        self._phrase_ranks = quantiles(1 / (np.arange(TOPIC_PHRASES) + 2), 1 << 12)
        self._plain_words = self.lexicon.words[self.lexicon.first_word :]

    def batch(self, number: int) -> list[dict[str, Any]]:
        """The records of a batch of `BATCH` questions, without what is derived from the rest."""
        rng = np.random.default_rng([self.seed, number])
        records = self.metadata.draw(rng, number * BATCH, BATCH)
        topics = np.array([record.pop("topic") for record in records])
        bare = np.array([r["legislature"] <= LAST_LEGISLATURE_WITHOUT_ACCENTS for r in records])
        drawn = {
            "titre": self._write(rng, topics, rng.integers(4, 11, BATCH).astype(np.int32), bare),
            "texte_question": self._write(rng, topics, _lengths(rng, 150, 0.40, 40, 600), bare),
            "texte_reponse": self._write(rng, topics, _lengths(rng, 485, 0.50, 60, 3_000), bare),
        }
        shared = rng.random(BATCH) < SHARED_ANSWERS
        answers: dict[int, str] = {}
        for place, record in enumerate(records):
            texts = {name: texts[place] for name, texts in drawn.items()}
            _complete(record, texts, bare=bool(bare[place]))
            if record["texte_reponse"] is not None:
                _share(record, answers, int(topics[place]), repeated=bool(shared[place]))
        return records

    def _write(self, rng: np.random.Generator, topics: Ids, lengths: Ids, bare: Flags) -> list[str]:
        """A text for each topic, of about `lengths` words; without accents where `bare` says so."""
        texts = self._draw(rng, topics, lengths)
        pieces = self._pieces(rng, texts, np.repeat(bare, lengths))
        starts = [0, *texts.ends[:-1]]
        return [
            "".join(pieces[2 * start : 2 * end])
            for start, end in zip(starts, texts.ends, strict=True)
        ]

    def _draw(self, rng: np.random.Generator, topics: Ids, lengths: Ids) -> _Texts:
        ends = np.cumsum(lengths)
        size = int(ends[-1])
        starts = np.repeat(ends - lengths, lengths)
        topic = np.repeat(topics, lengths)
        kinds = np.searchsorted(np.cumsum(list(SHARES.values()))[:-1], rng.random(size))
        ids = np.select(
            [kinds == 0, kinds == 1, kinds == 2],
            [
                self._grammatical[rng.integers(0, 1 << 16, size)],
                self._general[rng.integers(0, 1 << 22, size)],
                self._topics[topic, rng.integers(0, 1 << 12, size)],
            ],
            default=_tail_ids(rng, size),
        )
        _repeat(rng, ids, starts, kinds > 0)
        self._say_phrases(rng, ids, topic, ends)
        separators, capital = self._punctuate(rng, ids, ends)
        self._elide(ids, separators)
        return _Texts(ids, separators, capital, ends)

    def _say_phrases(self, rng: np.random.Generator, ids: Ids, topic: Ids, ends: Ids) -> None:
        """Put two words that often stand together in place of some."""
        at = np.flatnonzero(rng.random(len(ids)) < PHRASE_SHARE / 2)
        at = np.setdiff1d(at, ends - 1, assume_unique=True)
        said = self._phrases[topic[at], self._phrase_ranks[rng.integers(0, 1 << 12, len(at))]]
        ids[at], ids[at + 1] = said[:, 0], said[:, 1]

    def _punctuate(self, rng: np.random.Generator, ids: Ids, ends: Ids) -> tuple[Ids, Flags]:
        size = len(ids)
        chance = rng.random(size)
        meaning = (ids < 0) | (ids >= self.lexicon.first_number)
        inner = meaning & np.append(meaning[1:], False)
        stops = meaning & (chance < 0.075)
        separators = np.select(
            [
                stops & (chance < 0.008),
                stops & (chance < 0.011),
                stops,
                meaning & (chance < 0.15),
                inner & (chance > 0.992),
            ],
            [_PARAGRAPH, _BREAK, _STOP, _COMMA, _HYPHEN],
            default=_SPACE,
        ).astype(np.int32)
        _enclose(rng, separators, meaning, _OPENING, _CLOSING)
        _enclose(rng, separators, meaning, _LEFT, _RIGHT)
        separators[ends - 1] = _END
        stops = np.isin(separators, (_STOP, _PARAGRAPH, _BREAK))
        return separators, np.append(False, stops[:-1])

    def _elide(self, ids: Ids, separators: Ids) -> None:
        known = np.maximum(ids, 0)
        vowel = (ids >= 0) & self.lexicon.vowel[known]
        elided = self.lexicon.elided[known]
        before_vowel = np.append(vowel[1:], False) & (ids >= 0) & (separators == _SPACE)
        chosen = before_vowel & (elided >= 0)
        ids[chosen] = elided[chosen]
        separators[chosen] = _NOTHING

    def _pieces(self, rng: np.random.Generator, texts: _Texts, bare: Flags) -> list[str]:
        """Words and what follows them, in turns."""
        pieces = np.empty((len(texts.ids), 2), dtype=np.object_)
        form = texts.capital + 2 * bare
        pieces[:, 0] = self.lexicon.written[form, np.maximum(texts.ids, 0)]
        pieces[:, 1] = _written(_SEPARATORS)[texts.separators]
        tail = np.flatnonzero(texts.ids < 0)
        words = [tail_word(-number, self._plain_words) for number in texts.ids[tail].tolist()]
        flags = zip(words, texts.capital[tail].tolist(), bare[tail].tolist(), strict=True)
        pieces[tail, 0] = [_in_form(word, capital, plain) for word, capital, plain in flags]
        # One text has one kind of apostrophe as often as the other; here one in a batch of words.
        elided = texts.separators == _NOTHING
        typographic = (rng.random(len(texts.ids)) < 0.5) & ~bare
        pieces[elided, 1] = "'"
        pieces[elided & typographic, 1] = "’"
        flat: list[str] = pieces.ravel().tolist()
        return flat


def generate_records(questions: int, seed: int = 1, start: int = 0) -> Iterator[dict[str, Any]]:
    """The records numbered from `start`, in this process."""
    world = _world(seed)
    first, skipped = divmod(start, BATCH)
    records = (record for number in count(first) for record in world.batch(number))
    return islice(records, skipped, skipped + questions)


def write_questions(  # noqa: PLR0913 - most have a default that serves
    path: Path,
    questions: int,
    seed: int = 1,
    *,
    start: int = 0,
    processes: int = 2,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write questions as this program's own NDJSON, a record a line.

    Args:
        path: the file.
        questions: how many; the first is number `start` of the endless corpus of this seed.
        seed: another seed is another corpus.
        start: how many to leave out.
        processes: which make them; they change nothing in the file.
        progress: called with how many are written.
    """
    with path.open("wb") as file:
        for number, line in enumerate(generate_lines(questions, seed, start, processes), 1):
            file.write(line)
            if number % BATCH == 0 or number == questions:
                progress(number)


def generate_lines(
    questions: int, seed: int = 1, start: int = 0, processes: int = 2
) -> Iterator[bytes]:
    """The records numbered from `start` as lines of NDJSON, made by other processes."""
    first, skipped = divmod(start, BATCH)
    batches = range(first, -(-(start + questions) // BATCH))
    lines = (line for batch in _batches(batches, seed, processes) for line in batch)
    return islice(lines, skipped, skipped + questions)


def _batches(numbers: range, seed: int, processes: int) -> Iterator[list[bytes]]:
    """The lines of each batch, in order, a few of them made ahead."""
    if processes == 1 or len(numbers) == 1:
        yield from (_lines(number, seed) for number in numbers)
        return
    waiting: deque[Future[list[bytes]]] = deque()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for number in numbers:
            waiting.append(pool.submit(_lines, number, seed))
            if len(waiting) > 4 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _lines(number: int, seed: int) -> list[bytes]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return [f"{encode(record)}\n".encode() for record in _world(seed).batch(number)]


@lru_cache(maxsize=1)
def _world(seed: int) -> World:
    return World(seed)


@lru_cache(maxsize=1)
def _written(pieces: tuple[str, ...]) -> Strings:
    return np.array(pieces, dtype=np.object_)


def _in_form(word: str, capital: bool, bare: bool) -> str:
    written = capitalised(word) if capital else word
    return without_accents(written) if bare else written


def _name_topic(rng: np.random.Generator, lexicon: Lexicon) -> Topic:
    """The words and the phrases of one topic."""
    families = rng.choice(COMMON_FAMILIES, TOPIC_FAMILIES, replace=False)
    words = [lexicon.families[number] for number in families]
    pairs = rng.integers(0, 30, (TOPIC_PHRASES, 2))
    pairs[:, 1] += pairs[:, 0] == pairs[:, 1]
    phrases = [(int(words[one][0]), int(words[other][-1])) for one, other in pairs]
    return Topic(words, phrases)


def _topic_words(topic: Topic) -> Ids:
    """A table from which a uniform draw is a word of the topic."""
    ids = np.concatenate(topic.words)
    weights: Weights = np.concatenate(
        [
            1 / (rank + 6) / np.arange(1, len(family) + 1) ** 1.3
            for rank, family in enumerate(topic.words)
        ]
    )
    return ids[quantiles(weights, 1 << 12)]


def _lengths(rng: np.random.Generator, median: int, spread: float, least: int, most: int) -> Ids:
    drawn = rng.lognormal(np.log(median), spread, BATCH)
    return np.clip(drawn, least, most).astype(np.int32)


def _tail_ids(rng: np.random.Generator, size: int) -> Ids:
    """Ranks in the tail, negative to tell them from words of the lexicon."""
    ranks = TAIL_SHIFT * ((1 - rng.random(size)) ** (-1 / (TAIL_EXPONENT - 1)) - 1)
    # Beyond the last rank come its words again, any of them as often.
    return -1 - np.fmod(ranks, TAIL - 1).astype(np.int32)


def _repeat(rng: np.random.Generator, ids: Ids, starts: Ids, meaning: Flags) -> None:
    """Let some words be one that stands before in the same text."""
    at = np.flatnonzero(meaning & (rng.random(len(ids)) < REPEATED_SHARE))
    earlier = starts[at] + (rng.random(len(at)) * (at - starts[at])).astype(np.int64)
    kept = meaning[earlier]
    ids[at[kept]] = ids[earlier[kept]]


def _enclose(
    rng: np.random.Generator, separators: Ids, meaning: Flags, left: int, right: int
) -> None:
    """Put some single words between guillemets or brackets."""
    alone = meaning[1:] & (separators[1:] == _SPACE) & (separators[:-1] == _SPACE)
    at = np.flatnonzero(alone & (rng.random(len(alone)) < 0.004)) + 1
    at = at[np.diff(at, prepend=-2) > 1]
    separators[at - 1], separators[at] = left, right


def _complete(record: dict[str, Any], texts: dict[str, str], *, bare: bool) -> None:
    """Put the texts of a question in the frame that such texts have."""
    fix = without_accents if bare else str
    opening, request, answer = record.pop("frame")
    record["titre"] = capitalised(texts["titre"].rstrip("."))
    asked = f"<p>{opening} {texts['texte_question']}</p><p>{request}</p>"
    record["texte_question"] = fix(asked)
    if record["texte_reponse"] is not None:
        record["texte_reponse"] = f"<p>{fix(answer)} {texts['texte_reponse']}</p>"


def _share(record: dict[str, Any], answers: dict[int, str], topic: int, *, repeated: bool) -> None:
    """Give the answer of another question on the topic, where there is one to repeat."""
    if repeated and topic in answers:
        record["texte_reponse"] = answers[topic]
    answers[topic] = record["texte_reponse"]
