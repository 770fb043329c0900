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
}
"""What a search says of its reader stays on the site: no address is sent to other hosts."""

ALLOWED_METHODS: Final = ("GET", "HEAD")


def register_security(app: Flask) -> None:
    """Refuse every method that doesn't only read; put `HEADERS` on every answer."""

    @app.before_request
    def refuse_other_methods() -> None:
        if request.method not in ALLOWED_METHODS:
            abort(405)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(HEADERS)
        return response
