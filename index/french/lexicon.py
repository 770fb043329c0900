"""Lemmas from a lexicon of French, with a light rule for the words it lacks.

The lexicon is `simplemma`'s: some 250,000 forms, loaded on first use (about a second).
An unaccented word stands for every accented form it may come from: `eleve` has the lemmas of
both *élève* and *élevé*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Final

from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from index.french.fold import fold_words

STEM_MARK: Final = "~"

_GRAMMATICAL: Final = frozenset(
    "je tu il lui elle nous vous ils eux moi toi soi se me te le la les un du de au ce cet celui "
    "mon ton son notre votre leur qui que quoi dont où quel lequel tout être avoir en y et ou "
    "ne pas plus si à dans par pour sur sous avec sans".split()
)
"""Lemmas of words that name nothing: expanding `est` to every form of *être* would find
everything, and `MES` is a mechanism, not a possessive."""

_LIGHT_RULES: Final = {
    "trices": "teur", "trice": "teur",
    "iennes": "ien", "ienne": "ien",
    "euses": "eur", "euse": "eur",
    "ières": "ier", "ière": "ier", "ieres": "ier", "iere": "ier",
    "antes": "ant", "ante": "ant", "entes": "ent", "ente": "ent",
    "ives": "if", "ive": "if",
    "ées": "é", "ée": "é", "és": "é", "ees": "e", "ee": "e",
    "eaux": "eau", "aux": "al",
    "ss": "ss", "us": "us", "is": "is",
    "s": "", "x": "x",
}  # fmt: skip
"""Plural and feminine endings; the longest that fits is replaced."""

_LONGEST_ENDING: Final = 6

_SHORTEST_STEM: Final = 3

_GENDERS: Final = {
    "trice": "teur", "euse": "eur", "ienne": "ien",
    "ante": "ant", "ente": "ent", "ive": "if", "ale": "al",
}  # fmt: skip
"""Feminines that the lexicon takes for words of their own (`travailleuse`, `familiale`) and their
masculines. Not `-ière`: `manière` and `charnière` have nothing of `manier` and `charnier`."""

_REVIEWED: Final = {
    "active": "actif", "auteure": "auteur", "autrice": "auteur", "basse": "bas",
    "baux": "bail", "brève": "bref", "cheffe": "chef", "clef": "clé", "clefs": "clé",
    "écrivaine": "écrivain", "épouse": "époux", "époux": "époux",
    "exempte": "exempt", "fausse": "faux", "favorite": "favori", "féconde": "fécond",
    "fréquente": "fréquent", "innocente": "innocent", "inquiète": "inquiet",
    "maîtresse": "maître", "marchande": "marchand", "mécontente": "mécontent",
    "messieurs": "monsieur", "muette": "muet", "passive": "passif", "patiente": "patient",
    "patronne": "patron", "procureure": "procureur", "rapporteure": "rapporteur",
    "réactive": "réactif", "suspecte": "suspect", "veuve": "veuf", "violente": "violent",
    "vive": "vif", "voisine": "voisin",
}  # fmt: skip
"""Forms that the lexicon lacks, keeps apart from their word (`baux`, `clef`), or takes for nothing
but verbs (`patiente → patienter`); reviewed one by one, since `ordonne` or `signale` are no
feminines, and `mise` or `prise` are words of their own."""

_PARTICIPLES_OF: Final = ("re", "ir")
_FEMININE_PARTICIPLE: Final = re.compile(r"(?:[iu]s?|it|ert|os)e$")
"""`réduite → réduire`, while `réduit` is a noun to the lexicon."""


def lemmas(word: str) -> frozenset[str]:
    """The lemmas a word may have; never empty.

    Args:
        word: in lower case; with accents it is taken at its word, without any it stands for
            every accented form of the lexicon that folds to it.

    Returns:
        Lemmas of the lexicon; or for a word it lacks, and for a grammatical one, its light stem
        with `STEM_MARK` before it, so that a stem is never taken for a word of the lexicon.
    """
    found = _known_lemmas(word)
    if found and found.isdisjoint(_GRAMMATICAL):
        return found
    stem = light_stem(word)
    found = found or _known_lemmas(stem)
    if found and found.isdisjoint(_GRAMMATICAL):
        return found
    return frozenset([STEM_MARK + stem])


def load_lexicon() -> None:
    """Load the lexicon now rather than at the first word that needs it; takes about a second."""
    _other_spellings()


def share_lexicon() -> None:
    """Load the lexicon in a form that the processes to be forked share whatever they look up.

    Looking something up writes to it, since Python counts who refers to it: the page of memory is
    then each process's own. Here lemmas stand together, and the forms are looked up in a `dict` of
    strings, which refers to no key; it takes a second, and 50 MB.
    """
    _entries().keep_lemmas_together()
    _other_spellings()


def light_stem(word: str) -> str:
    """The word without its plural or feminine ending, as far as a suffix tells."""
    return _inflected(word, _LIGHT_RULES)


def _inflected(word: str, rules: Mapping[str, str]) -> str:
    """The word with the longest of its endings that fits replaced; itself when none does."""
    for size in range(min(_LONGEST_ENDING, len(word) - _SHORTEST_STEM), 0, -1):
        replacement = rules.get(word[-size:])
        if replacement is not None:
            return word[:-size] + replacement
    return word


def _known_lemmas(word: str) -> frozenset[str]:
    if word.isascii():
        spellings = (word, *_other_spellings().get(word, "").split())
        return frozenset().union(*map(_lemmas_of_form, spellings))
    return frozenset(_lemmas_of_form(word)) or frozenset(_lemmas_of_form(word.capitalize()))


def _lemmas_of_form(form: str) -> set[str]:
    """The lexicon's lemma, mended where it contradicts itself.

    It gives `députées → député` but `députée → députée`, `consacrés → consacré` but
    `consacré → consacrer`, `complète → complet` but `complètes → compléter`,
    `départementale → départementale`: forms of one word that would never meet.
    """
    entries = _entries()
    lemma = entries.get(form)
    if lemma is None:
        return set()
    if lemma == form:
        lemma = entries.get(f"{form}s") or lemma
    singular = form[:-1] if form.endswith("es") else form
    found = {lemma, entries.get(lemma) or lemma, entries.get(singular) or lemma}
    return {word.lower() for word in found.union(_masculines(singular, lemma))}


def _masculines(feminine: str, lemma: str) -> Iterator[str]:
    """The lemma of the masculine that a feminine singular belongs to, where its own isn't that."""
    entries = _entries()
    if feminine in _REVIEWED:
        yield _REVIEWED[feminine]
    if entries.get(feminine) == feminine:
        masculine = _inflected(feminine, _GENDERS)
        if entries.get(masculine) == masculine:
            yield masculine
    if lemma.endswith(_PARTICIPLES_OF) and _FEMININE_PARTICIPLE.search(feminine):
        yield entries.get(feminine[:-1]) or lemma


