"""Every address of the site and every parameter it reads, as the code declares them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from flask import Flask

from search.request import PARAMETERS
from web.api.openapi import openapi_document
from web.pages.panel import FILTER_FIELDS, TICK_ALL
from web.query_string import PLACE
from web.question.routes import HIGHLIGHTING
from web.settings import Settings
from web.view import VIEW_PARAMETERS

UNKNOWN: Final = "inconnu"

NAMES: Final = tuple(
    dict.fromkeys(
        (
            *(parameter.name for parameter in PARAMETERS),
            *VIEW_PARAMETERS,
            *FILTER_FIELDS,
            TICK_ALL,
            PLACE,
            HIGHLIGHTING,
            *(
                parameter["name"]
                for parameter in openapi_document(Settings())["components"]["parameters"].values()
                if parameter["in"] == "query"
            ),
            UNKNOWN,
        )
    )
)
"""The parameters of all addresses, and one of none."""

_VALUES: Final[Mapping[str, str]] = {
    "uid": "QANR5L17QE13353",
    "facette": "rubrique",
    "number": "2",
    "legislature": "17",
    "name": "17-2621QE.htm",
    "filename": "site.css",
}
"""What stands for a part of an address that varies; any other is the first of its choice."""


def addresses(app: Flask, value: Callable[[str], str] = _VALUES.__getitem__) -> Iterator[str]:
    """One address for each rule of the application.

    Args:
        app: the application.
        value: gives what stands in the place of a name, already encoded.
    """
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
        yield re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: value(found[1]), path)


def addresses_with(app: Flask, payload: str) -> Iterator[str]:
    """The addresses of the application with a payload in each place of their path in turn."""
    for rule in app.url_map.iter_rules():
        for place in sorted(rule.arguments - {"_", "suffix"}):
            path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
            yield re.sub(
                r"<(?:[^<>]*:)?(\w+)>",
                lambda found, at=place: (
                    quote(payload, safe="") if found[1] == at else _VALUES[found[1]]
                ),
                path,
            )
