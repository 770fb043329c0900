"""The words of the generated corpus: how often each is said, and how it is written.

French text is some two hundred grammatical words that make up half of it, a large lexicon whose
r-th word is said about r times less often than its first, and a tail of names, numbers and
slips of the pen that never ends. The grammatical words are listed here; the lexicon is
`simplemma`'s, so that plurals, feminines and verbs belong to real families; the tail is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise, product
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

Ids = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]
Strings = npt.NDArray[np.object_]

DEMO: Final = Path(__file__).resolve().parents[1] / "demo" / "questions"

_SAID: Final = (
    "de 500 la 300 les 250 et 225 le 220 des 215 à 180 en 140 du 140 que 95 dans 85 pour 85 un 80 "
    "une 80 par 75 au 75 sur 70 est 70 qui 62 a 60 aux 52 il 50 ce 48 ne 40 cette 40 ces 40 plus "
    "38 se 38 pas 36 ont 30 sont 30 avec 30 leur 28 son 26 être 26 sa 24 ou 24 été 24 ainsi 20 "
    "elle 18 afin 18 leurs 18 mais 16 ses 16 peut 15 même 14 dont 14 entre 14 si 13 tout 12 cet 12 "
    "sans 12 également 12 fait 11 notamment 11 soit 11 nous 10 ils 10 depuis 9 comme 9 sous 9 on 9 "
    "après 8 toutes 8 tous 8 lors 8 aussi 7 doit 7 elles 7 très 7 avait 6 toute 6 était 6 serait 6 "
    "lui 6 où 6 certains 6 autres 6 deux 6 aucune 5 moins 5 donc 5 alors 5 encore 5 car 5 non 5 "
    "chaque 5 vers 4 celui 4 contre 4 celle 4 avant 4 ceux 4 pendant 4 selon 4 trois 4 dès 3 "
    "déjà 3 lorsque 3 quel 3 nos 2 votre 2 celles 2 parmi 2 quelle 2 trop 2 cela 6 peuvent 6 "
    "doivent 4"
)
"""Each grammatical word and how often it comes in some five thousand of them."""

_ELIDED: Final = {
    "de": "d", "la": "l", "le": "l", "que": "qu", "ne": "n", "se": "s", "ce": "c", "lorsque":
    "lorsqu",
}  # fmt: skip
"""What becomes of them before a vowel; the apostrophe is the text's own."""

_VOWELS: Final = "aâàeéèêëiîïoôœuûùyhAÂÀEÉÈÊËIÎÏOÔŒUÛÙY"
_WITHOUT_ACCENTS: Final = str.maketrans(
    {
        **dict(zip("àâäçéèêëîïôöùûüÿñ", "aaaceeeeiioouuuyn", strict=True)),
        **dict(zip("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÑ", "AAACEEEEIIOOUUUYN", strict=True)),
        "œ": "oe",
        "Œ": "OE",
        "’": "'",
    }
)

FAMILY_FORMS: Final = 6
"""A family's forms at most: of a verb's sixty, texts use few."""

_SYLLABLES: Final = (
    "bal ber bes bois bon bou bran bri cam cas cau char chau clé col cou cra dam del dor dou fer "
    "fon four gar gen gil gou gra gui haut her jar jou lam lan lau les lon lou mar mas mau men "
    "mon mor mou nan ner noi nor orl pal par per pla pon por pra pré ran rau ren riv roc rou sal "
    "sar sau ser sor tal tan thé tou tra val van ver vil vin vou"
).split()
_NAME_ENDINGS: Final = (
    "ac ade age aie al an ange ard as at aud ault ay é eau el elle en ens er erie es et eul euil "
    "eux ey ez ie ier ières ies ieu igny in ois on onne ot oux uis y"
).split()
_LINKS: Final = ("-sur-", "-lès-", "-en-", "-les-", "-")
_LETTERS: Final = "ABCDEFGILMNOPRSTUV"

_LEARNED: Final = re.compile(
    "(?:[st]ion|[^m]ment|ité|ique|aire|ance|ence|ateur|isme|iste|ural|nel|tif|able|ible|ure|ie)$"
)
"""How the nouns and adjectives of such texts end; they come before the rest of the lexicon."""

