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
    "contact": ("QE_CONTACT", "Address to write to, shown on /a-propos."),
    "mentions": ("QE_MENTIONS", "Legal mentions (publisher, host), shown on /a-propos."),
}
"""Each setting with its environment variable and what it is for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one site; `SETTINGS` says what each is for.

    An empty `url` leaves canonical links without a host, which browsers resolve by themselves.
    """

    url: str = ""
    titre: str = "Questions écrites"
    contact: str = ""
    mentions: str = ""

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