class _Entries:
    """The lemma of each form, those of the lexicon before the reviewed ones.

    Looked up where `simplemma` keeps them: to copy a quarter of a million of them into a `dict`
    takes longer than looking up those that a command needs.
    """

    def __init__(self) -> None:
        self.lexicon = DefaultDictionaryFactory().get_dictionary("fr")

    def keep_lemmas_together(self) -> None:
        """Copy the lexicon, its lemmas one after the other in memory; see `share_lexicon`."""
        found = dict(self.lexicon.items())
        lemmas_of = {lemma: str(lemma.encode(), "utf-8") for lemma in set(found.values())}
        self.lexicon = {form: lemmas_of[lemma] for form, lemma in found.items()}

    def get(self, form: str) -> str | None:
        """The lemma of a form; None when the lexicon lacks it."""
        return self.lexicon.get(form) or _REVIEWED.get(form)


@cache
def _entries() -> _Entries:
    return _Entries()


@cache
def _other_spellings() -> Mapping[str, str]:
    """The forms of the lexicon that folding changes, by what they fold to; several with spaces.

    One string for all of them, as few things as can be that looking up writes to.
    """
    known = dict.fromkeys(chain(_REVIEWED, _entries().lexicon))
    forms = [form for form in known if form.isalpha() and not (form.isascii() and form.islower())]
    spellings: dict[str, str] = {}
    for form, folded in zip(forms, fold_words(forms), strict=True):
        spellings[folded] = f"{spellings[folded]} {form}" if folded in spellings else form
    return spellings
