"""Sigles and what they stand for: `CNAM` and *caisse nationale d’assurance maladie*.

The table is `sigles.tsv`, reviewed line by line: a wrong meaning costs more trust than a missing
one. Here is which sigle a typed word is, and which one typed words are the developed form of;
what is looked up for it is decided in `search.expansion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple, TypeAlias

from index.french.analyzer import analyze
from index.french.fold import fold
from index.french.stopwords import is_optional
from search.query.nodes import Span

TABLE: Final = "sigles.tsv"

WORD: Final = "mot"
"""What the table says of a sigle that is also an ordinary word, like `PLU`."""

_PLURALS: Final = ("s", "x")

Name: TypeAlias = tuple[str, ...]
"""The words of a developed form as they are compared: folded, singular, without little words."""


@dataclass(frozen=True, slots=True)
class Sigle:
    """One line of the table.

    Attributes:
        letters: as it is written.
        forms: its developed forms, in words; the usual one first.
        is_word: whether it is also an ordinary word. Texts are folded, so that nothing tells
            `PLU` from `plu` there: such a sigle is understood in capitals only, and is not
            looked for when its developed form is typed.
    """

    letters: str
    forms: tuple[str, ...]
    is_word: bool = False

    @property
    def meanings(self) -> tuple[str, ...]:
        """What a person is told: no form that differs from one told by a plural or a little word
        only, or by ending sooner or later.
        """
        told: dict[Name, str] = {}
        for form in self.forms:
            name = name_of(form)
            if not any(name[: len(known)] == known[: len(name)] for known in told):
                told[name] = form
        return tuple(told.values())


class Named(NamedTuple):
    """Words, from `first` up to but not including `end`, that are the developed form of a sigle."""

    first: int
    end: int
    sigle: Sigle


@dataclass(frozen=True, slots=True)
class Widening:
    """What a sigle adds to a query: its developed forms, or itself where one of them is typed.

    Attributes:
        typed: the sigle, or the words of the developed form, as typed.
        also: what is searched too, in words.
        span: where the typed words stand in the query.
    """

    typed: str
    also: tuple[str, ...]
    span: Span = field(default=(0, 0), compare=False)

    @property
    def sentence(self) -> str:
        """The indication that announces it."""
        also = ", ".join(f"« {words} »" for words in self.also)
        return f"« {self.typed} » : recherche aussi {also}."


def sigle_of(typed: str) -> Sigle | None:
    """The sigle that a word is, as typed: in any case unless it is also an ordinary word."""
    sigle = _by_letters().get(fold(typed))
    return None if sigle is None or (sigle.is_word and not typed.isupper()) else sigle


def find_named(words: Sequence[str | None]) -> Iterator[Named]:
    """Where successive words are a developed form, the longest one; without overlap.

    Args:
        words: as typed, each perhaps a hyphenated one; None is no word, and parts a form.
    """
    names = [None if word is None else name_of(word) for word in words]
    first = 0
    while first < len(names):
        found = _named_at(names, first)
        if found is None:
            first += 1
        else:
            yield found
            first = found.end


def is_sigle(term: str) -> bool:
    """Whether a folded word is one of the table."""
    return term in _by_letters()


@lru_cache(maxsize=1 << 12)
def name_of(text: str) -> Name:
    """The words of a text as developed forms are compared: singular and without little words."""
    return tuple(
        _singular(token.term)
        for token in analyze(text)
        if not token.glued and not is_optional(token.term)
    )


def read_table(lines: Iterable[str]) -> Iterator[Sigle]:
    """The sigles of a table; lines with `#` are comments."""
    for line in lines:
        if line and not line.startswith("#"):
            letters, forms, *notes = line.split("\t")
            yield Sigle(letters, tuple(forms.split(" | ")), notes == [WORD])


@cache
def sigles() -> tuple[Sigle, ...]:
    """The table, read once."""
    table = resources.files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    return tuple(read_table(table.splitlines()))


@cache
def _by_letters() -> Mapping[str, Sigle]:
    return {fold(sigle.letters): sigle for sigle in sigles()}


@cache
def _by_first_word() -> Mapping[str, Sequence[tuple[Name, Sigle]]]:
    """The developed forms that lead to a sigle, by their first word, the longest first."""
    names = {name_of(form): one for one in sigles() if not one.is_word for form in one.forms}
    found: dict[str, list[tuple[Name, Sigle]]] = {}
    for name in sorted(names, key=len, reverse=True):
        found.setdefault(name[0], []).append((name, names[name]))
    return found


def _named_at(names: Sequence[Name | None], first: int) -> Named | None:
    begun = names[first]
    for name, sigle in _by_first_word().get(begun[0], ()) if begun else ():
        end = _end_of(name, names, first)
        if end is not None:
            return Named(first, end, sigle)
    return None


def _end_of(name: Name, names: Sequence[Name | None], first: int) -> int | None:
    """Where the words that begin at `first` have said a name, no more and no less."""
    said: Name = ()
    for place, words in enumerate(names[first:], first):
        if words is None:
            return None
        said += words
        if said == name:
            return place + 1
        if name[: len(said)] != said:
            return None
    return None


def _singular(term: str) -> str:
    """A folded word without the mark of its plural, the same for `local`, `locaux` and `locals`."""
    stem = term[:-1] if term.endswith(_PLURALS) else term
    return f"{stem[:-1]}l" if stem.endswith("au") else stem
