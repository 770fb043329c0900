"""What is answered to bytes that are no request that the application could read: words, headers."""

from __future__ import annotations

from email.utils import formatdate
from html import escape
from http import HTTPStatus
from typing import Final

from gunicorn.http import errors

from web.errors import OTHER_WORDS, WORDS
from web.security import ALLOWED_METHODS, HEADERS
from web.serving.connection import HeadTooLong
from web.serving.request_log import REQUEST_ID

_NOT_UNDERSTOOD: Final = OTHER_WORDS[1]
_WORDS: Final[dict[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: _NOT_UNDERSTOOD,
    HTTPStatus.METHOD_NOT_ALLOWED: WORDS[405][1],
    HTTPStatus.REQUEST_TIMEOUT: "La demande n’est pas arrivée en entier. Réessayez.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Adresse trop longue : retirez des mots ou des filtres.",
    HTTPStatus.EXPECTATION_FAILED: _NOT_UNDERSTOOD,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        "Cette demande porte trop d’en-têtes, ou de trop longs."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: WORDS[500][1],
    HTTPStatus.NOT_IMPLEMENTED: _NOT_UNDERSTOOD,
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: "Ce site répond en HTTP/1.1.",
}
"""In the order of their codes, all there are."""

_STATUSES: Final[tuple[tuple[type[Exception], HTTPStatus], ...]] = (
    (errors.InvalidRequestMethod, HTTPStatus.METHOD_NOT_ALLOWED),
    (errors.InvalidHTTPVersion, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (HeadTooLong, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
)
"""The first that fits is the one."""


def status_of(error: Exception) -> HTTPStatus:
    """The status that tells a client what is wrong; 500 for what isn't its fault."""
    fitting = (status for kind, status in _STATUSES if isinstance(error, kind))
    return next(fitting, HTTPStatus.INTERNAL_SERVER_ERROR)


def refusal(status: HTTPStatus, request_id: str) -> bytes:
    """A whole answer, after which the connection is closed."""
    title = "Demande non admise" if status < 500 else "Demande sans réponse"
    body = (
        f'<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<p>{escape(_WORDS[status])}</p>\n<p><a href="/">Aller à l’accueil</a></p>\n'
        f"</body>\n</html>\n"
    ).encode()
    headers = {
        "Date": formatdate(usegmt=True),
        "Connection": "close",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        REQUEST_ID: request_id,
        **HEADERS,
    }
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(ALLOWED_METHODS)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
