"""What the server writes on standard error: a JSON object a line, or plain lines for a terminal.

An exception is told by its types and where it was raised, without its message: that may quote what
a reader searched for. Our own errors' messages are about files, and are told.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from gunicorn.glogging import Logger

from index.errors import QuestionsError
from web.serving.request_log import FIELDS, request_id

FORMATS: Final = ("json", "text")

_PLACES: Final = 30
"""Of an exception, the last ones: one that is raised by endless recursion has thousands."""


def configure_logs(format_: str | None = None) -> None:
    """Have everything that this process logs written to standard error.

    Args:
        format_: one of `FORMATS`; when left out, text on a terminal and JSON elsewhere.
    """
    chosen = format_ or ("text" if sys.stderr.isatty() else "json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if chosen == "json" else TextFormatter())
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("questions.requests").setLevel(logging.INFO)
    # A log whose reader is gone must not be a reason to write more.
    logging.raiseExceptions = False


class JsonFormatter(logging.Formatter):
    """A record as one JSON object: `time`, `level`, `logger`, `message`, then what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, without its end."""
        line: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id(),
        }
        line |= {name: value for name, value in vars(record).items() if name in FIELDS}
        if error := _error_of(record):
            line["error"] = list(_told(error))
        return json.dumps(line)


class TextFormatter(logging.Formatter):
    """The same for the eye."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and more for an exception."""
        values = vars(record)
        if all(name in values for name in FIELDS):
            words = (
                f"{values['method']} {values['path']} {values['status']}"
                f" {values['bytes']} bytes {values['duration_ms']} ms"
            )
        else:
            words = f"{record.levelname.lower()}: {record.getMessage()}"
        head = f"{_moment(record)} {_printable(words)}"
        return "\n".join((head, *(f"  {_printable(line)}" for line in _told(_error_of(record)))))


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log, written like all else."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn; its own handlers are not made."""
        super().setup(cfg)
        self.error_log.propagate = True


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _told(error: BaseException | None) -> Iterator[str]:
    """An exception and those it comes from, the first one first: types, places, no value."""
    for each in reversed(list(_chain(error))):
        yield f"{type(each).__module__}.{type(each).__qualname__}{_known(each)}"
        places = traceback.StackSummary.extract(
            traceback.walk_tb(each.__traceback__), lookup_lines=False
        )
        for place in places[-_PLACES:]:
            yield f"at {place.filename}:{place.lineno} in {place.name}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _known(error: BaseException) -> str:
    """What may be told of an exception's own words."""
    if isinstance(error, QuestionsError):
        return f": {error}"
    if isinstance(error, OSError) and error.errno is not None:
        return f": errno {error.errno} ({os.strerror(error.errno)})"
    return ""


def _printable(text: str) -> str:
    """The text on one line, without what would move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