TAIL: Final = 1 << 23
"""How many words the tail has: more than any corpus shows."""
_SPREAD: Final = 5_160_671  # odd: multiplying by it shuffles the numbers below TAIL


def without_accents(text: str) -> str:
    """The text as those of the oldest législatures are published."""
    return text.translate(_WITHOUT_ACCENTS)


GRAMMATICAL: Final = frozenset(map(without_accents, _SAID.split()[::2]))
"""The grammatical words, without accents."""


def capitalised(word: str) -> str:
    """The word as it begins a sentence."""
    return word[:1].upper() + word[1:]


def quantiles(weights: Weights, size: int) -> Ids:
    """A table from which a uniform draw is a draw by weight.

    Args:
        weights: how often each item comes, to a factor.
        size: of the table; an item is never drawn when it weighs less than a share 1 / `size`.
    """
    bounds = np.cumsum(weights)
    places = (np.arange(size) + 0.5) * (bounds[-1] / size)
    return np.asarray(np.searchsorted(bounds, places), dtype=np.int32)


@dataclass(frozen=True)
class Lexicon:
    """Every word drawn by number, in its written forms.

    Attributes:
        words: grammatical words, then their elided forms, then numbers, then the lexicon.
        grammatical: weights of the first ones. general: weights of numbers and lexicon.
        first_elided, first_number, first_word: where each kind begins in `words`.
        families: the numbers of the words of each family, the base form first.
    """

    words: list[str]
    grammatical: Weights
    general: Weights
    first_elided: int
    first_number: int
    first_word: int
    families: list[Ids]

    @classmethod
    def make(cls, rng: np.random.Generator) -> Lexicon:
        """The lexicon, its families in an order that `rng` shuffles."""
        pairs = _SAID.split()
        grammatical = pairs[::2]
        numbers = list(_numbers())
        taken = {*grammatical, *numbers}
        demo = [word for word in _demo_words() if word not in taken]
        families = _families(rng, frozenset({*taken, *demo}))
        head = [*grammatical, *_ELIDED.values()]
        first_word = len(head) + len(numbers)
        words = [*head, *numbers, *demo, *(form for family in families for form in family)]
        ends = np.cumsum([first_word + len(demo), *map(len, families)])
        return cls(
            words=words,
            grammatical=np.array(pairs[1::2], dtype=np.float64),
            general=np.concatenate(
                [
                    _falling(len(numbers), 3) * 0.1,
                    _falling(len(demo), 8) * 0.35,
                    _family_weights(families) * 0.55,
                ]
            ),
            first_elided=len(grammatical),
            first_number=len(head),
            first_word=first_word,
            families=[
                np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends.tolist())
            ],
        )

    @cached_property
    def elided(self) -> Ids:
        """The number of each word's elided form; -1 for words that have none."""
        elided = np.full(len(self.words), -1, dtype=np.int32)
        place = {word: number for number, word in enumerate(self.words[: self.first_elided])}
        for number, word in enumerate(_ELIDED):
            elided[place[word]] = self.first_elided + number
        return elided

    @cached_property
    def vowel(self) -> Flags:
        """Whether each word begins with a vowel, before which others are elided."""
        return np.array([word[0] in _VOWELS for word in self.words])

    @cached_property
    def written(self) -> Strings:
        """Every word in its four written forms, shape (4, words).

        As it is, capitalised, without accents, and both.
        """
        plain = self.words
        bare = [without_accents(word) for word in plain]
        forms = (plain, map(capitalised, plain), bare, map(capitalised, bare))
        written = np.empty((4, len(plain)), dtype=np.object_)
        for row, words in zip(written, forms, strict=True):
            row[:] = list(words)
        return written


