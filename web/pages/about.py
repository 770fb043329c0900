"""What the site says of itself: where its data come from, its ranking, its states, who runs it.

Figures and names come from the declarations that the program itself works by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from index.fields import TEXT_FIELDS
from index.question import CURRENT_LEGISLATURE, DEADLINES_IN_MONTHS
from index.stores.manifest import program_version
from index.sync.addresses import ACTORS, Archive, read_addresses
from search.facets import EN_RETARD, FACET
from search.ranking import BETWEEN, FOREMOST, RANKING
from web.display import date_in_words, months_in_words
from web.settings import Settings

STATEMENT_DAY: Final = date(2026, 11, 26)
"""When the accessibility statement was last gone through; changes with what it says."""

ARCHIVE_KINDS: Final[Mapping[str, str]] = {
    "QE": "Questions écrites",
    "QG": "Questions au Gouvernement",
    "QOSD": "Questions orales sans débat",
    ACTORS: "Députés, groupes politiques et ministères",
}
"""What each kind of published archive holds."""

STATE_MEANINGS: Final[Mapping[str, str]] = {
    "repondue": "Une réponse est publiée : sa date, la clôture de la question ou son texte le "
    "disent. Il arrive que les fichiers publiés datent une réponse sans en donner le texte.",
    "en_attente": f"Ni réponse ni retrait, dans la {CURRENT_LEGISLATURE}e législature, en cours.",
    EN_RETARD: "Question écrite en attente, son délai passé à la date des dernières données.",
    "retiree": "Retirée sans réponse, par son auteur ou à la fin de son mandat, par exemple. Le "
    "motif est donné quand il est publié.",
    "sans_reponse": "Ni réponse ni retrait quand la législature a pris fin.",
}
"""What each state of a question means, by its value in addresses."""

_MENTIONS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "Éditeur": {
        "editeur": "nom",
        "editeur_adresse": "adresse",
        "editeur_telephone": "téléphone",
        "editeur_immatriculation": None,
    },
    "Directeur ou directrice de la publication": {"direction": "nom"},
    "Hébergeur": {
        "hebergeur": "nom",
        "hebergeur_adresse": "adresse",
        "hebergeur_telephone": "téléphone",
    },
}
"""The lines of the legal mentions, each with its settings and what is said when one is missing;
None for one that not everybody has."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One line of the legal mentions.

    Attributes:
        label: what it says. lines: what was given.
        missing: in words, what the law asks for and was not given.
    """

    label: str
    lines: tuple[str, ...]
    missing: tuple[str, ...]


def about_context(settings: Settings) -> dict[str, Any]:
    """Everything that the template of `/a-propos` shows, beside the state of the data."""
    return {
        "archives": published_archives(),
        "etats": states(),
        "delais": deadlines(),
        "champs_classes": [field for field in TEXT_FIELDS if field.unfielded],
        "champs_suivis": [field.label.lower() for field in TEXT_FIELDS if field.marked],
        "classement": RANKING,
        "premieres": FOREMOST,
        "entre_mots": BETWEEN,
        "mentions": legal_mentions(settings),
        "lien_contact": web_address(settings.contact),
        "lien_code": web_address(settings.code),
        "version": program_version(),
        "declaration": STATEMENT_DAY,
    }


@cache
def published_archives() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each kind of archive in words, with the législatures and addresses it is published under."""
    archives = [archive for archive in read_addresses().archives if not archive.tentative]
    return tuple(
        (words, tuple((_legislature(a), a.url) for a in archives if a.kind == kind))
        for kind, words in ARCHIVE_KINDS.items()
    )


def _legislature(archive: Archive) -> str:
    return FACET["legislature"].libelle(str(archive.legislature))


def states() -> list[tuple[str, str]]:
    """Each state of a question, as filters call it, with what it means."""
    facet = FACET["statut"]
    return [(facet.alone(name), meaning) for name, meaning in STATE_MEANINGS.items()]


def deadlines() -> str:
    """The time that the règlement leaves to answer, with the dates from which it holds."""
    return ", ".join(
        f"{months_in_words(months)} pour les questions publiées depuis le {date_in_words(since)}"
        if since > date.min
        else f"{months_in_words(months)} auparavant"
        for since, months in reversed(DEADLINES_IN_MONTHS)
    )


def legal_mentions(settings: Settings) -> list[Mention]:
    """The lines to show: what was given, and what is missing.

    A text of `QE_MENTIONS` may say anything: beside it, nothing is known to be missing.
    """
    lines = [_mention(settings, label, parts) for label, parts in _MENTIONS.items()]
    return [line for line in lines if line.lines or line.missing]


def _mention(settings: Settings, label: str, parts: Mapping[str, str | None]) -> Mention:
    given = {name: getattr(settings, name) for name in parts}
    missing = () if settings.mentions else (w for n, w in parts.items() if w and not given[n])
    return Mention(label, tuple(filter(None, given.values())), tuple(missing))


def web_address(text: str) -> str | None:
    """Where a link to this address leads; None for what can't be one, such as a postal address."""
    if re.fullmatch(r"https?://\S+", text):
        return text
    return f"mailto:{text}" if re.fullmatch(r"[^\s@:<>]+@[^\s@:<>]+", text) else None
