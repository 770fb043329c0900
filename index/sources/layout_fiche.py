"""The oldest pages, "FICHE QUESTION": one tag a fact. Législatures VIII to XII.

Authors are written "Nom Prénom", and législatures VIII to X bear no accents at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from index.markup import clean_html, plain_line, text_of_html
from index.question import TYPES
from index.sources.dates import fold
from index.sources.opendata_json import says_answered
from index.sources.page_facts import PageParts

MARK: Final = re.compile(rb"<title>\s*fiche question|<n?leg>|<codret>", re.IGNORECASE)
"""What only these pages begin with."""

_NAMES: Final = """ana aut civ codret comprep cret dc dca dept derq derr dpq dpr draps dret dsign
    groupe grp leg mina mini nat nleg num pgerq pgerrep pgq pgrep quest reg rep reponse ret rub
    rubriquage tana textes""".split()
_TEXTS: Final = frozenset({"quest", "rep", "comprep"})
_TAG: Final = re.compile(rf"<(?P<end>/?)(?P<name>{'|'.join(_NAMES)})\b[^<>]*>", re.IGNORECASE)
_MOST_NAMES: Final = 12
"""Words of an author's name, at most, that are tried as first names."""
_ANSWER_LABEL: Final = re.compile(
    r"(?:DEBAT|Texte de la R(?:[EÉé]|&eacute;)PONSE)\s*:", re.IGNORECASE
)

_LABELS: Final = (
    ("Numéro de la question", "num", None),
    ("Type de question", "nat", None),
    ("Rubrique", "rub", None),
    ("Tête d'analyse", "tana", None),
    ("Ministère interrogé", "mini", None),
    ("Ministère attributaire", "mina", None),
    ("Question publiée au JO le", "dpq", "pgq"),
    ("Réponse publiée au JO le", "dpr", "pgrep"),
    ("Erratum de la question publié au JO le", "derq", "pgerq"),
    ("Erratum de la réponse publié au JO le", "derr", "pgerrep"),
    ("Date de signalement", "dsign", None),
    ("Date de renouvellement", "draps", None),
    ("Date de changement d'attribution", "dca", None),
)
"""What later pages call each tag, and the tag of its page of the JO."""

_Values = Mapping[str, Sequence[str]]


def cut(page: str) -> PageParts:
    """The parts of a page without comments and scripts."""
    raw = _raw_values(page)
    values = {
        name: list(filter(None, map(plain_line, told)))
        for name, told in raw.items()
        if name not in _TEXTS
    }
    question = clean_html("".join(raw["quest"]))
    answer = clean_html("".join((*raw["rep"], *raw["comprep"]))) or _labelled_answer(page)
    return PageParts(
        header=[*values["leg"], *(f"{number}e législature" for number in values["nleg"])],
        labels=_labels(values),
        facts={
            **_author(values, question or answer or ""),
            "groupe": _first(values, "groupe"),
            "groupe_sigle": _first(values, "grp"),
            "departement": _first(values, "dept"),
            **_closure(values),
        },
        question=question,
        answer=answer,
    )


def _raw_values(page: str) -> Mapping[str, list[str]]:
    """What stands between each tag and the next one of these; no tag of HTML is one."""
    values = defaultdict[str, list[str]](list, {name: [] for name in _NAMES})
    tags = list(_TAG.finditer(page))
    for tag, following in pairwise(tags):
        if not tag["end"]:
            values[tag["name"].lower()].append(page[tag.end() : following.start()])
    return values


def _labels(values: _Values) -> list[tuple[str, str]]:
    labels = [
        (label, _with_page(told, _first(values, page)))
        for label, name, page in _LABELS
        for told in (TYPES.get(value.upper(), value) for value in values[name])
    ]
    analyses = ". ".join(value.removesuffix(".") for value in values["ana"])
    reason = _first(values, "cret")
    withdrawn = [
        ("Question retirée le", f"{day} ({reason})" if reason else day) for day in values["dret"]
    ]
    return [*labels, ("Analyse", analyses), *withdrawn]


def _with_page(told: str, page: str | None) -> str:
    return f"{told}, page {page}" if page else told


def _first(values: _Values, name: str | None) -> str | None:
    return next(iter(values[name]), None) if name else None


def _closure(values: _Values) -> dict[str, Any]:
    """What the page's code of closure says when neither a date nor a text does."""
    code, reason = _first(values, "codret"), _first(values, "cret")
    if code is None:
        return {"motif_retrait": reason}
    if says_answered(code):
        return {"closed_as": "repondue", "motif_retrait": reason}
    return {"closed_as": "retiree", "motif_retrait": reason or code}


def _author(values: _Values, text: str) -> dict[str, str | None]:
    """Civilité, first name, name; the text, which names the author in order, tells them apart."""
    words = (_first(values, "aut") or "").split()
    if not words:
        return {}
    civilite = _first(values, "civ")
    nom, prenom = _told_apart(words, fold(text_of_html(text)))
    return {
        "civilite": civilite,
        "prenom": prenom or None,
        "nom": nom,
        "auteur": " ".join(part for part in (civilite, prenom, nom) if part),
    }


def _told_apart(words: Sequence[str], text: str) -> tuple[str, str]:
    """Name and first name of "Nom Prénom"; without a text that tells, the last word is the latter.

    "Le Guen Jean Marie" is Jean Marie Le Guen when the text says "M. Jean Marie Le Guen demande".
    """
    places = range(1, len(words)) if len(words) <= _MOST_NAMES else ()
    for place in places:
        nom, prenom = " ".join(words[:place]), " ".join(words[place:])
        if fold(f"{prenom} {nom}") in text:
            return nom, prenom
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (words[0], "")


def _labelled_answer(page: str) -> str | None:
    """The answer of a page that only labels it, up to the next tag of these."""
    label = _ANSWER_LABEL.search(page)
    if label is None:
        return None
    end = _TAG.search(page, label.end())
    return clean_html(page[label.end() : end.start() if end else len(page)])
