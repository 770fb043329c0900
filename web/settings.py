"""What whoever runs a copy of the site may say about it: read once, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "url": (
        "QE_URL",
        "Public base address (https://questions.example.org), for all links that leave the site.",
    ),
    "titre": ("QE_TITRE", "Name of the site."),
    "contact": (
        "QE_CONTACT",
        "Address to write to: e-mail, web address of a form, or postal; shown on /a-propos.",
    ),
    "editeur": ("QE_EDITEUR", "Publisher: the name of a person, or of an organisation."),
    "editeur_adresse": ("QE_EDITEUR_ADRESSE", "Postal address of the publisher: home, or seat."),
    "editeur_telephone": ("QE_EDITEUR_TELEPHONE", "Telephone number of the publisher."),
    "editeur_immatriculation": (
        "QE_EDITEUR_IMMATRICULATION",
        "Registration number and share capital of the publisher, if it has them.",
    ),
    "direction": ("QE_DIRECTION", "Director of the publication: the name of a person."),
    "hebergeur": ("QE_HEBERGEUR", "Host of the site: its name."),
    "hebergeur_adresse": ("QE_HEBERGEUR_ADRESSE", "Postal address of the host."),
    "hebergeur_telephone": ("QE_HEBERGEUR_TELEPHONE", "Telephone number of the host."),
    "mentions": (
        "QE_MENTIONS",
        "Other legal mentions, a paragraph a line; with them, none of the above is said to be "
        "missing.",
    ),
    "code": ("QE_CODE", "Web address of the source code that the site runs."),
}
"""Each setting with its environment variable and what it is for.

From the publisher to the host, they are what the law of 21 June 2004 on confidence in the digital
economy asks of whoever publishes a site.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one site; `SETTINGS` says what each is for.

    An empty `url` leaves canonical links without a host, which browsers resolve by themselves.
    """

    url: str = ""
    titre: str = "Questions écrites"
    contact: str = ""
    editeur: str = ""
    editeur_adresse: str = ""
    editeur_telephone: str = ""
    editeur_immatriculation: str = ""
    direction: str = ""
    hebergeur: str = ""
    hebergeur_adresse: str = ""
    hebergeur_telephone: str = ""
    mentions: str = ""
    code: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables of `SETTINGS`; one that is unset or blank keeps its default."""
        given = {
            name: environ[variable].strip()
            for name, (variable, _) in SETTINGS.items()
            if environ.get(variable, "").strip()
        }
        return cls(**given)

    def absolute(self, path: str) -> str:
        """The public address of a path, or the path itself when no base address is set."""
        return f"{self.url.rstrip('/')}{path}"
