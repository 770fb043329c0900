"""What can be wrong with a query, and how it is said in French.

Each `Problem` is declared once and said in two ways: the lenient entry says what was done about
it (a `Hint`), the strict one what to do about it (a `QuerySyntaxError`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from search.query.nodes import Span

LONGEST_QUOTATION: Final = 40
"""Characters of the query that a message repeats; a hostile prefix could be 10 kB long."""

MOST_SLOP: Final = 100
"""The largest distance of a phrase, in words."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A French sentence about a place in the query, for the person who typed it."""

    message: str
    span: Span


class QuerySyntaxError(ValueError):
    """The strict entry met a query that breaks the grammar; `str()` points at the place.

    Args:
        message: one French sentence: what is wrong and what to do.
        source: the whole query.
        span: the place in `source`.
    """

    def __init__(self, message: str, *, source: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.span = span

    def __str__(self) -> str:
        start, end = self.span
        # A line break or a lone surrogate would move the caret, or could not be printed.
        query = "".join(char if char.isprintable() else " " for char in self.source)
        return f"{self.message}\n    {query}\n    {' ' * start}{'^' * max(1, end - start)}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A way of breaking the grammar; `{text}` stands for the place in the query.

    Attributes:
        what: what is wrong.
        repair: what the lenient entry does about it.
        remedy: what the person should do.
    """

    what: str
    repair: str
    remedy: str

    def hint(self, source: str, span: Span) -> Hint:
        """Say the problem as an indication, once repaired."""
        return Hint(self._sentence(self.repair, source, span), span)

    def error(self, source: str, span: Span) -> QuerySyntaxError:
        """Say the problem as an error, to be raised."""
        message = self._sentence(self.remedy, source, span)
        return QuerySyntaxError(message, source=source, span=span)

    def _sentence(self, end: str, source: str, span: Span) -> str:
        return f"{self.what} : {end}.".format(text=shorten(source[slice(*span)]))


def shorten(text: str) -> str:
    """Cut a text to what a message repeats of it."""
    return text if len(text) <= LONGEST_QUOTATION else f"{text[: LONGEST_QUOTATION - 1]}…"


UNCLOSED_PARENTHESIS: Final = Problem(
    "Parenthèse non fermée", "ignorée", "ajoutez « ) » ou retirez « ( »"
)
UNOPENED_PARENTHESIS: Final = Problem(
    "Parenthèse non ouverte", "ignorée", "ajoutez « ( » ou retirez « ) »"
)
EMPTY_PARENTHESES: Final = Problem(
    "Parenthèses vides", "ignorées", "mettez-y un mot ou retirez-les"
)
DEEP_PARENTHESIS: Final = Problem(
    "Trop de parenthèses les unes dans les autres",
    "les plus profondes sont ignorées",
    "simplifiez la recherche",
)
UNCLOSED_QUOTE: Final = Problem(
    "Guillemet non fermé", "ignoré", "ajoutez un guillemet ou retirez celui-ci"
)
EMPTY_QUOTES: Final = Problem("Guillemets sans mot", "ignorés", "mettez-y un mot ou retirez-les")
LARGE_SLOP: Final = Problem(
    "Distance « {text} » trop grande", f"ramenée à {MOST_SLOP} mots", f"{MOST_SLOP} mots au plus"
)
MISPLACED_STAR: Final = Problem(
    "Étoile qui n’est pas à la fin d’un mot",
    "ignorée",
    "mettez « * » à la fin d’un mot, ou retirez-la",
)
NOTHING_LEFT: Final = Problem(
    "« {text} » sans mot à sa gauche", "ignoré", "ajoutez un mot ou retirez « {text} »"
)
NOTHING_RIGHT: Final = Problem(
    "« {text} » sans mot à sa droite", "ignoré", "ajoutez un mot ou retirez « {text} »"
)
UNKNOWN_FIELD: Final = Problem(
    "Champ « {text} » inconnu",
    "cherché comme un mot",
    "corrigez-le, ou mettez une espace après les deux-points",
)
LONE_FIELD: Final = Problem(
    "Champ « {text} » sans mot accolé",
    "ignoré",
    "mettez un mot juste après les deux-points",
)
