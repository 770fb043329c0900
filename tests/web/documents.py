"""XML that the site gives out: read, checked against a schema, and broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
}

Break = Callable[[etree._Element], None]
"""Makes something wrong with a document."""


@cache
def schema(name: str) -> etree.RelaxNG | etree.XMLSchema:
    """A schema by the name of its file."""
    kind = etree.RelaxNG if name.endswith(".rng") else etree.XMLSchema
    return kind(etree.parse(SCHEMAS / name))


def complaints(name: str, document: etree._Element) -> list[str]:
    """What a schema finds wrong with a document."""
    checker = schema(name)
    return [] if checker.validate(document) else [str(e) for e in checker.error_log]


def parse(data: bytes) -> etree._Element:
    """The root of a document; fails when it isn't well-formed."""
    return etree.fromstring(data)


def texts(document: etree._Element, path: str) -> list[str]:
    """What an XPath finds, as text."""
    found = document.xpath(path, namespaces=NAMESPACES)
    return [one if isinstance(one, str) else one.text or "" for one in found]


def without(path: str) -> Break:
    """Take the first element of a path away."""

    def change(document: etree._Element) -> None:
        element = document.xpath(path, namespaces=NAMESPACES)[0]
        element.getparent().remove(element)

    return change


def doubled(path: str) -> Break:
    """Give the first element of a path twice."""

    def change(document: etree._Element) -> None:
        element = document.xpath(path, namespaces=NAMESPACES)[0]
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def saying(path: str, text: str) -> Break:
    """Have the first element of a path say something else."""

    def change(document: etree._Element) -> None:
        document.xpath(path, namespaces=NAMESPACES)[0].text = text

    return change


def bearing(path: str, name: str, value: str | None) -> Break:
    """Change an attribute of the first element of a path; None takes it away."""

    def change(document: etree._Element) -> None:
        element = document.xpath(path, namespaces=NAMESPACES)[0]
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def holding(path: str, name: str, namespace: str) -> Break:
    """Put an element into the first one of a path."""

    def change(document: etree._Element) -> None:
        parent = document.xpath(path, namespaces=NAMESPACES)[0]
        etree.SubElement(parent, f"{{{NAMESPACES[namespace]}}}{name}")

    return change
