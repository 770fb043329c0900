"""Answers smaller on their way: brotli, zstd or gzip, as the reader's program asks for.

docs/decisions/0001-dependencies.md has the measures that levels were chosen by.
No answer holds a secret beside what an address may repeat, so compression gives nothing away.
"""

from __future__ import annotations

from posixpath import normpath
from typing import Any, Final

from flask import Flask, Request, Response, request
from flask_compress import Compress, DictCache

MIMETYPES: Final = (
    "text/html",
    "text/css",
    "text/csv",
    "text/javascript",
    "text/plain",
    "text/xml",
    "application/atom+xml",
    "application/javascript",
    "application/json",
    "application/opensearchdescription+xml",
    "application/x-ndjson",
    "application/xml",
    "image/svg+xml",
)
"""What is worth compressing: everything that the site serves as text."""

_OPTIONS: Final[dict[str, Any]] = {
    "COMPRESS_MIMETYPES": MIMETYPES,
    "COMPRESS_ALGORITHM": ("br", "zstd", "gzip"),
    # Not brotli: it would hold eight megabytes back before the first byte goes out.
    "COMPRESS_ALGORITHM_STREAMING": ("zstd", "gzip"),
    "COMPRESS_BR_LEVEL": 5,
    "COMPRESS_ZSTD_LEVEL": 3,
    "COMPRESS_LEVEL": 4,
}


def register_compression(app: Flask) -> None:
    """Compress the answers of an application; downloads stay streams."""
    app.config.update(
        _OPTIONS, COMPRESS_CACHE_BACKEND=_StaticFiles, COMPRESS_CACHE_KEY=_static_file
    )
    _Compress(app)


class _Compress(Compress):
    """Flask-Compress, which streams static files too and encodes parts of files as if whole."""

    def after_request(self, response: Response | None) -> Response:
        if response is None or response.status_code == 206:
            return response or Response(status=204)
        if request.endpoint == "static":
            # Only what is no stream is kept compressed.
            response.direct_passthrough = False
            response.make_sequence()
            # A server may not close the answer of a reader who left, nor then its file.
            response.close()
        return super().after_request(response)


class _StaticFiles(DictCache):
    """The static files, compressed once; of pages there is no end, and none is kept."""

    def set(self, key: str, value: bytes) -> None:
        if not key.endswith(";"):
            super().set(key, value)


def _static_file(asked: Request) -> str:
    """The path of a static file, the same however it is spelt; empty for all other answers."""
    return normpath(asked.path) if asked.endpoint == "static" else ""
