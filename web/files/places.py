"""How many whole searches are sent at a time: the others' threads are left for pages."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from flask import Flask, current_app

from web.errors import TooManyDownloads
from web.serving.request_log import when_over

PLACES: Final = 2

_KEY: Final = "places_of_downloads"


def register_places(app: Flask, places: int = PLACES) -> None:
    """Let an application send so many downloads at a time, in this process."""
    app.extensions[_KEY] = BoundedSemaphore(places)


def take_place() -> None:
    """Take a place until the answer to the current request is over, however it ends.

    Raises:
        TooManyDownloads: all are taken.
    """
    places: BoundedSemaphore = current_app.extensions[_KEY]
    if not places.acquire(blocking=False):
        raise TooManyDownloads
    when_over(places.release)
