"""From the query string of a URL to a search: the same for the pages and for the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from index.question import make_uid, parse_uid
from search.request import (
    DROPPED,
    PARAMETERS,
    BadRequest,
    ParameterError,
    SearchRequest,
    given_twice,
    without_controls,
)

LONGEST_QUERY_STRING: Final = 32_000
"""Bytes of a query string: the longest `q`, percent-encoded, fits with its filters."""

PLACE: Final = "rang"
"""The parameter that says where a question stands in the search that it follows."""

Params = list[tuple[str, str]]

First = TypeVar("First")
Second = TypeVar("Second")

_SEARCH_PARAMETERS: Final = frozenset(parameter.name for parameter in PARAMETERS)

_NUMBER: Final = r"(?P<legislature>\d{1,3})-(?P<numero>\d{1,7})(?P<type>QE|QG|QOSD)"
_SITE: Final = r"https?://[a-z.-]*assemblee-nationale\.fr"
_ENDING: Final = r"(?:\.(?:html?|pdf|xml|json))?(?:/vue/xml)?/?(?:[?#].*)?"
"""What the publisher's addresses go on with: one question has a page, a PDF, an XML view."""
_SHORT_FORM: Final = re.compile(rf"(?:{_SITE}/q\d{{1,3}}/)?{_NUMBER}{_ENDING}", re.IGNORECASE)
_LONG_FORM: Final = re.compile(
    rf"(?:{_SITE}/dyn/\d{{1,3}}/questions/)?(?P<uid>QANR5L\w+?){_ENDING}", re.IGNORECASE
)


def read_params(query_string: bytes) -> Params:
    """The parameters of a URL in their order, whatever bytes it holds.

    What is not UTF-8 becomes U+FFFD, and control characters become spaces: they mean nothing,
    and a NUL has no place in a page.

    Raises:
        BadRequest: the query string is longer than any search needs.
    """
    if len(query_string) > LONGEST_QUERY_STRING:
        raise BadRequest([ParameterError("q", "Adresse trop longue : raccourcissez la recherche.")])
    return split_params(query_string)


def split_params(query_string: bytes) -> Params:
    """The same, however long the query string is."""
    text = query_text(query_string)
    pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="replace")
    return [(without_controls(name), without_controls(value)) for name, value in pairs]


def query_text(query_string: bytes) -> str:
    """A query string as a text; U+FFFD stands for what is not UTF-8, as any client may send."""
    return query_string.decode("utf-8", "replace")


def is_search(params: Params) -> bool:
    """Whether a URL of the home page asks for results: any parameter that isn't empty or dropped.

    A name without meaning counts when it has a value: the results page is where it is mentioned.
    """
    return any(value.strip() and not DROPPED.fullmatch(name) for name, value in params)


def search_params(params: Params) -> Params:
    """The parameters of a search alone, such as follow the address of a question."""
    return [pair for pair in params if pair[0] in _SEARCH_PARAMETERS]


def without(params: Params, names: Iterable[str]) -> Params:
    """The parameters that are not called one of `names`."""
    unwanted = set(names)
    return [pair for pair in params if pair[0] not in unwanted]


def read_keys(
    params: Iterable[tuple[str, str]], allowed: Mapping[str, Iterable[str] | None]
) -> tuple[dict[str, str], Params]:
    """The parameters of some names, each of which takes one value, and the other parameters.

    An empty value counts as absent.

    Args:
        params: those of a URL.
        allowed: the names with the values of each; None for any.

    Raises:
        BadRequest: a value is unknown, or a parameter is given twice.
    """
    given: dict[str, str] = {}
    others: Params = []
    errors: list[ParameterError] = []
    for name, raw in params:
        value = raw.strip()
        if name not in allowed:
            others.append((name, raw))
        elif name in given:
            errors.append(given_twice(name))
        elif value and (values := allowed[name]) is not None and value not in values:
            expected = ", ".join(values)
            message = f"Valeur « {value} » inconnue. Valeurs possibles : {expected}."
            errors.append(ParameterError(name, message))
        elif value:
            given[name] = value
    if errors:
        raise BadRequest(errors)
    return given, others


def read_both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What two readers of one address give.

    Raises:
        BadRequest: with the mistakes that both of them find.
    """
    try:
        read = first()
    except BadRequest as error:
        try:
            second()
        except BadRequest as other:
            raise BadRequest((*error.errors, *other.errors)) from None
        raise
    return read, second()


def with_param(url: str, name: str, value: str | int) -> str:
    """The address with one more parameter, whose value needs no encoding."""
    return f"{url}{'&' if '?' in url else '?'}{name}={value}"


def parse_leniently(params: Params) -> SearchRequest:
    """The search that remains when malformed parameters are left out."""
    try:
        return SearchRequest.from_params(params)
    except BadRequest as error:
        return SearchRequest.from_params(without(params, (e.parametre for e in error.errors)))


def first_query(params: Params) -> str:
    """The first `q` of a URL, whether or not it can be searched; empty when there is none."""
    return next((value for name, value in params if name == "q"), "")


def readable_query(params: Params) -> str:
    """The first `q` of a URL that could not be read as a search, fit to be shown again."""
    return first_query(params)[:300]


def named_question(text: str) -> str | None:
    """The uid that a whole text names: a uid, `17-2621QE`, or one of the two official addresses."""
    text = text.strip()
    if match := _SHORT_FORM.fullmatch(text):
        return make_uid(int(match["legislature"]), match["type"].upper(), int(match["numero"]))
    if match := _LONG_FORM.fullmatch(text):
        return canonical_uid(match["uid"])
    return None


def canonical_uid(text: str) -> str | None:
    """A uid in its one spelling, or None when the text is no uid in any case."""
    parts = parse_uid(text)
    return None if parts is None else make_uid(*parts)
