"""What whoever runs a copy of the site may say about it: read once, from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from index.errors import QuestionsError
from index.sync.publisher import shown_address

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
    "hosts": (
        "QE_HOSTS",
        "Names under which the site may be asked (questions.example.org, .example.org with all "
        "below it), apart by spaces or commas; any other `Host` is refused. The host of `QE_URL` "
        "is one of them. None: any name.",
    ),
    "proxies": (
        "QE_PROXIES",
        "How many reverse proxies stand in front of the site, each adding to `X-Forwarded-For` "
        "and `X-Forwarded-Proto`; 0: those headers mean nothing.",
    ),
}
"""Each setting with its environment variable and what it is for.

From the publisher to the host, they are what the law of 21 June 2004 on confidence in the digital
economy asks of whoever publishes a site.
"""

MOST_PROXIES: Final = 10

_NAME: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_BASE_ADDRESS: Final = re.compile(rf"https?://({_NAME}|\[[0-9a-f:.]+\])(:[0-9]{{1,5}})?/?", re.I)


class InvalidSetting(QuestionsError):
    """A variable of the environment holds what its setting can't be."""


def _base_address(text: str) -> str:
    if not _BASE_ADDRESS.fullmatch(text):
        raise ValueError(
            "give a base address such as https://questions.example.org, without path, parameters "
            "or credentials"
        )
    return text


def _host_names(text: str) -> tuple[str, ...]:
    names = tuple(re.split(r"[\s,]+", text.strip(", \t").lower()))
    for name in names:
        if not re.fullmatch(rf"\.?{_NAME}", name):
            raise ValueError(
                f"{name!r} is no name of a host: give names such as questions.example.org, "
                "without https:// and without port"
            )
    return names


def _number_of_proxies(text: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", text) or int(text) > MOST_PROXIES:
        raise ValueError(f"give the number of reverse proxies, from 0 to {MOST_PROXIES}")
    return int(text)


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "url": _base_address,
    "hosts": _host_names,
    "proxies": _number_of_proxies,
}
"""How the settings are read that aren't just any text; each raises ValueError with what to do."""


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
    hosts: tuple[str, ...] = ()
    proxies: int = 0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables of `SETTINGS`; one that is unset or blank keeps its default.

        Raises:
            InvalidSetting: one of them can't be what it says.
        """
        given = {
            name: _read(name, variable, environ[variable].strip())
            for name, (variable, _) in SETTINGS.items()
            if environ.get(variable, "").strip()
        }
        return cls(**given)

    @property
    def encrypted(self) -> bool:
        """Whether the site is said to be reached over https alone."""
        return self.url.lower().startswith("https://")

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The names under which the site may be asked, that of its address among them."""
        own = urlsplit(self.url).hostname
        return (*self.hosts, *((own,) if own else ()))

    def absolute(self, path: str) -> str:
        """The public address of a path, or the path itself when no base address is set."""
        return f"{self.url.rstrip('/')}{path}"


def _read(name: str, variable: str, text: str) -> Any:
    try:
        return _READ.get(name, str)(text)
    except ValueError as error:
        raise InvalidSetting(f"{variable} is {shown_address(text)!r}: {error}") from error
