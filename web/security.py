"""The headers of every answer: nothing is run, framed or fetched that the site does not serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, abort, request

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What a search says of its reader stays on the site: no address is sent to other hosts.

Left out on purpose: `X-Frame-Options`, which `frame-ancestors` replaces, and `X-XSS-Protection`,
which browsers have dropped.
"""

FOR_OTHER_SITES: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What is added, or said instead, under `/api/`: pages of other sites may read it."""

STRICT_TRANSPORT_SECURITY: Final = "max-age=31536000"
"""A year of nothing but https, for this host alone: those below it may be another's."""

ALLOWED_METHODS: Final = ("GET", "HEAD")


def register_security(app: Flask, *, encrypted: bool) -> None:
    """Refuse every method that doesn't only read; put `HEADERS` on every answer.

    Args:
        app: the application.
        encrypted: whether its public address is https.
    """
    headers = dict(HEADERS)
    if encrypted:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY

    @app.before_request
    def refuse_other_methods() -> None:
        if request.method not in ALLOWED_METHODS:
            abort(405)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        if request.path.startswith("/api/"):
            response.headers.update(FOR_OTHER_SITES)
        return response