def tail_word(number: int, lexicon: Sequence[str]) -> str:
    """The word of this rank in the tail: a name, a slip of the pen, a number or an acronym."""
    key = number * _SPREAD % TAIL
    kind, key = key & 7, key >> 3
    if kind < 4:
        return _name(key, double=kind == 0)
    if kind < 6:
        return _misspelt(lexicon[key % len(lexicon)], key)
    if kind == 6:
        return _reference(key)
    return "".join(_LETTERS[(key >> 4 * place) % len(_LETTERS)] for place in range(3 + key % 3))


def _name(key: int, *, double: bool) -> str:
    key, first = divmod(key, len(_SYLLABLES))
    key, ending = divmod(key, len(_NAME_ENDINGS))
    link, second = divmod(key, len(_SYLLABLES))
    if double:
        other = _SYLLABLES[second].capitalize()
        link_between = _LINKS[link % len(_LINKS)]
        return f"{_SYLLABLES[first].capitalize()}{_NAME_ENDINGS[ending]}{link_between}{other}ac"
    return f"{_SYLLABLES[first].capitalize()}{_SYLLABLES[second]}{_NAME_ENDINGS[ending]}"


def _misspelt(word: str, key: int) -> str:
    at = 1 + key % max(1, len(word) - 2)
    if key & 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _reference(key: int) -> str:
    return (str(10_000 + key), f"{1958 + key % 68}-{key % 1_900}", f"L. {key % 6_000}-{key % 41}")[
        key % 3
    ]


def _numbers() -> Iterator[str]:
    """Years, amounts and shares, the most frequent first."""
    yield from (str(year) for year in range(2025, 1985, -1))
    yield from (f"{amount} %" for amount in range(1, 100))
    yield from map(str, range(2, 120))
    yield from (f"{amount} 000 euros" for amount in range(1, 400))
    yield from (f"{whole},{part} %" for whole, part in product(range(31), range(1, 10)))
    yield from (f"{amount} millions d'euros" for amount in range(2, 200))
    yield from (
        f"{thousands} {rest:03}" for thousands in range(1, 60) for rest in range(0, 999, 37)
    )


def _demo_words() -> list[str]:
    """The words of the demo corpus that mean something, the most frequent first."""
    counts: dict[str, int] = {}
    for path in sorted(DEMO.glob("*.json")):
        for text in re.findall(r'"texte": "(.*)"', path.read_text(encoding="utf-8")):
            for word in re.findall(r"[a-zà-ÿœ]{5,}", re.sub(r"<.*?>", " ", text).lower()):
                counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:1_500]


def _families(rng: np.random.Generator, taken: frozenset[str]) -> list[list[str]]:
    """The families of the lexicon, in an order of their own; those with learned endings first."""
    families = _lexicon_families(taken)
    lemmas = sorted(families)
    shuffled = [lemmas[number] for number in rng.permutation(len(lemmas))]
    ordered = sorted(shuffled, key=lambda lemma: _LEARNED.search(lemma) is None)
    return [families[lemma] for lemma in ordered]


@cache
def _lexicon_families(taken: frozenset[str]) -> dict[str, list[str]]:
    """The forms of each lemma, the base form first; never those that are `taken`."""
    families: dict[str, list[str]] = {}
    for form, lemma in DefaultDictionaryFactory().get_dictionary("fr").items():
        if 3 <= len(form) <= 17 and form.isalpha() and form.islower() and form not in taken:
            families.setdefault(lemma, []).append(form)
    return {
        lemma: sorted(forms, key=lambda form: (form != lemma, len(form), form))[:FAMILY_FORMS]
        for lemma, forms in families.items()
    }


def _falling(count: int, shift: float) -> Weights:
    """Zipf's and Mandelbrot's law: the r-th of `count` weighs 1 / (r + shift); one in sum."""
    weights = 1 / (np.arange(count) + shift)
    return np.asarray(weights / weights.sum())


def _family_weights(families: Sequence[Sequence[str]]) -> Weights:
    """A weight for each form of each family, one in sum; the base form weighs most."""
    lengths = [len(family) for family in families]
    places = np.concatenate([np.arange(1, length + 1) for length in lengths])
    weights = np.repeat(_falling(len(families), 120), lengths) / places**1.3
    return np.asarray(weights / weights.sum())
